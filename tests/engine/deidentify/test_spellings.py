"""The exact forms in which a value is searched for, and where those count."""

from __future__ import annotations

import gzip
from itertools import islice

import pytest

from gantry.engine.deidentify.needles import Needle, Needles, needles
from gantry.engine.deidentify.residue import search
from gantry.engine.deidentify.search import AFTER, COMMENT, hits
from gantry.engine.deidentify.spellings import of_date, of_id, of_name, of_text
from gantry.engine.deidentify.walked import Removed

NAME, PATIENT_ID, BORN, INSTITUTION = 0x00100010, 0x00100020, 0x00100030, 0x00080080
GLUES = ("", " ", "^", ", ", "_", "-")


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("Bähr", {"bähr", "bahr", "baehr"}),
        ("Köhl", {"köhl", "kohl", "koehl"}),
        ("Rühl", {"rühl", "ruhl", "ruehl"}),
        ("Weiß", {"weiß", "weiss"}),
        ("Høst", {"høst", "host", "hoest"}),
        ("Sæther", {"sæther", "saether"}),
        ("Håkon", {"håkon", "hakon", "haakon"}),
        ("Lœb", {"lœb", "loeb"}),
        ("Wałęsa", {"wałęsa", "walesa"}),
        ("Đurić", {"đurić", "duric"}),
        ("Guðrun", {"guðrun", "gudrun"}),
        ("Þora", {"þora", "thora"}),
        ("Yıldız", {"yıldız", "yildiz"}),
        ("Baehr", {"baehr", "bähr"}),
        ("Koehl", {"koehl", "köhl"}),
        ("Ruehl", {"ruehl", "rühl"}),
        ("Weiss", {"weiss", "weiß"}),
        ("Suess", {"suess", "süß", "süss", "sueß"}),
        ("Müßig", {"müßig", "müssig", "mussig", "muessig"}),
        ("Müssig", {"müssig", "müßig", "muessig"}),
    ],
)
def test_a_letter_is_also_searched_for_as_it_is_written_elsewhere(
    name: str, forms: set[str]
) -> None:
    assert forms <= set(of_name(name, 3))


def test_only_short_parts_are_joined_in_each_order_and_at_most_three() -> None:
    assert set(of_name("Li^Bo", 3)) == {
        "li", "bo", *(f"{a}{glue}{b}" for glue in GLUES for a, b in (("li", "bo"), ("bo", "li")))
    }  # fmt: skip
    assert set(of_name("Lee^Ann", 3)) == {"lee", "ann"}
    assert list(of_name("Li", 3)) == ["li", "li"]
    four = set(of_name("Li^Bo^Wu^Xi", 3))
    assert "li bo wu" in four
    assert not any("xi" in form for form in four - {"xi"})


@pytest.mark.parametrize(
    ("value", "forms"),
    [
        ("0042", ["0042", "42", "42"]),
        ("000", ["000"]),
        ("47-11", ["47-11", "4711", "4711"]),
        ("0.47-11", ["0.47-11", ".47-11", "04711", "4711"]),
    ],
)
def test_an_id_with_and_without_zeros_and_separators(value: str, forms: list[str]) -> None:
    assert list(of_id(value)) == forms


def test_a_date_in_eight_forms_from_the_year_1880_on() -> None:
    assert list(of_date("19531227")) == [
        "19531227", "1953-12-27", "1953/12/27", "1953.12.27",
        "27.12.1953", "27/12/1953", "12/27/1953", "27-12-1953",
    ]  # fmt: skip
    assert (
        list(of_date("1953.12.27")) == list(of_date("19531227101500")) == list(of_date("19531227"))
    )
    assert len(list(of_date("18800101"))) == 8
    for none in ("18791231", "19531327", "1953", "١٩٥٣١٢٢٧"):
        assert list(of_date(none)) == []


def test_a_place_of_one_piece_is_one_text() -> None:
    assert list(of_text("Northgate")) == ["Northgate", "northgate"]
    assert {"Northgate", "Ward 7"} <= set(of_text("Northgate, Ward 7"))


@pytest.mark.parametrize(
    ("kind", "text", "is_whole", "is_common"),
    [
        ("name", "lee", True, False),
        ("name", "smith", True, False),
        ("name", "smiths", False, False),
        ("id", "12345", True, True),
        ("id", "1234567", True, False),
        ("id", "a1234567", False, False),
        ("date", "1953-12-27", True, False),
    ],
)
def test_what_is_short_a_number_or_a_date_counts_as_a_whole_word_only(
    kind: str, text: str, is_whole: bool, is_common: bool
) -> None:
    made = Needles()
    made.add(kind, text)
    assert list(made.found) == [Needle(kind, text, is_whole)]
    assert next(iter(made.found)).common is is_common


@pytest.mark.parametrize(
    ("name", "text", "is_found"),
    [
        ("Lee", "for lee", True),
        ("Lee", "a sleeve", False),
        ("Smith", "smithsonian", False),
        ("Smiths", "smithsonian", True),
    ],
)
def test_a_short_name_within_a_word_is_no_hit(name: str, text: str, is_found: bool) -> None:
    made = needles([Removed(NAME, "PN", name.encode())], [], ())
    assert (next(search(text.encode(), made.found), None) is not None) is is_found


