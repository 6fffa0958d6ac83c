"""Opens members of ZIPs that are locked with a password: ZipCrypto, and AES as WinZip writes it.

The passwords are those that the user entered in this run; they are not stored.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
import zipfile
from collections.abc import Callable
from typing import Final, Protocol

from Crypto.Cipher import AES
from Crypto.Util import Counter

VARIABLE: Final = "GANTRY_ZIP_PASSWORD"

_AES: Final = 99
_AES_FIELD: Final = 0x9901
_HEADER: Final = 12  # bytes before what is locked (APPNOTE 6.1.3)
_ROUNDS: Final = 1000
_CHECK: Final = 10  # bytes of the HMAC after what is locked


def _crc_table() -> tuple[int, ...]:
    table = []
    for number in range(256):
        for _ in range(8):
            number = number >> 1 ^ (0xEDB88320 if number & 1 else 0)
        table.append(number)
    return tuple(table)


_CRC: Final = _crc_table()

_given: dict[str, None] = {}


class PasswordNeeded(Exception):
    """A member is locked, and none of the known passwords opens it."""


def remember(password: str) -> None:
    """Adds a password to try until the process ends."""
    _given[password] = None


def passwords() -> tuple[str, ...]:
    """The passwords that the user entered, and the one from the environment."""
    named = os.environ.get(VARIABLE)
    return (*_given, named) if named and named not in _given else tuple(_given)


class Unlock(Protocol):
    """Unlocks one member, from its beginning.

    Attributes:
        trailer: bytes after the locked data.
        keeps_crc: whether the directory has the checksum of the unlocked data.
    """

    trailer: int
    keeps_crc: bool

    def open(self, data: bytes) -> bytes:
        """The next bytes, unlocked."""

    def finish(self, read: Callable[[int], bytes]) -> None:
        """Checks what was read against the bytes that follow it. Raises BadZipFile."""


def unlocked(info: zipfile.ZipInfo, read: Callable[[int], bytes]) -> tuple[Unlock, int]:
    """Returns what unlocks a member, and how it is compressed.

    Args:
        read: returns the member's next bytes.

    Raises:
        PasswordNeeded: no known password opens it.
    """
    if info.compress_type == _AES:
        return _aes(info, read)
    head = read(_HEADER)
    # the last byte exposes 255 of 256 wrong passwords; the checksum finds the others
    time = info.date_time[3] << 3 | info.date_time[4] >> 3
    wanted = time if info.flag_bits & 0x8 else info.CRC >> 24
    for password in passwords():
        for encoded in _encoded(password):
            lock = _ZipCrypto(encoded)
            if lock.open(head)[-1] == wanted:
                return lock, info.compress_type
    raise PasswordNeeded


def _encoded(password: str) -> list[bytes]:
    """The password in the encodings of current programs, and of DOS ones."""
    found = [password.encode("utf-8", "surrogateescape")]
    try:
        old = password.encode("cp437")
    except UnicodeEncodeError:
        return found
    return found if old in found else [*found, old]


class _ZipCrypto:
    """The old method (APPNOTE 6.1): three keys, updated by every byte."""

    trailer, keeps_crc = 0, True

    def __init__(self, password: bytes) -> None:
        self._keys = (0x12345678, 0x23456789, 0x34567890)
        for byte in password:
            self._stir(byte)

    def _stir(self, byte: int) -> None:
        first, second, third = self._keys
        first = first >> 8 ^ _CRC[(first ^ byte) & 0xFF]
        second = ((second + (first & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        third = third >> 8 ^ _CRC[(third ^ second >> 24) & 0xFF]
        self._keys = first, second, third

    def open(self, data: bytes) -> bytes:
        """The next bytes, unlocked."""
        first, second, third = self._keys
        table = _CRC
        out = bytearray(data)
        for at, byte in enumerate(data):
            mixed = third | 2
            byte ^= (mixed * (mixed ^ 1) >> 8) & 0xFF
            first = first >> 8 ^ table[(first ^ byte) & 0xFF]
            second = ((second + (first & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
            third = third >> 8 ^ table[(third ^ second >> 24) & 0xFF]
            out[at] = byte
        self._keys = first, second, third
        return bytes(out)

    def finish(self, read: Callable[[int], bytes]) -> None:
        """Does nothing: the checksum tells."""


def _aes(info: zipfile.ZipInfo, read: Callable[[int], bytes]) -> tuple[Unlock, int]:
    """Unlocks WinZip's AES (its specification of AE-1 and AE-2)."""
    version, strength, method = _aes_field(info.extra)
    key_size = 8 * (strength + 1)
    salt, check = read(key_size // 2), read(2)
    for password in passwords():
        for encoded in _encoded(password):
            made = hashlib.pbkdf2_hmac("sha1", encoded, salt, _ROUNDS, 2 * key_size + 2)
            if made[-2:] == check:
                return _Aes(made[:key_size], made[key_size:-2], version), method
    raise PasswordNeeded


def _aes_field(extra: bytes) -> tuple[int, int, int]:
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind == _AES_FIELD and size >= 7:
            version, _vendor, strength, method = struct.unpack_from("<H2sBH", extra, at + 4)
            if strength in (1, 2, 3):
                return version, strength, method
        at += 4 + size
    raise zipfile.BadZipFile("no AES field")


class _Aes:
    trailer = _CHECK

    def __init__(self, key: bytes, of_check: bytes, version: int) -> None:
        counter = Counter.new(128, little_endian=True, initial_value=1)
        self._cipher = AES.new(key, AES.MODE_CTR, counter=counter)
        self._check = hmac.new(of_check, digestmod=hashlib.sha1)
        self.keeps_crc = version == 1

    def open(self, data: bytes) -> bytes:
        """The next bytes, unlocked."""
        self._check.update(data)
        return self._cipher.decrypt(data)

    def finish(self, read: Callable[[int], bytes]) -> None:
        """Compares the HMAC."""
        if not hmac.compare_digest(self._check.digest()[:_CHECK], read(_CHECK)):
            raise zipfile.BadZipFile("wrong check sum")
