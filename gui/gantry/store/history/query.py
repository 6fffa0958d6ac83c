"""Parcel lists in tens of milliseconds among a million: how each query finds its index.

A list is found in one of two ways. Where one of the filters leaves few parcels, these are fetched
by its index, checked and sorted. Where all leave many, the list's own order is walked by an index
and each row checked: with many hits, the next page is near. So no query reads more than some
thousands of rows, whatever is combined.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from gantry.engine.parcel import ParcelState
from gantry.store.history.codec import seq_of
from gantry.store.history.rows import Count, Cursor, ParcelFilter, Sort
from gantry.store.history.words import beginnings_of, is_uid, match_query
from gantry.store.salt import salted

FEW = 5000  # rows that are fetched and sorted rather than walked to
COUNTED = 10_000  # beyond, a count with several filters says "more than"
_LAST = 1 << 62

Value = str | int
Values = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of SQL with its values."""

    sql: str
    values: Values = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter in the database's terms.

    Attributes:
        sets: subqueries that give `seq` by an index, one a filter.
        checks: the same conditions (and those without a set), asked of one row.
        match: the text index's query, where the text is words.
    """

    low: int
    high: int
    states: tuple[str, ...]
    destination: str
    sets: tuple[Part, ...]
    checks: tuple[Part, ...]
    match: str
    is_impossible: bool = False

    @property
    def is_tallied(self) -> bool:
        """Whether nothing but state and destination filters."""
        return not (self.sets or self.checks or self.is_impossible)


def wanted(filter_: ParcelFilter, salt: bytes) -> Wanted:
    """Translates a filter."""
    low = seq_of(filter_.since) if filter_.since else 0
    high = seq_of(filter_.until) if filter_.until else _LAST
    states = tuple(sorted(s.value for s in filter_.states))
    sets: list[Part] = []
    checks: list[Part] = []
    match, is_impossible = "", False
    text = filter_.text.strip()
    if text and is_uid(text):
        sets.append(_uid_set(text))
        checks.append(_uid_check(text))
    elif text:
        beginnings = beginnings_of(text)
        is_impossible = not beginnings
        match = match_query(beginnings)
        sets.append(Part("SELECT rowid AS seq FROM search WHERE search MATCH ?", (match,)))
        checks += [Part("instr(parcel.words, ?) > 0", (f" {b}",)) for b in beginnings]
    if filter_.patient_id:
        # The index is partial, so the query must say that the hash isn't empty.
        by_patient = "patient_hash = ? AND patient_hash <> ''"
        value = (salted(salt, filter_.patient_id),)
        sets.append(
            Part(f"SELECT seq FROM parcel INDEXED BY parcel_patient WHERE {by_patient}", value)
        )
        checks.append(Part("parcel.patient_hash = ?", value))
    if filter_.job:
        by_job = "job = (SELECT seq FROM job WHERE id = ?)"
        value = (filter_.job,)
        sets.append(Part(f"SELECT seq FROM parcel INDEXED BY parcel_job WHERE {by_job}", value))
        checks.append(Part(f"parcel.{by_job}", value))
    if filter_.since or filter_.until:
        sets.append(
            Part("SELECT seq FROM parcel NOT INDEXED WHERE seq >= ? AND seq < ?", (low, high))
        )
        checks.append(Part("+parcel.seq >= ? AND +parcel.seq < ?", (low, high)))
    return Wanted(
        low, high, states, filter_.destination, tuple(sets), tuple(checks), match, is_impossible
    )


def page(
    db: sqlite3.Connection, want: Wanted, sort: Sort, after: Cursor | None, limit: int
) -> list[int]:
    """The next `limit` parcels behind `after`, as sequence numbers in order."""
    if want.is_impossible or limit < 1:
        return []
    few = smallest(db, want)
    parts = [sorted_part(want, few, sort, after, limit)] if few else walks(want, sort, after, limit)
    if sort.column == "seq":
        found = {int(row[0]) for part in parts for row in db.execute(part.sql, part.values)}
        return sorted(found, reverse=sort.descends)[:limit]
    rows: list[int] = []
    for part in parts:
        if len(rows) < limit:
            rows += [int(row[0]) for row in db.execute(part.sql, part.values)]
    return rows[:limit]


def count(db: sqlite3.Connection, want: Wanted) -> Count:
    """How many there are: exact for state and destination, else counted up to a bound."""
    if want.is_impossible:
        return Count(0, True)
    if want.is_tallied:
        return Count(_tally(db, want), True)
    sizes = [(size_of(db, part), part) for part in _all_sets(db, want)]
    size, part = min(sizes, key=lambda s: s[0])
    where = " AND ".join(["1", *(c.sql for c in _row_checks(want))])
    counted = count_part(part, where, tuple(v for c in _row_checks(want) for v in c.values))
    number = int(db.execute(counted.sql, counted.values).fetchone()[0])
    return Count(number, size <= COUNTED)


def count_part(part: Part, where: str, values: Values) -> Part:
    """Counts those of a set's first rows that pass the checks."""
    return Part(
        f"SELECT count(*) FROM parcel WHERE seq IN ({part.sql} LIMIT {COUNTED}) AND {where}",
        (*part.values, *values),
    )


