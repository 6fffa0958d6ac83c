"""`manifest.json`, the archive's last member: what is in it, so that anyone can check it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec

from gantry import __version__
from gantry.engine.archive.names import REPORT
from gantry.engine.content import Profile
from gantry.engine.parcel import Labels, PackedFile
from gantry.engine.times import planned, rfc3339
from gantry.engine.uids import is_uid

SCHEMA = "gantry.manifest/1"  # of files that are sent unchanged
DEIDENTIFIED = "gantry.manifest/2"  # the same, and by which rules they were de-identified
REPORTED = "gantry.manifest/3"  # the same, with a report on that in the archive
_SCHEMAS = (SCHEMA, DEIDENTIFIED, REPORTED)
_FAMILY = "gantry.manifest/"
MOST_FILES = 250_000
REPORT_SCHEMA = "gantry.deidentification.sent/1"
MOST_REPORT = 16 << 20  # bytes
_MOST_BYTES_PER_FILE, _MOST_BYTES = 2048, 65536


class SeriesCount(msgspec.Struct, frozen=True):
    """How many of the archive's files belong to a series."""

    series_instance_uid: str
    instances: int


class StudySummary(msgspec.Struct, frozen=True):
    """UIDs and counts; never a name. `bytes` is the size of all files together."""

    study_instance_uid: str
    instances: int
    bytes: int
    series: tuple[SeriesCount, ...] = ()


class FileEntry(msgspec.Struct, frozen=True):
    """One member."""

    name: str
    size: int
    sha256: str
    sop_instance_uid: str
    series_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str


class ReportEntry(msgspec.Struct, frozen=True):
    """The report in the archive, which is no instance."""

    name: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """The manifest of an archive. A UID is "" if the file has no usable one.

    Its files are decoded one by one, because a hundred thousand at once take 100 MB.
    """

    schema: str
    parcel: str
    created: str
    gantry: str
    files: tuple[msgspec.Raw, ...]
    study: dict[str, object] = {}
    deidentified: Profile | None = None
    labels: dict[str, str] = {}
    report: ReportEntry | None = None

    @property
    def study_uid(self) -> str:
        uid = self.study.get("study_instance_uid", "")
        return uid if isinstance(uid, str) and is_uid(uid) else ""

    @property
    def label_pairs(self) -> Labels:
        return tuple(sorted(self.labels.items()))

    def entries(self) -> Iterator[FileEntry]:
        """Raises msgspec.DecodeError or UnicodeDecodeError, unless it came from `parse`."""
        return map(_Entries.decode, self.files)

    def packed_files(self) -> Iterator[PackedFile]:
        for f in self.entries():
            yield PackedFile(
                f.name, f.size, f.sha256, f.sop_instance_uid, f.series_instance_uid,
                f.sop_class_uid, f.transfer_syntax_uid,
            )  # fmt: skip


_Entries = msgspec.json.Decoder(FileEntry)


def _entry(f: PackedFile) -> FileEntry:
    return FileEntry(
        f.name, f.size, f.sha256, f.sop_instance_uid, f.series_instance_uid, f.sop_class_uid,
        f.transfer_syntax_uid,
    )  # fmt: skip


class Builder:
    """Builds a manifest's bytes: UTF-8 JSON, one file per line, easy to read and compare.

    They are made line by line, twice (for the size, then to be written), because with 100,000 files
    they are long.

    Attributes:
        created: when the parcel was planned.
    """

    def __init__(
        self,
        parcel: str,
        study_uid: str,
        files: Sequence[PackedFile],
        deidentified: Profile | None = None,
        labels: Labels = (),
        report: ReportEntry | None = None,
    ) -> None:
        series = Counter(f.series_instance_uid for f in files)
        study = StudySummary(
            study_instance_uid=str(study_uid) if is_uid(study_uid) else "",
            instances=len(files),
            bytes=sum(f.size for f in files),
            series=tuple(SeriesCount(uid, count) for uid, count in series.items()),
        )
        self.created = planned(parcel)
        created = rfc3339(self.created)
        self._files = files
        self._head: dict[str, object] = {
            "schema": REPORTED if report else DEIDENTIFIED if deidentified else SCHEMA,
            "parcel": parcel,
            "created": created,
            "gantry": __version__,
            "study": study,
        }
        if deidentified:
            self._head["deidentified"] = deidentified
        if labels:
            self._head["labels"] = dict(labels)
        if report:
            self._head["report"] = report
        self.size = sum(len(line) for line in self.lines())

    def lines(self) -> Iterator[bytes]:
        encode = msgspec.json.Encoder().encode
        yield encode(self._head)[:-1] + b',"files":[\n'
        for i, file in enumerate(self._files):
            yield (b",\n" if i else b"") + encode(_entry(file))
        yield b"\n]}\n"


def most_bytes(files: int) -> int:
    """The longest manifest that an archive of this many files may have."""
    return _MOST_BYTES + _MOST_BYTES_PER_FILE * files


def foreign_schema(data: bytes) -> str | None:
    """The schema that the bytes name, if they are JSON and `parse` doesn't read it: another
    program's, or a newer Gantry's."""
    try:
        schema = msgspec.json.decode(data, type=_Schema).schema
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return None if schema in _SCHEMAS else schema


def is_newer(schema: str) -> bool:
    """Whether a foreign schema is a manifest of another version of Gantry."""
    return schema.startswith(_FAMILY)


def parse(data: bytes) -> Manifest:
    """Reads a manifest, even a hostile one.

    Raises:
        ValueError: not a valid manifest of a known schema; the text says why.
    """
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
        names = {entry.name for entry in manifest.entries()}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not a {_FAMILY}: {type(error).__name__}") from error
    if manifest.schema not in _SCHEMAS:
        raise ValueError(f"schema is not {', '.join(_SCHEMAS)}")
    if (manifest.schema != SCHEMA) != (manifest.deidentified is not None):
        raise ValueError(f"each but {SCHEMA} says by which rules")
    if (manifest.schema == REPORTED) != (manifest.report is not None):
        raise ValueError(f"{REPORTED}, and no other, has a report")
    if manifest.report is not None and (manifest.report.name != REPORT or REPORT in names):
        raise ValueError(f"the report is {REPORT}, and no file")
    if len(manifest.files) > MOST_FILES:
        raise ValueError(f"more than {MOST_FILES} files")
    if len(names) != len(manifest.files):
        raise ValueError("a file is listed twice")
    return manifest


def check_report(data: bytes, deidentified: Profile | None) -> None:
    """Checks that a report is one, and speaks of the same rules as its manifest.

    Raises:
        ValueError: it isn't; the text says why.
    """
    try:
        said = msgspec.json.decode(data, type=_Report)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not a {REPORT_SCHEMA}: {type(error).__name__}") from error
    if said.schema != REPORT_SCHEMA:
        raise ValueError(f"schema is not {REPORT_SCHEMA}")
    if Profile(said.profile, said.edition, said.gantry, said.rules_sha256) != deidentified:
        raise ValueError("other rules than in the manifest")


class _Schema(msgspec.Struct):
    schema: str = ""


class _Report(msgspec.Struct):
    schema: str
    profile: str
    edition: str
    gantry: str
    rules_sha256: str
