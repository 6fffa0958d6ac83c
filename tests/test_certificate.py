"""The certificate of a job says what the history knows: never more, and no names."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gantry import __version__
from gantry.engine import events
from gantry.engine.content import Profile, Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.held import HeldFile, held_error
from gantry.engine.parcel import InstanceOutcome, Outcome, Parcel, ParcelState, Receipt, state_after
from gantry.engine.proof import SharedProof
from gantry.messages.catalogue import translation
from gantry.messages.certificate import OUTCOMES, STATES
from gantry.services.certificate import Certificate, certificate_of
from gantry.services.certificate_text import Wording, document_of
from gantry.services.document import Document, Pairs, Table, page_of
from gantry.services.named_destinations import PRACTICE_NAME
from gantry.store.history import History
from support.dicom import CANARY_ID, CANARY_NAME
from support.history import archive_of, make_parcels, receipt_for

JOB, URL = "01JOB", "https://example.org/in"
MADE = "2026-11-28T05:06:07.000Z"
PROFILE = Profile("research", "2024e", "0.2.0", "c" * 64)
DEIDENTIFIED = Treatment("deidentify", PROFILE)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "history.sqlite", is_running=lambda job: False) as made:
        yield made


def start(history: History, *parcels: Parcel, destination: str = "Klinik") -> None:
    history.record(events.JobStarted(JOB, destination, URL, parcels))


def arrive(history: History, parcel: Parcel, receipt: Receipt | None = None) -> None:
    """Packs and sends a parcel as a job would; one of its files is a copy if there are three."""
    archive = archive_of(parcel)
    if len(parcel.files) > 2:
        archive = replace(archive, files=archive.files[:-1])
    receipt = receipt or receipt_for(parcel)
    history.record(events.ParcelVerified(JOB, parcel.id, 1, archive, 1, 1))
    history.record(
        events.ParcelArrived(JOB, parcel.id, 1, receipt, 1, state_after(receipt, parcel.unread))
    )


def certificate(history: History, key: str = JOB) -> Certificate:
    found = certificate_of(history, key)
    assert found is not None
    return found


def written(history: History, key: str = JOB) -> Document:
    return document_of(certificate(history, key), MADE)


def text_of(document: Document) -> str:
    """What a reader sees."""
    body = page_of(document).split("</style>")[1]
    lines = (line.strip() for line in html.unescape(re.sub("<[^>]*>", "\n", body)).splitlines())
    return "\n".join(filter(None, lines))


def totals(document: Document) -> dict[str, tuple[str | int, ...]]:
    (table,) = (block for block in document.blocks if isinstance(block, Table))
    return {str(row[0]): row[1:] for row in table.rows}


def uploads(document: Document) -> list[dict[str, str]]:
    """The lines about each upload, in order; the first pairs are about the job."""
    return [dict(block.rows) for block in document.blocks if isinstance(block, Pairs)][1:]


def test_two_uploads_with_two_states_have_a_line_each_and_totals_that_add_up(
    history: History,
) -> None:
    first, second = make_parcels(2, files=3)
    start(history, first, second)
    arrive(history, first)
    history.record(events.ParcelFailed(JOB, second.id, GantryError(ErrorCode.HTTP_401)))
    made = written(history)
    said = uploads(made)
    assert [one["Upload’s ID"] for one in said] == [first.id, second.id]
    assert [one["State"].split(".")[0] for one in said] == ["Delivered", "Failed"]
    assert said[0]["SHA-256 of the archive"] == "a" * 64
    assert (said[0]["Files chosen"], said[0]["Instances in archives"]) == ("3", "2")
    assert said[0]["Equal copies, packed once"] == "1"
    assert said[0]["Arrival"] == "stored; proved by the receiver’s SHA-256"
    assert "SHA-256 of the archive" not in said[1]
    assert totals(made) == {
        "Delivered": (1, 3, 0, 2),
        "Failed": (1, 3, 0, 0),
        "Together": (2, 6, 0, 2),
    }
    assert "Not everything in this certificate is known to have arrived" in text_of(made)


def test_it_says_where_and_when_and_by_which_version(history: History) -> None:
    (parcel,) = make_parcels(1)
    start(history, parcel)
    arrive(history, parcel)
    history.record(events.JobDone(JOB, 1, 0, 0, 1))
    said = text_of(written(history))
    assert "Everything in this certificate was delivered" in said
    for part in (JOB, "Klinik", URL, f"2026-11-28 05:06:07 UTC, by Gantry {__version__}"):
        assert part in said
    assert re.search(r"Finished\n\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", said)


def test_no_secret_of_an_address_is_in_it(history: History) -> None:
    (parcel,) = make_parcels(1)
    url = "https://example.org/in?site=3&sig=Xf83hd7Gk2"
    history.record(events.JobStarted(JOB, url, url, (parcel,)))
    said = text_of(written(history))
    assert "Xf83hd7Gk2" not in said
    assert "https://example.org/in?site=3&sig=***" in said


def _louder(text: str) -> str:
    return f"{text}!"


def test_practice_is_called_by_its_name(history: History) -> None:
    (parcel,) = make_parcels(1)
    history.record(events.JobStarted(JOB, PRACTICE_NAME, "practice:", (parcel,)))
    said = text_of(document_of(certificate(history), MADE, Wording(message=_louder)))
    assert f"{PRACTICE_NAME}!" in said
    assert "practice:" not in said


@pytest.mark.parametrize("packed", [False, True])
def test_a_deidentified_upload_is_named_by_its_labels_only(history: History, packed: bool) -> None:
    (bare,) = make_parcels(1)
    parcel = replace(bare, treatment=DEIDENTIFIED, labels=(("subject", "S-07"),))
    start(history, parcel)
    if packed:
        archive = replace(archive_of(parcel), study_uid="2.25.77", deidentified=PROFILE)
        history.record(events.ParcelVerified(JOB, parcel.id, 1, archive, 1, 1))
    made = written(history)
    page = page_of(made)
    for original in (CANARY_ID, *CANARY_NAME.split("^"), parcel.study_uid, parcel.label):
        assert original not in page
    (said,) = uploads(made)
    assert said["For"] == "subject=S-07"
    assert said.get("Study Instance UID, as sent") == ("2.25.77" if packed else None)
    assert "research, DICOM PS3.15 edition 2024e, by Gantry 0.2.0" in text_of(made)
    assert PROFILE.rules_sha256 in page


def test_an_upload_as_it_is_may_name_the_patient_id_but_no_name(history: History) -> None:
    (parcel,) = make_parcels(1, label="MR 2026-01-02 Muster Anna")
    start(history, parcel)
    page = page_of(written(history))
    assert uploads(written(history))[0]["Patient ID"] == CANARY_ID
    assert parcel.study_uid in page
    for part in (*CANARY_NAME.split("^"), "Muster", "/data/"):
        assert part not in page


def test_another_rewriter_than_that_of_deidentification_tells_no_patient(history: History) -> None:
    (bare,) = make_parcels(1)
    start(history, replace(bare, treatment=Treatment("another")))
    page = page_of(written(history))
    assert CANARY_ID not in page
    assert bare.study_uid not in page


def test_a_job_that_is_not_finished_says_so(history: History) -> None:
    first, second = make_parcels(2)
    start(history, first, second)
    arrive(history, first)
    made = written(history)
    assert "This job is not finished" in text_of(made)
    assert "Finished\nnot finished" in text_of(made)
    assert uploads(made)[1]["State"].startswith("Interrupted.")
    assert totals(made)["Together"][0] == 2


def test_held_files_are_counted_by_rule_without_their_values(history: History) -> None:
    (bare,) = make_parcels(1, files=3)
    parcel = replace(bare, treatment=DEIDENTIFIED)
    start(history, parcel)
    first = GantryError(
        ErrorCode.TREATMENT_HELD,
        facts={"reason": "burned in"},
        private={"path": "/data/Muster", "value": "M•••r"},
    )
    files = [HeldFile(n, "burned in", "", "M•••r", "") for n in range(2)]
    files.append(HeldFile(2, "my rule", "", "", ""))
    history.record(events.ParcelHeld(JOB, parcel.id, held_error(first, files)))
    made = written(history)
    page = page_of(made)
    assert "2: it says that text is burned into the picture" in page
    assert "1: my rule" in page
    assert "Muster" not in page
    assert "M•••r" not in page
    assert "waits for a person’s decision" in text_of(made)


@pytest.mark.parametrize(
    ("outcome", "proof", "state", "arrival"),
    [
        (Outcome.STORED, SharedProof.RULE, "Delivered", "stored; known from the answer, by the"),
        (Outcome.STORED, SharedProof.USER, "Delivered", "stored; known from the word of the user"),
        (Outcome.STORED, "", "Delivered", "stored; known from the destination’s answer"),
        (Outcome.ACCEPTED, "", "Accepted, not proved", "accepted, not proved; known from"),
        (Outcome.ALREADY_THERE, SharedProof.MD5, "Delivered", "already there, with the same cont"),
    ],
)
def test_no_word_is_stronger_than_what_is_known(
    history: History, outcome: Outcome, proof: str, state: str, arrival: str
) -> None:
    (parcel,) = make_parcels(1)
    start(history, parcel)
    arrive(history, parcel, replace(receipt_for(parcel), outcome=outcome, proof=proof))
    (said,) = uploads(written(history))
    assert said["State"].startswith(f"{state}.")
    assert said["Arrival"].startswith(arrival)
    if proof not in (SharedProof.MD5, SharedProof.SHA256):
        assert "proved by" not in said["Arrival"]


def test_instances_that_were_not_compared_are_counted(history: History) -> None:
    (parcel,) = make_parcels(1)
    start(history, parcel)
    outcomes = (Outcome.STORED, Outcome.NOT_COMPARED)
    each = tuple(
        InstanceOutcome(file.sop_instance_uid, outcome)
        for file, outcome in zip(parcel.files, outcomes, strict=True)
    )
    arrive(history, parcel, replace(receipt_for(parcel), proof="QIDO-RS", instances=each))
    made = written(history)
    said = text_of(made)
    assert "1 of 2 are stored" in said
    assert "1 were already there, and their content was not compared" in said
    assert "proved by" not in said
    assert "The destination took everything" in said


def test_what_could_not_be_read_makes_it_incomplete(history: History) -> None:
    (bare,) = make_parcels(1)
    parcel = replace(bare, unread=2)
    start(history, parcel)
    arrive(history, parcel)
    made = written(history)
    assert uploads(made)[0]["State"].startswith("Incomplete.")
    assert totals(made)["Together"] == (1, 2, 2, 2)
    assert "Not everything in this certificate" in text_of(made)


def test_skipped_files_are_never_delivered(history: History) -> None:
    (bare,) = make_parcels(1, files=3)
    parcel = replace(bare, treatment=replace(DEIDENTIFIED, skipped=1))
    start(history, parcel)
    arrive(history, parcel)
    made = written(history)
    assert uploads(made)[0]["Held files that the user skipped"] == "1"
    assert "Equal copies, packed once" not in uploads(made)[0]
    assert "Held files that the user skipped were not sent" in text_of(made)


def test_the_files_of_a_split_upload_count_once(history: History) -> None:
    (whole,) = make_parcels(1, files=4)
    start(history, whole)
    parts = tuple(
        replace(whole, id=f"01PART{n}", files=whole.files[2 * n : 2 * n + 2]) for n in range(2)
    )
    error = GantryError(ErrorCode.HTTP_413)
    history.record(events.ParcelVerified(JOB, whole.id, 1, archive_of(whole), 1, 1))
    history.record(events.ParcelSending(JOB, whole.id, 1))
    history.record(events.ParcelSplit(JOB, whole.id, parts, limit=100, is_known=True, error=error))
    for part in parts:
        arrive(history, part)
    made = written(history)
    assert totals(made)["Together"] == (3, 4, 0, 4)
    assert totals(made)["Split into smaller uploads"] == (1, 0, 0, 0)
    assert "Everything in this certificate was delivered" in text_of(made)


def test_one_upload_alone_says_that_its_job_has_more(history: History) -> None:
    first, second = make_parcels(2)
    start(history, first, second)
    arrive(history, first)
    said = text_of(written(history, first.id))
    assert "This certificate is about one upload. Its job has 2 uploads." in said
    assert second.id not in said
    assert "Everything in this certificate was delivered" in said
    assert certificate_of(history, "none") is None


def test_where_the_list_of_files_is_gone_no_number_is_made_up(history: History) -> None:
    (parcel,) = make_parcels(1)
    start(history, parcel)
    archive = replace(archive_of(parcel), files=())
    history.record(events.ParcelVerified(JOB, parcel.id, 1, archive, 1, 1))
    history.record(events.ParcelArrived(JOB, parcel.id, 1, receipt_for(parcel), 1))
    made = written(history)
    assert uploads(made)[0]["Instances in archives"] == "the list of files is not kept any more"
    assert "Their instances are not counted here" in text_of(made)


def test_every_state_and_outcome_has_words() -> None:
    assert set(STATES) == set(ParcelState)
    assert set(OUTCOMES) == set(Outcome)


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(history: History) -> None:
    evil = '<script>alert(1)</script>"&\u202e'
    (bare,) = make_parcels(1)
    start(history, replace(bare, labels=(("subject", evil),)), destination=evil)
    page = page_of(written(history))
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "\u202e" not in page
    assert "default-src 'none'" in page
    assert re.findall(r"(?:src|href)=|url\(", page) == []


def test_the_same_history_gives_the_same_bytes_but_for_the_time(history: History) -> None:
    (parcel,) = make_parcels(1)
    start(history, parcel)
    arrive(history, parcel)
    one, two = (page_of(written(history)) for _ in range(2))
    assert one == two
    later = page_of(document_of(certificate(history), "2027-01-01T00:00:00.000Z"))
    assert later == one.replace("2026-11-28 05:06:07", "2027-01-01 00:00:00")


def test_it_is_written_in_chinese_without_the_window(history: History) -> None:
    (parcel,) = make_parcels(1)
    start(history, parcel)
    arrive(history, parcel)
    words = translation("zh_CN", "messages")
    wording = Wording("zh_CN", words, translation("zh_CN", "kinds"))
    page = page_of(document_of(certificate(history), MADE, wording))
    assert '<html lang="zh-CN">' in page
    for text in (
        "上传任务凭证",
        "已送达。依据见“到达”一项。",
        "已保存；证明方式：接收端的 SHA-256",
    ):
        assert text in page
    assert words("a text of nobody") == "a text of nobody"
    assert translation("xx", "messages")("Delivered") == "Delivered"
