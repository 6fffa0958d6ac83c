"""Installed presets: which version replaces which, and what is never replaced without a word."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gantry.engine.errors import ErrorCode, GantryError
from gantry.messages import error_message
from gantry.services.installed_presets import (
    Refusal,
    Step,
    install_preset,
    installed_presets,
    preset_called,
    remove_preset,
)
from gantry.services.presets import sign_preset
from gantry.store.home import Home
from gantry.store.presets.installed import changing, write_installed

pytestmark = pytest.mark.same_everywhere

PROFILE = {"schema": "gantry.privacy/1", "name": "own", "base": "research"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.find(str(tmp_path / "home"))


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    """The private keys of two sponsors."""
    made = tmp_path / "one.pem", tmp_path / "two.pem"
    for path in made:
        key = Ed25519PrivateKey.generate()
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


def a_preset(folder: Path, serial: int = 1, key: Path | None = None, **more: Any) -> Path:
    """A preset's file as a site gets it: its name says nothing."""
    values = {"schema": "gantry.preset/1", "name": "stroke", "serial": serial, "title": "Stroke"}
    path = folder / f"download-{len(list(folder.iterdir()))}.gantry"
    path.write_text(json.dumps({**values, **more}), encoding="utf-8")
    if key is not None:
        sign_preset(path, key)
    return path


def refusal(home: Home, path: Path) -> str:
    """Why it is not installed; checks that nothing was changed."""
    before = content(home)
    with pytest.raises(GantryError) as caught:
        install_preset(home, path)
    assert caught.value.code is ErrorCode.PRESET_REFUSED
    assert "{" not in str(error_message(caught.value))
    assert content(home) == before
    return str(caught.value.facts["reason"])


def content(home: Home) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in home.presets.glob("*.gantry")}


def serials(home: Home) -> dict[str, int]:
    return {one.name: one.preset.serial for one in installed_presets(home) if one.preset}


