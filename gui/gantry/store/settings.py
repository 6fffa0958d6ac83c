"""All that the user can choose. A setting is declared here, once: a field with its `Setting`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, Literal

import msgspec

from gantry.engine.parcel import ParcelRule
from gantry.store.languages import LANGUAGES
from gantry.store.setting import (
    Applies,
    Choice,
    Language,
    Number,
    Part,
    SpoolFolder,
    Switch,
    Text,
    Timetable,
    declared,
)
from gantry.store.tolerant import Raw

VERSION: Final = 1

SENDING: Final = Part(
    "sending",
    "Sending",
    "Applies to new jobs. Bandwidth limits also apply to running jobs.",
)
STORAGE: Final = Part(
    "storage",
    "Storage",
    "Gantry makes archives in the spool folder before it sends them. The folder needs about as "
    "much free space as the studies of one job.",
)
ALERTS: Final = Part(
    "alerts",
    "Alerts",
    "When a job ends, Gantry tells this address how many uploads arrived and how many failed. It "
    "sends no names and no patient data.",
)
LOOK: Final = Part("look", "Language and look", "Changes apply immediately.")
PARTS: Final = (SENDING, STORAGE, ALERTS, LOOK)


class SavedDestination(msgspec.Struct, frozen=True, kw_only=True):
    """A destination as the user named it. Secrets are in the credential store, never here.

    Attributes:
        url: without user and password.
        auth: "none", "basic" (user and password), "token" (Bearer) or "oauth" (device flow).
        user: shown in the dialog; the password is in the system's credential store.
        header: name of a header that carries the token instead of `Authorization`, or "".
        options: what else a kind of destination needs (project, calling AE title …).
        insecure_http: the user agreed to send secrets over http.
        deidentify: the profile without which nothing goes there, or "": the sender chooses.
        study: a name; uploads under the same one get the same pseudonyms.
        new_key_each_time: every job gets pseudonyms of its own.
        extra: as in the settings.
    """

    name: str
    url: str
    auth: Literal["none", "basic", "token", "oauth"] = "none"
    user: str = ""
    header: str = ""
    options: dict[str, str] = {}
    insecure_http: bool = False
    deidentify: str = ""
    study: str = ""
    new_key_each_time: bool = False
    extra: Raw = {}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be chosen; the fields with a `Setting` are rows of the settings dialog.

    Attributes:
        profiles: the profile that was last chosen for each address; none: as it is.
        profile_files: the paths of the profiles that the user added.
        alert_url: a webhook. Its secret is in the credential store.
        extra: keys of another version's file, and values that this one doesn't know; kept and
            written back.
    """

    version: int = VERSION
    destinations: tuple[SavedDestination, ...] = ()
    last_destination: str = ""
    profiles: dict[str, str] = {}
    profile_files: tuple[str, ...] = ()
    parcel_rule: Annotated[
        ParcelRule,
        Choice(
            part=SENDING,
            label="Arc&hive contents",
            help="What one archive contains. Each archive is sent and confirmed as a whole.",
            choices={
                ParcelRule.STUDY: "One study",
                ParcelRule.SERIES: "One series",
                ParcelRule.PATIENT: "All of one patient",
            },
        ),
    ] = ParcelRule.STUDY
    split_automatically: Annotated[
        bool,
        Switch(
            part=SENDING,
            label="&Too big for the server",
            help="Whether Gantry splits an archive that the server finds too big. If it does not, "
            "the upload fails, and Gantry offers to split it.",
            text="Split by series, then further, without asking",
        ),
    ] = False
    compression_level: Annotated[
        int,
        Choice(
            part=SENDING,
            label="&Compression",
            help="How small archives become. Smaller archives take longer to pack.",
            choices={0: "Fastest", 1: "Fast (recommended)", 2: "Smaller", 3: "Smallest"},
        ),
    ] = 1
    pack_workers: Annotated[
        int,
        Number(
            part=SENDING,
            label="&Packed in parallel",
            help="How many archives are packed at the same time; never more than there are cores.",
            low=0,
            high=256,
            zero="As many as cores",
        ),
    ] = 0
    parallel_sends: Annotated[
        int,
        Number(
            part=SENDING,
            label="&Sent in parallel",
            help="How many archives are sent at the same time.",
            low=1,
            high=16,
        ),
    ] = 2
    attempts: Annotated[
        int,
        Number(
            part=SENDING,
            label="Attempts to p&ack",
            help="How often Gantry tries to pack an archive before it fails.",
            low=1,
            high=100,
        ),
    ] = 3
    send_attempts: Annotated[
        int,
        Number(
            part=SENDING,
            label="Attempts to s&end",
            help="How often Gantry tries to send an archive before it fails.",
            low=1,
            high=1000,
        ),
    ] = 8
    report_in_archive: Annotated[
        bool,
        Switch(
            part=SENDING,
            label="De-identification &report",
            help="Whether the archive of a de-identified upload contains a report "
            "(deidentification.json): profile, counts by element, private elements that stayed, "
            "masks. It has no patient data. Destinations that take single instances do not get it.",
            text="Send it in the archive",
        ),
    ] = False
    bandwidth: Annotated[
        int,
        Number(
            part=SENDING,
            label="&Bandwidth",
            help="The limit for all uploads together.",
            applies=Applies.AT_ONCE,
            low=0,
            high=1 << 40,
            unit=" MB/s",
            scale=1 << 20,
            zero="No limit",
        ),
    ] = 0
    bandwidth_timetable: Annotated[
        str,
        Timetable(
            part=SENDING,
            label="Limit by time of da&y",
            help="The limit in bytes per second from each time of day (K, M, G; off: no limit). A "
            "day before the time (mon-08:00) limits it to that day.",
            applies=Applies.AT_ONCE,
            example="08:00,512K 19:00,10M 23:00,off",
        ),
    ] = ""
    spool_folder: Annotated[
        str,
        SpoolFolder(
            part=STORAGE,
            label="&Spool folder",
            help="The folder in which archives are made.",
            empty="Gantry's own folder",
        ),
    ] = ""
    keep_delivered: Annotated[
        bool,
        Switch(
            part=STORAGE,
            label="A&rchives",
            help="Whether an archive stays in the spool folder after it has arrived.",
            text="Keep archives after delivery",
        ),
    ] = False
    keep_file_lists: Annotated[
        int,
        Number(
            part=STORAGE,
            label="&File lists in the history",
            help="How long the history keeps the list of files in a delivered archive. The receipt "
            "is kept forever.",
            applies=Applies.AT_ONCE,
            low=0,
            high=100_000,
            unit=" days",
            zero="Forever",
        ),
    ] = 730
    certificate_key: Annotated[
        str,
        Text(
            part=STORAGE,
            label="Sign &certificates with",
            help="The path of a private key (Ed25519, PEM, without a passphrase). Certificates of "
            "jobs are signed with it.",
            applies=Applies.AT_ONCE,
            empty="Certificates are not signed",
        ),
    ] = ""
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Choice(
            part=STORAGE,
            label="&Log",
            help="How much Gantry writes into its log.",
            applies=Applies.AT_ONCE,
            choices={"info": "Normal", "debug": "Everything, for support"},
            file_only=("warning", "error"),
        ),
    ] = "info"
    alert_url: Annotated[
        str,
        Text(
            part=ALERTS,
            label="&Webhook",
            help="The web address that is told how jobs ended. Secrets in it go to the credential "
            "store.",
            applies=Applies.AT_ONCE,
            example="https://hooks.example.org/gantry",
        ),
    ] = ""
    alert_on: Annotated[
        Literal["failed", "always"],
        Choice(
            part=ALERTS,
            label="&Notify",
            help="Which jobs the address is told of.",
            applies=Applies.AT_ONCE,
            choices={"failed": "When something failed", "always": "At the end of every job"},
        ),
    ] = "failed"
    alert_intranet: Annotated[
        bool,
        Switch(
            part=ALERTS,
            label="Own network",
            help="Whether the address may be in your own network.",
            applies=Applies.AT_ONCE,
            text="The address is inside our own network",
        ),
    ] = False
    alert_loopback_http: Annotated[
        bool,
        Switch(
            part=ALERTS,
            label="This computer",
            help="Whether the address may be on this computer, without encryption.",
            applies=Applies.AT_ONCE,
            text="Allow plain HTTP to this computer",
        ),
    ] = False
    language: Annotated[
        str,
        Language(
            part=LOOK,
            label="&Language",
            help="The language of the window.",
            applies=Applies.AT_ONCE,
            choices={"": "Same as the system", **LANGUAGES},
        ),
    ] = ""
    theme: Annotated[
        Literal["system", "light", "dark"],
        Choice(
            part=LOOK,
            label="&Theme",
            help="Light or dark.",
            applies=Applies.AT_ONCE,
            choices={"system": "Same as the system", "light": "Light", "dark": "Dark"},
        ),
    ] = "system"
    extra: Raw = {}

    def destination(self, name: str) -> SavedDestination | None:
        """The saved destination of that name."""
        return next((d for d in self.destinations if d.name == name), None)

    def destination_at(self, url: str, name: str) -> SavedDestination | None:
        """The saved destination at that address; of several, the one with that name.

        One with that name at another address is a different destination: its secrets and options
        are not for this one.
        """
        there = [d for d in self.destinations if d.url == url]
        return next((d for d in there if d.name == name), there[0] if there else None)


SETTINGS: Final = declared(Settings)


def all_texts() -> Iterator[str]:
    """All displayed texts of the declarations, to translate; some occur twice."""
    for part in PARTS:
        yield from (part.title, part.hint)
    for applies in Applies:
        yield applies.value
    for setting in SETTINGS:
        yield from setting.texts()
