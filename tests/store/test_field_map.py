"""From rows of the database to frozen values, by name."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass

from gantry.store.history.field_map import FieldMap


@dataclass(frozen=True)
class Ship:
    name: str
    masts: int


@dataclass(frozen=True)
class Voyage:
    port: str
    days: float
    ship: Ship
    crew: tuple[str, ...] = ()


SHIP = FieldMap(Ship, ("name", "masts"), sql={"name": "upper(ship)"}, read={"masts": int})
VOYAGE = FieldMap(
    Voyage, ("port", "days"), table="v", sql={"days": "hours / 24.0"}, parts={"ship": SHIP}
)


def test_each_field_is_read_from_its_column_or_its_expression() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("CREATE TABLE voyage (masts TEXT, hours INTEGER, ship TEXT, port TEXT)")
        db.execute("INSERT INTO voyage VALUES ('3', 36, 'fram', 'Oslo')")
        row = db.execute(f"SELECT {VOYAGE.columns} FROM voyage AS v").fetchone()
        ship = db.execute(f"SELECT {SHIP.columns} FROM voyage").fetchone()
    assert VOYAGE.of(row, crew=("A", "B")) == Voyage("Oslo", 1.5, Ship("FRAM", 3), ("A", "B"))
    assert VOYAGE.of(row) == Voyage("Oslo", 1.5, Ship("FRAM", 3))
    assert SHIP.of(ship) == Ship("FRAM", 3)
