"""The technical words that may stay in a description; every other word goes.

What stays is a number with a unit, or a word of this list: names of sequences, planes, body parts,
contrast, and processing. A site's or a patient's name cannot get through by not being known.
"""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = """
2d 3d 4d abd abdomen abdominal acc acq adc adrenal and ankle anterior aorta aortic ap apex arm
arterial arteries artery asl ave average ax axial axis axl axt1 axt2 b0 back bilateral bladder
blade bold bone bones bowel brain bravo breast bright bronchus c calc cardiac carotid cbct cbf
cbv cerebral cervical chest cine ciss clavicle cor coronal coronary cort1 cort2 cortex cr
cranial cranio cranium cspine ct cta ctdi ctp cube dce delay delayed density derived diastolic
diff diffusion dixon dlp dose double dsa dsc dti dual dwi dx dyn dynamic early ecg echo elbow
enhanced enhancement ep2d epi equilibrium extremity eye fa face facial fast fat femur fibula
field fieldmap fiesta filtered finger first flair flash flip flow fluid fmri foot forearm fov
fraction frame frames frfse fs fse full functional fusion gated gating ge gradient grappa
grase gre gre3d grid hand hands hard haste head heart high hip hips hr hres humerus iac icc
image images in inferior inflow inspiration internal inv inversion ir joint kernel kidney
kidneys knee knees kv kvp l large lat late lateral left leg legs limb lipid liver loc
localiser localizer low lower lspine lt lumbar lung lungs lymph ma mag magnitude mammo
mammography map maps mas mask max maximum mean medial median mediastinal mediastinum medium mg
min minimum mip moco mono mosaic motion mpr mprage mprage3d mr mra mrcp mri mrs mrv ms mt mtc
mtt mu multi multiphase muscle nac nasal native navigator neck nerve nerves neutral nm no
noise non none oblique of off on op opposed optic or orbit orbits out pa pancreas parallel
parotid pc pd pelvic pelvis perf perfusion pet petct phantom phase phases pituitary plain plan
portal post posterior pre prone propeller prostate proton pulmonary qc qsm r radius raw recon
reconstruction reformat reformatted renal resolve resp respiratory rest resting restingstate
ribs right rl rotated rt sacrum sag sagittal sagt1 sagt2 scan scapula scout screen se sequence
series shim short shoulder shoulders single sinus sinuses skull slab slice slices small smooth
soft space spair spectroscopy spgr spin spine spiral spleen spoiled ssfp stack standard std
stem sternum stir stomach stress subtracted subtraction sum superior supine surview swan swi
systolic t1 t1rho t1w t2 t2* t2star t2w tag te temporal tensor tfe tfl thick thigh thin
thoracic thorax throat thyroid ti tibia time tir tissue to toe tof top topogram total tr tra
trace tracew trachea transversal transverse tse tspine ttp turbo ulna ultrasound unenhanced
upper us uterus vein venography venous vessel vessels vibe view volume w wb weighted whole
wholebody window with without wo wrist xa xr zoom
"""
_TECHNICAL: Final = frozenset(_WORDS.split())
_NUMBER: Final = re.compile(
    r"[-+]?\d{1,5}([.,]\d{1,4})?"
    r"(mm|cm|m|s|sec|ms|min|kv|kvp|ma|mas|hz|khz|mhz|t|x|deg|dir|dirs|b|mgy|mbq|ml|hu|%)?",
    re.IGNORECASE,
)
_PIECES: Final = re.compile(r"[\s_\-/+,;:()\[\]{}<>=|\\^]+")


def is_technical(word: str) -> bool:
    """Whether a single word may stay."""
    plain = word.lower().strip(".*'\"")
    return plain in _TECHNICAL


def cleaned(text: str) -> str:
    """The technical words and numbers of a text, in their order; "" where there are none.

    A run of digits of five or more may be an ID or a date, and goes.
    """
    kept = [word for word in _PIECES.split(text) if word and _stays(word)]
    return " ".join(kept) if any(is_technical(word) for word in kept) else ""


def _stays(word: str) -> bool:
    if not word.isascii():
        return False
    if is_technical(word):
        return True
    if sum(map(str.isdigit, word)) >= 5:
        return False
    return bool(_NUMBER.fullmatch(word))
