"""Presets in the terminal: shown, signed, written to fill in."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from support.cli import Cli, Ran
from support.dicom import make_instance

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path / "home")


def test_a_preset_is_written_signed_and_shown(cli: Cli, tmp_path: Path) -> None:
    path, key = tmp_path / "lung.gantry", tmp_path / "key.pem"
    key.write_bytes(
        Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    assert cli("preset", path, "--new").code == 0
    assert "signature    none" in cli("preset", path).out
    (signed,) = cli("preset", path, "--sign", key, "--json").of("preset")
    ran = cli("preset", path, "--json")
    assert ran.code == 0
    (shown,) = ran.of("preset")
    assert shown == signed
    assert (shown["signature"], len(shown["key"])) == ("good", 44)
    assert {one["name"]: one["effect"] for one in ran.of("change")} == {
        "lung": "new", "parcel_rule": "same",
    }  # fmt: skip


def test_of_several_presets_the_wrong_ones_are_named_and_the_others_shown(
    cli: Cli, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{name}.gantry" for name in ("one", "two", "three")]
    for path in (paths[0], paths[2]):
        assert cli("preset", path, "--new").code == 0
    values = json.loads(paths[0].read_bytes())
    values["destinations"][0]["password"] = "x"
    paths[1].write_text(json.dumps(values, indent=2), encoding="utf-8")
    ran = cli("preset", *paths, "--json")
    assert ran.code == 2
    assert [one["name"] for one in ran.of("preset")] == ["one", "three"]
    (error,) = ran.of("error")
    assert (error["code"], error["file"]) == ("preset.invalid", str(paths[1]))
    assert "two.gantry, line" in error["what"]
    assert "password" in error["what"]
    assert ran.done["wrong"] == 1


def test_nothing_of_the_home_is_changed_by_looking(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "lung.gantry"
    cli("preset", path, "--new")
    cli("preset", path)
    assert not cli.home.exists()
    assert cli("preset", path, path, "--new").code == 2


PRESET = {
    "schema": "gantry.preset/1",
    "name": "lung",
    "serial": 1,
    "title": "Lung",
    "profile": {"schema": "gantry.privacy/1", "name": "lung profile", "base": "research"},
    "labels": [
        {"name": "project", "per": "job", "value": "LUNG"},
        {"name": "subject", "per": "patient", "required": True, "pattern": "S[0-9]{2}"},
    ],
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A study of each of two patients."""
    for who in ("1", "2"):
        study = f"2.25.7{who}"
        make_instance(
            tmp_path / "source" / f"{who}.dcm", study=study, series=f"{study}.1",
            patient_id=f"CANARY-{who}", patient_name=f"Kanarienvogel^{who}",
        )  # fmt: skip
    return tmp_path / "source"


@pytest.fixture
def preset(tmp_path: Path) -> Path:
    path = tmp_path / "lung.gantry"
    path.write_text(json.dumps(PRESET), encoding="utf-8")
    return path


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


def table(tmp_path: Path, one: str, two: str) -> Path:
    path = tmp_path / "labels.csv"
    path.write_text(f"PatientID,subject\nCANARY-1,{one}\nCANARY-2,{two}\n", encoding="utf-8")
    return path


def manifests(shelf: Path) -> list[dict[str, Any]]:
    found = []
    for path in sorted(shelf.rglob("*.tar.gz")):
        with tarfile.open(path) as tar:
            file = tar.extractfile("manifest.json")
            assert file is not None
            found.append(json.load(file))
    return found


def refused(ran: Ran, code: str, shelf: Path) -> dict[str, Any]:
    """The error of a send that ended before anything was sent."""
    assert ran.code == 2, ran.err
    (error,) = ran.of("error")
    assert error["code"] == code
    assert not list(shelf.iterdir())
    return error


def test_a_send_takes_labels_and_profile_of_a_preset(
    cli: Cli, source: Path, shelf: Path, preset: Path, tmp_path: Path
) -> None:
    ran = cli(
        "send", source, "--to", shelf.as_uri(), "--preset", preset,
        "--labels", table(tmp_path, "S01", "S02"), "--json",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    made = manifests(shelf)
    assert sorted(one["labels"]["subject"] for one in made) == ["S01", "S02"]
    assert {one["labels"]["project"] for one in made} == {"LUNG"}
    assert {one["deidentified"]["profile"] for one in made} == {"lung profile"}


def test_labels_that_do_not_fit_the_preset_end_with_2_before_anything_is_sent(
    cli: Cli, source: Path, shelf: Path, preset: Path, tmp_path: Path
) -> None:
    call = ("send", source, "--to", shelf.as_uri(), "--preset", preset, "--json")
    assert "subject" in refused(cli(*call), "label.form", shelf)["what"]
    wrong = refused(cli(*call, "--labels", table(tmp_path, "S01", "S2")), "label.form", shelf)
    assert wrong["facts"] == {"reason": "pattern"}
    assert "S2" in wrong["what"]
    refused(cli(*call, "--label", "subject=S01", "--label", "project=X"), "label.form", shelf)


def test_a_preset_that_deidentifies_is_not_overruled_by_the_call(
    cli: Cli, source: Path, shelf: Path, preset: Path, tmp_path: Path
) -> None:
    call = (
        "send", source, "--to", shelf.as_uri(), "--preset", preset,
        "--labels", table(tmp_path, "S01", "S02"), "--json",
    )  # fmt: skip
    refused(cli(*call, "--as-is"), "call.invalid", shelf)
    refused(cli(*call, "--deidentify", "basic"), "call.invalid", shelf)


def test_nothing_is_sent_with_a_preset_whose_signature_does_not_fit(
    cli: Cli, source: Path, shelf: Path, preset: Path
) -> None:
    none = {"algorithm": "Ed25519", "key": "A" * 43 + "=", "value": "A" * 86 + "=="}
    preset.write_text(json.dumps({**PRESET, "signature": none}), encoding="utf-8")
    ran = cli("send", source, "--to", shelf.as_uri(), "--preset", preset, "--json")
    assert refused(ran, "preset.invalid", shelf)["facts"]["reason"] == "signature"
