"""How a scan treats files that it met before: under another name, changed, or gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gantry.engine.instance import Instance, Source
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.cautions import CautionCode
from gantry.engine.intake.collector import Collector
from gantry.engine.intake.header.describe import About, Header
from gantry.engine.intake.inspect_file import Compared, InspectionResult, LocatedHeader
from gantry.engine.intake.skipped import Skipped, SkipReason
from gantry.engine.intake.walk import Root

ABOUT = About("CANARY-ID-7391", "Kanarienvogel^Zwölfelf")


def taken(path: str, sop: str = "9.1", *, mtime: int = 1, drop: int = 0) -> LocatedHeader:
    """A file of 100 bytes with the number 7 of one disk, as if it had several names."""
    instance = Instance(
        Source(path, 100, mtime, 1), sop, "1.4", "1.3", "1.2", "1.2.840.10008.1.2.1", 1
    )
    return LocatedHeader(Header(instance, ABOUT), path, Root("/data", drop), inode=(1, 7))


def with_one_name(one: LocatedHeader) -> LocatedHeader:
    """The file, with one name alone."""
    one.inode = None
    return one


def warnings(collector: Collector) -> list[CautionCode]:
    (patient,) = collector.update(0.0, done=True).catalog.patients
    return [warning.code for warning in patient.studies[0].series[0].warnings]


def count(collector: Collector) -> int:
    return collector.update(0.0, done=True).catalog.instance_count


def test_one_file_under_two_names_is_taken_once() -> None:
    collector = Collector()
    assert collector.take(InspectionResult(taken=[taken("/data/a"), taken("/data/b")])) == []
    update = collector.update(0.0, done=True)
    assert update.catalog.instance_count == 1
    assert [one.reason for one in update.skipped] == [SkipReason.LINK]


@pytest.mark.parametrize(
    "other", [taken("/data/b", "9.2"), taken("/data/b", mtime=2)], ids=["UID", "time"]
)
def test_a_file_system_that_makes_up_its_numbers_costs_no_file(other: LocatedHeader) -> None:
    collector = Collector()
    questions = collector.take(InspectionResult(taken=[taken("/data/a"), other]))
    assert count(collector) + len(questions) == 2, "taken, or to be compared by its bytes"
    assert not any(
        one.reason is SkipReason.LINK for one in collector.update(0.0, done=True).skipped
    )


def test_another_name_of_a_file_that_was_removed_comes_in_when_it_is_dropped() -> None:
    collector = Collector()
    collector.take(InspectionResult(taken=[taken("/data/a")]))
    collector.remove(
        [patient.key for patient in collector.update(0.0, done=True).catalog.patients], 1
    )
    assert count(collector) == 0
    collector.take(InspectionResult(taken=[taken("/data/b", drop=2)]))
    assert count(collector) == 1


def test_what_is_read_late_for_a_drop_before_a_removal_stays_away() -> None:
    collector = Collector()
    collector.take(InspectionResult(taken=[taken("/data/a")]))
    (patient,) = collector.update(0.0, done=True).catalog.patients
    collector.remove([patient.key], 3)
    for drop, expected in ((2, 0), (3, 1)):
        collector.take(InspectionResult(taken=[taken(f"/data/{drop}", drop=drop)]))
        assert count(collector) == expected


def test_a_file_that_was_replaced_is_not_gone_because_the_old_one_is() -> None:
    collector = Collector()
    new = taken("/data/a", "9.2", mtime=2)
    collector.take(InspectionResult(taken=[taken("/data/a"), new]))
    source = new.header.instance.source
    collector.take(InspectionResult(gone=[replace(source, mtime_ns=1)]))
    assert count(collector) == 1
    collector.take(InspectionResult(gone=[source]))
    assert count(collector) == 0


def test_what_could_not_be_read_is_tried_again_for_its_latest_drop() -> None:
    collector = Collector()
    members = (("x", 3), ("y", 1))
    collector.skip(
        Skipped("/data/a.zip", member, SkipReason.DENIED, generation=drop)
        for member, drop in members
    )
    assert collector.again() == {"/data/a.zip": 3}
    assert collector.again() == {}


def test_what_could_not_be_read_can_be_tried_again_after_the_scan_process_died() -> None:
    collector = Collector()
    denied = Skipped("/data/a", "", SkipReason.DENIED, generation=2)
    collector.restore(Catalog(), [denied, Skipped("/data/b", "", SkipReason.LINK)])
    assert collector.again() == {"/data/a": 2}
    assert collector.update(0.0, done=True).resolved == ("/data/a",)


def test_a_copy_takes_the_place_of_a_file_that_is_gone_and_counts_no_longer_as_one() -> None:
    collector = Collector()
    kept, copy = (with_one_name(taken(f"/data/{name}", mtime=n)) for n, name in enumerate("ab"))
    sources = [one.header.instance.source for one in (kept, copy)]
    collector.take(InspectionResult(taken=[with_one_name(taken("/data/c", "9.2")), kept, copy]))
    same = Compared(copy, dict.fromkeys(sources, b"digest"), frozenset())
    collector.take(InspectionResult(compared=[same]))
    assert warnings(collector) == [CautionCode.DUPLICATES]
    collector.take(InspectionResult(gone=[sources[0]]))
    assert count(collector) == 2
    assert warnings(collector) == [CautionCode.GONE]
