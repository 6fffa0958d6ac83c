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
    "truncated": "ends in the middle of its header; copy it again from the original",
    "damaged": "damaged: its header can’t be read",
    "too-deep": "nested too deep to be real",
    "too-large": "its header is too large to be real",
    "still-writing": "still being written by another program; scan again when that is done",
    "missing": "was gone before it could be read",
    "gone": "is no longer there: it was moved, renamed or deleted after it was read",
    "denied": "you are not allowed to read it",
    "locked": "locked by another program; close that, then scan again",
    "unreadable": "can’t be read: the disk, CD or stick may be damaged",
    "root-gone": "the drive or share is gone; connect it, then scan again",
    "not-on-medium": "listed in the index, not on the medium; copy the medium again",
    "outside": "points to a place outside what was dropped",
    "zip-damaged": "a damaged ZIP",
    "zip-encrypted": "locked with a password that Gantry doesn’t know; give it, or unpack the ZIP "
    "first",
    "zip-nested": "an archive within an archive; unpack it first",
    "zip-limit": "larger, when unpacked, than a ZIP may be here; unpack it first",
    "zip-method": "compressed in a way that Gantry can’t read; unpack it first",
    "archive-7z": "a 7-Zip archive; unpack it first",
    "archive-rar": "a RAR archive; unpack it first",
    "archive-other": "an archive or a CD image that Gantry can’t open; unpack it first",
    "archive-tar": "a tar archive that is damaged, or too large when unpacked",
    "archive-packed": "a compressed DICOM file; unpack it first",
    "stopped": "reading was stopped before all of it was read; drop it again",
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
        "This patient ID has {names} different names.",
        "Check that it is one patient: a name may have been corrected, or an ID given twice.",
    ),
    "patient-id-missing": (
        "No patient ID",
        "These images carry no patient ID.",
        "They can be sent, but the archive may refuse or misplace them.",
    ),
    "charset-guessed": (
        "Character set guessed",
        "The text is shown as {charset}; the files declare another character set or none.",
        "Check that it reads right. The files are sent unchanged.",
    ),
    "study-has-several-patients": (
        "One study, several patients",
        "The images of this study carry {patients} different patient IDs.",
        "Look at them before you send: one of the IDs is probably wrong.",
    ),
    "uids-missing": (
        "Images without identifiers",
        "{count} images lack a UID that DICOM demands.",
        "They are kept and sent unchanged, in an upload of their own.",
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
    "gone": (
        "Files that are no longer there",
        "Some files of this series are no longer there: {count}.",
        "They were moved, renamed or deleted after they were read, and are off the list.",
    ),
    "unread": (
        "Files could not be read",
        "Some files or folders beside these images could not be read, and may belong to them: "
        "{count}.",
        "When you press Send, Gantry tries again, and asks before it sends the rest.",
    ),
    "slices-missing": (
        "Slices are probably missing",
        "By their positions, {missing} slices are missing beside the {present} that are here, at "
        "{spacing} mm.",
        "Check that the export was complete.",
    ),
    "slices-missing#places": (
        "Images are probably missing",
        "By their positions, {missing} images are missing beside the {present} that are here.",
        "Check that the export was complete.",
    ),
    "slices-missing#number": (
        "Images are probably missing",
        "The images are numbered {lowest} to {highest}; number {first} is not among them.",
        "Check that the export was complete.",
    ),
    "slices-missing#range": (
        "Images are probably missing",
        "The images are numbered {lowest} to {highest}; numbers {first} to {last} are not among "
        "them.",
        "Check that the export was complete.",
    ),
    "slices-missing#numbers": (
        "Images are probably missing",
        "The images are numbered {lowest} to {highest}; {missing} numbers are not among them "
        "({numbers}).",
        "Check that the export was complete.",
    ),
    "slices-missing#fewer": (
        "Images are probably missing",
        "Most image numbers occur {often} times, but not {numbers}: {missing} images are missing.",
        "Check that the export was complete.",
    ),
    "slices-missing#header": (
        "Images are probably missing",
        "The headers announce {promised} images; found: {present}.",
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
        "{count} files end too early or hold less image data than their headers say.",
        "Export or copy them again. As they are, they are sent unchanged.",
    ),
    "header-odd": (
        "Headers that break the DICOM standard",
        "{count} files have headers that break the standard; Gantry could read them.",
        "They are sent unchanged; the archive may refuse them.",
    ),
    "header-broken": (
        "Damaged headers",
        "{count} files have damaged headers: only the first part can be read.",
        "Export or copy them again. As they are, they are sent unchanged.",
    ),
    "program-in-preamble": (
        "A file that is also a program",
        "{count} files begin like a program, as well as being DICOM.",
        "Don’t start them. Find out where they come from before you send them.",
    ),
}

# The second part of a caution, if its `count` (or what is `missing`) is one.
ONE: dict[str, str] = {
    "uids-missing": "{count} image lacks a UID that DICOM demands.",
    "uids-invalid": "{count} image has a UID that DICOM does not allow.",
    "uid-collision": (
        "{count} file shares its SOP Instance UID with another file of different content."
    ),
    "duplicates": "{count} file is a copy of an image that is here already.",
    "slices-missing": (
        "By their positions, {missing} slice is missing beside the {present} that are here, "
        "at {spacing} mm."
    ),
    "slices-missing#places": (
        "By their positions, {missing} image is missing beside the {present} that are here."
    ),
    "slices-missing#fewer": (
        "Most image numbers occur {often} times, but not {numbers}: {missing} image is missing."
    ),
    "burned-in": "{count} image says that text is burned into it, which may name the patient.",
    "still-changing": "{count} file is still being written by another program.",
    "cut-short": "{count} file ends too early or holds less image data than its header says.",
    "header-odd": "{count} file has a header that breaks the standard; Gantry could read it.",
    "header-broken": "{count} file has a damaged header: only the first part can be read.",
    "program-in-preamble": "{count} file begins like a program, as well as being DICOM.",
}
