"""A small file that another Gantry replaces is read whole, and no home gets a new id for it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gantry.store import own_folders
from gantry.store.atomic import read_replaced, write_atomically
from gantry.store.home import Home
from gantry.store.own_folders import home_id


def test_who_reads_while_another_replaces_it_gets_the_old_or_the_new(tmp_path: Path) -> None:
    path, kept = tmp_path / "small.json", {b"old" * 2000, b"new" * 2000}
    write_atomically(path, min(kept))
    stop = threading.Event()

    def replacing() -> None:
        while not stop.is_set():
            for data in kept:
                write_atomically(path, data)

    writer = threading.Thread(target=replacing)
    writer.start()
    try:
        assert {read_replaced(path) for _ in range(300)} <= kept
    finally:
        stop.set()
        writer.join()


def test_a_home_whose_id_is_denied_for_now_gets_no_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home.find(str(tmp_path / "home"))
    home.history_file.parent.mkdir(parents=True)
    known = home_id(home)

    def denied(path: Path) -> bytes:  # what a virus scanner does; here, root may read everything
        raise PermissionError(13, "denied", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(own_folders, "read_replaced", denied)
        home_id(home)
    assert home_id(home) == known
