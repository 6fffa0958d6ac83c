"""Compares sizes and hashes in an answer with the archive that was sent."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field

from gantry.engine.files import open_shared
from gantry.engine.parcel import Archive
from gantry.engine.transfer.verdict.yes_no_words import Verdict

_ALGORITHMS = {16: "md5", 20: "sha1", 32: "sha256", 48: "sha384", 64: "sha512"}  # by bytes
_SIZE = re.compile(r"(\d+(?:[.,]\d+)?)\s*(bytes?|b|[kmgt]i?b?|octets?)?", re.IGNORECASE)
_PADDING = {"md5": "==", "sha1": "=", "sha256": "=", "sha512": "=="}  # that some omit
_NO_HASH = frozenset({"", "n/a", "na", "-", "none", "null", "pending", "unknown", "skipped"})
_POWERS = {"k": 1, "m": 2, "g": 3, "t": 4}


@dataclass(slots=True)
class Sent:
    """An archive, and the size of the request that carried it."""

    archive: Archive
    request: int = 0
    _digests: dict[str, str] = field(default_factory=dict)

    def hash_verdict(self, said: object, algorithm: str = "") -> Verdict:
        """Compares a hash in hex or base64; `algorithm`, if its name is given.

        A hash of one of the archive's files, or anything that is not a hash, says nothing.
        """
        if isinstance(said, bool) or str(said or "").strip().casefold() in _NO_HASH:
            return Verdict.NEITHER
        digest = _digest(said) or (_digest(f"{said}{_PADDING.get(algorithm, '')}"))
        name = _ALGORITHMS.get(len(digest), "")
        if not name or (algorithm and name != algorithm):
            return Verdict.NO if algorithm and str(said or "").strip() else Verdict.NEITHER
        own = self._own(name)
        if digest.hex() == own:
            return Verdict.YES
        if not own or any(digest.hex() == f.sha256 for f in self.archive.files):
            return Verdict.NEITHER
        return Verdict.NO

    def size_verdict(
        self, said: object, *, may_count: bool = False, in_bytes: bool = False
    ) -> Verdict:
        """Compares a size: bytes, or rounded with or without its unit (`1.2 MB`).

        A size that can be that of the request, of the content or of one file says nothing; with
        `may_count`, neither does a number that may count files. `in_bytes`: the name says so.
        """
        if isinstance(said, bool) or said is None:
            return Verdict.NEITHER
        text = str(said).strip()
        grouped = re.fullmatch(r"\d{1,3}(?:[,  ']\d{3})+", text)
        match = _SIZE.fullmatch(re.sub(r"\D", "", text) if grouped else text)
        if match is None:
            return Verdict.NO if re.fullmatch(r"-\d+", text) else Verdict.NEITHER
        digits, unit = match.group(1).replace(",", "."), (match.group(2) or "").lower()
        number, decimals = float(digits), len(digits.partition(".")[2])
        archive = self.archive
        if unit[:1] not in _POWERS and not decimals:
            if number == archive.size:
                return Verdict.YES
            if number == 0:
                return Verdict.NO if archive.size else Verdict.YES
            others = {self.request, archive.content, *(f.size for f in archive.files)}
            if number in others or (may_count and number <= len(archive.files) + 1):
                return Verdict.NEITHER
        powers = (
            [_POWERS[unit[0]]] if unit[:1] in _POWERS else [] if unit or in_bytes else [1, 2, 3]
        )
        near = 0.5 * 10.0**-decimals if decimals else 1.0
        for power in powers:
            for base in (1000.0, 1024.0):
                if abs(number - archive.size / base**power) <= near * 1.01:
                    return Verdict.NEITHER
        return Verdict.NO

    def _own(self, name: str) -> str:
        if name == "sha256":
            return self.archive.sha256
        if name not in self._digests:
            running = hashlib.new(name, usedforsecurity=False)
            try:
                with open_shared(self.archive.path) as file:
                    while block := file.read(1 << 20):
                        running.update(block)
                self._digests[name] = running.hexdigest()
            except OSError:
                self._digests[name] = ""
        return self._digests[name]


def _digest(said: object) -> bytes:
    """The bytes of a hash; b"" if it isn't one. ETags are in quotes, RFC 9530's in colons."""
    text = str(said or "").strip().strip("\"'").strip()
    text = re.sub(r"^(sha-?\d+|md5)\s*[:=-]\s*", "", text, flags=re.IGNORECASE).strip(":")
    if re.fullmatch(r"([0-9A-Fa-f]{2})+", text) and len(text) // 2 in _ALGORITHMS:
        return bytes.fromhex(text)
    if len(text) in (24, 28, 44, 64, 88) and re.fullmatch(r"[A-Za-z0-9_+/-]+={0,2}", text):
        try:
            return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error:
            return b""
    return b""
