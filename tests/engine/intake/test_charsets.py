"""Text with a wrong or missing character set is shown correctly if its bytes leave no doubt."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from gantry.engine.intake.cautions import CautionCode
from gantry.engine.intake.header.charsets import guessed
from gantry.engine.intake.header.header import read_header
from support.cli import Cli
from support.dicom import make_instance
from support.scanned import scan

NAMES = {
    "gb18030": [
        "王伟",
        "李娜",
        "张^小东",
        "Zhang^XiaoDong=张^小东",
        "欧阳^修",
        "陈静",
        "林志玲",
        "赵丽娟",
    ],
    "UTF-8": ["王伟", "Müller", "Łódź^Anna", "Иванов^Иван", "김철수", "山田太郎", "王", "Çelik"],
    "euc_kr": ["김철수", "이^영희", "박지성"],
    "shift_jis": ["山田太郎", "佐藤 花子"],
}
OTHERS = [
    *((name, "latin-1") for name in ("Müller", "Größe", "Þórður", "TÖÖLÖ", "créée", "HÄÄMÄ^ÖÄ")),
    *((name, "latin-1") for name in ("Åsa", "Øystein", "ÉÈ", "Señor^José", "ÖÖ", "Ça va")),
    *((name, "cp1251") for name in ("Иванов", "Петров")),
    *(
        (name, "cp1251")
        for name in ("ПОЛЯКОВ^РАДИМ", "ХВЪРЧИЛКОВ^ЛЕОН", "ЖУКОВА", "КОСТЮК^ВАЛЕРІЯ")
    ),
    *((name, "iso8859-5") for name in ("ПРОЙКОВА^ГЪЛЪБИЦА", "ВЪЗВЪЗОВ", "ПЕЕВА", "ШЕВЧЕНКО^ЮЛІЯ")),
    *((name, "koi8-r") for name in ("Иванов^Пётр", "ЖУКОВА", "Соловьёва^Мария")),
    *((name, "cp866") for name in ("Иванов^Пётр", "ШАПОШНИКОВ^ДЕМЬЯН", "ЖУКОВА^ИЯ")),
    *(
        (name, "iso8859-7")
        for name in ("ΠΑΝΚΊΔΟΥ^ΠΡΑΞΙΤΈΛΗΣ", "ΠΑΠΑΔΟΠΟΥΛΟΣ^ΠΟΛΥΧΡΟΝΗΣ", "Γεωργίου")
    ),
    *((name, "cp737") for name in ("ΜΑΜΑΛΆ", "ΠΆΝΤΟΥ^ΛΈΩΝ")),
    *((name, "cp1250") for name in ("Šimončič^Željko", "ŠKODA^JIŘÍ", "Žižka", "Trnovský^Ľuboš")),
    *((name, "cp852") for name in ("ŠIMONČIČ^ŽELJKO", "Szőke^Józsué", "Łukasiewicz")),
    *((name, "cp850") for name in ("Pölitz^Jörg", "BÉRUBÉ^P", "PÉREZ^INÉS", "IBÁÑEZ^MÁXIMO")),
    *((name, "cp850") for name in ("Auðólfs", "Häkkinen^Hännö")),
    *((name, "mac_roman") for name in ("Thérèse", "Gonçalves^Luís", "Frédéric")),
    *((name, "cp857") for name in ("ÇELİK^GÜLŞEN", "Yıldız^Gökçe")),
    *((name, "cp862") for name in ("כחלון^עילי", "לרנר לילך")),
    *((name, "cp1256") for name in ("سليم^سلاف", "خندف^عارف")),
    *((name, "tis-620") for name in ("ติณรัตน์^อธิตยา", "บุตดา^ผดุงพล")),
    *((name, "big5") for name in ("陳大文", "王小明", "張小明")),
    ("王", "gbk"),
]


def named(path: Path, name: bytes, charset: bytes, *, study: str = "1.2") -> Path:
    """A file whose name has these bytes under this Specific Character Set."""
    filler = "A" * (len(name) + len(name) % 2)
    make_instance(path, study=study, series="1.3", patient_name=filler)
    data = path.read_bytes().replace(b"ISO_IR 192", charset.ljust(10))
    path.write_bytes(data.replace(filler.encode(), name.ljust(len(filler))))
    return path


@pytest.mark.parametrize("declared", ["", "ISO_IR 6", "ISO_IR 100"])
@pytest.mark.parametrize("charset", NAMES)
def test_names_of_several_scripts_are_recognised(charset: str, declared: str) -> None:
    for name in NAMES[charset]:
        assert guessed([name.encode(charset)], declared) == charset, name


@pytest.mark.parametrize(("text", "charset"), OTHERS)
@pytest.mark.parametrize("declared", ["", "ISO_IR 100"])
def test_where_there_is_doubt_nothing_is_guessed(text: str, charset: str, declared: str) -> None:
    assert guessed([text.encode(charset)], declared) == ""


def test_a_declared_character_set_that_fits_is_believed() -> None:
    for text, declared, python in (
        ("王伟", "GB18030", "gb18030"),
        ("王伟", "ISO_IR 192", "utf-8"),
        ("Иванов", "ISO_IR 144", "iso8859_5"),
        ("Διονυσιος", "ISO_IR 126", "iso8859_7"),
        ("שרון", "ISO_IR 138", "iso8859_8"),
    ):
        assert guessed([text.encode(python)], declared) == ""
    assert guessed(["王伟".encode("gbk")], "ISO_IR 192") == "gb18030"
    assert guessed(["王伟明".encode()], "ISO_IR 144") == "UTF-8"


@pytest.mark.parametrize("text", ["头颅平扫", "CT胸部增强", "T2轴位", "膝关节 MRI 平扫"])
def test_descriptions_are_recognised_by_their_words(text: str) -> None:
    assert guessed([text.encode("gbk")], "ISO_IR 100") == "gb18030"


@pytest.mark.parametrize("preamble", [True, False], ids=["by the walker", "by pydicom"])
def test_the_escape_sequences_of_ir_58_are_no_text(preamble: bool, tmp_path: Path) -> None:
    name = b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab= "
    path = named(tmp_path / "a", name, b"\\ISO 2022 IR 58")
    data = path.read_bytes()
    at = data.index(b"\\ISO 2022 IR 58") - 2
    data = data[:at] + b"\x10\0" + b"\\ISO 2022 IR 58 " + data[at + 17 :]
    path.write_bytes(data if preamble else data[132:])
    about = read_header(str(path)).about
    assert (about.patient_name, about.guessed) == ("Zhang^XiaoDong=张^小东", "")


@pytest.mark.parametrize("preamble", [True, False], ids=["by the walker", "by pydicom"])
def test_a_guess_is_marked_and_changes_nothing_else(preamble: bool, tmp_path: Path) -> None:
    path = named(tmp_path / "a", "张小东".encode("gbk"), b"ISO_IR 100")
    if not preamble:
        path.write_bytes(path.read_bytes()[132:])
    before = path.read_bytes()
    catalog, _ = scan(tmp_path)
    (patient,) = catalog.patients
    assert patient.name == "张小东"
    (caution,) = (w for w in patient.warnings if w.code is CautionCode.CHARSET_GUESSED)
    assert caution.facts == {"charset": "GBK"}
    assert path.read_bytes() == before


def test_a_guess_is_marked_in_json_and_found_in_the_history(
    canary_folder: Path, tmp_path: Path
) -> None:
    cli = Cli(tmp_path / "home")
    path = named(canary_folder / "a", "张小东".encode("gbk"), b"ISO_IR 100")
    path.write_bytes(path.read_bytes().replace(b"Head", "平扫".encode("gbk")))
    (patient,) = cli("scan", canary_folder, "--json").of("patient")
    assert patient["name"] == "张小东"
    assert "charset-guessed" in [warning["code"] for warning in patient["warnings"]]
    (tmp_path / "out").mkdir()
    assert cli("send", canary_folder, "--to", (tmp_path / "out").as_uri()).code == 0
    (parcel,) = cli("history", "--search", "平扫", "--json").of("parcel")
    assert parcel["patient_name"] == "张小东"
    (archive,) = (tmp_path / "out").rglob("*.tar.gz")
    with tarfile.open(archive) as tar:
        (member, manifest) = tar.getmembers()
        sent = tar.extractfile(member)
        said = tar.extractfile(manifest)
        assert sent is not None
        assert said is not None
        assert sent.read() == path.read_bytes()
        assert "张" not in said.read().decode()
