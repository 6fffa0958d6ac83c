"""What all tests share: loopback only, a home of their own, and a watch on what is logged."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if os.environ.get("GANTRY_BLOCK_QT"):
    # Proof that engine, store and command line work where there is no Qt at all.
    sys.modules["PySide6"] = None  # type: ignore[assignment]
    sys.modules["shiboken6"] = None  # type: ignore[assignment]
    collect_ignore = ["ui"]

LOG_WATCH = "canary_watch.log"


@pytest.fixture(autouse=True)
def _loopback_only(request: pytest.FixtureRequest) -> None:
    """No test talks to anything but this machine."""
    if request.config.pluginmanager.hasplugin("pytest_socket"):
        from pytest_socket import socket_allow_hosts

        socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _no_credentials_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GANTRY_USER", "GANTRY_PASSWORD", "GANTRY_TOKEN", "GANTRY_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def canary_folder(tmp_path: Path) -> Path:
    """A folder for source files; its name must never reach a log."""
    folder = tmp_path / "Kanarienvogel 患者 文件夹"
    folder.mkdir()
    return folder


class _Spoken(logging.Formatter):
    """Words without tracebacks: of these the log keeps places, never what was raised."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{record.name} {record.levelname} {record.getMessage()}"


@pytest.fixture(scope="session", autouse=True)
def _watched_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Writes every record that any of our loggers makes to a file; test_canary.py reads it."""
    handler = logging.FileHandler(tmp_path_factory.getbasetemp() / LOG_WATCH, encoding="utf-8")
    handler.setFormatter(_Spoken("%(name)s %(levelname)s %(message)s"))
    # The tests of the log's own filter say canaries on purpose, by this name.
    handler.addFilter(lambda record: record.name != "gantry.test")
    logger = logging.getLogger("gantry")
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)
    handler.close()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The canary test reads what all others logged, so it comes last."""
    items.sort(key=lambda item: item.path.name == "test_canary.py")
