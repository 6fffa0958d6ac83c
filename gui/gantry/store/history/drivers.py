"""Translates a filter into SQL, and finds the indexes by which its parcels can be reached."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gantry.engine.parcel import ParcelState
from gantry.store.history.codec import seq_of
from gantry.store.history.rows import ParcelFilter
from gantry.store.history.words import (
    INDEXED_PREFIX,
    beginnings_of,
    begins_uid,
    match_query,
    place_word,
)
from gantry.store.salt import salted

Value = str | int

FEW = 3000  # how far rows are counted, and how many are sorted by anything but time
_LAST = 1 << 62
_STATES = tuple(s.value for s in ParcelState if s is not ParcelState.INTERRUPTED)
_PROFILES = {True: "deidentified", False: "verbatim", None: ""}
# As the indexes say it, so that SQLite may use them.
_HAS_PROFILE = {"deidentified": "parcel.profile > ''", "verbatim": "parcel.profile = ''"}
# Parcels in these states have their own text index: they are few, and often searched for.
_TROUBLE = frozenset({"failed", "cancelled", "unclear", "held", "incomplete"})


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with its values."""

    sql: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Driver:
    """One path to a filter's parcels.

    Attributes:
        arms: `FROM … WHERE …`, each using an index; together they contain every parcel that passes.
        checks: conditions that remain to be checked for each row.
        seq: the arms' name for the sequence number.
        all: for a path that is only good for few rows: a `SELECT` of one row for each of these. The
            arms look at the first `FEW`, and sort them.
    """

    arms: tuple[Sql, ...]
    checks: tuple[Sql, ...]
    seq: str = "parcel.seq"
    all: Sql | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter, translated.

    Attributes:
        low, high: sequence numbers in [low, high).
        beginnings: of words, if the text is words; `uid`, if it is a UID.
        profile: "deidentified", "verbatim", or "": either.
        linked: job, and salted Patient ID or "", of parcels that pass whatever the text.
        is_impossible: the text contains nothing that can be searched.
    """

    low: int
    high: int
    states: tuple[str, ...]
    destination: str
    beginnings: tuple[str, ...]
    uid: str
    patient: str
    job: str
    profile: str
    linked: tuple[tuple[str, str], ...]
    is_impossible: bool
    is_dated: bool

    @property
    def is_tallied(self) -> bool:
        """Whether it filters only by state and destination."""
        return not (
            self.beginnings
            or self.uid
            or self.linked
            or self.patient
            or self.job
            or self.profile
            or self.is_dated
        )

    @property
    def all_states(self) -> tuple[str, ...]:
        return self.states or _STATES

    def within(self, low: int, high: int) -> Wanted:
        """The same for another time."""
        return replace(self, low=low, high=high)


def wanted(filter_: ParcelFilter, salt: bytes) -> Wanted:
    """Translates a filter."""
    text = filter_.text.strip()
    uid = text if begins_uid(text) else ""
    beginnings = () if uid else beginnings_of(text)
    return Wanted(
        low=seq_of(filter_.since) if filter_.since else 0,
        high=seq_of(filter_.until) if filter_.until else _LAST,
        states=_kept(filter_.states),
        destination=filter_.destination,
        beginnings=beginnings,
        uid=uid,
        patient=salted(salt, filter_.patient_id) if filter_.patient_id else "",
        job=filter_.job,
        profile=_PROFILES[filter_.deidentified],
        linked=tuple(
            (one.job, salted(salt, one.patient_id) if one.patient_id else "")
            for one in filter_.linked
        ),
        is_impossible=bool(text) and not (uid or beginnings or filter_.linked),
        is_dated=filter_.since is not None or filter_.until is not None,
    )


def _kept(states: frozenset[ParcelState]) -> tuple[str, ...]:
    """The stored states: what is shown as interrupted may be any that is not final."""
    if ParcelState.INTERRUPTED in states:
        states |= {s for s in ParcelState if not s.is_final}
    return tuple(sorted(s.value for s in states if s is not ParcelState.INTERRUPTED))


def drivers_of(want: Wanted) -> list[Driver]:
    """All paths, the most selective kinds first; the last one is good for many rows."""
    found = []
    if want.patient:
        found.append(_by_patient(want))
    if want.linked:
        found.append(_by_link(want))
    elif want.uid:
        found.append(_by_uid(want))
    elif want.beginnings:
        found.append(_by_text(want))
    if want.job:
        found.append(_by_job(want))
    return [*found, _by_profile(want) if want.profile else _by_state(want)]


def _by_patient(want: Wanted) -> Driver:
    # The index is partial, so the query must say that the hash isn't empty.
    arm = Sql(
        "FROM parcel INDEXED BY parcel_patient WHERE patient_hash = ? AND patient_hash <> ''"
        " AND seq >= ? AND seq < ?",
        (want.patient, want.low, want.high),
    )
    return Driver((arm,), _checks(want, but="patient"))


def _by_link(want: Wanted) -> Driver:
    """What the text itself finds, and the parcels of the linked jobs."""
    parts = [
        Sql(
            "SELECT seq FROM parcel INDEXED BY parcel_job"
            " WHERE job = (SELECT seq FROM job WHERE id = ?) AND ? IN ('', patient_hash)",
            link,
        )
        for link in want.linked
    ]
    if want.uid:
        parts.append(_found_by_uid(want.uid))
    elif want.beginnings:
        match = match_query(want.beginnings)
        parts.append(Sql("SELECT rowid FROM search WHERE search MATCH ?", (match,)))
    found = Sql(" UNION ALL ".join(p.sql for p in parts), sum((p.values for p in parts), ()))
    arm = Sql(
        f"FROM parcel WHERE seq IN ({found.sql} LIMIT {FEW}) AND +seq >= ? AND +seq < ?",
        (*found.values, want.low, want.high),
    )
    return Driver((arm,), _checks(want, but="link"), all=found)


def _by_uid(want: Wanted) -> Driver:
    found = _found_by_uid(want.uid)
    arm = Sql(
        f"FROM parcel WHERE seq IN ({found.sql} LIMIT {FEW}) AND +seq >= ? AND +seq < ?",
        (*found.values, want.low, want.high),
    )
    return Driver((arm,), _checks(want, but="uid"), all=found)


def _found_by_uid(uid: str) -> Sql:
    return Sql(
        "SELECT seq FROM parcel INDEXED BY parcel_study"
        " WHERE study_uid >= ? AND study_uid < ? AND study_uid <> ''"
        " UNION ALL SELECT rowid FROM search WHERE search MATCH ?"
        " UNION ALL SELECT parcel FROM source INDEXED BY source_uid"
        " WHERE sop_instance_uid = ? AND sop_instance_uid <> ''"
        " UNION ALL SELECT parcel FROM source INDEXED BY source_sent_uid"
        " WHERE sent_sop_instance_uid = ? AND sent_sop_instance_uid <> ''",
        (uid, _behind(uid), f'"{uid}"', uid, uid),
    )


def _by_text(want: Wanted) -> Driver:
    table = "trouble" if want.states and _TROUBLE.issuperset(want.states) else "search"
    place = (place_word(want.destination),) if want.destination else ()
    arm = Sql(
        f"FROM {table} CROSS JOIN parcel ON parcel.seq = {table}.rowid"
        f" WHERE {table} MATCH ? AND {table}.rowid >= ? AND {table}.rowid < ?",
        (match_query(want.beginnings, whole=place), want.low, want.high),
    )
    return Driver((arm,), _checks(want, but="text"), seq=f"{table}.rowid")


def _by_job(want: Wanted) -> Driver:
    arms = tuple(
        Sql(
            "FROM parcel INDEXED BY parcel_job WHERE job = (SELECT seq FROM job WHERE id = ?)"
            " AND state = ? AND seq >= ? AND seq < ?",
            (want.job, state, want.low, want.high),
        )
        for state in want.all_states
    )
    return Driver(arms, _checks(want, but="job"))


def _by_state(want: Wanted) -> Driver:
    start, named = "FROM parcel INDEXED BY parcel_state WHERE state = ?", tuple[Value, ...]()
    if want.destination:
        start = "FROM parcel INDEXED BY parcel_destination WHERE destination = ? AND state = ?"
        named = (want.destination,)
    end = " AND seq >= ? AND seq < ?"
    span = (want.low, want.high)
    if want.states or want.destination:
        arms = tuple(Sql(start + end, (*named, state, *span)) for state in want.all_states)
    else:
        arms = (Sql("FROM parcel NOT INDEXED WHERE seq >= ? AND seq < ?", span),)
    return Driver(arms, _checks(want, but="state"))


def _by_profile(want: Wanted) -> Driver:
    place = "destination" if want.destination else "state"
    start = (
        f"FROM parcel INDEXED BY parcel_{want.profile}_{place} WHERE {_HAS_PROFILE[want.profile]}"
    )
    named = (want.destination,) if want.destination else ()
    if named:
        start += " AND destination = ?"
    arms = tuple(
        Sql(f"{start} AND state = ? AND seq >= ? AND seq < ?", (*named, state, want.low, want.high))
        for state in want.all_states
    )
    return Driver(arms, _checks(want, but="state profile"))


def _checks(want: Wanted, *, but: str) -> tuple[Sql, ...]:
    """The conditions that a driver does not cover. A plus keeps SQLite from another index."""
    found = []
    if want.states and but not in ("state", "state profile", "job"):
        marks = ", ".join("?" * len(want.states))
        found.append(Sql(f"+parcel.state IN ({marks})", want.states))
    if want.destination and but not in ("state", "state profile", "text"):
        found.append(Sql("+parcel.destination = ?", (want.destination,)))
    if want.patient and but != "patient":
        found.append(Sql("+parcel.patient_hash = ?", (want.patient,)))
    if want.job and but != "job":
        found.append(Sql("+parcel.job = (SELECT seq FROM job WHERE id = ?)", (want.job,)))
    if want.profile and but != "state profile":
        found.append(Sql(f"+{_HAS_PROFILE[want.profile]}"))
    said = []
    if want.uid and but != "uid":
        said.append(_uid_check(want.uid))
    for beginning in want.beginnings:
        if but != "text" or len(beginning) > INDEXED_PREFIX:
            said.append(Sql("instr(parcel.words, ?) > 0", (f" {beginning}",)))
    return (*found, *([_or_linked(want, said)] if want.linked else said))


def _or_linked(want: Wanted, said: list[Sql]) -> Sql:
    """Passes what the text says, and the parcels of the linked jobs."""
    links = [
        Sql(
            "+parcel.job = (SELECT seq FROM job WHERE id = ?) AND ? IN ('', parcel.patient_hash)",
            link,
        )
        for link in want.linked
    ]
    arms = [one.sql for one in links]
    if said:
        arms.append(" AND ".join(one.sql for one in said))
    return Sql(f"({' OR '.join(arms)})", sum((one.values for one in (*links, *said)), ()))


def _uid_check(uid: str) -> Sql:
    return Sql(
        "(+parcel.study_uid >= ? AND +parcel.study_uid < ? OR instr(parcel.words, ?) > 0"
        " OR EXISTS (SELECT 1 FROM source INDEXED BY source_uid WHERE sop_instance_uid = ?"
        " AND sop_instance_uid <> '' AND source.parcel = parcel.seq)"
        " OR EXISTS (SELECT 1 FROM source INDEXED BY source_sent_uid"
        " WHERE sent_sop_instance_uid = ? AND sent_sop_instance_uid <> ''"
        " AND source.parcel = parcel.seq))",
        (uid, _behind(uid), f" {uid} ", uid, uid),
    )


def _behind(beginning: str) -> str:
    """The first text after all texts with this beginning."""
    return beginning[:-1] + chr(ord(beginning[-1]) + 1)
