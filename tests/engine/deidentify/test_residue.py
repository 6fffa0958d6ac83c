"""What is known about the patient is found in every form and every hiding place."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gantry.engine.deidentify.layers import comments, hidden
from gantry.engine.deidentify.needles import Needle, Needles, needles
from gantry.engine.deidentify.residue import Sieve, Text, masked, search
from gantry.engine.deidentify.walked import Removed

NAME, PATIENT_ID, BORN, ACCESSION, INSTITUTION = (
    0x00100010,
    0x00100020,
    0x00100030,
    0x00080050,
    0x00080080,
)
LONG = b"\n" * 40_000  # has no other byte


def known(tag: int, vr: str, value: str, charset: str = "ISO_IR 192") -> Needles:
    codecs = {"ISO_IR 192": "utf-8", "ISO_IR 100": "latin-1", "GB18030": "gb18030"}
    return needles([Removed(tag, vr, value.encode(codecs[charset]))], [charset], ())


def found(made: Needles, data: bytes) -> bool:
    """Whether a search finds any of them, also in a long text, of which is known which bytes it
    has; the sieve before it never says no then."""
    hits = list(search(data, made.found))
    long = list(search(LONG + data, made.found))
    assert [replace(hit, offset=0) for hit in long] == [replace(hit, offset=0) for hit in hits]
    is_found = bool(hits)
    assert Sieve(made.found).may_occur(Text(data)) or not is_found
    return is_found


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SMITHSON^ANNA", "for smithson"),
        ("SMITHSON^ANNA", "Anna's scan"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "やまだ"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "山田様"),
        ("Yamada^Tarou=山田^太郎=やまだ^たろう", "Tarou YAMADA"),
        ("Hong^Gildong=洪^吉洞=홍^길동", "길동"),
        ("Hong^Gildong=洪^吉洞=홍^길동", "홍길동"),
        ("Hong^Gildong=洪^吉洞=홍^길동", "吉洞洪"),
        ("Müller^Jörg", "Mueller"),
        ("Müller^Jörg", "MULLER"),
        ("Müller^Jörg", "MÜLLER"),
        ("Mueller^Joerg", "Müller"),
        ("Øster^Kåre", "oster"),
        ("Łukasz^Żak", "LUKASZ"),
        ("Groß^Björn", "GROSS"),
        ("Gross^Bjoern", "Groß"),
        ("Gross^Bjoern", "GROẞ"),
        ("O'Neil^Sean", "ONEIL"),
        ("O'Neil^Sean", "o’neil"),
        ("Dupont-Durand^Anne-Marie", "annemarie"),
        ("Dupont-Durand^Anne-Marie", "Durand"),
        ("Li^Bo", "Bo Li"),
        ("Li^Bo", "LI, BO"),
        ("Li^Bo", "LiBo"),
        ("Иванов^Пётр", "ИВАНОВ"),
        ("Παπαδόπουλος^Νίκος", "Παπαδοπουλος"),
        ("A^B\\Overton^Kim", "overton"),
    ],
)
def test_a_name_in_another_spelling(name: str, text: str) -> None:
    made = known(NAME, "PN", name)
    assert found(made, f"x {text} y".encode())
    assert not found(made, b"x nobody y")


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("Müller^Jörg", "latin-1"),
        ("Müller^Jörg", "cp437"),
        ("Müller^Jörg", "utf-16-le"),
        ("Müller^Jörg", "utf-16-be"),
        ("山田^太郎", "iso2022_jp"),
        ("山田^太郎", "shift_jis"),
        ("ﾔﾏﾀﾞ^ﾀﾛｳ", "shift_jis"),
        ("김철수^", "euc_kr"),
        ("王小东^", "gb18030"),
        ("王小東^", "big5"),
        ("Иванов^Пётр", "iso8859_5"),
        ("Иванов^Пётр", "koi8_r"),
        ("Иванов^Пётр", "cp1251"),
        ("Müller^Jörg", "cp850"),
        ("Żak^", "iso8859_2"),  # of three bytes
        ("Zoé^", "latin-1"),
        ("Ørsted^", "cp850"),
        ("Müller^Jörg", "mac_roman"),
        ("Černý^", "iso8859_2"),
        ("Ġużeppi^", "iso8859_3"),
        ("Ķeniņš^", "iso8859_4"),
        ("עמיחי^", "iso8859_8"),
        ("محمود^", "iso8859_6"),
        ("Καρράς^", "iso8859_7"),
        ("Şimşek^", "iso8859_9"),
        ("สมชาย^", "tis_620"),
        ("山田^", "euc_jp"),
        ("山田^", "iso2022_jp_2"),
        ("SMITHSON^ANNA", "utf-16-le"),
        ("SMITHSON^ANNA", "utf-16-be"),
    ],
)
def test_a_name_in_another_character_set(name: str, codec: str) -> None:
    family = name.split("^")[0]
    made = known(NAME, "PN", f"{family}^")
    for text in (family, family.upper(), family.lower(), f"a {family} b"):
        assert found(made, b"\x01\x02" + text.encode(codec) + b"\x03\x04"), text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0004711", "no. 4711 "),
        ("4711", "MRN:0004711,"),
        ("000-47-11", "0004711"),
        ("00471108", "00-47-11-08"),
        ("00471108", "47 11 08"),
        ("AB.123/45", "ab12345"),
        ("AB12345", "AB-123-45"),
        ("X4711Z", "file_X4711Z_a"),
    ],
)
def test_an_id_with_other_zeros_and_separators(value: str, text: str) -> None:
    assert found(known(PATIENT_ID, "LO", value), text.encode())


@pytest.mark.parametrize("text", ["00-47-11-08", "47/11 08.", "(4_7_1_1_0_8)", "x 004711-08"])
def test_the_sieve_lets_an_id_with_separators_through(text: str) -> None:
    made = known(PATIENT_ID, "LO", "471108")
    plain = Needles()
    plain.add("id", "471108")
    for one in (made, plain):
        assert found(one, text.encode())
        assert not Sieve(one.found).may_occur(Text(b"47 of 11 and 08"))


def test_the_sieve_lets_a_date_and_a_name_with_accents_through() -> None:
    for made, text in (
        (known(BORN, "DA", "19530821"), "since 21.08.1953"),
        (known(NAME, "PN", "Müller^Jörg"), "of MÜLLER"),
    ):
        assert found(made, text.encode())
        assert not Sieve(made.found).may_occur(Text(b"of 1953, mull ller"))


@pytest.mark.parametrize("text", ["4711 and 500", "4711 0", "4711", "04711 x00", "0004711"])
def test_an_id_at_the_beginning_of_a_text_is_found_whatever_its_end_is(text: str) -> None:
    assert found(known(PATIENT_ID, "LO", "4711"), text.encode())


@pytest.mark.parametrize(
    ("text", "expected"),
    [("over", True), ("an over", True), ("x over y", True), ("xover", False), ("a xover", False),
     ("overx", False), ("overx7", False), ("7over", True), ("over7", True),
     ("lover over", True)],
)  # fmt: skip
def test_a_whole_word_has_no_letter_beside_it(text: str, expected: bool) -> None:
    word = Needles()
    word.add_needle(Needle("folder", "over", whole=True))
    assert found(word, text.encode()) is expected


@pytest.mark.parametrize("text", ["josé", "josés", "ajosé", "éjosé", "éjosés"])
def test_beside_a_letter_with_an_accent_a_whole_word_is_found(text: str) -> None:
    """Which bytes are letters depends on a character set that is not known."""
    word = Needles()
    word.add_needle(Needle("name", "josé", whole=True))
    for codec in ("utf-8", "latin-1"):
        assert found(word, text.encode(codec)) is (text != "ajosé")
    word = Needles()
    word.add_needle(Needle("name", "éric", whole=True))
    for codec in ("utf-8", "latin-1"):
        assert found(word, "aéric".encode(codec))
        assert not found(word, "aérica".encode(codec))


@pytest.mark.parametrize(
    ("text", "shown"),
    [("", "•"), ("a", "•"), ("ab", "a•b"), ("abc", "a•c"), ("abcd", "a••d"), ("abcdef", "a••••f")],
)
def test_of_a_value_that_was_found_only_its_ends_are_shown(text: str, shown: str) -> None:
    assert masked(text) == shown


def test_a_part_of_a_name_that_repeats_itself_hides_it_nowhere() -> None:
    name = Needles()
    name.add_needle(Needle("name", "ooé", whole=False))
    for count in range(1, 9):
        assert found(name, b"o" * count + "oé".encode())


@pytest.mark.parametrize(
    "text",
    ["10047115", "47112", "47112x", "1.2.34711.5", "4.7.1.1", "a471", "47 11", "4-7-1-1"],
)
def test_an_id_inside_another_number_or_in_pieces_is_none(text: str) -> None:
    assert not found(known(PATIENT_ID, "LO", "4711"), text.encode())


@pytest.mark.parametrize(
    ("value", "text"), [("ABC7", "abc77"), ("7ABC", "77abc"), ("ABC7", "xabc7")]
)
def test_of_an_id_of_letters_and_digits_both_ends_count(value: str, text: str) -> None:
    made = known(PATIENT_ID, "LO", value)
    assert not found(made, text.encode())
    assert found(made, value.lower().encode())


def test_only_an_id_is_found_in_pieces() -> None:
    assert not found(known(NAME, "PN", "Overton^"), b"over ton, o-v-e-r-t-o-n")


@pytest.mark.parametrize("codec", ["iso2022_jp", "iso2022_jp_2"])
def test_a_name_inside_a_japanese_text_is_found_without_the_escapes_around_it(codec: str) -> None:
    made = known(NAME, "PN", "山田^太郎")
    for text in ("患者山田様", "山田様", "様山田", "ID 1 山田さん", "12 山田様 34", "木村、山田様"):
        assert found(made, text.encode(codec)), text
    assert not found(made, "患者木村様".encode(codec))


def test_what_reads_like_the_bytes_of_a_japanese_name_outside_japanese_text_is_none() -> None:
    made = known(NAME, "PN", "山田^太郎")
    assert "山田".encode("iso2022_jp") == b"\x1b$B;3ED\x1b(B"
    for text in (b"a;3EDa", b"\x1b$B45<T\x1b(B a;3EDa", b"\x1b$)C a;3EDa"):
        assert not found(made, text)
    assert found(made, b"\x1b$B45<T;3EDMM\x1b(B")
    assert found(made, b"\x1b$B45<T;3EDMM"), "cut short"
    assert found(made, b"\x1b$@45<T;3EDMM\x1b(J"), "an older edition"


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_name_is_found_under_three_layers(layers: int) -> None:
    data = b"seen by Smithson on Monday"
    for number in range(layers):
        data = gzip.compress(data) if number % 2 else base64.b64encode(data)
    assert found(known(NAME, "PN", "Smithson^A"), data)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.25.72", True),
        ("see 2.25.72.", True),
        ("2.25.72.1", True),
        ("2.25.7213048", False),
        ("12.25.72", False),
    ],
)
def test_a_uid_is_found_as_a_whole_or_as_the_root_of_another(text: str, expected: bool) -> None:
    assert found(known(0x0020000D, "UI", "2.25.72"), text.encode()) is expected


@pytest.mark.parametrize(
    "text",
    [
        "19530821",
        "1953-08-21",
        "1953/08/21",
        "1953.08.21",
        "21.08.1953",
        "21/08/1953",
        "08/21/1953",
        "21-08-1953",
        "19530821101112.5+0100",
    ],
)
@pytest.mark.parametrize("value", ["19530821", "1953.08.21", "19530821 ", "20010101\\19530821"])
def test_a_date_in_every_written_form(value: str, text: str) -> None:
    assert found(known(BORN, "DA", value), f"on {text};".encode())


@pytest.mark.parametrize("value", ["1953", "195308", "19530231", "00010101", "unknown", "21000229"])
def test_what_is_no_date_is_not_searched_for(value: str) -> None:
    assert not known(BORN, "DA", value).found


def test_a_leap_day_and_the_date_of_a_date_and_time_are_searched_for() -> None:
    assert found(known(BORN, "DA", "20200229"), b"29.02.2020")
    assert found(known(0x0008002A, "DT", "20200229235959.1+0100"), b"2020-02-29")


def test_a_birth_date_that_reads_like_a_time_is_no_time() -> None:
    assert not found(known(BORN, "DA", "20101112"), b"101112 201011.12 2010111")


@pytest.mark.parametrize(
    ("tag", "vr", "value", "kind"),
    [
        (NAME, "PN", "Li^B", "name"),
        (NAME, "PN", "Head^Hand", "name"),
        (PATIENT_ID, "LO", "1", "id"),
        (PATIENT_ID, "LO", "00", "id"),
        (PATIENT_ID, "LO", "0000", "id"),
        (ACCESSION, "SH", "7", "id"),
        (INSTITUTION, "LO", "MR", "place"),
    ],
)
def test_what_cannot_be_searched_for_is_counted(tag: int, vr: str, value: str, kind: str) -> None:
    assert known(tag, vr, value).not_searchable[kind] >= 1


def test_each_line_of_an_address_is_searched_for() -> None:
    made = known(0x00101040, "LO", "12 Longmeadow Lane, Smallville^USA")
    assert found(made, b"lives: LONGMEADOW LANE, 12") is False
    assert found(made, b"12 longmeadow lane")
    assert found(made, b"Smallville")


def _zip(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", data)
    return out.getvalue()


def _pdf(data: bytes) -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Filter/FlateDecode>>stream\n" + zlib.compress(data) + b"\nendstream"
    )


def _json(data: bytes) -> bytes:
    return json.dumps(data.decode()).encode()


HIDDEN: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zlib, fastest": lambda data: zlib.compress(data, 1),
    "zlib, best": lambda data: zlib.compress(data, 9),
    "zip": _zip,
    "pdf": _pdf,
    "base64": base64.b64encode,
    "base64 in lines": base64.encodebytes,
    "base64 for addresses": base64.urlsafe_b64encode,
    "entities": lambda data: html.escape(data.decode()).encode("ascii", "xmlcharrefreplace"),
    "percent": lambda data: quote(data).encode(),
    "json": _json,
    "gzip in base64": lambda data: base64.b64encode(gzip.compress(data)),
    "utf-16 in zlib": lambda data: zlib.compress(data.decode().encode("utf-16")),
    "zip in gzip": lambda data: gzip.compress(_zip(data)),
}


@pytest.mark.parametrize("how", HIDDEN)
def test_a_name_that_is_not_written_plainly(how: str) -> None:
    text = "<given>Jörg</given> <family>Müller-Lüdenscheidt</family> seen on Monday".encode()
    (hit, *_) = search(b"\x01\x02 value=" + HIDDEN[how](text) + b" \x03", MULLER.found)
    assert hit.kind == "name"
    assert "udensch" not in hit.masked


MULLER = known(NAME, "PN", "Lüdenscheidt^")


def test_a_stream_that_unpacks_without_end_is_searched_in_part_and_ends() -> None:
    data = gzip.compress(b"Smithson " + bytes(40_000_000))
    assert found(known(NAME, "PN", "Smithson^A"), data)


def test_a_stream_that_is_damaged_or_cut_short_is_searched_as_far_as_it_goes() -> None:
    made = known(NAME, "PN", "Smithson^A")
    whole = gzip.compress(b"Smithson " * 50)
    assert found(made, whole[:-8])
    assert not found(made, whole[:10] + b"\xff" * 30)


def _segment(marker: int, text: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + (len(text) + 2).to_bytes(2, "big") + text


def _fragment(data: bytes) -> bytes:
    return b"\xfe\xff\0\xe0" + len(data).to_bytes(4, "little") + data


SCAN = _segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\x34\xff\0\x56"
TEXT = b"Smithson"
TILE = b"\xff\x90" + b"\0\x0a\0\0\0\0\0\x40\0\1"
SIZE = b"\xff\x4f" + _segment(0x51, bytes(36))
IMAGES = {
    "JPEG comment": b"\xff\xd8" + _segment(0xFE, TEXT) + SCAN + b"\xff\xd9",
    "JPEG application": b"\xff\xd8" + _segment(0xE1, b"Exif\0\0" + TEXT) + SCAN + b"\xff\xd9",
    "JPEG comment between scans": b"\xff\xd8" + SCAN + _segment(0xFE, TEXT) + SCAN + b"\xff\xd9",
    "JPEG after its end": b"\xff\xd8" + SCAN + b"\xff\xd9" + TEXT,
    "JPEG-LS": b"\xff\xd8" + _segment(0xF7, bytes(9)) + _segment(0xE8, TEXT) + SCAN + b"\xff\xd9",
    "JPEG 2000": SIZE + _segment(0x64, b"\0\1" + TEXT) + TILE + b"\xff\x93\1\2\xff\xd9",
    "JPEG 2000, tile": SIZE + TILE + _segment(0x64, b"\0\1" + TEXT) + b"\xff\x93\1\2\xff\xd9",
    "JPEG 2000 after its end": SIZE + TILE + b"\xff\x93\1\2\xff\xd9" + TEXT,
    "JP2 box": b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0\0\0\x10xml " + TEXT + SIZE + TILE + b"\xff\x93",
    "unknown": b"\0\0\1\xb3" + TEXT,
}


@pytest.mark.parametrize("kind", IMAGES)
def test_the_text_in_compressed_images(kind: str) -> None:
    made = known(NAME, "PN", "Smithson^A")
    for data in (_fragment(b"") + _fragment(IMAGES[kind]), _fragment(IMAGES[kind]) * 2):
        assert found(made, comments(data))
        assert found(made, comments(memoryview(data)))


def test_the_samples_of_compressed_images_are_no_text() -> None:
    jpeg = b"\xff\xd8" + SCAN + TEXT + b"\xff\xd9"
    tiles = SIZE + TILE + b"\xff\x93" + TEXT + b"\xff\xd9"
    rle = (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56) + TEXT
    for data in (jpeg, tiles, rle):
        assert TEXT not in comments(_fragment(data))


@settings(derandomize=True, max_examples=200)
@given(st.lists(st.sampled_from(("7", "77777", "x", "+", "-_", ".", "\\", " ", "7" * 23))))
def test_a_run_of_24_characters_may_be_base64_unless_they_are_digits(pieces: list[str]) -> None:
    text = "".join(pieces)
    runs = re.findall(r"[A-Za-z0-9+/_-]{24,}", text)
    decoded = [layer for layer in hidden(text.encode()) if layer.name == "base64"]
    assert bool(decoded) == any(not run.isdigit() for run in runs)


@pytest.mark.parametrize("level", range(10))
def test_a_stream_is_found_whatever_its_header_says(level: int) -> None:
    made = known(NAME, "PN", "SMITHSON^ANNA")
    assert found(made, b"12.5\\-3.75" + zlib.compress(b"of smithson", level))
    assert found(made, b"12.5\\-3.75" + gzip.compress(b"of smithson", level))


@pytest.mark.parametrize(
    "text", ["\\u0053mithson", "\\x53mithson", "\\\\x53mithson", "ux\\u0053mithson"]
)
def test_an_escaped_letter_between_numbers_is_found(text: str) -> None:
    assert found(known(NAME, "PN", "SMITHSON^ANNA"), f"1.5\\-2.25\\{text}".encode())


@pytest.mark.parametrize("times", [1, 63, 64, 65])
def test_a_date_is_found_however_often_its_year_occurs(times: int) -> None:
    made = known(BORN, "DA", "19531117")
    data = b"1953" * (times - 1) + b" 17.11."
    assert not found(made, data)
    assert not found(made, b"1953" + data)
    assert found(made, data + b"1953")
    assert found(made, data + b" 19531117 ")
    assert not found(made, data + b" 419531117 ")


def test_a_long_text_is_searched_for_all_that_its_bytes_allow() -> None:
    numbers = b"\\".join(b"%d.%d" % (n % 97 - 40, n % 89) for n in range(9000))
    made = Needles()
    for kind, text in (
        ("name", "mark"), ("name", "müller"), ("name", "山田"), ("id", "ab-4711-08"),
        ("id", "4711089"), ("date", "2026-01-02"), ("date", "20260102"), ("uid", "1.2.826.4711"),
    ):  # fmt: skip
        made.add(kind, text)
    assert len(numbers) > 40_000
    assert not list(search(numbers, made.found))
    for needle in made.found:
        for codec in ("utf-8", "gb18030", "utf-16-le", "utf-16-be"):
            for text in (needle.text, needle.text.upper()):
                said = b"\\" + text.encode(codec) + b"\\"
                for data in (said + numbers, numbers + said):
                    (hit,) = search(data, [needle])
                    assert hit.kind == needle.kind
