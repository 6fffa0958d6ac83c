"""Sentences for errors of Gantry itself and its use: sign-in, settings, history, options."""

from __future__ import annotations

from gantry.messages.errors.common import AGAIN, READ_AGAIN, Row

PROGRAM: dict[str, Row] = {
    "credentials.missing": (
        "The sign-in is missing",
        "This destination requires a sign-in, and none is stored.",
        "Add a user name and password, or a token, in its settings.",
    ),
    "credentials.store": (
        "The system’s password store does not work",
        "The password can’t be read from or saved in the system’s password store.",
        "Gantry asks for it each time instead, and saves it in no file. Unlock the store, or "
        "ask your IT department.",
    ),
    "credentials.store#key": (
        "The key of the pseudonyms can’t be read",
        "The key is in the system’s password store, which does not work now.",
        "Unlock the store and try again. Gantry makes no second key: patients would get other "
        "pseudonyms than before.",
    ),
    "credentials.exposed": (
        "The password would be sent unencrypted",
        "The address of {host} begins with http://, so anyone on the way could read the password.",
        "Use https:// if the server offers it. Otherwise allow it for this destination in "
        "its settings, if you know the network.",
    ),
    "oauth.refused": (
        "The sign-in was refused",
        "{host} refused Gantry’s sign-in: {reason}.",
        "Start the sign-in again and agree to it in the browser. If it is refused again, ask "
        "the server’s administrator whether Gantry is allowed there.",
    ),
    "oauth.expired": (
        "The sign-in has expired",
        "{host} no longer accepts Gantry’s sign-in, or the code was not entered in time.",
        "Sign in again in the settings of this destination.",
    ),
    "settings.invalid": (
        "The settings can’t be used",
        "Something in the settings is wrong.",
        "Check the settings.",
    ),
    "settings.invalid#damaged": (
        "The settings file is damaged",
        "The settings file can’t be read as settings, so a good copy or the defaults are "
        "used. The damaged file is kept.",
        "Check the settings, especially the destinations.",
    ),
    "settings.invalid#missing": (
        "The settings file is gone",
        "The settings file has been deleted, so a good copy or the defaults are used.",
        "Check the settings, especially the destinations.",
    ),
    "settings.invalid#unreadable": (
        "The settings file can’t be read",
        "The settings file exists but can’t be read, so a good copy or the defaults are used.",
        "Check the disk and the file’s permissions, then start Gantry again.",
    ),
    "settings.invalid#unwritable": (
        "The settings can’t be saved",
        "The settings file can’t be written, so the change was not saved.",
        "Check that the disk has space and that the folder is writable, then make the change "
        "again.",
    ),
    "settings.invalid#unknown": (
        "Some settings are unknown to this version",
        "This version of Gantry does not know the values of these settings: {setting}. All "
        "other settings apply.",
        "Update Gantry, or choose other values in the settings. Until then, the file keeps them.",
    ),
    "settings.invalid#value": (
        "A setting can’t have this value",
        "The value of {setting} is not allowed. Nothing was saved.",
        "Choose another value.",
    ),
    "settings.invalid#timetable": (
        "The bandwidth timetable can’t be used",
        "An entry in the bandwidth timetable is invalid, so no timetable applies.",
        "Correct it in the settings, for example: 08:00,512K 19:00,10M 23:00,off.",
    ),
    "settings.invalid#sign-in": (
        "The sign-in is incomplete",
        "The destination {destination} signs in by OAuth 2.0, but its setting {setting} is "
        "missing.",
        "Enter it in the settings of this destination, or run gantry-cli sign-in.",
    ),
    "history.failed": (
        "The history can’t be read or written",
        "The history’s database failed: {reason}.",
        "Check that the disk has space and that the folder is writable, then start Gantry again.",
    ),
    "history.failed#missing": (
        "The history is missing",
        "The history file has been deleted, so a new history was started.",
        "If you have a backup of it, quit Gantry, restore the file and start Gantry again.",
    ),
    "history.failed#deleted": (
        "The history was deleted",
        "The history file was deleted or replaced while Gantry was running. What has been "
        "sent since is not recorded, and nothing more is sent.",
        "Check at the destination what arrived, then start Gantry again. Keep clean-up "
        "programs away from Gantry’s folder.",
    ),
    "history.newer": (
        "The history is from a newer Gantry",
        "The history was written by a newer version of Gantry (format {version}; this one "
        "knows {known}).",
        "Install the newer version again. The history was left as it is.",
    ),
    "relink.failed": (
        "The relink table can’t be read or written",
        "The table that leads from new identifiers back to the patients failed: {reason}.",
        "Check that the disk has space and that the folder is writable, then try again. Nothing is "
        "sent before its identifiers are in the table.",
    ),
    "relink.failed#damaged": (
        "The relink table is damaged",
        "The table that leads from new identifiers back to the patients can’t be read.",
        "Move the file relink.sqlite in Gantry’s folder away, or restore a backup of it. The next "
        "job then starts a new one.",
    ),
    "numbers.failed": (
        "The running numbers can’t be read or written",
        "The table of the numbers that patients got failed: {reason}. Nothing was sent.",
        "Check that the disk has space and that the folder is writable, then try again.",
    ),
    "numbers.failed#lost": (
        "The table of running numbers is lost",
        "Patients got numbers before, but the file numbers.sqlite in Gantry’s folder does not have "
        "them any more. New numbers could be those of other patients, so nothing was sent.",
        "Restore the file from a backup.",
    ),
    "numbers.failed#again": (
        "The history does not know whose number it is",
        "The profile of this destination counts patients. The history does not keep all by which "
        "they are told apart, so a patient could get a second number. Nothing was sent.",
        "Drop the original files on the Send page instead.",
    ),
    "numbers.failed#patients": (
        "Two patients in one upload",
        "An upload has files of two patients, who can’t get one running number. Nothing was sent.",
        "Send each series as an upload of its own (--parcel series).",
    ),
    "numbers.failed#unknown": (
        "Nobody knows whose files these are",
        "Some files have neither Patient ID nor name nor study, so they can’t get a running "
        "number. Nothing was sent.",
        "Send the other files without them.",
    ),
    "call.invalid": (
        "Invalid option",
        "{option} requires {wanted}.",
        "See --help for the possible values.",
    ),
    "parcel.unknown": (
        "No such upload",
        "The history has no upload {parcel}.",
        "Look for it in the history; its identifier has 26 letters and digits.",
    ),
    "job.unknown": (
        "No such unfinished job",
        "The history has no unfinished job {job}, or another process is running it.",
        "Look for its identifier in the history; it has 26 letters and digits.",
    ),
    "signing.key#private": (
        "The key can’t be used",
        "{path} holds no private key for Ed25519 in PEM format, or it has a passphrase. Nothing "
        "was written.",
        "Choose another key, in the settings or with --sign.",
    ),
    "signing.key#public": (
        "The key can’t be used",
        "{path} holds no key for Ed25519 in PEM format.",
        "Choose another key, in the settings or with --key.",
    ),
    "signing.key": (
        "The key can’t be used",
        "{path} holds no key for Ed25519 in PEM format.",
        "Choose another key.",
    ),
    "job.running": (
        "The job is already running",
        "Another Gantry on this computer is running this job.",
        "Wait until it has finished, or close the other Gantry.",
    ),
    "scan.failed": (
        "Reading stopped",
        "An internal error occurred while Gantry was reading files.",
        READ_AGAIN,
    ),
    "scan.failed#ended": (
        "Reading stopped",
        "The process that reads files ended unexpectedly, twice in a row.",
        READ_AGAIN,
    ),
    "internal": (
        "An error in Gantry",
        "Something unexpected happened in Gantry. Nothing is lost: the upload can be sent again.",
        AGAIN,
    ),
}
