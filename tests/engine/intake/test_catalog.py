"""The catalog groups as DICOM does, warns on the node concerned, and reuses unchanged nodes."""

from __future__ import annotations

import itertools
import tracemalloc

import pytest

from gantry.engine.instance import Geometry, Instance, Source
from gantry.engine.intake.catalog import Catalog, Patient, Series, Study, select
from gantry.engine.intake.catalog_builder import CatalogBuilder
from gantry.engine.intake.cautions import Caution, CautionCode
from gantry.engine.intake.gaps import slices_missing
from gantry.engine.intake.header.describe import About, Header
from support.dicom import CANARY_ID, CANARY_NAME

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
_names = itertools.count()


def instance(
    sop: str = "",
    *,
    study: str = "1.2",
    series: str = "1.3",
    number: int | None = 1,
    geometry: Geometry | None = None,
    **more: object,
) -> Instance:
    name = next(_names)
    return Instance(
        Source(f"/data/{name}", 100, 1, 1),
        sop or f"9.{name}",
        "1.4",
        series,
        study,
        "1.2.840.10008.1.2.1",
        number,
        geometry=geometry,
        **more,  # type: ignore[arg-type]
    )


def header(
    sop: str = "", *, patient: str = CANARY_ID, name: str = CANARY_NAME, **more: object
) -> Header:
    about = About(patient, name, study_date="20260102", modality="MR", series_number=1)
    return Header(instance(sop, **more), about)  # type: ignore[arg-type]


def built(*headers: Header) -> Catalog:
    builder = CatalogBuilder()
    builder.add(headers)
    return builder.snapshot()


def codes(cautions: tuple[Caution, ...]) -> list[CautionCode]:
    return [caution.code for caution in cautions]


def test_series_that_are_described_alike_stay_apart() -> None:
    """Headers with the same values share one description, whatever their UIDs."""
    about = About(CANARY_ID, CANARY_NAME)
    of = [("1.2", "1.3"), ("1.2", "1.5"), ("1.6", "1.7")]
    catalog = built(*(Header(instance(study=st, series=se), about) for st, se in of))
    (patient,) = catalog.patients
    assert [len(study.series) for study in patient.studies] == [2, 1]


def test_instances_are_grouped_and_counted() -> None:
    catalog = built(
        *(header(number=n) for n in (2, 1, None)),
        header(series="1.5"),
        header(study="1.6", series="1.7"),
    )
    (patient,) = catalog.patients
    assert (patient.id, patient.name) == (CANARY_ID, CANARY_NAME)
    assert [len(study.series) for study in patient.studies] == [2, 1]
    first = patient.studies[0].series[0]
    assert [i.instance_number for i in first.instances] == [1, 2, None]
    assert (first.instance_count, first.size) == (3, 300)
    assert (catalog.instance_count, catalog.size) == (5, 500)
    assert patient.studies[0].modalities == ("MR",)
    assert not catalog.warnings


def by_key(catalog: Catalog) -> dict[str, object]:
    nodes: list[Patient | Study | Series] = []
    nodes += [*catalog.patients, *catalog.studies, *catalog.series]
    assert len({node.key for node in nodes}) == len(nodes)
    return {node.key: node for node in nodes}


def test_keys_are_unique_stable_and_without_patient_data() -> None:
    builder = CatalogBuilder()
    builder.add([header(), header(patient="other")])

    def keys(catalog: Catalog) -> list[str]:
        return sorted(by_key(catalog))

    before = keys(builder.snapshot())
    builder.add([header(), header(patient="third")])
    after = keys(builder.snapshot())
    assert set(before) < set(after)
    assert len(set(after)) == len(after) == 9
    assert not any(CANARY_ID in key or CANARY_NAME in key for key in after)


def test_a_snapshot_rebuilds_only_what_was_touched() -> None:
    builder = CatalogBuilder()
    builder.add([header(study="1.1", series="1.1.1"), header(study="1.2", series="1.2.1")])
    builder.add([header(study="1.2", series="1.2.2"), header(patient="other", study="1.9")])
    before = builder.snapshot()
    assert builder.snapshot() is before
    builder.add([header(study="1.2", series="1.2.2")])
    after = builder.snapshot()

    old, new = by_key(before), by_key(after)
    changed = {key for key in new if new[key] is not old.get(key)}
    assert changed == {"p1", "p1/1.2", "p1/1.2/1.2.2"}


