"""Lost images are noticed in series of every kind, and whole series are never called incomplete."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from gantry.engine.intake.catalog import Caution
from gantry.engine.intake.cautions import CautionCode
from gantry.engine.intake.gaps import slices_missing
from gantry.engine.intake.numbering import in_words, numbers_missing
from gantry.messages import caution_message
from support.dicom import make_instance
from support.scanned import scan
from support.series import KINDS, Made, canon_series

SERIES, LOSSES = 25, 4  # of each kind, and of each series


def made(kind: str) -> list[list[Made]]:
    return [KINDS[kind](Random(f"{kind} {seed}")) for seed in range(SERIES)]


def found(images: list[Made]) -> Caution | None:
    return slices_missing([image.instance() for image in images])


def words(images: list[Made]) -> str:
    caution = found(images)
    assert caution is not None
    return caution_message(caution).what


@pytest.mark.parametrize("kind", KINDS)
def test_no_whole_series_is_called_incomplete(kind: str) -> None:
    for images in made(kind):
        assert found(images) is None


def test_a_series_a_slice_is_whole() -> None:
    for images in canon_series(Random(1)):
        assert found(images) is None


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"scouts"}))
def test_of_single_lost_inner_images_95_in_100_are_noticed_and_counted(kind: str) -> None:
    random = Random(kind)
    lost = noticed = 0
    for images in made(kind):
        for _ in range(LOSSES if len(images) > 3 else 0):
            at = random.randrange(1, len(images) - 1)
            caution = found(images[:at] + images[at + 1 :])
            lost += 1
            noticed += caution is not None and caution.facts["missing"] == 1
    assert lost
    assert noticed >= 0.95 * lost, f"{noticed} of {lost}"


@pytest.mark.parametrize(
    "kind", ["GE fMRI", "Toshiba DTI", "multi-phase", "repeated numbers", "blocks by hundreds"]
)
def test_the_last_and_the_first_image_are_missed_where_volumes_repeat(kind: str) -> None:
    for images in made(kind):
        for rest in (images[:-1], images[1:]):
            caution = found(rest)
            assert caution is not None
            assert caution.facts["missing"] == 1


def test_a_tenth_lost_is_counted_rightly() -> None:
    images = [Made(52 * v + s + 1, 3.0 * s) for v in range(10) for s in range(52)]
    random = Random(3)
    lost = set(random.sample(range(1, 519), 74))
    caution = found([image for n, image in enumerate(images) if n not in lost])
    assert caution is not None
    assert (caution.facts["missing"], caution.facts["present"]) == (74, 446)


def test_every_seventh_image_lost_is_noticed() -> None:
    images = [Made(n, 3.0 * (n % 30)) for n in range(1, 151)]
    caution = found([image for n, image in enumerate(images, 1) if n % 7])
    assert caution is not None
    assert caution.facts["missing"] == 21


def test_the_words_name_the_numbers() -> None:
    images = [Made(n, 2.0 * n) for n in range(1, 41)]
    assert words(images[:4] + images[5:]).endswith("; number 5 is not among them.")
    assert words(images[:16] + images[19:]).endswith("; numbers 17 to 19 are not among them.")
    assert words(images[:4] + images[5:16] + images[19:]) == (
        "The images are numbered 1 to 40; 4 numbers are not among them (5, 17–19)."
    )
    thrice = [Made(n, 2.0, diffusion=str(v)) for v in range(3) for n in range(1, 31)]
    assert "occur 3 times, but not 8: 1 image is missing" in words(thrice[:7] + thrice[8:])
    unnumbered = [Made(None, 2.0 * n) for _ in range(5) for n in range(20)]
    assert "By their positions, 1 image is missing beside the 99" in words(unnumbered[1:])
    assert in_words(range(1, 40, 2)) == "1, 3, 5, 7, 9, 11 …"


def test_more_images_in_the_header_than_here_are_told() -> None:
    images = [Made(n, 2.0 * n, images=40) for n in range(1, 41)]
    assert found(images) is None
    assert words(images[:-4]) == "The headers announce 40 images; found: 36."
    assert found(images[:20]) is None  # half: the number may mean something else
    phases = [Made(None, 2.0 * s, time_points=6) for _ in range(6) for s in range(20)]
    assert found(phases) is None
    assert words(phases[20:]) == "The headers announce 120 images; found: 100."


def test_what_was_chosen_on_purpose_raises_no_alarm() -> None:
    random = Random(5)
    for _ in range(50):
        chosen = sorted(random.sample(range(1, 400), random.randint(4, 60)))
        assert numbers_missing(chosen).images == 0
    stills = [Made(n, None, None, sop_class="1.2.840.10008.5.1.4.1.1.6.1") for n in (1, 2, 4, 5, 6)]
    assert found(stills) is None  # ultrasound: the operator deletes what failed


def test_volumes_of_different_length_raise_no_alarm() -> None:
    phases = [Made(None, 2.0 * s) for n in (30, 30, 30, 28) for s in range(n)]
    assert found(phases) is None
    acquisitions = [Made(n, 2.0 * n) for count in (40, 38) for n in range(1, count)]
    assert found(acquisitions) is None


@pytest.mark.parametrize("volumes", [False, True], ids=["slices x volumes", "a volume a file"])
def test_a_lost_file_is_told_on_its_series(volumes: bool, tmp_path: Path) -> None:
    for n in range(1, 41):
        z = 0.0 if volumes else float(n % 10)
        if n != 17:
            make_instance(
                tmp_path / f"{n}", study="1.2", series="1.3", number=n,
                ImagePositionPatient=[0, 0, z],
            )  # fmt: skip
    catalog, _ = scan(tmp_path)
    (series,) = catalog.series
    (caution,) = series.warnings
    assert caution.code is CautionCode.SLICES_MISSING
    assert (caution.facts["first"], caution.facts["missing"]) == (17, 1)
