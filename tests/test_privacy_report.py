"""The de-identification report: complete, fit for print, and harmless whatever the files say."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gantry.engine import events
from gantry.engine.content import Link, Summary
from gantry.engine.deidentify.pixels import DRAWN, OUTSIDE
from gantry.engine.deidentify.profile import BASIC, RESEARCH
from gantry.engine.deidentify.pseudonyms import KEY_BYTES, Key
from gantry.engine.deidentify.report import Tally, together
from gantry.engine.deidentify.rewriter import Deidentifier
from gantry.engine.deidentify.sources import known_from
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Parcel
from gantry.messages.report import ACTIONS, KINDS
from gantry.services.named_destinations import PRACTICE_NAME
from gantry.services.privacy_report import Report, look_alikes, report_page, write_report
from gantry.services.privacy_report import report_of as report_of_job
from gantry.store.history import History
from gantry.store.home import Home
from gantry.store.relink import Relink
from support.cli import Cli
from support.history import archive_of, make_parcels
from support.planted import planted

KEY = Key(bytes(range(KEY_BYTES)))
_VOID = {"meta", "br"}


class Texts(HTMLParser):
    """The visible texts, and the elements; fails where they don't close in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.elements: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())


def tally_of(seed: int = 21) -> Tally:
    tally, deidentifier = Tally(RESEARCH.reference, KEY.id), Deidentifier(RESEARCH, KEY)
    for data in planted(seed).files:
        tally.add(deidentifier.deidentify(data))
    return tally


def report_of(*tallies: Tally, alike: tuple[tuple[str, ...], ...] = ()) -> Report:
    return Report("JOB-1", "Klinik", "2026-11-28T05:00:00Z", tallies, alike)


def test_the_page_says_all_that_was_counted_with_the_names_of_elements() -> None:
    tally = tally_of()
    tally.hold("burned in")
    tally.skip("class")
    page = Texts(report_page(report_of(tally)))
    assert {"research", tally.key, tally.profile.rules_sha256} <= set(page.texts)
    assert any(tally.profile.edition in text for text in page.texts)
    assert {"(0010,0010)", "Patient's Name", "pseudonym"} <= set(page.texts)
    assert "it says that text is burned into the picture" in page.texts
    rows = page.elements.count("tr")
    assert rows > len(tally.actions) + len(tally.private) + len(tally.texts)
    for text in tally.not_searchable:
        assert KINDS[text] in page.texts


def test_masks_are_counted_by_image_and_by_frame_as_far_as_it_is_known() -> None:
    """Two tallies: an earlier build counted no frames."""
    tally = Tally(RESEARCH.reference, KEY.id)
    tally.masks.update({DRAWN: 2, OUTSIDE: 1})
    tally.frames.update({DRAWN: 41, OUTSIDE: 7})
    kept = tally.facts()
    assert kept["masked_frames"] == {DRAWN: 41, OUTSIDE: 7}
    del kept["masked_frames"]
    earlier = Texts(report_page(report_of(Tally.of(kept)))).texts
    now = Texts(report_page(report_of(Tally.of(tally.facts())))).texts
    assert {"41", "7"} <= set(now)
    assert not {"41", "7"} & set(earlier)
    assert earlier.count("—") == now.count("—") + 2


def test_every_action_and_kind_that_occurs_has_words() -> None:
    for seed in range(6):
        tally = tally_of(seed)
        assert {action for _, action in tally.actions} <= set(ACTIONS)
        assert {*tally.needles, *tally.not_searchable} <= set(KINDS)
    known = known_from(
        names=["Muster^Anna"], ids=["100047"], dates=["20260102"], uids=["1.2.3.4.5"],
        places=["/data/Muster Anna/1.dcm"],
    )  # fmt: skip
    kinds = {needle.kind for needle in known.found}
    assert {"name", "folder"} <= kinds <= set(KINDS)


def test_the_head_is_in_words_and_in_the_reader_s_language() -> None:
    report = replace(report_of(), destination=PRACTICE_NAME, created="2026-11-28T05:06:07.891Z")
    texts = Texts(report_page(report, str.upper)).texts
    assert PRACTICE_NAME.upper() in texts
    assert "2026-11-28 05:06:07 UTC" in texts


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing() -> None:
    page = report_page(report_of(tally_of()))
    assert not {"script", "img", "link", "iframe"} & set(Texts(page).elements)
    assert re.findall(r"(?:src|href)=|url\(|https?:", page) == []
    assert "default-src 'none'" in page
    assert "@media print" in page


def test_text_of_a_file_is_text_on_the_page() -> None:
    tally = tally_of()
    evil = '<script>alert(1)</script>"&\u202e'
    tally.texts[0x00081030, evil] = 1
    tally.private[evil, 0x00191000] = 1
    page = Texts(report_page(report_of(tally, alike=((evil, "1"),))))
    assert "script" not in page.elements
    assert any("<script>alert(1)</script>" in text for text in page.texts)
    assert "\u202e" not in "".join(page.texts)


