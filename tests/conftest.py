"""Fixtures of all tests: loopback only, a home of their own, and a watch on the log."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from support.canary_watch import LOG_WATCH, leaks
from support.quick import forbid_processes, is_quick

if os.environ.get("GANTRY_BLOCK_QT"):
    # Proof that engine, store and command line work where there is no Qt at all.
    sys.modules["PySide6"] = None  # type: ignore[assignment]
    sys.modules["shiboken6"] = None  # type: ignore[assignment]
    collect_ignore = ["ui", "e2e/test_window.py", "preview/test_frame_display.py"]

# How long an example takes depends on the machine: it fails no test. Where a seed is given, as in
# CI, the examples are the same in each run, so that a change is judged by what it did.
settings.register_profile(
    "gantry",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="GANTRY_SEED" in os.environ,
)
settings.load_profile("gantry")


@pytest.fixture(autouse=True)
def _loopback_only(request: pytest.FixtureRequest) -> None:
    """No test talks to anything but this machine."""
    if request.config.pluginmanager.hasplugin("pytest_socket"):
        from pytest_socket import socket_allow_hosts

        socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _no_credentials_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    names = "GANTRY_USER", "GANTRY_PASSWORD", "GANTRY_TOKEN", "GANTRY_HOME", "GANTRY_POLICY"
    for name in names:
        monkeypatch.delenv(name, raising=False)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark the quick tests."""
    if is_quick(item):
        item.add_marker("quick")


@pytest.fixture(autouse=True)
def _no_process_in_the_quick_run(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Windows' own `platform` asks a process what it is.
    if request.node.get_closest_marker("quick") and sys.platform != "win32":
        forbid_processes(monkeypatch)


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
    # Of several processes that share the tests, each has logs of its own, and only here has all.
    assert leaks(tmp_path_factory.getbasetemp()) == {}


@pytest.hookimpl(optionalhook=True)  # where pytest-xdist is not installed
def pytest_xdist_auto_num_workers() -> int:
    """With `-n auto`: as many processes as the system has processors, virtual ones too."""
    return os.cpu_count() or 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test logged may hold lone surrogates, which no other process can be told."""
    report = yield
    report.sections = [
        (name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections
    ]
    return report


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The canary test reads what all others logged, so it comes last."""
    items.sort(key=lambda item: item.path.name == "test_canary.py")
