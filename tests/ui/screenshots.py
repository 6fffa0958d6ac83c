"""Pictures of every page in every state: both languages, light and dark.

    xvfb-run -a -s "-screen 0 1600x1000x24" python tests/ui/screenshots.py [--out DIR]

The real window, its services, the built-in receiver, and a server here that is slow or refuses.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from msgspec import structs  # noqa: E402
from PySide6.QtWidgets import QApplication, QDialog  # noqa: E402

from gantry.engine.deidentify.profile import RESEARCH  # noqa: E402
from gantry.engine.events import (  # noqa: E402
    JobStarted,
    ParcelArrived,
    ParcelPacking,
    ParcelSending,
)
from gantry.engine.intake.catalog import Catalog  # noqa: E402
from gantry.engine.parcel import ParcelState  # noqa: E402
from gantry.engine.plan import plan  # noqa: E402
from gantry.services.named_destinations import PRACTICE_URL  # noqa: E402
from gantry.services.sample import make_sample  # noqa: E402
from gantry.services.services import Services  # noqa: E402
from gantry.store.home import Home  # noqa: E402
from gantry.store.settings import SavedDestination  # noqa: E402
from gantry.ui.background.context import Context  # noqa: E402
from gantry.ui.background.runner import Runner  # noqa: E402
from gantry.ui.dialogs.device_sign_in import DeviceSignIn  # noqa: E402
from gantry.ui.dialogs.settings_dialog import SettingsDialog  # noqa: E402
from gantry.ui.look.theme import theme  # noqa: E402
from gantry.ui.pages.history_page import HistoryPage  # noqa: E402
from gantry.ui.start.main_window import MainWindow  # noqa: E402
from gantry.ui.text.i18n import language  # noqa: E402
from gantry.ui.widgets.parcel_panel import ParcelPanel  # noqa: E402
from support.history import receipt_for  # noqa: E402
from support.oauth_server import CLIENT, OAuthServer  # noqa: E402
from support.screen import Screen, wait_until  # noqa: E402

LOOKS = [("en", "light"), ("en", "dark"), ("zh_CN", "light"), ("zh_CN", "dark")]


class _Handler(BaseHTTPRequestHandler):
    """Takes bytes slowly under /slow, refuses them as nginx does under /full; takes them whole
    under /word and says nothing of them, and under /lost as a gateway that heard no answer."""

    server_version, sys_version = "nginx/1.24.0", ""

    def do_POST(self) -> None:
        left = int(self.headers.get("Content-Length", 0))
        if self.path.startswith("/full"):
            body = b"<html><center><h1>413 Request Entity Too Large</h1></center></html>"
            self.send_response(413)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True
            return
        if self.path in ("/word", "/lost"):
            self.rfile.read(left)
            self.send_response(200 if self.path == "/word" else 504)
            body = b'{"id": 12, "queue": "night"}' if self.path == "/word" else b""
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            return
        while left > 0 and not self.server.stopping:  # type: ignore[attr-defined]
            left -= len(self.rfile.read(min(left, 4096)))
            time.sleep(0.1)

    def do_GET(self) -> None:
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def server() -> Iterator[str]:
    """A server on the loopback; its address."""
    made = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    made.stopping = False  # type: ignore[attr-defined]
    threading.Thread(target=made.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.stopping = True  # type: ignore[attr-defined]
    made.shutdown()
    made.server_close()


class Photographer:
    """Takes a picture of the window, or of a dialog over it."""

    def __init__(self, screen: Screen, out: Path, look: str) -> None:
        self.screen, self._out, self._look = screen, out, look

    def shoot(self, name: str) -> None:
        self.wait(0.4)
        shot = self.screen.window.grab()
        for dialog in self.screen.window.findChildren(QDialog):
            if dialog.isVisible():
                shot = dialog.grab()
        shot.save(str(self._out / f"{name}-{self._look}.png"))

    @staticmethod
    def wait(seconds: float) -> None:
        """Runs the event loop for this long."""
        until = time.monotonic() + seconds
        wait_until(lambda: time.monotonic() > until)


def shows(panel: ParcelPanel, parcel: str) -> bool:
    return panel.detail is not None and panel.detail.row.id == parcel


def studies(folder: Path) -> Path:
    """Several patients with synthetic studies, and files that are not DICOM."""
    import pydicom
    from pydicom.uid import generate_uid

    made = make_sample(folder / "CT")
    people = [
        ("Muster^Anna", "1000471", "Head and neck", "20260105"),
        ("王^小东", "1000482", "头部平扫", "20260106"),
        ("Иванов^Пётр", "1000490", "Follow-up", "20260108"),
    ]
    for name, number, description, date in people:
        study = generate_uid()
        for series in (1, 2):
            uid = generate_uid()
            for path in sorted((made / f"series {series}").glob("*.dcm")):
                ds = pydicom.dcmread(path)
                ds.PatientName, ds.PatientID = name, number
                ds.StudyInstanceUID, ds.SeriesInstanceUID = study, uid
                ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
                ds.StudyDescription, ds.StudyDate = description, date
                if number == "1000490" and series == 2 and 8 < int(ds.InstanceNumber) < 12:
                    continue  # a gap to warn of
                target = folder / "studies" / number / f"{series}" / path.name
                target.parent.mkdir(parents=True, exist_ok=True)
                ds.save_as(target)
    (folder / "studies" / "export.log").write_text("done", encoding="utf-8")
    (folder / "studies" / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
    return folder / "studies"


def leave(context: Context, catalog: Catalog) -> None:
    """Leaves in the history a study that arrived but for a file, and one that was interrupted."""
    first, second, *_ = plan(catalog)
    first = replace(first, unread=1)
    record = context.history.record
    record(JobStarted("KNOWN", "Imaging archive", "https://example.org/in", (first, second)))
    for parcel in (first, second):
        record(ParcelPacking("KNOWN", parcel.id, 1))
        record(ParcelSending("KNOWN", parcel.id, 1))
    receipt = receipt_for(first)
    record(ParcelArrived("KNOWN", first.id, 1, receipt, 1.0, ParcelState.INCOMPLETE))


def tour(photo: Photographer, source: Path, address: str) -> None:
    """Through all pages and states."""
    screen, context = photo.screen, photo.screen.context
    window, runner = screen.window, context.runner
    wait_until(lambda: window.intake.catalog is not None)
    for key in ("send", "transfers", "history", "log"):
        window.show_page(key)
        photo.shoot(f"{key}-empty")
    window.show_page("send")
    screen.drop(source)
    catalog = screen.catalog
    wait_until(lambda: catalog.strip.text.text() and catalog.scanning.running)
    photo.shoot("send-scanning")
    screen.wait_for_scan()
    wait_until(lambda: catalog.preview.picture.view.has_image)
    photo.shoot("send-full")
    catalog.preview.tabs.setCurrentWidget(catalog.preview.leaving)
    catalog.preview.leaving.choose(RESEARCH)
    wait_until(lambda: catalog.preview.leaving.model.counts[1])
    photo.shoot("send-leaves")
    catalog.preview.leaving.choose(None)
    catalog.preview.tabs.setCurrentWidget(catalog.preview.tags)
    warned = next(s for s in catalog.model.catalog.series if s.warnings)
    catalog.tree.setCurrentIndex(catalog.model.index_of(warned.key))
    photo.shoot("send-warning")
    catalog.show_skipped()
    photo.shoot("send-left-out")
    for dialog in window.findChildren(QDialog):
        dialog.close()
    catalog.bar.choose(PRACTICE_URL)
    catalog.bar.send.click()
    wait_until(lambda: runner.busy)
    wait_until(lambda: not runner.busy)
    photo.shoot("transfers-done")
    for place, state in (
        ("slow", "busy"), ("full", "failed"), ("word", "accepted"), ("lost", "unclear"),
    ):  # fmt: skip
        window.show_page("send")
        catalog.bar.choose(f"{address}/{place}")
        catalog.bar.send.click()
        wait_until(lambda: runner.busy)
        if state == "busy":
            photo.wait(4)
            photo.shoot("transfers-busy")
            for job in runner.jobs:
                runner.cancel(job.id)
        wait_until(lambda: not runner.busy, 60_000)
        if state != "busy":
            photo.shoot(f"transfers-{state}")
    leave(context, catalog.model.catalog)
    window.show_page("history")
    photo.shoot("history-full")
    window.show_page("log")
    photo.shoot("log-full")
    window.show_page("history")
    history = window.page("history")
    assert isinstance(history, HistoryPage)
    wait_until(lambda: not runner.busy and history.model.rowCount())
    history.table.selectRow(0)
    wait_until(history.panel.isVisible)
    photo.shoot("history-details")
    for state in ("unclear", "accepted", "incomplete", "interrupted"):
        rows = [history.model.row(number) for number in range(history.model.rowCount())]
        number, wanted = next((n, r) for n, r in enumerate(rows) if r and r.state == state)
        history.table.selectRow(number)
        wait_until(partial(shows, history.panel, wanted.id))
        photo.shoot(f"history-{state}")
    window.show_page("settings")
    (settings,) = window.findChildren(SettingsDialog)
    for row, part in enumerate(("", "-sending", "-storage", "-alerts", "-look")):
        settings.parts.setCurrentRow(row)
        photo.shoot(f"settings{part}")
    editor = settings.destinations.open_editor(None)
    editor.paste.setText("https://upload.example.org/in")
    editor.signing.auth.setCurrentIndex(3)
    editor.more.button.click()
    photo.shoot("destination")
    editor.reject()
    settings.reject()
    with OAuthServer() as issuer:
        saved = SavedDestination(
            name="Imaging archive",
            url=f"{address}/slow",
            auth="oauth",
            options={"issuer": issuer.url, "client_id": CLIENT},
        )
        signing = DeviceSignIn(context, saved, window)
        signing.open()
        wait_until(signing.code.isVisible)
        photo.shoot("sign-in")
        signing.reject()
    for dialog in window.findChildren(QDialog):
        dialog.close()
    window.show_page("send")
    from gantry.engine.errors import ErrorCode, GantryError

    context.report(GantryError(ErrorCode.HISTORY_FAILED, facts={"reason": "disk I/O error"}))
    photo.shoot("send-error")


def main() -> int:
    """Makes all pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "screenshots")
    options = parser.parse_args()
    options.out.mkdir(exist_ok=True)
    app = QApplication.instance() or QApplication(["gantry"])
    assert isinstance(app, QApplication)
    app.setApplicationName("Gantry")
    app.setQuitOnLastWindowClosed(False)
    with tempfile.TemporaryDirectory() as folder, server() as address:
        source = studies(Path(folder))
        for tongue, tone in LOOKS:
            theme().painted = True
            theme().choose(tone)
            language().choose(tongue)
            with Services(Home.find(str(Path(folder) / f"home-{tongue}-{tone}"))) as services:
                saved = [
                    SavedDestination(name="Imaging archive", url=f"{address}/slow"),
                    SavedDestination(name="Trial server", url=f"{address}/full"),
                    SavedDestination(name="Lab backend", url=f"{address}/word"),
                    SavedDestination(name="Lab gateway", url=f"{address}/lost"),
                ]
                settings = structs.replace(
                    services.preferences.settings,
                    destinations=tuple(saved),
                    language=tongue,
                    theme=tone,
                    send_attempts=1,
                )
                services.preferences.save(settings)
                runner, context = Runner(services), Context()
                window = MainWindow(context)
                window.resize(1280, 820)
                window.show()
                context.open(services, runner)
                tour(
                    Photographer(Screen(window, context), options.out, f"{tongue}-{tone}"),
                    source,
                    address,
                )
                window.intake.close_down()
                runner.stop()
                runner.join()
                window.hide()
                window.deleteLater()
    return 0


if __name__ == "__main__":
    sys.exit(main())