def test_what_may_hold_patient_data_is_last_and_not_in_the_json(tmp_path: Path) -> None:
    tally = tally_of()
    tally.texts[0x00081030, "Spezial^Muster"] = 1
    report = report_of(tally, alike=(("0042", "42"),))
    json_file = write_report(report, tmp_path / "report.html")
    assert json_file == tmp_path / "report.json"
    facts = json.loads(json_file.read_text("utf-8"))
    assert facts == json.loads(json.dumps(tally.facts()))
    assert "Spezial" not in json_file.read_text("utf-8")
    assert "0042" not in json_file.read_text("utf-8")
    page = (tmp_path / "report.html").read_text("utf-8")
    last = page.index("What this report does not say")
    assert page.index("Spezial^Muster") > last
    assert page.index("0042") > last
    assert page.count("<h2>") - page[:last].count("<h2>") == 2


def test_a_job_with_two_profiles_has_both(tmp_path: Path) -> None:
    other = Tally(BASIC.reference, KEY.id)
    report = report_of(tally_of(), other)
    write_report(report, tmp_path / "report.json")
    facts = json.loads((tmp_path / "report.json").read_text())
    assert [part["profile"] for part in facts["parts"]] == ["research", "basic"]
    assert {"research", "basic"} <= set(Texts(report_page(report)).texts)
    assert list(tmp_path.iterdir()) == [tmp_path / "report.json"]


def test_the_words_are_translated_and_values_are_not() -> None:
    tally = tally_of()
    page = report_page(report_of(tally), lambda text: f"«{text}»", "zh_CN")
    assert '<html lang="zh-CN">' in page
    said = Texts(page).texts
    assert "«Patients whose IDs look alike»" not in said
    assert "«De-identification report»" in said
    assert f"«DICOM PS3.15, table E.1-1, edition {tally.profile.edition}»" in said
    assert "research" in said


@pytest.mark.parametrize(
    ("patients", "groups"),
    [
        (["1", "2"], []),
        (["0042", "42", "A-7", "a7", "b"], [["0042", "42"], ["A-7", "a7"]]),
        (["42", "42"], []),
        (["１", "1 "], [["1 ", "１"]]),
    ],
)
def test_ids_that_look_alike_are_shown_together(
    patients: list[str], groups: list[list[str]]
) -> None:
    assert look_alikes(patients) == groups


def test_a_file_of_the_user_beside_the_page_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "study.json").write_text("mine")
    for _ in range(2):
        beside = write_report(report_of(tally_of()), tmp_path / "study.html")
        assert beside == tmp_path / "study.deidentification.json"
    assert (tmp_path / "study.json").read_text() == "mine"


def test_a_job_of_the_history_has_one_report_for_all_its_parcels(tmp_path: Path) -> None:
    home = Home.find(str(tmp_path / "home"))
    with History(home.history_file) as history:
        assert report_of_job(history, Relink(home), "JOB-1") is None
        parcels = reported(history, tally_of(5), tally_of(6))
        Relink(home).keep("JOB-1", [Link("patient", o, f"P{o}", f"P{o}") for o in ("042", "42")])
        made = report_of_job(history, Relink(home), "JOB-1")
        assert made is not None
        assert [history.parcel(p.id).has_report for p in parcels] == [True, True, False]  # type: ignore[union-attr]
    assert (made.destination, made.alike) == ("Klinik", [["042", "42"]])
    (sum_,) = together([tally_of(5), tally_of(6)])
    assert [tally.facts(texts=True) for tally in made.tallies] == [sum_.facts(texts=True)]


def test_the_terminal_writes_the_report_of_a_parcels_job(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "home")
    with History(Home.find(str(cli.home)).history_file) as history:
        first, _, last = reported(history, tally_of(5), tally_of(6))
    page = tmp_path / "report.html"
    ran = cli("history", "--parcel", last.id, "--report", page, "--json")
    assert (ran.code, ran.done["job"]) == (0, "JOB-1"), ran.err
    assert "research" in Texts(page.read_text("utf-8")).texts
    assert json.loads(page.with_suffix(".json").read_text())["written"] == 6
    assert cli("history", "--report", page).code == 2
    assert cli("history", "--parcel", "none", "--report", page).code == 2
    exported = tmp_path / "history.csv"
    cli("history", "--csv", exported)
    assert "gantry.deidentification" not in exported.read_text("utf-8")
    assert first.id in exported.read_text("utf-8")


def reported(history: History, *tallies: Tally) -> tuple[Parcel, ...]:
    """Records a job whose parcels were packed with these reports, and one parcel without."""
    parcels = make_parcels(len(tallies) + 1)
    history.record(events.JobStarted("JOB-1", "Klinik", "https://example.org", parcels))
    for parcel, tally in zip(parcels, (*tallies, None), strict=True):
        summary = Summary(json.dumps(tally.facts(texts=True)), ()) if tally else None
        archive = replace(archive_of(parcel), summary=summary)
        history.record(events.ParcelVerified("JOB-1", parcel.id, 1, archive, 1, 1))
    return parcels


def test_a_report_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(GantryError) as caught:
        write_report(report_of(tally_of()), tmp_path / "file" / "report.html")
    assert caught.value.code is ErrorCode.EXPORT_FAILED
