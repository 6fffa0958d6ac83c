"""The sentences for skipped files and for cautions."""

from __future__ import annotations

SKIPPED: dict[str, str] = {
    "not-dicom": "not a DICOM file",
    "empty": "an empty file",
    "junk": "a file that the system leaves behind",
    "dicomdir": "an index of DICOM files; it was read, and is not sent itself",
    "link": "a link; links are not followed",
    "special": "not a file: a pipe, a device or the like",
    "duplicate": "the same image is here in another file; it is sent once",
    "cloud": "not on this computer yet: let the cloud drive download it, then scan again",
    "truncated": "ends in the middle of its header; copy it anew from where it comes from",
    "damaged": "damaged: its header can’t be read",
    "too-deep": "nested too deep to be real",
    "too-large": "its header is too large to be real",
    "still-writing": "still being written by another program; scan again when that is done",
    "missing": "was gone before it could be read",
    "denied": "you are not allowed to read it",
    "locked": "locked by another program; close that, then scan again",
    "unreadable": "can’t be read: the disk, CD or stick may be damaged",
    "root-gone": "the drive or share is gone; connect it, then scan again",
    "outside": "points to a place outside what was dropped",
    "zip-damaged": "a damaged ZIP",
    "zip-encrypted": "a ZIP with a password; unpack it first",
    "zip-nested": "a ZIP within a ZIP; unpack it first",
    "zip-limit": "larger, when unpacked, than a ZIP may be here; unpack it first",
    "zip-method": "compressed in a way that Gantry can’t read; unpack it first",
    "internal": "a fault in Gantry kept it from being read; please report it",
}

# title, what, do
CAUTIONS: dict[str, tuple[str, str, str]] = {
    "several-patients": (
        "Several patients",
        "There are {patients} patients in what was dropped.",
        "Check that all of them are meant to be sent.",
    ),
    "patient-names-differ": (
        "One patient ID, several names",
        "{names} different names stand under this patient ID.",
        "Check that it is one patient: a name may have been corrected, or an ID given twice.",
    ),
    "patient-id-missing": (
        "No patient ID",
        "These images carry no patient ID.",
        "They can be sent, but the archive may refuse or misplace them.",
    ),
    "study-has-several-patients": (
        "One study, several patients",
        "The images of this study carry {patients} different patient IDs.",
        "Look at them before you send: one of the IDs is probably wrong.",
    ),
    "uids-missing": (
        "Images without identifiers",
        "{count} images lack a UID that DICOM demands.",
        "They are kept and sent unchanged, in a parcel of their own.",
    ),
    "uids-invalid": (
        "Images with invalid identifiers",
        "{count} images have a UID that DICOM does not allow.",
        "They are kept and sent unchanged; the archive may refuse them.",
    ),
    "uid-collision": (
        "Different images under one identifier",
        "{count} files share their SOP Instance UID with another file of different content.",
        "All are sent. An archive keeps only one of each: find out which is right.",
    ),
    "duplicates": (
        "Copies",
        "{count} files are copies of images that are here already.",
        "Each image is sent once; nothing needs to be done.",
    ),
    "slices-missing": (
        "Slices are probably missing",
        "By their positions, {missing} slices are missing beside the {present} that are here, at "
        "{spacing} mm.",
        "Check that the export was complete.",
    ),
    "burned-in": (
        "Names may be in the pictures",
        "{count} images say that text is burned into them, which may name the patient.",
        "Look at them before you send them to anybody who may not know the patient.",
    ),
    "still-changing": (
        "Still being written",
        "{count} files are still being written by another program.",
        "Gantry waits for them when it packs; better wait until the export is finished.",
    ),
    "cut-short": (
        "Images are cut short",
        "{count} files hold fewer bytes than their image needs.",
        "Export or copy them again. As they are, they are sent unchanged.",
    ),
    "program-in-preamble": (
        "A file that is also a program",
        "{count} files begin like a program, as well as being DICOM.",
        "Don’t start them. Find out where they come from before you send them.",
    ),
}