def test_a_file_that_was_replaced_counts_once_and_as_it_is_now() -> None:
    builder = CatalogBuilder()
    old, new = header("9.1"), header("9.2", series="1.5")
    moved = Instance(old.instance.source, "9.2", "1.4", "1.5", "1.2", "1.2.840.10008.1.2.1", 1)
    builder.add([old, Header(moved, new.about)])
    (series,) = builder.snapshot().patients[0].studies[0].series
    assert [i.sop_instance_uid for i in series.instances] == ["9.2"]


def test_people_of_one_name_are_told_apart_by_their_birth_dates_where_they_have_no_id() -> None:
    who = [("Doe^Jane", "19500101"), ("Doe^Jane", "19800101"), ("Doe^Jane", "19500101")]
    abouts = (About(patient_name=name, birth_date=born) for name, born in who)
    catalog = built(*(Header(instance(), about) for about in abouts))
    assert sorted(patient.birth_date for patient in catalog.patients) == ["19500101", "19800101"]
    assert catalog.instance_count == 3


def test_the_same_file_again_changes_nothing() -> None:
    builder = CatalogBuilder()
    one = header()
    builder.add([one])
    before = builder.snapshot()
    builder.add([one])
    assert builder.snapshot() is before


def test_removed_nodes_leave_nothing_behind() -> None:
    builder = CatalogBuilder()
    builder.add([header("9.9.1", series="1.3"), header("9.9.1", series="1.5"), header(patient="b")])
    assert CautionCode.UID_COLLISION in codes(next(builder.snapshot().series).warnings)
    gone = builder.remove(["p1/1.2/1.5", "unknown"])
    assert [i.series_instance_uid for i in gone] == ["1.5"]
    catalog = builder.snapshot()
    assert CautionCode.UID_COLLISION not in codes(next(catalog.series).warnings)
    builder.remove(["p2"])
    assert len(builder.snapshot().patients) == 1
    builder.remove(["p1"])
    assert builder.snapshot() == Catalog()


def test_selection_skips_unticked_nodes_of_every_level() -> None:
    catalog = built(
        header(series="1.3"), header(series="1.5"), header(study="1.6"), header(patient="b")
    )
    assert len(select(catalog)) == 4
    assert len(select(catalog, {"p1/1.2/1.5"})) == 3
    assert len(select(catalog, {"p1/1.2"})) == 2
    assert len(select(catalog, {"p1"})) == 1


# Cautions


def test_several_patients_are_told_on_the_catalog() -> None:
    catalog = built(header(), header(patient="other", study="1.9"))
    assert catalog.warnings == (Caution(CautionCode.SEVERAL_PATIENTS, {"patients": 2}),)


def test_b08_a_study_with_two_patient_ids_is_told_on_both_its_nodes() -> None:
    builder = CatalogBuilder()
    builder.add([header()])
    assert not next(builder.snapshot().studies).warnings
    builder.add([header(patient="other")])
    studies = list(builder.snapshot().studies)
    assert [codes(s.warnings) for s in studies] == [[CautionCode.STUDY_HAS_SEVERAL_PATIENTS]] * 2
    builder.remove(["p2"])
    assert not next(builder.snapshot().studies).warnings


def test_two_names_under_one_patient_id_are_told_but_not_two_spellings() -> None:
    same = built(header(name="Doe^John"), header(name="DOE^JOHN^"), header(name=""))
    assert not same.patients[0].warnings
    other = built(header(name="Doe^John"), header(name="Roe^Jane"))
    assert codes(other.patients[0].warnings) == [CautionCode.PATIENT_NAMES_DIFFER]


def test_without_a_patient_id_name_and_birth_date_tell_patients_apart() -> None:
    catalog = built(header(patient="", name="A"), header(patient="", name="B"))
    assert [p.name for p in catalog.patients] == ["A", "B"]
    assert all(codes(p.warnings) == [CautionCode.PATIENT_ID_MISSING] for p in catalog.patients)


