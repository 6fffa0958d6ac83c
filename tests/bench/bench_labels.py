"""`labels`: 5,000 rows of a workbook are read, and matched with 5,000 studies, within a second."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from harness import Row

from gantry.engine.instance import Instance, Source
from gantry.engine.intake.catalog import Catalog, Patient, Series, Study
from gantry.engine.labels.matching import Matches, match
from gantry.engine.labels.table import read_table

STUDIES = 5000
GOAL = 1.0  # seconds
COLUMNS = ("PatientID", "PatientName", "AccessionNumber", "Folder", "subject", "session", "visit")


def rows(data: Path | None, scratch: Path) -> list[Row]:
    """Matched by four columns, of which all must match; a workbook, and the same as CSV."""
    found: list[Matches] = []

    @cache
    def made() -> Catalog:
        _write(scratch / "labels.csv", scratch / "labels.xlsx")
        return _catalog()

    def work(name: str) -> None:
        found.append(match(read_table(scratch / name), made()))

    def all_matched() -> tuple[bool, str]:
        last = found[-1]
        number = sum(len(one.rows) == 1 for one in last.studies)
        return number == STUDIES and not last.unused, f"{number:,} studies matched"

    return [
        Row(f"labels-{kind}", lambda kind=kind: work(f"labels.{kind}"), None, GOAL,  # type: ignore[misc]
            before=made, check=all_matched, peak=False)
        for kind in ("csv", "xlsx")
    ]  # fmt: skip


def _cells(n: int) -> list[str]:
    return [f"{n // 2:06d}", f"Doe{n // 2}^John", f"A{n}", f"v{n}", f"S{n // 2}", f"V{n}", str(n)]


def _write(csv: Path, xlsx: Path) -> None:
    import openpyxl

    lines = [",".join(COLUMNS), *(",".join(_cells(n)) for n in range(STUDIES))]
    csv.write_text("\n".join(lines), encoding="utf-8")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(COLUMNS)
    for n in range(STUDIES):
        sheet.append(_cells(n))
    book.save(xlsx)


def _catalog() -> Catalog:
    patients = []
    for p in range(STUDIES // 2):
        studies = tuple(_study(f"p{p}", n) for n in (2 * p, 2 * p + 1))
        patients.append(
            Patient(f"p{p}", f"{p:06d}", f"Doe{p}^John", "19700101", "O", studies, 20, 20_000)
        )
    return Catalog(tuple(patients))


def _study(patient: str, n: int) -> Study:
    uid = f"2.25.{n + 1}"
    instances = tuple(
        Instance(
            Source(f"/data/site {n % 7}/v{n}/{i}.dcm", 1000, 1, 1), f"{uid}.{i}",
            "1.2.840.10008.5.1.4.1.1.4", f"{uid}.0", uid, "1.2.840.10008.1.2.1",
        )
        for i in range(10)
    )  # fmt: skip
    series = Series(f"{patient}/{uid}/s", f"{uid}.0", 1, "MR", "", "", "", instances, 10_000)
    return Study(f"{patient}/{uid}", uid, "20260102", "", "", f"A{n}", (series,), 10, 10_000)
