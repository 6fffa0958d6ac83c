"""The support bundle is useful, and contains no patient data and no secrets."""

from __future__ import annotations

import json
import logging
import zipfile
from pathlib import Path

import pytest

from gantry import __version__
from gantry.engine import events
from gantry.store.bundle import write_bundle
from gantry.store.history import History
from gantry.store.home import Home
from gantry.store.logs import LogSink, start_logging
from gantry.store.settings import SavedDestination, Settings
from support.dicom import CANARIES, CANARY_NAME
from support.history import make_parcels, receipt_for

SETTINGS = Settings(
    destinations=(
        SavedDestination(
            name="Klinik",
            url=f"https://example.org/p/{CANARY_NAME}",
            auth="token",
            user="secret-user",
            header="X-Secret",
            options={"project": CANARY_NAME},
            extra={"key": CANARY_NAME},
        ),
        SavedDestination(name="Share", url=f"file:///home/{CANARY_NAME}"),
    ),
    spool_folder=f"/home/{CANARY_NAME}",
    extra={"from_the_future": CANARY_NAME},
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.find(str(tmp_path / CANARY_NAME))


def contents(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name).decode() for name in bundle.namelist()}


def test_a_bundle_holds_logs_versions_settings_and_no_patient(home: Home, tmp_path: Path) -> None:
    stop = start_logging(home.logs)
    with History(home.history_file) as history:
        (parcel,) = make_parcels(1, folder=f"/home/{CANARY_NAME}")
        sink = LogSink(history.salt)
        for event in (
            events.JobStarted("JOB", "Klinik", "https://example.org/in", (parcel,)),
            events.ParcelArrived("JOB", parcel.id, 1, receipt_for(parcel, CANARY_NAME), 1.0),
        ):
            history.record(event)
            sink(event)
        logging.getLogger("urllib3").warning("Name %s", CANARY_NAME)
        stop()
        with (home.logs / "gantry.jsonl").open("a", encoding="utf-8") as file:
            file.write(f"Traceback: {CANARY_NAME}\n")
            file.write('{"ts": "t", "level": "info", "event": "e", "msg": "m",')
            file.write(f' "patient": "{CANARY_NAME}"}}\n')
        target = tmp_path / "bundle.zip"
        doctor: list[dict[str, object]] = [
            {"event": "step", "step": "name", "result": "ok", "detail": CANARY_NAME, "ok": True},
            {
                "step": "tls",
                "code": "tls.expired",
                "facts": {"host": "example.org", "x": CANARY_NAME},
            },
        ]
        names = write_bundle(target, home, SETTINGS, history, doctor=doctor)
    found = contents(target)
    assert list(found) == names
    assert json.loads(found["versions.json"])["gantry"] == __version__
    assert json.loads(found["history.json"])["parcels"]["delivered"] == 1
    assert json.loads(found["doctor.json"])[1] == {
        "step": "tls", "code": "tls.expired", "host": "example.org",
    }  # fmt: skip
    destinations = json.loads(found["settings.json"])["destinations"]
    assert destinations[0]["url"] == "https://example.org"
    assert destinations[1]["url"] == "folder"
    log = [json.loads(line) for line in found["logs/gantry.jsonl"].splitlines()]
    assert [line["event"] for line in log] == [
        "job.started", "parcel.made", "parcel.delivered", "library.message", "log.unreadable", "e",
    ]  # fmt: skip
    everything = target.read_bytes().decode("latin-1") + "".join(found.values())
    for secret in (*CANARIES, CANARY_NAME, "secret-user", "X-Secret", "/home"):
        assert secret not in everything
        assert json.dumps(secret)[1:-1] not in everything
    # It was spoilt on purpose above: test_canary.py must not find it.
    (home.logs / "gantry.jsonl").unlink()


def test_a_bundle_is_made_even_where_there_is_nothing_yet(home: Home, tmp_path: Path) -> None:
    write_bundle(tmp_path / "b.zip", home, Settings(), None)
    found = contents(tmp_path / "b.zip")
    assert json.loads(found["history.json"]) == {"open": False}
    assert "logs/gantry.jsonl" not in found


def test_a_bundle_that_fails_leaves_the_old_one_and_no_half(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gantry.store import bundle as module

    target = tmp_path / "b.zip"
    write_bundle(target, home, Settings(), None)
    before = target.read_bytes()

    def full(bundle: zipfile.ZipFile, folder: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "_add_logs", full)
    with pytest.raises(OSError, match="space"):
        write_bundle(target, home, Settings(), None)
    assert target.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["b.zip"]


OWN_WORDS = Settings(
    destinations=(
        SavedDestination(
            name="CANARY Clinic",
            url="https://user@up.example.org/CANARYPATH?sig=CANARYQUERY",
            auth="basic",
            user="CANARYUSER",
            options={"proxy": "http://CANARYPROXY@p:3128", "canary_option": "CANARY"},
        ),
        SavedDestination(name="CANARY Share", url="canary:CANARY"),
    ),
    last_destination="CANARY Clinic",
    language="CANARYLANG",
    bandwidth_timetable="CANARY",
    alert_url="https://hooks.example.org/services/CANARYHOOK?token=CANARY",
    extra={"theme": "CANARY"},
)


def test_a_bundle_holds_no_webhook_no_name_of_a_destination_and_no_word_of_the_user_s(
    home: Home, tmp_path: Path
) -> None:
    """Destinations have codes, by which the log and the settings still fit together."""
    stop = start_logging(home.logs)
    with History(home.history_file) as history:
        (parcel,) = make_parcels(1)
        sink = LogSink(history.salt)
        for place in ("CANARY Clinic", "CANARY Share", "CANARY elsewhere"):
            sink(events.JobStarted("JOB", place, "https://example.org/in", (parcel,)))
        stop()
        doctor: list[dict[str, object]] = [
            {"step": "tls", "destination": "CANARY Clinic", "facts": {"destination": "CANARY"}}
        ]
        write_bundle(tmp_path / "b.zip", home, OWN_WORDS, history, doctor=doctor)
    found = contents(tmp_path / "b.zip")
    assert "canary" not in "".join(found.values()).casefold()
    raw = json.loads(found["settings.json"])
    assert raw["alert_url"] == "set"
    assert raw["not_understood"] == ["theme"]
    codes = [d["name"] for d in raw["destinations"]]
    assert raw["last_destination"] == codes[0] != codes[1]
    log = [json.loads(line) for line in found["logs/gantry.jsonl"].splitlines()]
    assert [x["destination"] for x in log if x["event"] == "job.started"][:2] == codes