def test_instances_without_valid_uids_get_a_study_of_their_own() -> None:
    catalog = built(
        header(),
        header(series="", fault="missing:SeriesInstanceUID"),
        header(study="", fault="invalid:StudyInstanceUID"),
    )
    faulty, sound = sorted(catalog.studies, key=lambda study: study.uid)
    assert (sound.uid, sound.instance_count, sound.warnings) == ("1.2", 1, ())
    assert (faulty.uid, faulty.instance_count) == ("", 2)
    assert codes(faulty.warnings) == [CautionCode.UIDS_MISSING, CautionCode.UIDS_INVALID]
    assert all(series.warnings for series in faulty.series)


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        ("burned_in", CautionCode.BURNED_IN),
        ("changing", CautionCode.STILL_CHANGING),
        ("cut_short", CautionCode.CUT_SHORT),
        ("program", CautionCode.PROGRAM_IN_PREAMBLE),
    ],
)
def test_marks_of_instances_are_counted_on_their_series(mark: str, code: CautionCode) -> None:
    catalog = built(header(**{mark: True}), header(), header(series="1.5"))  # type: ignore[arg-type]
    marked, clean = catalog.series
    assert marked.warnings == (Caution(code, {"count": 1}),)
    assert not clean.warnings


# Missing slices


def stack(
    places: list[float], *, numbers: list[int] | None = None, **more: object
) -> list[Instance]:
    orientation = more.pop("orientation", AXIAL)
    made = []
    for index, z in enumerate(places):
        position = (-z, 0.0, 0.0) if orientation == SAGITTAL else (0.0, 0.0, z)
        geometry = Geometry(position, orientation, **more)  # type: ignore[arg-type]
        number = numbers[index] if numbers else round(z * 2) + 1
        made.append(instance(number=number, geometry=geometry))
    return made


def steps(count: int, spacing: float = 2.0, start: float = 0.0) -> list[float]:
    return [start + n * spacing for n in range(count)]


def without(values: list[float], *indexes: int) -> list[float]:
    return [v for n, v in enumerate(values) if n not in indexes]


def test_a_whole_stack_is_not_missed_anything() -> None:
    assert slices_missing(stack(steps(20))) is None


def test_missing_slices_are_counted() -> None:
    found = slices_missing(stack(without(steps(20), 4, 9, 10)))
    assert found == Caution(
        CautionCode.SLICES_MISSING, {"missing": 3, "present": 17, "spacing": 2.0}
    )


def test_a_tilted_and_jittered_stack_is_understood() -> None:
    places = [z + 0.001 * (n % 3) for n, z in enumerate(without(steps(20), 7))]
    assert slices_missing(stack(places, orientation=SAGITTAL)) is not None
    places = [z + 0.001 * (n % 3) for n, z in enumerate(steps(20))]
    assert slices_missing(stack(places, orientation=SAGITTAL)) is None


def test_echoes_time_points_and_weightings_raise_no_alarm() -> None:
    for kind in ("echo", "temporal", "diffusion"):
        series = [i for n in range(3) for i in stack(steps(10), **{kind: str(n)})]  # type: ignore[arg-type]
        assert slices_missing(series) is None, kind


def test_a_slice_that_one_echo_lacks_is_missed() -> None:
    series = stack(steps(10), echo="1") + stack(without(steps(10), 5), echo="2")
    found = slices_missing(series)
    assert found is not None
    assert found.facts["missing"] == 1


def test_a_cine_with_a_trigger_time_of_its_own_an_image_raises_no_alarm() -> None:
    times = itertools.count()
    series = [
        i for z in steps(8) for phase in range(20 + int(z) % 3)
        for i in stack([z], temporal=str(next(times)), numbers=[phase])
    ]  # fmt: skip
    assert slices_missing(series) is None


def test_localizers_and_multi_frame_images_are_left_alone() -> None:
    gap = without(steps(20), 9)
    assert slices_missing(stack(gap, image_type=("ORIGINAL", "PRIMARY", "LOCALIZER"))) is None
    assert slices_missing(stack(gap, frames=12)) is None


def test_a_three_plane_localizer_raises_no_alarm() -> None:
    series = stack(steps(3, 10.0)) + stack(steps(3, 10.0), orientation=SAGITTAL)
    assert slices_missing(series) is None


