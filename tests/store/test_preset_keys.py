"""Keys whose presets are trusted: what is one, and what only they may do."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from gantry.engine.errors import ErrorCode, GantryError
from gantry.messages import error_message
from gantry.services.installed_presets import Refusal, Step, install_preset, is_trusted
from gantry.services.preset_keys import distrust_key, keys_of, trust_key
from gantry.services.presets import read_preset, sign_preset
from gantry.store.home import Home
from gantry.store.presets.trusted import fingerprint, trusted_keys

pytestmark = pytest.mark.same_everywhere


@dataclass(frozen=True)
class Sponsor:
    """Who signs: its private key, the public one in a file, and in Base64."""

    private: Path
    public: Path
    key: str


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.find(str(tmp_path / "home"))


@pytest.fixture
def sponsors(tmp_path: Path) -> tuple[Sponsor, Sponsor]:
    return a_sponsor(tmp_path / "one"), a_sponsor(tmp_path / "two")


def a_sponsor(folder: Path) -> Sponsor:
    folder.mkdir()
    key = Ed25519PrivateKey.generate()
    private, public = folder / "key.pem", folder / "public.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    raw = key.public_key().public_bytes_raw()
    return Sponsor(private, public, base64.b64encode(raw).decode())


def a_preset(folder: Path, serial: int, signer: Sponsor | None = None, **more: Any) -> Path:
    values = {"schema": "gantry.preset/1", "name": "stroke", "serial": serial, "title": "Stroke"}
    path = folder / f"download-{len(list(folder.iterdir()))}.gantry"
    path.write_text(json.dumps({**values, **more}), encoding="utf-8")
    if signer is not None:
        sign_preset(path, signer.private)
    return path


def refusal(home: Home, path: Path) -> object:
    with pytest.raises(GantryError) as caught:
        install_preset(home, path)
    assert caught.value.code is ErrorCode.PRESET_REFUSED
    return caught.value.facts["reason"]


def wanted(caught: pytest.ExceptionInfo[GantryError]) -> str:
    assert caught.value.code is ErrorCode.CALL_INVALID
    return str(caught.value.facts["wanted"])


def test_a_key_is_trusted_by_its_pem_its_text_or_a_file_with_that(
    home: Home, tmp_path: Path, sponsors: tuple[Sponsor, Sponsor]
) -> None:
    one, two = sponsors
    text = tmp_path / "key.txt"
    text.write_text(f"{one.key}\r\n", encoding="ascii")
    assert trust_key(home, str(one.public)) == (one.key, True)
    assert trust_key(home, one.key) == (one.key, False)
    assert trust_key(home, str(text)) == (one.key, False)
    assert trust_key(home, two.key) == (two.key, True)
    assert keys_of(home) == {one.key, two.key}


def test_a_fingerprint_is_the_sha256_of_the_key(sponsors: tuple[Sponsor, Sponsor]) -> None:
    key = sponsors[0].key
    kind, _, value = fingerprint(key).partition(":")
    assert (kind, len(value)) == ("SHA256", 43)
    assert base64.b64decode(value + "=") == hashlib.sha256(base64.b64decode(key)).digest()


def test_a_private_key_is_never_kept(home: Home, sponsors: tuple[Sponsor, Sponsor]) -> None:
    with pytest.raises(GantryError) as caught:
        trust_key(home, str(sponsors[0].private))
    assert "private" in wanted(caught)
    assert not home.presets.exists()


def test_what_is_no_public_key_is_refused(home: Home, tmp_path: Path) -> None:
    other = X25519PrivateKey.generate().public_key()
    files = {
        "other.pem": other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "damaged.pem": b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
        "empty": b"",
        "bytes": bytes(range(256)),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    for given in (*(str(tmp_path / name) for name in files), "none", "", str(tmp_path), "A" * 43):
        with pytest.raises(GantryError) as caught:
            trust_key(home, given)
        assert "public key" in wanted(caught)
    assert not home.presets.exists()


def test_a_key_is_distrusted_by_fingerprint_text_or_file_and_the_other_stays(
    home: Home, sponsors: tuple[Sponsor, Sponsor]
) -> None:
    one, two = sponsors
    trust_key(home, two.key)
    for given in (fingerprint(one.key), one.key, str(one.public)):
        trust_key(home, one.key)
        assert distrust_key(home, given) == one.key
        assert keys_of(home) == {two.key}
        with pytest.raises(GantryError) as caught:
            distrust_key(home, given)
        assert "--keys" in wanted(caught)


@pytest.mark.skipif(os.name == "nt", reason="rights are inherited there")
def test_the_keys_are_for_this_user_only(home: Home, sponsors: tuple[Sponsor, Sponsor]) -> None:
    trust_key(home, sponsors[0].key)
    (found,) = trusted_keys(home)
    assert found.path.stat().st_mode & 0o777 == 0o600
    assert found.path.parent.stat().st_mode & 0o077 == 0


def test_a_key_file_with_another_key_is_reported_and_trusts_nobody(
    home: Home, sponsors: tuple[Sponsor, Sponsor]
) -> None:
    one, two = sponsors
    trust_key(home, one.key)
    (found,) = trusted_keys(home)
    found.path.write_text(two.key, encoding="ascii")
    trust_key(home, two.key)
    assert keys_of(home) == {two.key}
    (error,) = (one.error for one in trusted_keys(home) if one.error)
    assert str(found.path) in error_message(error).what
    trust_key(home, one.key)
    assert keys_of(home) == {one.key, two.key}
    assert all(one.error is None for one in trusted_keys(home))


def test_two_homes_trust_their_own_keys(
    home: Home, tmp_path: Path, sponsors: tuple[Sponsor, Sponsor]
) -> None:
    other = Home.find(str(tmp_path / "other"))
    trust_key(home, sponsors[0].key)
    trust_key(other, sponsors[1].key)
    preset = read_preset(a_preset(tmp_path, 1, sponsors[0]))
    assert (is_trusted(home, preset), is_trusted(other, preset)) == (True, False)


def test_only_a_trusted_key_changes_the_profile(
    home: Home, tmp_path: Path, sponsors: tuple[Sponsor, Sponsor]
) -> None:
    one, two = sponsors
    install_preset(home, a_preset(tmp_path, 1, one, profile="basic"))
    newer = a_preset(tmp_path, 2, one, profile="research")
    trust_key(home, two.key)
    assert refusal(home, newer) == Refusal.PROFILE
    trust_key(home, one.key)
    assert install_preset(home, newer).step is Step.UPDATED
    distrust_key(home, one.key)
    assert refusal(home, a_preset(tmp_path, 3, one)) == Refusal.PROFILE


def test_only_a_trusted_key_signs_what_was_installed_unsigned(
    home: Home, tmp_path: Path, sponsors: tuple[Sponsor, Sponsor]
) -> None:
    one, two = sponsors
    install_preset(home, a_preset(tmp_path, 1))
    signed = a_preset(tmp_path, 1, one)
    trust_key(home, two.key)
    assert refusal(home, signed) == Refusal.NOW_SIGNED
    trust_key(home, one.key)
    assert refusal(home, a_preset(tmp_path, 1, one, title="Other")) == Refusal.SAME_SERIAL
    assert install_preset(home, signed).step is Step.UPDATED
    assert install_preset(home, signed).step is Step.SAME


def test_a_trusted_key_replaces_neither_another_signer_nor_a_newer_version(
    home: Home, tmp_path: Path, sponsors: tuple[Sponsor, Sponsor]
) -> None:
    one, two = sponsors
    for sponsor in sponsors:
        trust_key(home, sponsor.key)
    install_preset(home, a_preset(tmp_path, 2, one))
    assert refusal(home, a_preset(tmp_path, 3, two)) == Refusal.SIGNER
    assert refusal(home, a_preset(tmp_path, 3)) == Refusal.UNSIGNED
    assert refusal(home, a_preset(tmp_path, 1, one)) == Refusal.OLDER
