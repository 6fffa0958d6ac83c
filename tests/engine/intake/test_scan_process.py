"""The scanner in its own process: its results arrive, and it may be killed at any moment."""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake import scan_messages, scan_server
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.scan import ScanUpdate, SkipReason
from gantry.engine.intake.scan_process import ScanProcess
from support.dicom import make_study


def _scanner(said: queue.Queue[tuple[str, object]]) -> ScanProcess:
    return ScanProcess(
        lambda update: said.put(("update", update.catalog)),
        lambda catalog: said.put(("removed", catalog)),
        lambda running: said.put(("running", running)),
    )


def test_what_is_added_and_removed_comes_back_over_the_pipe(tmp_path: Path) -> None:
    make_study(tmp_path, series=2, instances=3)
    said: queue.Queue[tuple[str, object]] = queue.Queue()
    scanner = _scanner(said)
    listener = threading.Thread(target=scanner.listen)
    listener.start()
    try:
        scanner.add([str(tmp_path)])
        catalog = Catalog()
        while (one := said.get(timeout=120)) != ("running", False):
            if isinstance(one[1], Catalog):
                catalog = one[1]
        assert catalog.instance_count == 6
        scanner.remove([next(iter(catalog.series)).key])
        what, left = said.get(timeout=120)
        assert what == "removed"
        assert isinstance(left, Catalog)
        assert left.instance_count == 3
    finally:
        scanner.close()
        listener.join(60)
    assert not listener.is_alive()


@pytest.mark.parametrize("moment", [0.0, 0.05, 0.3])
def test_closed_while_its_process_begins_it_ends(moment: float) -> None:
    scanner = _scanner(queue.Queue())
    listener = threading.Thread(target=scanner.listen, daemon=True)
    listener.start()
    while scanner.pid is None:
        time.sleep(0.001)
    time.sleep(moment)
    scanner.close()
    listener.join(60)
    assert not listener.is_alive()


class Listening:
    """A scanner with its listener, and what it said."""

    def __init__(self) -> None:
        self.said: queue.Queue[tuple[str, object]] = queue.Queue()
        self.catalog = Catalog()
        self.skipped: dict[str, SkipReason] = {}
        self.failed: list[GantryError] = []
        self.scanner = ScanProcess(
            self._on_update,
            lambda catalog: self.said.put(("removed", catalog)),
            lambda running: self.said.put(("running", running)),
            self._on_failed,
        )
        self._listener = threading.Thread(target=self.scanner.listen, daemon=True)

    def __enter__(self) -> Listening:
        self._listener.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.scanner.close()
        self._listener.join(60)
        assert not self._listener.is_alive()

    def _on_update(self, update: ScanUpdate) -> None:
        self.catalog = update.catalog
        self.skipped.update((one.path, one.reason) for one in update.skipped)
        self.said.put(("update", update))

    def _on_failed(self, error: GantryError) -> None:
        self.failed.append(error)
        self.said.put(("failed", error))

    def until(self, what: str, value: object) -> None:
        while self.said.get(timeout=120) != (what, value):
            pass

    def drop(self, *paths: Path) -> Catalog:
        """Adds, and waits until all was read."""
        self.scanner.add([str(path) for path in paths])
        self.until("running", False)
        return self.catalog

    def suspend(self) -> None:
        """Suspends the process."""
        assert self.scanner.pid is not None
        if sys.platform == "win32":
            pytest.skip("suspends by signal")
        os.kill(self.scanner.pid, signal.SIGSTOP)

    def kill(self) -> None:
        """Ends the process as the system might, and waits until that was noticed."""
        process = self.scanner._process
        assert process is not None
        process.kill()
        process.join(60)
        wait_for(lambda: self.scanner._process is not process)


def wait_for(condition: Callable[[], object]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.005)


def test_a_process_that_ended_while_idle_is_replaced_by_the_next_drop(tmp_path: Path) -> None:
    make_study(tmp_path / "a", series=2, instances=3)
    make_study(tmp_path / "b", instances=2, patient_id="OTHER", patient_name="Other")
    with Listening() as listening:
        before = listening.drop(tmp_path / "a")
        listening.kill()
        assert listening.drop(tmp_path / "b").instance_count == 8
        assert listening.failed == []
        after = {patient.key: patient for patient in listening.catalog.patients}
        assert after[before.patients[0].key] == before.patients[0]
        assert len(after) == 2


