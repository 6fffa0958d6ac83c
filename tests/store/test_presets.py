"""A preset: what is one, what is wrong in one that is not, and whose signature fits."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.labels.form import Per
from gantry.messages import error_message
from gantry.messages.errors import ERRORS
from gantry.services.presets import (
    Effect,
    changes,
    kept_profile,
    new_preset,
    read_preset,
    sign_preset,
)
from gantry.store.home import Home
from gantry.store.presets.canonical import canonical
from gantry.store.presets.parse import preset_of
from gantry.store.presets.preset import OWN_PROFILE
from gantry.store.presets.wrong import Wrong, WrongPreset
from gantry.store.settings import SavedDestination, Settings

pytestmark = pytest.mark.same_everywhere

Values = dict[str, Any]
PROFILE = {"schema": "gantry.privacy/1", "name": "stroke", "base": "research"}
LEAST: Values = {"schema": "gantry.preset/1", "name": "stroke", "serial": 1, "title": "Stroke"}
WHOLE: Values = {
    **LEAST,
    "title": {"en": "Stroke", "zh-CN": "卒中"},
    "destinations": [
        {
            "name": "Stroke archive",
            "url": "HTTPS://Upload.Example.org/in",
            "auth": "oauth",
            "options": {"issuer": "https://id.example.org", "success": "/code=0"},
            "deidentify": True,
            "study": "STROKE",
        },
        {"name": "Share", "url": r"\\server\stroke", "options": {"path": "{label:subject}"}},
    ],
    "profile": PROFILE,
    "labels": [
        {"name": "project", "per": "job", "value": "STROKE"},
        {"name": "subject", "per": "patient", "required": True, "pattern": "S[0-9]{3}"},
        {"name": "visit", "choices": ["v1", "v2"], "text": {"en": "Visit", "zh-CN": "访视"}},
    ],
    "series": [{"modality": "MR", "description": "T1.*", "least": 1, "most": 3}],
    "settings": {"parcel_rule": "series", "send_attempts": 20},
}


def data(values: Values) -> bytes:
    return json.dumps(values, indent=1, ensure_ascii=False).encode()


def pem(key: Any, passphrase: bytes = b"") -> bytes:
    how = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    made: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
    return made


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Values], Path]:
    def write(values: Values) -> Path:
        path = tmp_path / "stroke.gantry"
        path.write_bytes(data(values))
        return path

    return write


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    path.write_bytes(pem(Ed25519PrivateKey.generate()))
    return path


def test_everything_in_a_preset_is_read() -> None:
    preset = preset_of(data(WHOLE))
    archive, share = preset.destinations
    assert (archive.url, archive.auth) == ("https://upload.example.org/in", "oauth")
    assert archive.deidentify == OWN_PROFILE
    assert json.loads(preset.profile) == PROFILE
    assert share.deidentify == ""
    assert [one.per for one in preset.labels] == [Per.JOB, Per.PATIENT, Per.STUDY]
    assert preset.title["zh-CN"] == "卒中"
    assert preset.series[0].most == 3
    assert dict(preset.settings) == {"parcel_rule": "series", "send_attempts": 20}
    assert preset.signed is None


def test_the_least_preset_is_one() -> None:
    assert preset_of(data(LEAST)).title == {"en": "Stroke"}


def place(**values: object) -> Values:
    return {"destinations": [{"name": "A", "url": "https://a.example", **values}]}


def label(**values: object) -> Values:
    return {"labels": [{"name": "visit", **values}]}


WRONG: list[tuple[Values, Wrong, str]] = [
    ({"schema": "gantry.preset/2"}, Wrong.SCHEMA, "schema"),
    ({"name": "../x"}, Wrong.VALUE, "name"),
    ({"name": "con"}, Wrong.VALUE, "name"),
    ({"serial": 0}, Wrong.VALUE, "serial"),
    ({"serial": True}, Wrong.VALUE, "serial"),
    ({"serial": 1.0}, Wrong.VALUE, "serial"),
    ({"title": {"de": "x"}}, Wrong.MISSING, "title"),
    ({"title": {"en": "x", "EN!": "y"}}, Wrong.UNKNOWN, "title: EN!"),
    ({"title": "a\u202eb"}, Wrong.VALUE, "title"),
    ({"titel": "x"}, Wrong.UNKNOWN, "titel"),
    ({"destinations": {}}, Wrong.VALUE, "destinations"),
    ({"destinations": [{"name": "A"}]}, Wrong.MISSING, "destinations: 1"),
    (place(url="ftp://a"), Wrong.VALUE, "destinations: 1: url"),
    (place(auth="magic"), Wrong.VALUE, "destinations: 1: auth"),
    (place(url="dicom://A@b:104", auth="basic"), Wrong.VALUE, "destinations: 1: auth"),
    (place(deidentify=True), Wrong.MISSING, "destinations: 1: deidentify"),
    (place(deidentify="basic"), Wrong.VALUE, "destinations: 1: deidentify"),
    (place(insecure_http=True), Wrong.UNKNOWN, "destinations: 1: insecure_http"),
    (place(options={"ca_file": "x"}), Wrong.UNKNOWN, "destinations: 1: options: ca_file"),
    (place(options={"field": 1}), Wrong.VALUE, "destinations: 1: options: field"),
    ({"profile": "other"}, Wrong.VALUE, "profile"),
    ({"profile": {**PROFILE, "dates": "never"}}, Wrong.PROFILE, "profile: dates"),
    ({"profile": {**PROFILE, "rules": {"x": "y"}}}, Wrong.PROFILE, "profile: rules: x"),
    (label(name="1x"), Wrong.VALUE, "labels: 1: name"),
    (label(name="Visit"), Wrong.VALUE, "labels: 1: name"),
    (label(per="series"), Wrong.VALUE, "labels: 1: per"),
    (label(pattern="(a+)+b"), Wrong.VALUE, "labels: 1: pattern"),
    (label(pattern="[0-9]", choices=["1", "x"]), Wrong.VALUE, "labels: 1: choices"),
    (label(choices=["1"], value="2"), Wrong.VALUE, "labels: 1: value"),
    ({"series": [{"least": 3, "most": 2}]}, Wrong.VALUE, "series: 1: most"),
    ({"settings": {"spool_folder": "/tmp"}}, Wrong.UNKNOWN, "settings: spool_folder"),
    ({"settings": {"send_attempts": 0}}, Wrong.VALUE, "settings: send_attempts"),
    ({"settings": {"send_attempts": "8"}}, Wrong.VALUE, "settings: send_attempts"),
    ({"signature": {}}, Wrong.SIGNATURE, "signature"),
    ({"signature": {"algorithm": "Ed25519", "key": "%", "value": ""}}, Wrong.SIGNATURE,
     "signature: key"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "reason", "entry"), WRONG)
def test_what_is_wrong_is_said_with_its_entry_and_line(
    values: Values, reason: Wrong, entry: str
) -> None:
    text = data({**LEAST, **values})
    with pytest.raises(WrongPreset) as error:
        preset_of(text)
    assert (error.value.reason, error.value.entry) == (reason, entry)
    last = entry.split(": ")[-1]
    if reason is not Wrong.SCHEMA and not last.isdigit():
        assert f'"{last}"' in text.decode().splitlines()[error.value.line - 1]


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        (b'{\n"schema": \n', Wrong.JSON, 3),
        (b"[]", Wrong.SCHEMA, 0),
        (b"\xff\xfe", Wrong.JSON, 1),
        (b" " * (1 << 20) + b"{}", Wrong.TOO_LARGE, 0),
        (data(LEAST)[:-1] + b',\n"serial": 2}', Wrong.TWICE, 7),
        (b'{"schema": "gantry.preset/1"}', Wrong.MISSING, 1),
    ],
)
def test_a_file_that_is_no_preset_at_all_is_refused(text: bytes, reason: Wrong, line: int) -> None:
    with pytest.raises(WrongPreset) as error:
        preset_of(text)
    assert (error.value.reason, error.value.line) == (reason, line)


@pytest.mark.parametrize(
    ("values", "entry"),
    [
        (place(password="x"), "destinations: 1: password"),
        (place(token="x"), "destinations: 1: token"),
        (place(url="https://u:pw@a.example"), "destinations: 1: url"),
        (place(url="https://u@a.example"), "destinations: 1: url"),
        (place(url="https://a.example/?site=1&sig=abc"), "destinations: 1: url"),
        (place(options={"key_password": "x"}), "destinations: 1: options: key_password"),
        (place(options={"proxy": "http://u:pw@p:1"}), "destinations: 1: options: proxy"),
        (place(options={"client_secret": "x"}), "destinations: 1: options: client_secret"),
        ({"api_key": "x"}, "api_key"),
        (label(secret="x"), "labels: 1: secret"),
    ],
)
def test_a_secret_is_refused_by_name_and_its_text_is_not_repeated(
    values: Values, entry: str, write: Callable[[Values], Path], key: Path
) -> None:
    path = write({**LEAST, **values})
    for use in (read_preset, lambda path: sign_preset(path, key)):
        with pytest.raises(GantryError) as error:
            use(path)
        message = error_message(error.value)
        assert error.value.facts["reason"] == "secret"
        assert f"“{entry}”" in message.what
        assert "pw" not in message.what
        assert "abc" not in message.what
    assert b"signature" not in path.read_bytes()


@pytest.mark.parametrize("list_name", ["destinations", "labels"])
def test_two_of_one_name_are_refused(list_name: str) -> None:
    two = {
        "destinations": [{"name": n, "url": "https://a.example"} for n in ("A", "a")],
        "labels": [{"name": "visit"}, {"name": "visit"}],
    }
    with pytest.raises(WrongPreset) as error:
        preset_of(data({**LEAST, list_name: two[list_name]}))
    assert error.value.reason is Wrong.TWICE
    assert error.value.entry == f"{list_name}: 2: name"


def test_every_reason_has_its_sentence() -> None:
    for reason in Wrong:
        assert f"preset.invalid#{reason.value.replace(' ', '-')}" in ERRORS


def test_the_canonical_form_is_that_of_rfc_8785() -> None:
    """The examples of its sections 3.2.2 and 3.2.3, with whole numbers."""
    strings = {
        "numbers": [4, 1000000000],
        "string": '€$\x0f\nA\'B"\\\\"/',
        "literals": [None, True],
    }
    assert canonical(strings).decode() == (
        '{"literals":[null,true],"numbers":[4,1000000000],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    names = ("\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\x80", "\xf6")
    made = canonical(dict.fromkeys(names, 0)).decode()
    assert list(json.loads(made)) == [
        "\r", "1", "\x80", "\xf6", "\u20ac", "\U0001f600", "\ufb33",
    ]  # fmt: skip


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**53 + 1, "\ud800", {"a": [0.1]}])
def test_what_could_be_written_in_two_ways_has_no_canonical_form(value: object) -> None:
    with pytest.raises(ValueError, match=r"canonical|surrogates"):
        canonical(value)


def test_a_signed_preset_names_the_key_and_another_implementation_agrees(
    write: Callable[[Values], Path], key: Path
) -> None:
    path = write(WHOLE)
    signed = sign_preset(path, key).signed
    assert read_preset(path).signed == signed
    assert signed is not None
    values = json.loads(path.read_bytes())
    signature = values.pop("signature")
    public = ECC.import_key(key.read_bytes()).public_key()
    assert base64.b64decode(signed.key) == public.export_key(format="raw")
    eddsa.new(public, "rfc8032").verify(canonical(values), base64.b64decode(signature["value"]))


def test_order_and_spaces_do_not_matter_to_a_signature_but_every_value_does(
    write: Callable[[Values], Path], key: Path
) -> None:
    path = write(WHOLE)
    sign_preset(path, key)
    values = json.loads(path.read_bytes())
    path.write_text(json.dumps(dict(reversed(values.items()))), encoding="utf-8")
    assert read_preset(path).signed is not None
    for name, value in (("serial", 2), ("title", "Other"), ("labels", []), ("profile", "basic")):
        path.write_bytes(data({**values, name: value}))
        with pytest.raises(GantryError) as error:
            read_preset(path)
        assert error.value.facts["reason"] == "signature"


def test_a_preset_of_another_hand_is_signed_again_after_a_change(
    write: Callable[[Values], Path], key: Path, tmp_path: Path
) -> None:
    path = write(WHOLE)
    first = sign_preset(path, key).signed
    values = json.loads(path.read_bytes())
    path.write_bytes(data({**values, "serial": 2}))
    other = tmp_path / "other.pem"
    other.write_bytes(pem(Ed25519PrivateKey.generate()))
    second = sign_preset(path, other).signed
    assert second == read_preset(path).signed
    assert second != first


def test_the_passphrase_of_a_key_comes_from_the_environment(
    write: Callable[[Values], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, key = write(LEAST), tmp_path / "locked.pem"
    key.write_bytes(pem(Ed25519PrivateKey.generate(), b"geheim"))
    for wrong in ("", "other"):
        monkeypatch.setenv("GANTRY_SECRET_PRESET_KEY", wrong)
        with pytest.raises(GantryError) as error:
            sign_preset(path, key)
        assert error.value.code is ErrorCode.CALL_INVALID
    monkeypatch.setenv("GANTRY_SECRET_PRESET_KEY", "geheim")
    assert sign_preset(path, key).signed is not None


def test_a_key_of_another_kind_signs_nothing(
    write: Callable[[Values], Path], tmp_path: Path
) -> None:
    path, key = write(LEAST), tmp_path / "other.pem"
    before = path.read_bytes()
    for text in (ECC.generate(curve="p256").export_key(format="PEM").encode(), b"no key", None):
        key.unlink(missing_ok=True)
        if text is not None:
            key.write_bytes(text)
        with pytest.raises(GantryError) as error:
            sign_preset(path, key)
        assert error.value.facts["option"] == "--sign"
    assert path.read_bytes() == before


def test_a_new_preset_is_a_valid_one_and_replaces_no_file(tmp_path: Path) -> None:
    path = tmp_path / "lung-trial.gantry"
    assert new_preset(path) == read_preset(path)
    assert read_preset(path).name == "lung-trial"
    for taken in (path, tmp_path / "Lung.gantry", tmp_path / "lung.json"):
        with pytest.raises(GantryError) as error:
            new_preset(taken)
        assert error.value.facts["option"] == "--new"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_change_says_what_there_is_now() -> None:
    settings = Settings(
        destinations=(
            SavedDestination(name="stroke ARCHIVE", url="https://upload.example.org/in"),
            SavedDestination(name="Share", url="file:///x"),
        ),
        send_attempts=20,
    )
    found = {one.name: one for one in changes(preset_of(data(WHOLE)), settings)}
    assert found["Stroke archive"].effect is Effect.OTHER  # there, nothing is de-identified
    assert "de-identified" in found["Stroke archive"].value
    assert found["Share"].before == "file:///x"
    assert found["send_attempts"].effect is Effect.SAME
    assert found["parcel_rule"].effect is Effect.OTHER
    assert changes(preset_of(data(WHOLE)), Settings())[0].effect is Effect.NEW


def test_the_profile_of_a_preset_stays_as_it_was_for_the_jobs_that_it_began(
    tmp_path: Path,
) -> None:
    home = Home.find(str(tmp_path))
    one = preset_of(data(WHOLE))
    newer = preset_of(data({**WHOLE, "serial": 2, "profile": {**PROFILE, "dates": "table"}}))
    first, second = kept_profile(home, one), kept_profile(home, newer)
    assert first != second
    assert json.loads(Path(first).read_bytes()) == PROFILE
    Path(first).write_text("changed", encoding="utf-8")
    assert kept_profile(home, one) == first
    assert json.loads(Path(first).read_bytes()) == PROFILE
    assert kept_profile(home, preset_of(data({**LEAST, "profile": "basic"}))) == "basic"
