"""The scanner in a process of its own: told what it finds, ended at any moment."""

from __future__ import annotations

import queue
import threading
import time
from pathlib import Path

import pytest

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.apart import ScannerApart
from gantry.engine.intake.catalog import Catalog
from support.dicom import make_study


def _scanner(said: queue.Queue[tuple[str, object]]) -> ScannerApart:
    return ScannerApart(
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
        what, left = said.get(timeout=60)
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
    listener.join(20)
    assert not listener.is_alive()


def test_a_process_that_ends_by_itself_is_told() -> None:
    scanner = _scanner(queue.Queue())
    failures: list[GantryError] = []

    def listen() -> None:
        try:
            scanner.listen()
        except GantryError as error:
            failures.append(error)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    while scanner.pid is None:
        time.sleep(0.001)
    assert scanner._process is not None
    scanner._process.kill()
    listener.join(20)
    assert [error.code for error in failures] == [ErrorCode.INTERNAL]
    scanner.close()
