"""Presets in the terminal: shown, installed, signed, written to fill in, used by `send`."""

from __future__ import annotations

import base64
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gantry.cli.output import Output
from gantry.cli.parser import parser
from gantry.cli.preset import preset as command
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from support.cli import Cli, Ran
from support.dicom import make_instance

pytestmark = pytest.mark.same_everywhere


class Here:
    """`gantry-cli preset` in this process: a process each would take most of a test's time."""

    def __init__(self, home: Path, streams: pytest.CaptureFixture[str]) -> None:
        self.home, self._streams = home, streams

    def __call__(self, *args: str | Path) -> Ran:
        options = parser().parse_args(["preset", *map(str, args), "--home", str(self.home)])
        code = command(options, Output(json=options.json), CancelToken())
        return Ran(code, *self._streams.readouterr())


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path / "home")


@pytest.fixture
def here(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Here:
    return Here(tmp_path / "home", capsys)


def a_key(folder: Path) -> Path:
    """A private key in PEM."""
    path = folder / "key.pem"
    path.write_bytes(
        Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    return path


def test_a_preset_is_written_signed_and_shown(cli: Cli, tmp_path: Path) -> None:
    path, key = tmp_path / "lung.gantry", a_key(tmp_path)
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
    assert cli("preset", "--list").code == 0
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


def test_an_installed_preset_is_used_by_its_name_and_its_file_no_longer_needed(
    cli: Cli, source: Path, shelf: Path, preset: Path, tmp_path: Path
) -> None:
    ran = cli("preset", preset, "--install", "--json")
    assert ran.code == 0, ran.err
    (installed,) = ran.of("installed")
    assert (installed["preset"], installed["step"], installed["before"]) == ("lung", "new", 0)
    assert "not signed" in ran.err
    preset.unlink()
    call = (
        "send", source, "--to", shelf.as_uri(), "--labels", table(tmp_path, "S01", "S02"), "--json"
    )  # fmt: skip
    assert refused(cli(*call, "--preset", "none"), "preset.unknown", shelf)["facts"] == {
        "preset": "none"
    }
    ran = cli(*call, "--preset", "lung")
    assert ran.code == 0, ran.err
    assert {one["deidentified"]["profile"] for one in manifests(shelf)} == {"lung profile"}


def test_installed_presets_are_listed_shown_and_removed_by_name(
    here: Here, preset: Path, tmp_path: Path
) -> None:
    other = tmp_path / "heart.gantry"
    here(other, "--new")
    ran = here(preset, tmp_path / "none.gantry", other, "--install", "--json")
    assert ran.code == 2
    assert [one["preset"] for one in ran.of("installed")] == ["lung", "heart"]
    assert [one["file"] for one in ran.of("error")] == [str(tmp_path / "none.gantry")]
    (here.home / "presets" / "heart.gantry").write_bytes(b"{")
    ran = here("--list", "--json")
    assert ran.code == 2
    assert [one["name"] for one in ran.of("preset")] == ["lung"]
    assert [one["code"] for one in ran.of("error")] == ["preset.invalid"]
    assert "lung, serial 1" in here("lung").out
    assert here("--remove", "heart").code == 0
    ran = here("--list")
    assert (ran.code, ran.out) == (0, "lung, serial 1, not signed: Lung\n")


def test_of_two_processes_that_install_two_versions_the_newer_one_stays(
    cli: Cli, preset: Path, tmp_path: Path
) -> None:
    newer = tmp_path / "newer.gantry"
    newer.write_text(json.dumps({**PRESET, "serial": 2}), encoding="utf-8")
    running = [cli.start("preset", path, "--install", "--json") for path in (newer, preset)]
    for process in running:
        process.communicate(timeout=120)
    assert running[0].returncode == 0
    assert running[1].returncode in (0, 2)  # it was first, or refused
    (found,) = cli("preset", "--list", "--json").of("preset")
    assert found["serial"] == 2


def test_a_new_version_that_deidentifies_in_another_way_is_said(
    here: Here, preset: Path, tmp_path: Path
) -> None:
    sign = a_key(tmp_path)
    here(preset, "--sign", sign)
    here(preset, "--install")
    for serial, more, said in ((2, {"profile": "basic"}, "(basic)"), (3, {}, "nothing any more")):
        values = {name: one for name, one in PRESET.items() if name != "profile"}
        preset.write_text(json.dumps({**values, "serial": serial, **more}), encoding="utf-8")
        (signed,) = here(preset, "--sign", sign, "--json").of("preset")
        here("--trust", signed["key"])
        ran = here(preset, "--install")
        assert ran.code == 0
        assert said in ran.err
        assert f"instead of serial {serial - 1}." in ran.out


def test_keys_are_trusted_by_two_processes_listed_and_shown_with_their_presets(
    cli: Cli, here: Here, preset: Path, tmp_path: Path
) -> None:
    here(preset, "--sign", a_key(tmp_path))
    (signed,) = here(preset, "--json").of("preset")
    other = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
    running = [cli.start("preset", "--trust", key, "--json") for key in (signed["key"], other)]
    for process in running:
        process.communicate(timeout=120)
    assert [process.returncode for process in running] == [0, 0]
    ran = here(preset, "--install", "--json")
    assert [one["trusted"] for one in ran.of("preset")] == [True]
    ran = here("--keys", "--json")
    assert {one["key"]: one["presets"] for one in ran.of("key")} == {
        signed["key"]: ["lung"], other: [],
    }  # fmt: skip
    ran = here("--distrust", signed["fingerprint"])
    assert (ran.code, ran.out) == (0, f"No longer trusted: {signed['fingerprint']}\n")
    assert "lung" in ran.err
    ran = here("lung", "--json")
    assert [one["trusted"] for one in ran.of("preset")] == [False]
    assert "another key" in here("--list").out


@pytest.mark.parametrize(
    "call",
    [
        ("--keys", "a"),
        ("--trust", "a", "b"),
        (),
        ("--list", "a"),
        ("--remove", "a", "b"),
        ("--install",),
        ("--new",),
    ],
)
def test_a_call_with_too_many_files_or_too_few_changes_nothing(
    here: Here, call: tuple[str, ...]
) -> None:
    with pytest.raises(GantryError) as caught:
        here(*call)
    assert caught.value.code is ErrorCode.CALL_INVALID
    assert not here.home.exists()


def test_nothing_is_sent_with_a_preset_whose_signature_does_not_fit(
    cli: Cli, source: Path, shelf: Path, preset: Path
) -> None:
    none = {"algorithm": "Ed25519", "key": "A" * 43 + "=", "value": "A" * 86 + "=="}
    preset.write_text(json.dumps({**PRESET, "signature": none}), encoding="utf-8")
    ran = cli("send", source, "--to", shelf.as_uri(), "--preset", preset, "--json")
    assert refused(ran, "preset.invalid", shelf)["facts"]["reason"] == "signature"
