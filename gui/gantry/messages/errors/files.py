"""Sentences for errors of files and folders: sources, archives, the spool, shares."""

from __future__ import annotations

from gantry.messages.errors.common import Row

HELD = (
    "Nothing of this upload was sent. Send the rest, or change the profile or the masks and try "
    "again."
)
PROFILE = "Correct the file, then add it again."

FILES: dict[str, Row] = {
    "source.missing": (
        "A file is no longer there",
        "{path} was found during the scan and no longer exists.",
        "Put it back and press Retry, or scan the folder again to send it without that file.",
    ),
    "source.changed": (
        "A file changed during packing",
        "{path} changed while Gantry was reading it, so the archive would not match the file.",
        "Wait until the export or the copy is finished, then press Retry.",
    ),
    "source.changed#rescan": (
        "A file changed since the scan",
        "{path} is not the same as when the folder was scanned.",
        "Scan the folder again, check what is in it, and send it again.",
    ),
    "source.busy": (
        "A file is still being written",
        "Another program is still writing {path}.",
        "Gantry waits until the file is finished. If that takes too long, find out which "
        "program is writing it.",
    ),
    "source.locked": (
        "A file is locked by another program",
        "Another program has {path} open and does not let others read it.",
        "Close the program that uses it, then press Retry.",
    ),
    "source.denied": (
        "No permission to read a file",
        "You are not allowed to read {path}.",
        "Ask the owner of the folder for permission to read it, then press Retry.",
    ),
    "source.password": (
        "A ZIP needs its password",
        "“{path}” is locked with a password that Gantry doesn’t know.",
        "Drop the ZIP again and give the password, or set GANTRY_ZIP_PASSWORD for gantry-cli.",
    ),
    "source.unreadable": (
        "A file can’t be read",
        "Reading {path} failed several times: the disk, CD or stick may be damaged.",
        "Copy the data from the original again, or try another drive.",
    ),
    "source.gone": (
        "The source cannot be reached",
        "The drive or network share that holds {path} can no longer be reached.",
        "Connect it again, then press Retry.",
    ),
    "source.nothing": (
        "Nothing to send",
        "There is no DICOM file among what was chosen.",
        "Look at the list of skipped files for the reasons, or choose another folder.",
    ),
    "treatment.unknown": (
        "The files can’t be prepared as planned",
        "This upload was to be changed before sending, by rules or a key that this Gantry does "
        "not have. Nothing more was sent.",
        "Use the version of Gantry and the rules it was planned with, or scan the "
        "folder again and send it.",
    ),
    "treatment.failed": (
        "A file could not be prepared for sending",
        "Gantry could not apply the rules of this upload to {path}. Nothing of the upload was "
        "sent.",
        "Look at the file. To send the others, scan the folder again without it.",
    ),
    "treatment.held": (
        "A file was held back",
        "{path} may still identify the patient, so it was not sent: {reason}.",
        HELD,
    ),
    "treatment.held#unreadable": (
        "A file was held back",
        "Gantry can’t read all of {path}, so it can’t tell what it says about the patient. It was "
        "not sent.",
        HELD,
    ),
    "treatment.held#residue": (
        "A file was held back",
        "After rewriting, {path} still contains something of the patient: {value}. It was not "
        "sent.",
        HELD,
    ),
    "treatment.held#burned-in": (
        "A file was held back",
        "{path} says that text is burned into its picture. It was not sent.",
        HELD,
    ),
    "treatment.held#class": (
        "A file was held back",
        "Pictures of the kind of {path} often show the patient’s name. It was not sent.",
        HELD,
    ),
    "treatment.held#modality": (
        "A file was held back",
        "Pictures of the kind of {path} often show the patient’s name. It was not sent.",
        HELD,
    ),
    "treatment.held#conversion": (
        "A file was held back",
        "{path} is a screenshot or a scan, which may show the patient’s name. It was not sent.",
        HELD,
    ),
    "treatment.held#image-type": (
        "A file was held back",
        "{path} is a screenshot or a dose report, which may show the patient’s name. It was not "
        "sent.",
        HELD,
    ),
    "treatment.held#document": (
        "A file was held back",
        "{path} is a document, which Gantry can’t search for the patient’s name. It was not sent.",
        HELD,
    ),
    "treatment.held#masks": (
        "A file was held back",
        "The masks for its kind can’t be applied to {path}, because of how its picture is stored. "
        "It was not sent.",
        HELD,
    ),
    "treatment.held#overlay": (
        "A file was held back",
        "{path} has an overlay among the bits of its pixels, which may show the patient’s name. "
        "It was not sent.",
        HELD,
    ),
    "treatment.held#index": (
        "A file was held back",
        "{path} is an index of files, not an image. It was not sent.",
        HELD,
    ),
    "treatment.required": (
        "This destination takes nothing as it is",
        "{destination} takes only what is de-identified by the profile in its settings. Nothing "
        "was sent.",
        "Choose that profile beside the destination.",
    ),
    "profile.invalid": (
        "Not a valid profile",
        "{path} can’t be used as a profile: {reason}.",
        PROFILE,
    ),
    "profile.invalid#unreadable": (
        "Not a valid profile",
        "{path} can’t be read.",
        PROFILE,
    ),
    "profile.invalid#too-large": (
        "Not a valid profile",
        "{path} is larger than 1 MB, so it is no profile.",
        PROFILE,
    ),
    "profile.invalid#encoding": (
        "Not a valid profile",
        "{path} is not UTF-8 text.",
        PROFILE,
    ),
    "profile.invalid#json": (
        "Not a valid profile",
        "{path}, line {line}: this is not JSON.",
        PROFILE,
    ),
    "profile.invalid#schema": (
        "Not a valid profile",
        "{path} does not say that its schema is “gantry.privacy/1”.",
        PROFILE,
    ),
    "profile.invalid#name": (
        "Not a valid profile",
        "{path} needs a name of at most 64 characters.",
        PROFILE,
    ),
    "profile.invalid#unknown": (
        "Not a valid profile",
        "{path}, line {line}: a profile has no entry “{entry}”.",
        PROFILE,
    ),
    "profile.invalid#choice": (
        "Not a valid profile",
        "{path}, line {line}: “{entry}” takes only these values: {wanted}.",
        PROFILE,
    ),
    "profile.invalid#shape": (
        "Not a valid profile",
        "{path}, line {line}: the value of “{entry}” has the wrong form.",
        PROFILE,
    ),
    "profile.invalid#element": (
        "Not a valid profile",
        "{path}, line {line}: “{entry}” is no standard element.",
        PROFILE,
    ),
    "profile.invalid#fixed": (
        "Not a valid profile",
        "{path}, line {line}: no rule can change “{entry}”.",
        PROFILE,
    ),
    "profile.invalid#vr": (
        "Not a valid profile",
        "{path}, line {line}: “{entry}” is no VR that a rule may name.",
        PROFILE,
    ),
    "profile.invalid#action": (
        "Not a valid profile",
        "{path}, line {line}: the action does not fit the element “{entry}”.",
        PROFILE,
    ),
    "profile.invalid#twice": (
        "Not a valid profile",
        "{path}, line {line}: “{entry}” occurs a second time.",
        PROFILE,
    ),
    "profile.invalid#private": (
        "Not a valid profile",
        "{path}, line {line}: “{entry}” is no private element, such as 0019xx0C.",
        PROFILE,
    ),
    "profile.invalid#recipe": (
        "Not a valid profile",
        "{path}, line {line}: “{entry}” is no mask for a kind of image.",
        PROFILE,
    ),
    "profile.invalid#texts": (
        "Not a valid profile",
        "{path}, line {line}: “{entry}” is no list of texts of elements.",
        PROFILE,
    ),
    "profile.invalid#no-placeholder": (
        "Not a valid profile",
        "{path}, line {line}: “{entry}” needs a placeholder such as {wanted}; without it, all "
        "patients would be one.",
        PROFILE,
    ),
    "profile.invalid#placeholders": (
        "Not a valid profile",
        "{path}, line {line}: “{entry}” has more than one placeholder.",
        PROFILE,
    ),
    "profile.invalid#placeholder": (
        "Not a valid profile",
        "{path}, line {line}: “{entry}” takes only a placeholder such as {wanted}.",
        PROFILE,
    ),
    "profile.invalid#characters": (
        "Not a valid profile",
        "{path}, line {line}: around its placeholder, “{entry}” takes only A–Z, a–z, 0–9, _ and -.",
        PROFILE,
    ),
    "profile.invalid#short-hash": (
        "Not a valid profile",
        "{path}, line {line}: the hash in “{entry}” needs at least {wanted} characters, so that no "
        "two patients become one.",
        PROFILE,
    ),
    "profile.invalid#long": (
        "Not a valid profile",
        "{path}, line {line}: “{entry}” gives pseudonyms that are too long. They may have 64 "
        "characters, of which the hash has at most {wanted}.",
        PROFILE,
    ),
    "archive.damaged": (
        "An archive is damaged",
        "The archive is no longer what was packed: {reason}.",
        "Press Retry: Gantry packs it again from the source files, which are untouched. If "
        "this keeps happening, have the disk and the virus scanner checked.",
    ),
    "archive.damaged#changed": (
        "An archive changed after it was verified",
        "The archive of upload {parcel} changed on the disk after it was verified. It was not "
        "sent.",
        "Gantry packs it again. If this keeps happening, have the disk checked.",
    ),
    "archive.foreign": (
        "Not a Gantry archive",
        "The archive has no manifest that Gantry can read, so there is nothing to verify it "
        "against.",
        "Check that it is the right file.",
    ),
    "archive.foreign#newer": (
        "An archive of another version of Gantry",
        "The archive’s manifest has a version that this Gantry does not know, so it can’t verify "
        "the archive.",
        "Update Gantry.",
    ),
    "archive.missing": (
        "An archive is gone",
        "A packed archive is no longer in the spool folder, or can’t be read there. A virus "
        "scanner may have taken it.",
        "Press Retry: Gantry packs it again. If it disappears again, exclude the spool "
        "folder from the virus scanner.",
    ),
    "spool.full": (
        "The disk is full",
        "Packing needs {needed} of free space in the spool folder {folder}, but only {free} "
        "is free.",
        "Free some space, or choose another spool folder in the settings. Gantry waits for a "
        "while and then continues; after that, press Retry.",
    ),
    "spool.unwritable": (
        "The spool folder can’t be written to",
        "Gantry can’t write to its spool folder {folder}.",
        "Check that the folder exists and that you have permission to write to it, or choose "
        "another one in the settings.",
    ),
    "folder.taken": (
        "This is one of Gantry’s own folders",
        "Gantry keeps its own files in {folder}, or in a folder above it.",
        "Choose another folder.",
    ),
    "folder.taken#destination": (
        "The destination is one of Gantry’s own folders",
        "{folder} can’t be a destination: Gantry keeps its own files there and deletes them "
        "when they are no longer needed. Nothing was sent.",
        "Choose another folder as the destination, or another spool folder in the settings.",
    ),
    "folder.taken#spool": (
        "The spool folder is already in use",
        "{folder} can’t be the spool folder: it is a destination, or Gantry keeps other "
        "files there.",
        "Choose another spool folder in the settings.",
    ),
    "folder.taken#output": (
        "The output folder is one of Gantry’s own folders",
        "{folder} can’t hold the archives: Gantry keeps its own files there and deletes them "
        "when they are no longer needed.",
        "Choose another folder.",
    ),
    "folder.taken#receiver": (
        "The receiver’s folder is one of Gantry’s own folders",
        "{folder} can’t hold what the receiver stores: Gantry keeps its own files there and "
        "deletes them when they are no longer needed.",
        "Choose another folder with --root.",
    ),
    "share.gone": (
        "The folder can’t be reached",
        "The folder {folder} can’t be reached: the share is not connected, or the folder was "
        "renamed or deleted.",
        "Connect the share or create the folder, then press Retry. Gantry does not create "
        "it, because a missing share would then go unnoticed.",
    ),
    "share.full": (
        "The destination’s disk is full",
        "The archive needs {needed} more in {folder}, but only {free} is free.",
        "Free some space there, then press Retry. What has been copied is kept.",
    ),
    "share.denied": (
        "No permission to write there",
        "You do not have permission to write to {folder}.",
        "Ask the owner of the share for permission to write, then press Retry.",
    ),
    "export.failed": (
        "The file can’t be written",
        "Gantry can’t write {path}.",
        "Choose another folder, or close the program that has the file open, then try again.",
    ),
}