def test_a_word_that_stays_is_counted_once_and_not_searched_for() -> None:
    made = needles([Removed(NAME, "PN", b"Nordlicht")], [], ("Nordlicht Imaging",))
    assert (made.found, made.not_searchable) == ({}, {"name": 1})
    made.add("name", "nordlicht")
    made.add("id", "0")
    assert made.not_searchable == {"name": 2, "id": 1}


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        (NAME, "PN", b"\x1b-F\xc1\xc2\xc3^M\xfcller"),
        (NAME, "PN", b"\x1b-F\xc1\xc2\xc3=M\xfcller"),
        (NAME, "PN", b"\x1b-F\xc1\xc2\xc3\\M\xfcller"),
        (PATIENT_ID, "LO", b"\x1b-F\xc1\xc2\xc3\\M\xfcller"),
    ],
)
def test_a_character_set_ends_at_the_delimiter(tag: int, vr: str, value: bytes) -> None:
    made = needles([Removed(tag, vr, value)], ["ISO 2022 IR 100", "ISO 2022 IR 126"], ())
    texts = " ".join(needle.text for needle in made.found)
    assert "müller" in texts
    assert "αβγ" in texts


SMITHSON = Needle("name", "smithson", False)
LEE = Needle("name", "lee", True)
HEAD = b"\x08\0\x60\0CS\2\0MR"
PIXELS = b"\xe0\x7f\x10\0OW\0\0\x20\0\0\0"


def _paths(
    parts: list[bytes], needle: Needle, native: int = 0, compressed: int = 0, image_bytes: int = 0
) -> list[tuple[str, ...]]:
    return [
        hit.path
        for hit in hits(
            list(parts),
            [needle],
            native=native,
            compressed=compressed,
            explicit=True,
            has_meta=False,
            image_bytes=image_bytes,
        )
    ]


def test_pixels_are_not_searched_but_what_follows_the_image_is() -> None:
    parts = [HEAD, PIXELS, b"smithson".ljust(32)]
    assert _paths(parts, SMITHSON, native=2) == []
    assert _paths(parts, SMITHSON, native=2, image_bytes=32) == []
    parts[2] = bytes(16) + b"smithson".ljust(16)
    assert _paths(parts, SMITHSON, native=2, image_bytes=16) == [("7FE00010", AFTER)]


def test_every_part_after_the_pixels_is_searched() -> None:
    note = b"\x01\x70\x10\0LO\x08\0smithson"
    for parts in ([HEAD, PIXELS, bytes(32), note], [HEAD, PIXELS, bytes(32), note[:8], note[8:]]):
        assert len(_paths(list(parts), SMITHSON, native=2)) == 1


def test_a_comment_is_searched_even_where_it_is_compressed_or_no_text() -> None:
    def jpeg(comment: bytes) -> bytes:
        made = b"\xff\xd8\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + b"\xff\xd9"
        made += b"\0" * (len(made) & 1)
        item = b"\xfe\xff\x00\xe0"
        return item + bytes(4) + item + len(made).to_bytes(4, "little") + made

    def found(comment: bytes, needle: Needle) -> list[tuple[str, ...]]:
        return _paths([HEAD, PIXELS, jpeg(comment)], needle, compressed=2)

    assert found(b"for Smithson", SMITHSON) == [("7FE00010", COMMENT)]
    assert found(b"\x80smithson\x83", SMITHSON) == [("7FE00010", COMMENT)]
    assert found(b"image of lee, aged ten", LEE) == [("7FE00010", COMMENT)]
    assert found(b"\x80lee\x83", LEE) == []
    cyrillic = "\u0438\u0432\u0430\u043d\u043e\u0432"
    assert found(b"\x80" + cyrillic.encode() + b"\x83", Needle("name", cyrillic, False))
    assert found(gzip.compress(b"for smithson"), SMITHSON) == [("7FE00010", "compressed")]


CODECS = (
    "utf-8", "latin-1", "gb18030", "euc_kr", "shift_jis", "iso2022_jp_2", "big5", "euc_jp",
    "iso8859_2", "iso8859_3", "iso8859_4", "iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8",
    "iso8859_9", "cp1251", "koi8_r", "cp437", "cp850", "tis_620", "mac_roman",
)  # fmt: skip
LETTERS = [
    chr(code)
    for code in (
        *range(0xC0, 0x650), *range(0xE00, 0xE5C), *range(0x3041, 0x30FF),
        *range(0x4E00, 0x4F00), *range(0xAC00, 0xAE00),
    )
    if chr(code).isalpha() and chr(code) == chr(code).lower()
]  # fmt: skip


@pytest.mark.parametrize("codec", CODECS)
def test_a_name_is_found_in_each_character_set(codec: str) -> None:
    """The first of them that can write some letters as no other one does must be tried."""
    others = [other for other in CODECS if other != codec]
    own = (
        letter
        for letter in LETTERS
        if (made := letter.encode(codec, "ignore"))
        and made not in {letter.encode(other, "ignore") for other in others}
    )
    name = "".join(islice(own, 8))
    if len(name) < 4:
        pytest.skip("another one writes all its letters in the same way")
    data = b"\0\0" + name.encode(codec) + b"\0\0"
    assert next(search(data, [Needle("name", name, False)]), None) is not None