def size_of(db: sqlite3.Connection, part: Part, most: int = COUNTED) -> int:
    """How many rows a set has; it doesn't count beyond `most` + 1."""
    sized = size_part(part, most)
    return int(db.execute(sized.sql, sized.values).fetchone()[0])


def size_part(part: Part, most: int) -> Part:
    return Part(f"SELECT count(*) FROM ({part.sql} LIMIT {most + 1})", part.values)


def smallest(db: sqlite3.Connection, want: Wanted) -> Part | None:
    """The filter that leaves the fewest, if these are few enough to be sorted."""
    sizes = [(size_of(db, part, FEW), n, part) for n, part in enumerate(_all_sets(db, want))]
    size, _, part = min(sizes, default=(FEW + 1, 0, None))
    return part if size <= FEW else None


def sorted_part(want: Wanted, few: Part, sort: Sort, after: Cursor | None, limit: int) -> Part:
    """Fetches a small set, checks and sorts it."""
    checks = list(_row_checks(want))
    order = "DESC" if sort.descends else "ASC"
    if after:
        sign = "<" if sort.descends else ">"
        if sort.column == "seq":
            checks.append(Part(f"+parcel.seq {sign} ?", (after.seq,)))
        else:
            behind = f"(+parcel.{sort.column}, +parcel.seq) {sign} (?, ?)"
            checks.append(Part(behind, (after.key, after.seq)))
    where = "".join(f" AND {c.sql}" for c in checks)
    by = "+parcel.seq" if sort.column == "seq" else f"+parcel.{sort.column} {order}, +parcel.seq"
    return Part(
        f"SELECT seq FROM parcel WHERE seq IN ({few.sql}){where} ORDER BY {by} {order} LIMIT ?",
        (*few.values, *(v for c in checks for v in c.values), limit),
    )


def walks(want: Wanted, sort: Sort, after: Cursor | None, limit: int) -> list[Part]:
    """Walks the list's order by an index. Parts by time are to be merged, others joined."""
    if sort.column == "seq":
        return _walks_by_time(want, sort, after, limit)
    order, sign = ("DESC", "<") if sort.descends else ("ASC", ">")
    checks = _row_checks(want)
    where = "".join(f" AND {c.sql}" for c in checks)
    values = tuple(v for c in checks for v in c.values)
    column = sort.column
    start = f"SELECT seq FROM parcel INDEXED BY parcel_{column} WHERE"
    end = f"{where} ORDER BY {column} {order}, seq {order} LIMIT ?"
    if after is None:
        least: Value = 0 if column == "size" else ""
        return [Part(f"{start} {column} >= ?{end}", (least, *values, limit))]
    # Two parts: SQLite would read all rows of an equal key again for each page.
    return [
        Part(f"{start} {column} = ? AND seq {sign} ?{end}", (after.key, after.seq, *values, limit)),
        Part(f"{start} {column} {sign} ?{end}", (after.key, *values, limit)),
    ]