def test_two_presets_are_installed_byte_for_byte_found_by_name_and_removed(
    home: Home, tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    one, two = a_preset(tmp_path, key=keys[0]), a_preset(tmp_path, name="lung", serial=7)
    for path in (one, two):
        assert install_preset(home, path).step is Step.NEW
    assert content(home) == {"stroke.gantry": one.read_bytes(), "lung.gantry": two.read_bytes()}
    assert serials(home) == {"stroke": 1, "lung": 7}
    path, found = preset_called(home, "Stroke")
    assert (path, found.signed is not None) == (home.presets / "stroke.gantry", True)
    remove_preset(home, "stroke")
    assert serials(home) == {"lung": 7}
    for act in (remove_preset, preset_called):
        with pytest.raises(GantryError) as caught:
            act(home, "stroke")
        assert caught.value.code is ErrorCode.PRESET_UNKNOWN


@pytest.mark.skipif(os.name == "nt", reason="rights are inherited there")
def test_installed_presets_are_for_this_user_only(home: Home, tmp_path: Path) -> None:
    path = a_preset(tmp_path)
    path.chmod(0o644)
    made = install_preset(home, path).path
    assert made.stat().st_mode & 0o777 == 0o600
    assert home.presets.stat().st_mode & 0o077 == 0


def test_a_newer_version_replaces_an_older_one_and_never_the_other_way(
    home: Home, tmp_path: Path
) -> None:
    two, three = a_preset(tmp_path, 2), a_preset(tmp_path, 3)
    install_preset(home, two)
    done = install_preset(home, three)
    assert (done.step, done.before and done.before.serial) == (Step.UPDATED, 2)
    assert install_preset(home, three).step is Step.SAME
    assert refusal(home, two) == Refusal.OLDER
    assert refusal(home, a_preset(tmp_path, 3, title="Changed")) == Refusal.SAME_SERIAL
    remove_preset(home, "stroke")
    assert install_preset(home, two).step is Step.NEW


def test_another_signer_never_replaces_what_is_installed(
    home: Home, tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    install_preset(home, a_preset(tmp_path, 1, keys[0]))
    assert refusal(home, a_preset(tmp_path, 2, keys[1])) == Refusal.SIGNER
    assert refusal(home, a_preset(tmp_path, 2)) == Refusal.UNSIGNED
    assert install_preset(home, a_preset(tmp_path, 2, keys[0])).step is Step.UPDATED
    install_preset(home, a_preset(tmp_path, name="lung"))
    assert refusal(home, a_preset(tmp_path, 2, keys[0], name="lung")) == Refusal.NOW_SIGNED


@pytest.mark.parametrize("later", [{}, {"profile": "basic"}, {"profile": PROFILE}])
def test_a_new_version_does_not_deidentify_in_another_way_without_a_word(
    home: Home, tmp_path: Path, later: dict[str, Any]
) -> None:
    install_preset(home, a_preset(tmp_path, 1, profile="research"))
    assert refusal(home, a_preset(tmp_path, 2, **later)) == Refusal.PROFILE
    assert install_preset(home, a_preset(tmp_path, 2, profile="research")).step is Step.UPDATED


def test_a_version_may_deidentify_where_the_older_one_did_not(home: Home, tmp_path: Path) -> None:
    install_preset(home, a_preset(tmp_path))
    assert install_preset(home, a_preset(tmp_path, 2, profile="basic")).step is Step.UPDATED


def test_a_damaged_file_hides_no_other_and_is_removed_before_it_is_replaced(
    home: Home, tmp_path: Path
) -> None:
    for name in ("lung", "stroke"):
        install_preset(home, a_preset(tmp_path, name=name))
    (home.presets / "lung.gantry").write_bytes(b"{")
    assert serials(home) == {"stroke": 1}
    (damaged,) = (one for one in installed_presets(home) if one.error)
    assert damaged.name == "lung"
    assert refusal(home, a_preset(tmp_path, 2, name="lung")) == Refusal.DAMAGED
    remove_preset(home, "lung")
    assert install_preset(home, a_preset(tmp_path, name="lung")).step is Step.NEW


def test_a_file_that_was_renamed_by_hand_is_no_preset_of_that_name(
    home: Home, tmp_path: Path
) -> None:
    made = install_preset(home, a_preset(tmp_path)).path
    made.rename(made.with_name("lung.gantry"))
    (found,) = installed_presets(home)
    assert found.error is not None
    assert found.error.facts["reason"] == "other name"
    assert "stroke" in error_message(found.error).what
    with pytest.raises(GantryError):
        preset_called(home, "lung")


def test_nothing_outside_the_folder_is_found_or_removed(home: Home, tmp_path: Path) -> None:
    install_preset(home, a_preset(tmp_path))
    beside = home.presets.parent / "other.gantry"
    beside.write_bytes(a_preset(tmp_path).read_bytes())
    for name in ("../other", str(beside.with_suffix("")), "..", ""):
        with pytest.raises(GantryError) as caught:
            remove_preset(home, name)
        assert caught.value.code is ErrorCode.PRESET_UNKNOWN
    assert beside.exists()


def test_what_is_not_a_preset_or_was_changed_is_not_installed(
    home: Home, tmp_path: Path, keys: tuple[Path, Path]
) -> None:
    changed = a_preset(tmp_path, key=keys[0])
    text = changed.read_text(encoding="utf-8")
    changed.write_text(text.replace("Stroke", "Strike"), encoding="utf-8")
    for path in (changed, tmp_path / "none.gantry", keys[0]):
        with pytest.raises(GantryError) as caught:
            install_preset(home, path)
        assert caught.value.code is ErrorCode.PRESET_INVALID
    assert not home.presets.exists()


def test_two_homes_have_their_own_presets(home: Home, tmp_path: Path) -> None:
    other = Home.find(str(tmp_path / "other"))
    install_preset(home, a_preset(tmp_path, 2))
    install_preset(other, a_preset(tmp_path, 1))
    remove_preset(home, "stroke")
    assert serials(other) == {"stroke": 1}


def test_an_older_version_never_replaces_one_that_another_process_is_just_installing(
    home: Home, tmp_path: Path
) -> None:
    one, two, three = (a_preset(tmp_path, serial) for serial in (1, 2, 3))
    install_preset(home, one)
    reasons = []

    def install() -> None:
        try:
            install_preset(home, two)
        except GantryError as error:
            reasons.append(error.facts["reason"])

    other = threading.Thread(target=install)
    with changing(home):
        other.start()
        write_installed(home, "stroke", three.read_bytes())
    other.join(60)
    assert reasons == [Refusal.OLDER]
    assert serials(home) == {"stroke": 3}


def test_a_file_is_used_by_its_path_and_an_installed_preset_by_its_name(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_preset(home, a_preset(tmp_path, 2))
    monkeypatch.chdir(tmp_path)
    a_preset(tmp_path, 1).rename(tmp_path / "stroke")
    assert preset_called(home, "stroke")[1].serial == 2
    assert preset_called(home, "./stroke")[1].serial == 1
    remove_preset(home, "stroke")
    assert preset_called(home, "stroke")[1].serial == 1