def test_twice_ended_while_idle_what_was_removed_stays_away(tmp_path: Path) -> None:
    make_study(tmp_path, series=2, instances=3)
    with Listening() as listening:
        series = list(listening.drop(tmp_path).series)
        listening.kill()
        listening.scanner.remove([series[0].key])
        wait_for(lambda: listening.scanner.pid)
        what = ""
        while what != "removed":
            what, left = listening.said.get(timeout=120)
        assert isinstance(left, Catalog)
        assert [s.uid for s in left.series] == [series[1].uid]
        listening.kill()
        make_study(tmp_path / "more", instances=1)
        assert listening.drop(tmp_path / "more").instance_count == 4


@pytest.fixture
def hanging(tmp_path: Path) -> Path:
    """A folder; what reads it is suspended before it has begun."""
    folder = tmp_path / "hanging"
    make_study(folder, instances=40)
    return folder


def test_ended_while_it_read_another_reads_it_again(tmp_path: Path, hanging: Path) -> None:
    make_study(tmp_path / "a", instances=3, patient_id="OTHER", patient_name="Other")
    with Listening() as listening:
        listening.drop(tmp_path / "a")
        listening.suspend()
        listening.scanner.add([str(hanging)])
        listening.kill()
        listening.until("running", False)
        assert listening.catalog.instance_count == 43
        assert listening.failed == []


def test_ended_twice_over_one_folder_it_is_given_up_and_said(tmp_path: Path, hanging: Path) -> None:
    make_study(tmp_path / "a", instances=3, patient_id="OTHER", patient_name="Other")
    with Listening() as listening:
        listening.drop(tmp_path / "a")
        listening.suspend()
        listening.scanner.add([str(hanging)])
        listening.kill()
        wait_for(lambda: listening.scanner.pid)
        listening.kill()
        listening.until("running", False)
        assert [error.code for error in listening.failed] == [ErrorCode.SCAN_FAILED]
        assert listening.skipped == {str(hanging): SkipReason.STOPPED}
        assert listening.catalog.instance_count >= 3
        assert listening.drop(hanging).instance_count == 43


def test_stop_is_felt_although_the_process_has_ended(hanging: Path) -> None:
    with Listening() as listening:
        listening.drop(hanging / "series 1" / "IM0001")
        listening.suspend()
        listening.scanner.add([str(hanging)])
        process = listening.scanner._process
        assert process is not None
        process.kill()
        listening.scanner.cancel()
        listening.until("running", False)
        assert listening.drop(hanging).instance_count == 40


class Pipe:
    """The other end of a server that runs in this process: takes in what it says."""

    def __init__(self) -> None:
        self.said: list[tuple[str, object]] = []
        self._known: dict[str, object] = {}

    def send_bytes(self, data: bytes) -> None:
        what, value = scan_messages._Loader(bytes(data), self._known).load()  # type: ignore[arg-type]
        if what == "ahead":
            self._known.update((series.key, series) for series in value)
            return
        if isinstance(value, (ScanUpdate, Catalog)):
            catalog = value.catalog if isinstance(value, ScanUpdate) else value
            self._known = dict(scan_messages.nodes_of(catalog))
        self.said.append((what, value))


def test_an_update_never_overtakes_a_removal(tmp_path: Path) -> None:
    make_study(tmp_path, instances=5)
    pipe = Pipe()
    server = scan_server.ScanServer(pipe)  # type: ignore[arg-type]
    send = server._send
    held, removed = threading.Event(), threading.Event()

    def send_late(what: str, value: object) -> None:
        if isinstance(value, ScanUpdate) and value.counts.done:
            held.set()
            removed.wait(60)
        send(what, value)

    server._send = send_late  # type: ignore[method-assign]
    server._add([str(tmp_path)])
    assert held.wait(60)
    send("removed", server._scanner.remove(["p1"]))
    removed.set()
    wait_for(lambda: ("running", False) in pipe.said)
    update = [value for what, value in pipe.said if what == "update"][-1]
    assert isinstance(update, ScanUpdate)
    assert update.catalog.instance_count == 0


def test_a_fault_in_the_run_is_told_and_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_study(tmp_path, instances=2)
    pipe = Pipe()
    server = scan_server.ScanServer(pipe)  # type: ignore[arg-type]
    with monkeypatch.context() as faulty:
        faulty.setattr(server._scanner._collector, "take", lambda seen: 1 / 0)
        server._add([str(tmp_path)])
        wait_for(lambda: ("running", False) in pipe.said)
    assert ("failed", "ZeroDivisionError") in pipe.said
    pipe.said.clear()
    server._add([str(tmp_path)])
    wait_for(lambda: ("running", False) in pipe.said)
    update = [value for what, value in pipe.said if what == "update"][-1]
    assert isinstance(update, ScanUpdate)
    assert update.catalog.instance_count == 2