def _walks_by_time(want: Wanted, sort: Sort, after: Cursor | None, limit: int) -> list[Part]:
    low, high = want.low, want.high  # seq in [low, high)
    if after:
        low, high = (low, min(high, after.seq)) if sort.descends else (
            max(low, after.seq + 1), high
        )  # fmt: skip
    order = "DESC" if sort.descends else "ASC"
    checks = [c for c in want.checks if not c.sql.startswith("+parcel.seq")]
    if want.match:
        checks = [*checks, *_state_checks(want)]
        where = "".join(f" AND {c.sql}" for c in checks)
        return [
            Part(
                "SELECT search.rowid FROM search CROSS JOIN parcel ON parcel.seq = search.rowid"
                f" WHERE search MATCH ? AND search.rowid >= ? AND search.rowid < ?{where}"
                f" ORDER BY search.rowid {order} LIMIT ?",
                (want.match, low, high, *(v for c in checks for v in c.values), limit),
            )
        ]
    where = "".join(f" AND {c.sql}" for c in checks)
    values = (low, high, *(v for c in checks for v in c.values), limit)
    end = f"seq >= ? AND seq < ?{where} ORDER BY seq {order} LIMIT ?"
    if not (want.states or want.destination):
        return [Part(f"SELECT seq FROM parcel NOT INDEXED WHERE {end}", values)]
    states = want.states or tuple(s.value for s in ParcelState)
    if want.destination:
        start = "SELECT seq FROM parcel INDEXED BY parcel_destination"
        start += " WHERE destination = ? AND state = ? AND "
        return [Part(start + end, (want.destination, state, *values)) for state in states]
    start = "SELECT seq FROM parcel INDEXED BY parcel_state WHERE state = ? AND "
    return [Part(start + end, (state, *values)) for state in states]


def _all_sets(db: sqlite3.Connection, want: Wanted) -> list[Part]:
    """One set a filter; that of state and destination only where it is worth it."""
    if not (want.states or want.destination) or _tally(db, want) > COUNTED:
        return list(want.sets)
    return [*want.sets, state_set(want)]


def state_set(want: Wanted) -> Part:
    """The parcels of some states, or of a destination, or of both."""
    states = want.states or tuple(s.value for s in ParcelState)
    marks = ", ".join("?" * len(states))
    if want.destination:
        start = "SELECT seq FROM parcel INDEXED BY parcel_destination WHERE destination = ? AND"
        return Part(f"{start} state IN ({marks})", (want.destination, *states))
    start = "SELECT seq FROM parcel INDEXED BY parcel_state WHERE"
    return Part(f"{start} state IN ({marks})", states)


def tally_part(want: Wanted) -> Part:
    """Counts by the kept totals: some rows a destination."""
    where, values = "1", []
    if want.destination:
        where, values = "destination = ?", [want.destination]
    if want.states:
        where += f" AND state IN ({', '.join('?' * len(want.states))})"
        values += want.states
    return Part(f"SELECT coalesce(sum(number), 0) FROM total WHERE {where}", tuple(values))


def _tally(db: sqlite3.Connection, want: Wanted) -> int:
    part = tally_part(want)
    return int(db.execute(part.sql, part.values).fetchone()[0])


def _row_checks(want: Wanted) -> list[Part]:
    return [*want.checks, *_state_checks(want)]


def _state_checks(want: Wanted) -> list[Part]:
    checks = []
    if want.states:
        marks = ", ".join("?" * len(want.states))
        checks.append(Part(f"+parcel.state IN ({marks})", want.states))
    if want.destination:
        checks.append(Part("+parcel.destination = ?", (want.destination,)))
    return checks


def _uid_set(uid: str) -> Part:
    return Part(
        "SELECT seq FROM parcel INDEXED BY parcel_study"
        " WHERE study_uid >= ? AND study_uid < ? AND study_uid <> ''"
        " UNION ALL SELECT rowid FROM search WHERE search MATCH ?"
        " UNION ALL SELECT parcel FROM source INDEXED BY source_uid"
        " WHERE sop_instance_uid = ? AND sop_instance_uid <> ''",
        (uid, _behind(uid), f'"{uid}"', uid),
    )


def _uid_check(uid: str) -> Part:
    return Part(
        "(parcel.study_uid >= ? AND parcel.study_uid < ? OR instr(parcel.words, ?) > 0"
        " OR EXISTS (SELECT 1 FROM source INDEXED BY source_uid WHERE sop_instance_uid = ?"
        " AND sop_instance_uid <> '' AND source.parcel = parcel.seq))",
        (uid, _behind(uid), f" {uid} ", uid),
    )


def _behind(beginning: str) -> str:
    """The first text behind all that begin so."""
    return beginning[:-1] + chr(ord(beginning[-1]) + 1)
