"""One DICOM instance as the scan found it: its place, and what its header says."""

from __future__ import annotations

import marshal
from dataclasses import dataclass
from typing import Any

from gantry.engine.shared_values import SharedValues, divided, shared_once


@dataclass(frozen=True, slots=True)
class Source:
    """Where an instance's bytes are, and the state of the file when it was scanned.

    Attributes:
        path: the file, as the system names it (may hold surrogate escapes); for a member of a ZIP,
            the ZIP's path.
        size: bytes of the instance (of the member, for a ZIP).
        mtime_ns: modification time of `path`.
        ctime_ns: POSIX change time of `path`; 0 on Windows, where it is the creation time.
        member: the name inside the ZIP at `path`, or "".
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    member: str = ""

    @property
    def place(self) -> str:
        """A text that names its place."""
        return f"{self.path}\0{self.member}" if self.member else self.path


@dataclass(frozen=True, slots=True)
class Geometry:
    """The values that the missing-slice check needs (DICOM PS3.3 §C.7.6.2)."""

    position: tuple[float, float, float] | None
    orientation: tuple[float, float, float, float, float, float] | None
    spacing: float | None = None
    frames: int = 1
    echo: str = ""
    acquisition: str = ""
    temporal: str = ""
    diffusion: str = ""
    image_type: tuple[str, ...] = ()


# The rest of a place, SOP Instance UID, size, times, number, position, echo, temporal, diffusion
Own = tuple[
    str, str, int, int, int, int | None, tuple[float, float, float] | None, str, str, str
]  # fmt: skip


class Instance:
    """One instance. A UID is "" if the file has none or an invalid one: `fault` says which.

    There may be a hundred thousand, so an instance's own values are kept as bytes, and those that
    its series shares are one object: 0.25 KB each instead of 0.8.

    Attributes:
        shared: what it has in common with others.
        fault: "" or comma-joined `missing:<keyword>`, `invalid:<keyword>` of the three UIDs that
            place an instance.
        cut_short: the file ends before its data do, or has fewer pixels than its header says.
        changing: another program was still writing it when it was scanned.
        program: the preamble starts like a Windows or Linux program.
        who: a hash of the patient that the header names; "" if unknown.
        flaw: "odd" if the header violates the standard, "broken" if it can't be read to its end.
    """

    __slots__ = ("_own", "shared")

    def __init__(
        self,
        source: Source,
        sop_instance_uid: str,
        sop_class_uid: str,
        series_instance_uid: str,
        study_instance_uid: str,
        transfer_syntax_uid: str,
        instance_number: int | None = None,
        rows: int = 0,
        columns: int = 0,
        geometry: Geometry | None = None,
        burned_in: bool = False,
        fault: str = "",
        cut_short: bool = False,
        changing: bool = False,
        program: bool = False,
        who: str = "",
    ) -> None:
        folder, name = divided(source.place)
        shared = SharedValues(
            folder, str(sop_class_uid), str(series_instance_uid), str(study_instance_uid),
            str(transfer_syntax_uid), rows, columns, burned_in, fault, cut_short, changing, program,
            who=who,
        )  # fmt: skip
        g = geometry or Geometry(None, None)
        if geometry is not None:
            shared = shared._replace(
                placed=True,
                orientation=g.orientation,
                spacing=g.spacing,
                frames=g.frames,
                acquisition=g.acquisition,
                image_type=g.image_type,
            )
        own = (
            name, str(sop_instance_uid), source.size, source.mtime_ns, source.ctime_ns,
            instance_number, g.position, g.echo, g.temporal, g.diffusion,
        )  # fmt: skip
        self.shared, self._own = shared_once(shared), marshal.dumps(own)

    @staticmethod
    def of(shared: SharedValues, own: Own) -> Instance:
        """Makes one from its two parts; `shared` comes from `shared_once`."""
        return _of(shared, marshal.dumps(own))

    def __reduce__(self) -> tuple[Any, ...]:
        return _of, (self.shared, self._own)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Instance):
            return NotImplemented
        return self.shared == other.shared and self._values == other._values

    def __hash__(self) -> int:
        return hash((self.shared, self._values))

    def __repr__(self) -> str:  # without the path, which may name a patient
        return f"Instance({self.sop_instance_uid or '?'})"

    @property
    def _values(self) -> Own:
        values: Own = marshal.loads(self._own)
        return values

    @property
    def place(self) -> str:
        """As `Source.place`."""
        return self.shared.folder + self._values[0]

    @property
    def identity(self) -> tuple[str, str]:
        """Its place, and its SOP Instance UID."""
        values = self._values
        return self.shared.folder + values[0], values[1]

    @property
    def source(self) -> Source:
        name, _, size, mtime_ns, ctime_ns, *_ = self._values
        path, _, member = (self.shared.folder + name).partition("\0")
        return Source(path, size, mtime_ns, ctime_ns, member)

    @property
    def sop_instance_uid(self) -> str:
        return self._values[1]

    @property
    def size(self) -> int:
        """As the source's."""
        return self._values[2]

    @property
    def instance_number(self) -> int | None:
        return self._values[5]

    @property
    def position(self) -> tuple[float, float, float] | None:
        """The geometry's."""
        return self._values[6]

    @property
    def number_and_position(self) -> tuple[int | None, tuple[float, float, float] | None]:
        """Both at once."""
        values = self._values
        return values[5], values[6]

    @property
    def varying(self) -> tuple[str, str, str]:
        """The geometry's echo, temporal position and diffusion: what varies at one position."""
        *_, echo, temporal, diffusion = self._values
        return echo, temporal, diffusion

    @property
    def order(self) -> tuple[bool, int, str]:
        """A sort key for the instances of a series: by number, then by place."""
        values = self._values
        number = values[5]
        return number is None, number or 0, self.shared.folder + values[0]

    @property
    def geometry(self) -> Geometry | None:
        shared = self.shared
        if not shared.placed:
            return None
        *_, position, echo, temporal, diffusion = self._values
        return Geometry(
            position, shared.orientation, shared.spacing, shared.frames, echo, shared.acquisition,
            temporal, diffusion, shared.image_type,
        )  # fmt: skip

    @property
    def frames(self) -> int:
        """Number of Frames (0028,0008), 1 if missing."""
        return self.shared.frames

    @property
    def sop_class_uid(self) -> str:
        return self.shared.sop_class_uid

    @property
    def series_instance_uid(self) -> str:
        return self.shared.series_instance_uid

    @property
    def study_instance_uid(self) -> str:
        return self.shared.study_instance_uid

    @property
    def transfer_syntax_uid(self) -> str:
        return self.shared.transfer_syntax_uid

    @property
    def rows(self) -> int:
        return self.shared.rows

    @property
    def columns(self) -> int:
        return self.shared.columns

    @property
    def burned_in(self) -> bool:
        return self.shared.burned_in

    @property
    def fault(self) -> str:
        return self.shared.fault

    @property
    def cut_short(self) -> bool:
        return self.shared.cut_short

    @property
    def changing(self) -> bool:
        return self.shared.changing

    @property
    def program(self) -> bool:
        return self.shared.program

    @property
    def who(self) -> str:
        return self.shared.who

    @property
    def flaw(self) -> str:
        return self.shared.flaw

    def seen_changing(self) -> Instance:
        """A copy, marked as still being written by another program."""
        return _of(shared_once(self.shared._replace(changing=True)), self._own)


def _of(shared: SharedValues, own: bytes) -> Instance:
    made = Instance.__new__(Instance)
    made.shared, made._own = shared, own
    return made
