"""Searches the fields of an answer for a yes, a no or a checksum, in the forms backends use.

`code` is ambiguous: 0 is good for most, but an error for ThinkPHP and FastAdmin, where 1 is good.
So 0 alone is not a yes: a word of success, or the place of the stored file, must accompany it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gantry.engine.proof import SharedProof
from gantry.engine.transfer.verdict.field_names import (
    AGAIN,
    CHECKED,
    CODES,
    CONDITIONS,
    COUNTS,
    FLAGS,
    GENERIC_HASHES,
    HASH_VALUES,
    KINDS,
    LISTS,
    MESSAGES,
    PLACES,
    STATES,
    is_error_name,
)
from gantry.engine.transfer.verdict.field_values import NUMBER, error_of, flag_of, words_of
from gantry.engine.transfer.verdict.json_fields import NOT_OURS, Field, Fields
from gantry.engine.transfer.verdict.page import is_sign_in_address
from gantry.engine.transfer.verdict.sent import Sent
from gantry.engine.transfer.verdict.yes_no_words import Verdict, folded, says_again, text_verdict

_FAILED_SEQUENCE = "00081198"
_SETTING = re.compile(r"timeout|retry|retries|limit|expir")
_SIZE = re.compile(r"size|bytes?|length|filesize|.*(size|bytes)|bytes.*|contentlength|nbytes")
_HASH = re.compile(r"(?:.*?)(md5|sha-?1|sha-?256|sha-?384|sha-?512)(?:sum|hash|hex|digest)?")
_OF_UPLOAD = re.compile(
    r"file|upload|stor(ed|ing|age)|sav(ed|ing)|archiv|truncat|disk|space|quota|written|datei|fichier|"
    r"archivo|файл|文件|上传|上傳|檔案|保存|ファイル|파일|저장"
)


class Reading:
    """Collects the meanings of an answer's fields."""

    def __init__(self, sent: Sent) -> None:
        self._sent = sent
        self._fields = Fields()
        self._yes = self._no = False
        self._contradiction = ""
        self._proof = ""
        self._doubt = False  # queued, or already there: not a yes without a proof
        self._warned = False  # a no in a warning or a note, which a yes outweighs
        self._zero = False  # a code 0 that something else must explain
        self._unknown_text = False
        self._places = False
        self.is_telling = False  # whether any field was a known one

    def result(self) -> tuple[Verdict, str, str]:
        """The verdict; of a no, the reason; of a yes, the proof."""
        if self._no:
            return Verdict.NO, "said so", ""
        if self._contradiction:
            return Verdict.NO, self._contradiction, ""
        explained = self._zero and self._places and not self._unknown_text
        if self._proof:
            return Verdict.YES, "", self._proof
        if self._warned and not self._yes:
            return Verdict.NO, "said so", ""
        if (self._yes or explained) and not self._doubt and not self._warned:
            return Verdict.YES, "", ""
        return Verdict.NEITHER, "", ""

    def add(self, verdict: Verdict) -> None:
        """Adds the meaning of one field."""
        self._yes |= verdict is Verdict.YES
        self._no |= verdict is Verdict.NO
        self.is_telling |= verdict is not Verdict.NEITHER

    def walk(self, value: Any) -> None:
        """Adds the meanings of all fields of an object or a list."""
        size = self._sent.archive.size
        is_receipt = isinstance(value, dict) and {"parcel", "sha256"} <= value.keys()
        if is_receipt and value.get("size", size) != size:
            self._contradiction = "size"  # of the contract's own receipt
        for field in self._fields.of(value):
            self._add_field(field)

    def _add_field(self, field: Field) -> None:
        value = field.value
        if field.is_remark:
            self._warning(value)
        elif field.is_item:
            self.add(text_verdict(value) if isinstance(value, str) else Verdict.NO)
        elif field.is_attribute:
            self._no |= field.flat == _FAILED_SEQUENCE and bool(value)
        else:
            self._hints(field)
            self._meaning(field)

    def _hints(self, field: Field) -> None:
        """What a field says besides its own meaning."""
        flat, value = field.flat, field.value
        if flat in PLACES and value and isinstance(value, str | int):
            self._places = True
            if isinstance(value, str) and flat in ("url", "location", "href", "redirect"):
                self._no |= is_sign_in_address(value)
        if flat.startswith("redirect") and isinstance(value, str):
            self._no |= is_sign_in_address(value)
        if flat in ("loginurl", "signinurl") and value:
            self._warned = True
        if (flat in AGAIN and value is True) or (flat in COUNTS and value == 0):
            self._doubt = True

    def _meaning(self, field: Field) -> None:
        name, flat, value = field.name, field.flat, field.value
        if field.is_top and flat == "parcel":
            if value != self._sent.archive.parcel:
                self._contradiction = self._contradiction or "parcel"
        elif flat in GENERIC_HASHES and isinstance(value, Mapping):
            for key, inner in value.items():
                if folded(str(key)) in HASH_VALUES:
                    self._hash(flat, inner)
        elif flat in GENERIC_HASHES or (_HASH.fullmatch(flat) and isinstance(value, str)):
            self._hash(flat, value)
        elif field.is_ours and _SIZE.fullmatch(flat) and not NOT_OURS.search(flat):
            if not ("total" in flat and _more(value, self._sent.archive.size)):
                self._size(value, in_bytes="byte" in flat)
        elif flat in FLAGS or "success" in flat or flat.startswith("succe"):
            self._doubt |= value is None
            self.add(flag_of(value, self._sent))
        elif flat in CONDITIONS or (flat.endswith(CHECKED) and "invalid" not in flat):
            self._no |= flag_of(value, self._sent) is Verdict.NO
        elif is_error_name(flat, name):
            self.add(error_of(value, is_text=field.beside_good_code and _is_text(flat)))
        elif flat in CODES or flat.endswith("code"):
            self._code(value, explains=True)
        elif flat in STATES or flat.endswith(("status", "state", "result")):
            self._state(value)
        elif flat in LISTS:
            self._no |= value is not None and not isinstance(value, bool) and value in ([], {}, 0)
        elif flat in MESSAGES or _is_text(flat):
            self._message(value)
        elif flat in KINDS:
            self._no |= isinstance(value, str) and text_verdict(value) is Verdict.NO
        elif not flat.isascii() or text_verdict(name) is not Verdict.NEITHER:
            self._foreign(name, value)

    def _warning(self, text: str) -> None:
        """A no about what was sent counts even in a warning; others may be remarks."""
        if text_verdict(text) is Verdict.NO:
            self._warned = True
            self._no |= _OF_UPLOAD.search(folded(text)) is not None

    def _hash(self, flat: str, value: Any) -> None:
        named = _HASH.fullmatch(flat)
        algorithm = named.group(1).replace("-", "") if named else ""
        verdict = self._sent.hash_verdict(value, algorithm)
        if verdict is Verdict.YES:
            self._proof = self._proof or _PROOFS.get(algorithm, SharedProof.CHECKSUM)
            self.is_telling = True
        elif verdict is Verdict.NO:
            self._contradiction = self._contradiction or algorithm or "checksum"

    def _size(self, value: Any, *, in_bytes: bool) -> None:
        verdict = self._sent.size_verdict(value, in_bytes=in_bytes)
        self._yes |= verdict is Verdict.YES
        if verdict is Verdict.NO:
            self._contradiction = self._contradiction or "size"

    def _code(self, value: Any, *, explains: bool) -> None:
        """A number: some are good or bad everywhere; 0 and 1 are not."""
        self.is_telling = True
        if isinstance(value, bool):
            self.add(Verdict.YES if value else Verdict.NO)
            return
        text = str(value).strip() if isinstance(value, str | int | float) else ""
        if text.endswith(".0"):
            text = text[:-2]
        if not NUMBER.fullmatch(text):
            if re.fullmatch(r"[A-Z]\d{4,6}", text):  # Alibaba's: 00000 is good, A0400 is not
                self.add(Verdict.NO if text.strip("AZ0") else Verdict.NEITHER)
            elif text:
                self.add(words_of(text))
            return
        number = int(text)
        if len(text) > 1 and number == 0:
            self.add(Verdict.YES)
        elif number == 0:
            self._zero |= explains
        elif number < 0 or 300 <= number < 600 or re.fullmatch(r"[45]\d{3,5}", text):
            self.add(Verdict.NO)
        elif 200 <= number < 300 or number in (20000, 200000):
            self.add(Verdict.YES)

    def _state(self, value: Any) -> None:
        if isinstance(value, str) and not NUMBER.fullmatch(value.strip()):
            self.is_telling = True
            self.add(words_of(value))
            self._doubt |= says_again(value)
        elif not isinstance(value, dict | list | None):
            self._code(value, explains=False)

    def _message(self, value: Any) -> None:
        if isinstance(value, str):
            self.is_telling = True
            verdict = text_verdict(value)
            self.add(verdict)
            self._doubt |= verdict is Verdict.NEITHER and len(value) < 100 and says_again(value)
            self._unknown_text |= verdict is Verdict.NEITHER and bool(value.strip())

    def _foreign(self, name: str, value: Any) -> None:
        """`{"成功": false}`, `{"needLogin": true}`: the name itself is a word."""
        verdict = text_verdict(name)
        if _SETTING.search(name) and not isinstance(value, bool) and isinstance(value, int | float):
            return
        if verdict is Verdict.YES:  # `created_at` is one, too: a number says nothing then
            is_flag = value in (0, 1) or (isinstance(value, str) and not value.strip().isdigit())
            self.add(flag_of(value, self._sent) if is_flag else Verdict.NEITHER)
        elif verdict is Verdict.NO and (value is True or not name.isascii()):
            self.add(error_of(value, is_text=False))
        elif verdict is Verdict.NO and ("need" in name or "require" in name):
            self._no |= value == 1
        else:
            self._message(value)


_PROOFS = {
    "md5": SharedProof.MD5,
    "sha1": SharedProof.SHA1,
    "sha256": SharedProof.SHA256,
    "sha384": SharedProof.SHA384,
    "sha512": SharedProof.SHA512,
}


def _is_text(flat: str) -> bool:
    return flat.endswith(
        ("msg", "message", "info", "text", "desc", "description", "reason", "detail", "details")
    )


def _more(value: Any, size: int) -> bool:
    return isinstance(value, int | float) and value > size
