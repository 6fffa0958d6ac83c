"""Settings survive crashes, other versions, and whatever is written into their file."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import replace_retry
from gantry.engine.parcel import ParcelRule
from gantry.store import atomic
from gantry.store import settings_file as module
from gantry.store.settings import SavedDestination, Settings
from gantry.store.settings_file import (
    load_settings,
    parse_settings,
    render_settings,
    save_settings,
    want_understood,
)

SOME = Settings(
    destinations=(
        SavedDestination(name="中心医院", url="https://example.org/in", auth="basic", user="me"),
        SavedDestination(name="Share", url="file:///srv/in"),
    ),
    parcel_rule=ParcelRule.SERIES,
    parallel_sends=4,
    language="zh_CN",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings" / "settings.json"


def damaged_files(path: Path) -> list[Path]:
    return sorted(path.parent.glob("settings.damaged-*.json"))


def test_what_was_saved_is_loaded(path: Path) -> None:
    assert load_settings(path) == (Settings(), None)
    save_settings(path, SOME)
    assert load_settings(path) == (SOME, None)
    assert SOME.destination("Share") == SOME.destinations[1]
    assert SOME.destination("share") is None


def test_unknown_keys_are_kept(path: Path) -> None:
    save_settings(path, SOME)
    raw = json.loads(path.read_text("utf-8"))
    raw["from_the_future"] = {"a": [1]}
    raw["destinations"][0]["colour"] = "blue"
    path.write_text(json.dumps(raw), "utf-8")
    settings, problem = load_settings(path)
    assert problem is None
    assert settings.destinations[0].name == "中心医院"
    save_settings(path, msgspec.structs.replace(settings, theme="dark"))
    raw = json.loads(path.read_text("utf-8"))
    assert raw["from_the_future"] == {"a": [1]}
    assert raw["destinations"][0]["colour"] == "blue"
    assert raw["theme"] == "dark"


def test_a_newer_version_keeps_its_number(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"version": 7, "theme": "dark", "new": 1}')
    settings, problem = load_settings(path)
    assert problem is None
    save_settings(path, settings)
    assert json.loads(path.read_text())["version"] == 7


def test_an_older_version_is_upgraded_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    def rename(raw: dict[str, object]) -> dict[str, object]:
        raw["theme"] = raw.pop("look")
        return raw

    monkeypatch.setattr(module, "VERSION", 3)
    monkeypatch.setattr(module, "UPGRADES", {1: rename, 2: lambda raw: {**raw, "attempts": 5}})
    settings = parse_settings(b'{"version": 1, "look": "dark"}')
    assert (settings.theme, settings.attempts, settings.version) == ("dark", 5, 3)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\x00" * 500,
        b"[]",
        b'{"version": "one"}',
        b'{"version": true}',
        b'{"version": 0}',
        b'{"destinations": {"name": "x"}}',
        b"[" * 100_000,
        b'{"a": "\xff"}',
    ],
)
def test_d04_a_damaged_file_is_set_aside_and_the_last_good_copy_used(
    path: Path, content: bytes
) -> None:
    save_settings(path, SOME)
    path.write_bytes(content)
    settings, problem = load_settings(path)
    assert settings == SOME
    assert problem is not None
    assert problem.code is ErrorCode.SETTINGS_INVALID
    assert problem.facts["used"] == "last good"
    (kept,) = damaged_files(path)
    assert problem.facts["kept"] == kept.name
    assert kept.read_bytes() == content


def test_d04_without_a_good_copy_the_defaults_are_used_and_the_file_kept(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"{")
    settings, problem = load_settings(path)
    assert settings == Settings()
    assert problem is not None
    assert problem.facts["used"] == "defaults"
    assert damaged_files(path)[0].read_bytes() == b"{"


def test_a_file_that_someone_deleted_comes_back_from_the_copy(path: Path) -> None:
    save_settings(path, SOME)
    path.unlink()
    settings, problem = load_settings(path)
    assert settings == SOME
    assert problem is not None
    assert problem.facts["reason"] == "missing"


def parsed_or_refused(content: bytes) -> Settings | None:
    """No other exception than the one that callers expect."""
    try:
        return parse_settings(content)
    except GantryError as error:
        problem = error
    assert problem.code is ErrorCode.SETTINGS_INVALID
    return None


@given(st.binary(max_size=300))
def test_d04_no_content_breaks_the_parser(content: bytes) -> None:
    parsed_or_refused(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*Settings.__struct_fields__, "other"]), JSON))
def test_d04_wrong_types_are_an_error_or_come_back_as_they_were(raw: dict[str, object]) -> None:
    settings = parsed_or_refused(json.dumps(raw).encode())
    assert settings is None or parse_settings(render_settings(settings)) == settings


@pytest.mark.parametrize("nth", range(1, 4))
@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_failing_write_leaves_old_or_new_settings(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str, nth: int
) -> None:
    old = msgspec.structs.replace(SOME, theme="light")
    save_settings(path, old)
    calls = 0

    def fails(real: object) -> object:
        def inner(*args: object, **kwargs: object) -> object:
            nonlocal calls
            calls += 1
            if calls == nth:
                raise OSError(28, "No space left on device")
            return real(*args, **kwargs)  # type: ignore[operator]

        return inner

    class Torn(io.FileIO):
        """A disk that is full after half of a write."""

        def write(self, data: Any) -> int:
            nonlocal calls
            calls += 1
            if calls == nth:
                super().write(data[: len(data) // 2])
                raise OSError(28, "No space left on device")
            return super().write(data) or 0

    def opened(descriptor: int, mode: str) -> Torn:
        return Torn(descriptor, mode)

    with monkeypatch.context() as patch:
        if call == "fsync":
            patch.setattr(os, "fsync", fails(os.fsync))
        elif call == "replace":
            patch.setattr(atomic, "replace_retry", fails(replace_retry))
        else:
            patch.setattr(os, "fdopen", opened)
        problem = None
        try:
            save_settings(path, SOME)
        except GantryError as error:
            problem = error
    fired = problem is not None
    assert problem is None or problem.facts["reason"] == "unwritable"
    assert fired == (calls >= nth)
    settings, problem = load_settings(path)
    assert problem is None
    assert settings in (old, SOME)
    assert settings == SOME or fired
    assert list(path.parent.glob("*.part")) == []
    assert list(path.parent.glob(".*.part")) == []


def test_settings_that_could_not_be_loaded_are_not_saved(path: Path) -> None:
    save_settings(path, SOME)
    with pytest.raises(GantryError):
        save_settings(path, msgspec.structs.replace(SOME, parallel_sends=0))
    assert load_settings(path) == (SOME, None)


@pytest.mark.skipif(os.name == "nt", reason="Windows: the profile's inherited rights")
def test_only_the_user_may_read_the_settings(path: Path) -> None:
    save_settings(path, SOME)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


TWO = '{"name": "two", "url": "file:///srv/two"}'


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("theme", '"sepia"'),
        ("theme", "7"),
        ("parcel_rule", '"visit"'),
        ("parallel_sends", "32"),
        ("parallel_sends", "0"),
        ("parallel_sends", '"auto"'),
        ("bandwidth", "-1"),
        ("bandwidth_timetable", "[1]"),
        ("spool_folder", "null"),
        ("log_level", '"trace"'),
        ("alert_on", "{}"),
        ("keep_delivered", '"some"'),
    ],
)
def test_a_value_that_is_not_known_costs_only_itself(path: Path, key: str, value: str) -> None:
    path.parent.mkdir()
    content = f'{{"version": 1, "language": "zh_CN", "{key}": {value}, "destinations": [{TWO}]}}'
    path.write_text(content)
    settings, problem = load_settings(path)
    assert [d.name for d in settings.destinations] == ["two"]
    assert settings.language == "zh_CN"
    assert getattr(settings, key) == getattr(Settings(), key)
    assert problem is not None
    assert problem.facts == {"reason": "unknown", "setting": key}
    assert path.read_text() == content
    assert damaged_files(path) == []

    save_settings(path, msgspec.structs.replace(settings, attempts=7))
    assert json.loads(path.read_text())[key] == json.loads(value)


def test_a_value_that_was_chosen_replaces_one_that_is_not_known(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('{"theme": "sepia"}')
    settings, _ = load_settings(path)
    save_settings(path, msgspec.structs.replace(settings, theme="dark"))
    assert json.loads(path.read_text())["theme"] == "dark"
    assert load_settings(path)[1] is None


@pytest.mark.parametrize(
    ("key", "value"),
    [("auth", '"kerberos"'), ("options", '{"unit": 5}'), ("insecure_http", '"ask"')],
)
def test_a_destination_with_an_unknown_value_is_listed_but_not_used(
    path: Path, key: str, value: str
) -> None:
    """The value might be the sign-in method, so nothing is sent without it."""
    path.parent.mkdir()
    one = f'{{"name": "one", "url": "https://example.org/in", "{key}": {value}}}'
    path.write_text(f'{{"destinations": [{one}, {TWO}]}}')
    settings, problem = load_settings(path)
    assert [d.name for d in settings.destinations] == ["one", "two"]
    assert problem is not None
    assert problem.facts["setting"] == f"destinations.{key}"
    with pytest.raises(GantryError) as error:
        want_understood(settings.destinations[0])
    assert error.value.facts["setting"] == key
    want_understood(settings.destinations[1])
    save_settings(path, settings)
    assert json.loads(path.read_text())["destinations"][0][key] == json.loads(value)


def test_a_destination_that_is_none_costs_only_itself(path: Path) -> None:
    path.parent.mkdir()
    others = [1, {"name": "x"}, {"name": 5, "url": "u"}]
    raw = [others[0], json.loads(TWO), others[1], others[2], json.loads(TWO)]
    path.write_text(json.dumps({"destinations": raw}))
    settings, problem = load_settings(path)
    assert [d.name for d in settings.destinations] == ["two", "two (2)"]
    assert problem is not None
    assert problem.facts["setting"] == "destinations"
    save_settings(path, settings)
    assert json.loads(path.read_text())["destinations"][2:] == others


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("compression_level", 0, 3),
        ("pack_workers", 0, 256),
        ("parallel_sends", 1, 16),
        ("attempts", 1, 100),
        ("send_attempts", 1, 1000),
        ("bandwidth", 0, 1 << 40),
        ("keep_file_lists", 0, 100_000),
    ],
)
def test_a_number_is_taken_up_to_its_bounds_and_no_further(name: str, low: int, high: int) -> None:
    default = getattr(Settings(), name)
    for value, taken in ((low, low), (high, high), (low - 1, default), (high + 1, default)):
        settings = parse_settings(json.dumps({name: value}).encode())
        assert getattr(settings, name) == taken


def test_a_destination_is_found_by_its_address_and_its_name_decides_between_several() -> None:
    url = "https://example.org/in"
    names = ("One", "Two")
    settings = Settings(
        destinations=(
            *(SavedDestination(name=name, url=url) for name in names),
            SavedDestination(name="Elsewhere", url="https://example.net/in"),
        )
    )
    found = [settings.destination_at(url, name) for name in ("Two", "Elsewhere", "gone")]
    assert [one.name for one in found if one] == ["Two", "One", "One"]
    assert settings.destination_at("https://example.com/in", "One") is None
