"""Lists parcels in milliseconds among a million, by choosing the best index.

A filter offers one or more *drivers*: paths to its parcels by an index, in the order of time. The
one with the fewest parcels is used, and each of its rows is checked against the other conditions.
If all have many, so have the hits, and the next page is near.
"""

from __future__ import annotations

import sqlite3

from gantry.store.history.drivers import FEW, Driver, Sql, Value, Wanted, drivers_of
from gantry.store.history.rows import Count, Cursor, Sort


def page(
    db: sqlite3.Connection, want: Wanted, sort: Sort, after: Cursor | None, limit: int
) -> list[int]:
    """The next `limit` parcels after `after`, as sequence numbers in order.

    Sorted by size or label, a filter by text, date, patient, job or profile that leaves more
    than `FEW` gives only the newest: `count` is not exact then.
    """
    if want.is_impossible or limit < 1:
        return []
    descends = sort.descends
    if sort.column == "seq":
        if after and descends:
            want = want.within(want.low, min(want.high, after.seq))
        elif after:
            want = want.within(max(want.low, after.seq + 1), want.high)
        return [seq for _, seq in _by_time(db, want, descends, limit, "seq")]
    if want.is_tallied:
        rows: list[tuple[Value, int]] = []
        for part in by_column(want, sort, after, limit):
            rows += db.execute(part.sql, part.values)
    else:
        rows = _by_time(db, want, True, FEW, sort.column)
        if after:
            behind = (after.key, after.seq)
            rows = [r for r in rows if (r < behind if descends else r > behind)]
    rows.sort(reverse=descends)
    return [seq for _, seq in rows[:limit]]


def count(db: sqlite3.Connection, want: Wanted) -> Count:
    """How many there are: exact for state and destination, otherwise counted up to a bound."""
    if want.is_impossible:
        return Count(0, True)
    if want.is_tallied:
        part = tally(want)
        return Count(int(db.execute(part.sql, part.values).fetchone()[0]), True)
    driver, size = _smallest(db, drivers_of(want))
    if not driver.checks:
        return Count(min(size, FEW), size <= FEW)
    number, left = 0, FEW
    for arm in driver.arms:
        part = passing(driver, arm, left)
        examined, passed = db.execute(part.sql, part.values).fetchone()
        number, left = number + int(passed or 0), left - int(examined)
        if left <= 0:
            break
    return Count(number, size <= FEW)


def tally(want: Wanted) -> Sql:
    """Counts by the stored totals: a few rows per destination."""
    where = "destination = ?" if want.destination else "1"
    values: tuple[Value, ...] = (want.destination,) if want.destination else ()
    if want.states:
        where += f" AND state IN ({', '.join('?' * len(want.states))})"
    return Sql(f"SELECT coalesce(sum(number), 0) FROM total WHERE {where}", values + want.states)


def passing(driver: Driver, arm: Sql, most: int) -> Sql:
    """Of an arm's first `most` rows, how many exist, and how many pass the checks."""
    where, values = _joined(driver.checks)
    inner = f"SELECT {driver.seq} AS seq {arm.sql} LIMIT ?"
    return Sql(
        f"SELECT count(*), sum({where}) FROM ({inner}) AS found"
        " CROSS JOIN parcel ON parcel.seq = found.seq",
        (*values, *arm.values, most),
    )


def rows_of(driver: Driver, arm: Sql, descends: bool, limit: int, column: str) -> Sql:
    """The first rows of an arm that pass, in the order of time, with a column to sort by."""
    where, values = _joined(driver.checks)
    order = "DESC" if descends else "ASC"
    return Sql(
        f"SELECT parcel.{column}, {driver.seq} {arm.sql} AND {where}"
        f" ORDER BY {driver.seq} {order} LIMIT ?",
        (*arm.values, *values, limit),
    )


def by_column(want: Wanted, sort: Sort, after: Cursor | None, limit: int) -> list[Sql]:
    """Walks the indexes by size or label, one for each state (and the destination)."""
    column, order = sort.column, "DESC" if sort.descends else "ASC"
    sign = "<" if sort.descends else ">"
    if after is None:
        ranges = [Sql("1", ())]
    else:
        # Two: SQLite would read all rows of an equal key again for each page.
        ranges = [
            Sql(f"{column} = ? AND seq {sign} ?", (after.key, after.seq)),
            Sql(f"{column} {sign} ?", (after.key,)),
        ]
    place = "destination" if want.destination else "state"
    where = "destination = ? AND state = ?" if want.destination else "state = ?"
    named = (want.destination,) if want.destination else ()
    return [
        Sql(
            f"SELECT {column}, seq FROM parcel INDEXED BY parcel_{place}_{column}"
            f" WHERE {where} AND {part.sql} ORDER BY {column} {order}, seq {order} LIMIT ?",
            (*named, state, *part.values, limit),
        )
        for state in want.all_states
        for part in ranges
    ]


def _by_time(
    db: sqlite3.Connection, want: Wanted, descends: bool, limit: int, column: str
) -> list[tuple[Value, int]]:
    """The first rows in the order of time, with a column to sort by."""
    driver, _ = _smallest(db, drivers_of(want))
    rows: list[tuple[Value, int]] = []
    for arm in driver.arms:
        part = rows_of(driver, arm, descends, limit, column)
        rows += db.execute(part.sql, part.values)
    rows.sort(key=lambda row: row[1], reverse=descends)
    return rows[:limit]


def _smallest(db: sqlite3.Connection, drivers: list[Driver]) -> tuple[Driver, int]:
    """The driver with the fewest rows, and how many: up to `FEW`, or more."""
    best, fewest = drivers[-1], FEW + 2
    for driver in drivers:
        if driver.all and _size(db, driver.all) > FEW:
            continue
        size = 0
        for arm in driver.arms:
            size += _size(db, Sql(f"SELECT 1 {arm.sql}", arm.values))
            if size > FEW:
                break
        if size < fewest:
            best, fewest = driver, size
    return best, fewest


def _size(db: sqlite3.Connection, part: Sql) -> int:
    counted = f"SELECT count(*) FROM ({part.sql} LIMIT ?)"
    return int(db.execute(counted, (*part.values, FEW + 1)).fetchone()[0])


def _joined(checks: tuple[Sql, ...]) -> tuple[str, tuple[Value, ...]]:
    return " AND ".join(["1", *(c.sql for c in checks)]), tuple(v for c in checks for v in c.values)