def test_slabs_with_a_gap_between_them_raise_no_alarm() -> None:
    places = steps(10) + steps(10, start=30.0)
    assert slices_missing(stack(places, numbers=list(range(1, 21)))) is None
    # numbered in their own way, but consecutively across the gap
    numbers = [*range(1, 11), *range(11, 21)]
    extra = instance(number=99)
    assert slices_missing([*stack(places, numbers=numbers), extra]) is None


def test_uneven_spacing_by_design_raises_no_alarm() -> None:
    assert slices_missing(stack([0, 1, 3, 7, 8, 13, 19, 20])) is None
    assert slices_missing(stack([0, 2, 4, 6, 8, 11, 13, 15])) is None  # one and a half


def test_too_few_slices_are_not_judged() -> None:
    assert slices_missing(stack([0.0, 2.0, 8.0])) is None
    assert slices_missing([instance() for _ in range(9)]) is None


def test_a_series_that_comes_later_is_in_the_next_snapshot() -> None:
    builder = CatalogBuilder()
    builder.add([header(series="1.3")])
    assert [s.uid for s in builder.snapshot(complete=False).series] == ["1.3"]
    builder.add([header(series="1.4")])
    assert [s.uid for s in builder.snapshot(complete=False).series] == ["1.3", "1.4"]


def test_missing_slices_are_told_only_when_the_scan_is_complete() -> None:
    builder = CatalogBuilder()
    about = About(CANARY_ID, CANARY_NAME)
    builder.add(Header(i, about) for i in stack(without(steps(20), 9)))

    def series(complete: bool) -> Series:
        return next(builder.snapshot(complete=complete).series)

    streaming = series(False)
    assert not streaming.warnings
    done = series(True)
    assert codes(done.warnings) == [CautionCode.SLICES_MISSING]
    assert series(True) is done
    builder.add(Header(i, about) for i in stack([18.0]))
    assert not series(True).warnings


def test_an_instance_takes_less_than_half_a_kilobyte() -> None:
    """So 100,000 take less than an eighth of the 400 MB that the whole window may."""
    tracemalloc.start()
    try:
        builder = CatalogBuilder()
        for s in range(200):
            series = f"1.2.840.{s}"
            about = About(f"patient {s // 20}", "name", series_number=s)
            builder.add(
                Header(
                    Instance(
                        Source(f"/a/folder/of/some/length/series {s}/IM{n:04}", 524288, 1, 1),
                        f"{series}.{n}", "1.4", series, f"1.9.{s // 10}", "1.2", n, 512, 512,
                        Geometry((0.0, 0.0, float(n)), AXIAL),
                    ),
                    about,
                )
                for n in range(50)
            )  # fmt: skip
        catalog = builder.snapshot()
        assert catalog.instance_count == 10_000
        assert tracemalloc.get_traced_memory()[0] < 10_000 * 512
    finally:
        tracemalloc.stop()


def test_what_the_first_file_leaves_blank_comes_from_others() -> None:
    first = About(CANARY_ID, CANARY_NAME, study_date="20260102", study_time="1020")
    other = About(
        CANARY_ID, CANARY_NAME, "19031107", "O", "20260102", "1015", "Head", "A1", 7, "T1",
        "20260102", "MR", "BRAIN",
    )  # fmt: skip
    for order in ((first, other), (other, first)):
        catalog = built(*(Header(instance(number=n), about) for n, about in enumerate(order)))
        (patient,) = catalog.patients
        (study,) = patient.studies
        (series,) = study.series
        assert (patient.birth_date, patient.sex) == ("19031107", "O")
        assert (study.description, study.accession, study.time) == ("Head", "A1", "1015")
        assert (series.number, series.modality, series.body_part) == (7, "MR", "BRAIN")


def test_what_comes_later_completes_a_snapshot_that_was_taken() -> None:
    builder = CatalogBuilder()
    builder.add([Header(instance(), About(CANARY_ID))])
    assert builder.snapshot().patients[0].sex == ""
    builder.add([Header(instance(), About(CANARY_ID, CANARY_NAME, "19031107", "F"))])
    (patient,) = builder.snapshot().patients
    assert (patient.name, patient.birth_date, patient.sex) == (CANARY_NAME, "19031107", "F")
