"""`manifest.json`, the archive's last member: what is in it, so that anyone can check it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec
from ulid import ULID

from gantry import __version__
from gantry.engine.archive.names import usable_uid
from gantry.engine.parcel import PackedFile

SCHEMA = "gantry.manifest/1"
MOST_FILES = 250_000
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


class Manifest(msgspec.Struct, frozen=True):
    """The manifest as it stands in the archive. UIDs are "" where the file has no usable one.

    Its files are decoded one by one, for a hundred thousand at once take 100 MB.
    """

    schema: str
    parcel: str
    created: str
    gantry: str
    files: tuple[msgspec.Raw, ...]
    study: dict[str, object] = {}

    @property
    def study_uid(self) -> str:
        uid = self.study.get("study_instance_uid", "")
        return uid if isinstance(uid, str) and usable_uid(uid) else ""

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


class Builder:
    """A manifest's bytes: UTF-8 JSON, one file a line, so that it can be read and compared.

    Made line by line, twice (for its size, and to be written): with 100,000 files it is long.

    Attributes:
        created: when the parcel was planned.
    """

    def __init__(self, parcel: str, study_uid: str, files: Sequence[PackedFile]) -> None:
        series = Counter(f.series_instance_uid for f in files)
        study = StudySummary(
            study_instance_uid=str(study_uid) if usable_uid(study_uid) else "",
            instances=len(files),
            bytes=sum(f.size for f in files),
            series=tuple(SeriesCount(uid, count) for uid, count in series.items()),
        )
        self.created = planned(parcel)
        created = self.created.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._files = files
        self._head = {
            "schema": SCHEMA,
            "parcel": parcel,
            "created": created,
            "gantry": __version__,
            "study": study,
        }
        self.size = sum(len(line) for line in self.lines())

    def lines(self) -> Iterator[bytes]:
        encode = msgspec.json.Encoder().encode
        yield encode(self._head)[:-1] + b',"files":[\n'
        for i, file in enumerate(self._files):
            yield (b",\n" if i else b"") + encode(file)
        yield b"\n]}\n"


def planned(parcel: str) -> datetime:
    """The time in a parcel's ULID, or now if it is none.

    Not the time of packing: a parcel that is packed again, after its answer was lost, must come out
    as the same bytes, or the destination would take it for another one under the same name.
    """
    try:
        return ULID.from_str(parcel).datetime
    except (ValueError, OverflowError):
        return datetime.now(UTC)


def most_bytes(files: int) -> int:
    """The longest manifest that an archive of this many files may have."""
    return _MOST_BYTES + _MOST_BYTES_PER_FILE * files


def is_foreign(data: bytes) -> bool:
    """Whether the bytes are JSON that names another schema: a stranger's, or a newer Gantry's."""
    try:
        schema = msgspec.json.decode(data, type=_Schema).schema
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return schema != SCHEMA


def parse(data: bytes) -> Manifest:
    """Reads a manifest, a hostile one too.

    Raises:
        ValueError: it is no valid manifest of this schema; the text says why.
    """
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
        names = {entry.name for entry in manifest.entries()}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not a {SCHEMA}: {type(error).__name__}") from error
    if manifest.schema != SCHEMA:
        raise ValueError(f"schema is not {SCHEMA}")
    if len(manifest.files) > MOST_FILES:
        raise ValueError(f"more than {MOST_FILES} files")
    if len(names) != len(manifest.files):
        raise ValueError("a file is listed twice")
    return manifest


class _Schema(msgspec.Struct):
    schema: str = ""
