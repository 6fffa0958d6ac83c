"""Two runs that write into one folder."""

from __future__ import annotations

from pathlib import Path

from gantry.cli.deidentify import _place
from support.cli import Cli
from support.dicom import make_instance

UID = "1.2.826.0.1.3680043.10.77"


def test_a_different_file_under_one_name_gets_a_name_beside_it(tmp_path: Path) -> None:
    made = [_place(tmp_path, "2.25.1", (part,)) for part in (b"one", b"other", b"one", b"other")]
    assert [path.name for path in made] == ["2.25.1.dcm", "2.25.1~2.dcm"] * 2
    assert sorted(p.read_bytes() for p in tmp_path.iterdir()) == [b"one", b"other"]


def test_what_only_another_file_of_the_same_patient_says_is_found(cli: Cli, tmp_path: Path) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    for number, (patient, name, text) in enumerate(
        [
            ("P-0471", "Zwölfelf^Ada", ""),
            ("P-0471", "Anders^Ada", "Zwölfelf"),
            ("Q-22", "Novak^Eva", "Zwölfelf"),
        ]
    ):
        make_instance(
            source / f"{number}.dcm", study=f"{UID}.{number}", series=f"{UID}.{number}.1",
            patient_id=patient, patient_name=name, FilterType=text,
        )  # fmt: skip
    ran = cli("deidentify", source, "-o", out, "--json")
    (held,) = ran.of("held")
    assert (held["name"][-5:], held["rule"], held["path"]) == ("1.dcm", "residue", ["00181160"])
    assert (ran.code, ran.done["written"], ran.done["held"]) == (1, 2, 1)
