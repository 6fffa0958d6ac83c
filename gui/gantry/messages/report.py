"""The words of the de-identification report."""

from __future__ import annotations

# Why a file was held, by rule: half a sentence, to follow a colon.
HELD: dict[str, str] = {
    "unreadable": "Gantry can’t read all of it",
    "residue": "something of the patient is still in it",
    "burned in": "it says that text is burned into the picture",
    "class": "pictures of this kind often name the patient",
    "modality": "pictures of this kind often name the patient",
    "conversion": "it is a screenshot or a scan, which may name the patient",
    "image type": "it is a screenshot or a dose report, which may name the patient",
    "masks": "the masks for its kind can’t be applied to a picture that is stored like this",
    "overlay": "an overlay, which may name the patient, is among the bits of its pixels",
    "document": "it is a document, which Gantry can’t search",
    "index": "it is an index of files, not an image",
}

ACTIONS: dict[str, str] = {
    "kept": "kept",
    "cleaned inside": "each element in it treated by itself",
    "removed": "removed",
    "emptied": "emptied",
    "replaced": "replaced by a placeholder",
    "new UID": "new UID",
    "new UID in text": "kept, with a new UID in it",
    "date shifted": "date shifted",
    "age limited": "kept, 90 years at most",
    "text cleaned": "technical words kept",
    "bytes checked": "removed, because it had readable text",
    "pseudonym": "pseudonym",
}

KINDS: dict[str, str] = {
    "name": "parts of names",
    "id": "IDs and numbers",
    "date": "dates",
    "place": "institutions and addresses",
    "uid": "UIDs",
    "folder": "words of the names of folders and files",
}

TEXTS: dict[str, str] = {
    "title": "De-identification report",
    "local": "For your own records. The last sections may hold patient data: remove them before "
    "you pass this report on, or pass on the JSON file beside it, which holds none.",
    "job": "Job",
    "destination": "Destination",
    "practice": "Practice (this computer)",
    "created": "Started",
    "profile": "Profile",
    "edition": "Rules",
    "standard": "DICOM PS3.15, table E.1-1, edition {edition}",
    "gantry": "Gantry version",
    "rules": "Checksum of all rules",
    "key": "Identifier of the key",
    "results": "Result",
    "written": "Files de-identified",
    "masked": "of these, with masked pixels",
    "held": "Files held",
    "skipped": "Held files that were skipped",
    "none_held": "No file was held.",
    "search": "Search for what could identify the patients",
    "search_text": "Each file was searched for what its original said about the patient, in "
    "several spellings. No file left in which any of it was found. The numbers are sums over all "
    "files.",
    "kind": "Kind",
    "searched": "Searched for",
    "not_searchable": "Not searchable: too short, or an everyday word",
    "elements": "What was done to the elements",
    "tag": "Tag",
    "name": "Name",
    "action": "Action",
    "count": "Times",
    "private": "Private elements that stayed",
    "private_none": "No private element stayed.",
    "creator": "Creator",
    "masks": "Masks",
    "mask": "Mask",
    "images": "Images",
    "frames": "Frames",
    "regions": "everything outside the ultrasound’s regions",
    "drawn": "rectangles drawn for images of this kind",
    "texts": "Texts that stayed",
    "texts_text": "Each different text that is still in the files, so that a person can judge it.",
    "texts_none": "No text stayed.",
    "more_texts": "More texts than can be listed stayed in the files: {count} are missing here.",
    "text": "Text",
    "files": "Files",
    "alike": "Patients whose IDs look alike",
    "alike_text": "These IDs differ only in zeros, separators or capital letters. They were "
    "treated as different patients, each with a pseudonym of its own. Check whether they are.",
    "limits": "What this report does not say",
    "limits_text": "Gantry does not read text in pictures and does not remove faces. It finds what "
    "a file itself says about its patient, not what only a person would recognize.",
}


def report_templates() -> list[str]:
    """Every text, for the translation catalogue."""
    return [*HELD.values(), *ACTIONS.values(), *KINDS.values(), *TEXTS.values()]
