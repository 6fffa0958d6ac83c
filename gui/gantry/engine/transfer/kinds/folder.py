"""A folder or network share as destination; each copy runs on its own thread, which may hang."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

from ulid import ULID

from gantry.engine import doctor_steps as steps
from gantry.engine.credentials import Credentials
from gantry.engine.doctor_steps import Detail, SharedDetail, Step
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import extended, plain, unlink_retry
from gantry.engine.labels.naming import check_paths, path_of, values_of
from gantry.engine.labels.safe import NameKind
from gantry.engine.labels.template import parse_template
from gantry.engine.parcel import Parcel, Receipt
from gantry.engine.transfer.destination import Destination, Limits, Shipment
from gantry.engine.transfer.features import Features
from gantry.engine.transfer.fields import PATH_FIELD
from gantry.engine.transfer.folder_path import SCHEME, file_path
from gantry.engine.transfer.kind import (
    Case,
    DestinationKind,
    Entry,
    Field,
    Form,
    Row,
)
from gantry.engine.transfer.kinds.copying import Copy
from gantry.engine.transfer.kinds.folder_errors import gone
from gantry.engine.transfer.options import Options
from gantry.engine.transfer.patience import patiently
from gantry.engine.transfer.rate_limit import Bandwidth
from gantry.engine.transfer.run_with_timeout import run_patiently

Result = TypeVar("Result")

_LOOK = 5.0  # seconds


class FolderDetail(Detail):
    """The findings of a folder's connection test."""

    NOT_FOR_A_FOLDER = "a folder"
    SYSTEM_SIGNS_IN = "the system signs in to shares"
    THERE = "the folder is there"
    FREE = "{size} bytes free"


def want_folder(url: str) -> None:
    """Checks that the folder exists before a job starts, which otherwise could only wait for it.

    A share that does not respond in time is left to the job.

    Raises:
        GantryError: SHARE_GONE, DESTINATION_INVALID.
    """
    destination = FolderDestination(url, Limits(idle=_LOOK))
    with contextlib.suppress(TimeoutError):
        destination.want()


class FolderDestination(Destination):
    """An existing folder; a missing one may be a share that isn't mounted, and is not created.

    Raises:
        GantryError: DESTINATION_INVALID, for a Windows path on another system; LABEL_TEMPLATE.
    """

    features = Features(abandons=True)

    def __init__(
        self,
        url: str,
        limits: Limits = Limits(),
        bandwidth: Bandwidth | None = None,
        path: str = "",
    ) -> None:
        self.url, self._bandwidth = url, bandwidth
        self._path = parse_template(path)
        path = file_path(url)
        if os.name != "nt" and "\\" in path[:3]:
            raise GantryError(
                ErrorCode.DESTINATION_INVALID, facts={"url": path, "reason": "windows path"}
            )
        self._folder = Path(extended(path))
        self._limits = limits
        self._hung: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def want(self) -> None:
        """Raises SHARE_GONE if the folder does not exist, TimeoutError if nothing responds."""
        end = time.monotonic() + self._limits.idle
        there = run_patiently(
            self._folder.is_dir, token=None, give_up=lambda: time.monotonic() > end
        )
        if not there:
            raise gone(self._folder)

    def check_names(self, parcels: Iterable[Parcel]) -> None:
        """Checks the folders made by the option `path`."""
        check_paths(self._path, parcels, NameKind.FILE, "folder")

    def send(self, shipment: Shipment) -> Receipt:
        """Copies and verifies. Raises GantryError (SHARE_…, ARCHIVE_…, NO_PROGRESS), Cancelled."""
        return self._patiently(shipment, Copy.run)

    def ask(self, shipment: Shipment) -> Receipt | None:
        """Reads the file with the parcel's name, and compares it."""
        return self._patiently(shipment, Copy.look)

    def abandon(self, shipment: Shipment) -> None:
        """Deletes the partial copy of a cancelled parcel."""
        self._patiently(shipment, Copy.discard)

    def close(self) -> None:
        pass

    def _patiently(self, shipment: Shipment, work: Callable[[Copy], Result]) -> Result:
        """Works on a thread that a dead share may block, so that this one stays free."""
        parcel = shipment.archive.parcel
        levels = path_of(self._path, values_of(shipment.archive), NameKind.FILE)
        copy = Copy(self.url, self._folder, shipment, self._bandwidth, levels)
        with self._lock:
            before = self._hung.pop(parcel, None)
            if before is not None and not before.is_set():
                self._hung[parcel] = before
                raise self._hangs()  # two copies of one parcel would overwrite each other

        def give_up() -> bool:
            if shipment.token.paused:
                copy.moved = time.monotonic()
            return time.monotonic() - copy.moved > self._limits.idle

        def run() -> Result:
            try:
                return work(copy)
            finally:
                copy.over.set()

        try:
            return run_patiently(run, token=shipment.token, give_up=give_up, name="gantry-copy")
        except TimeoutError:
            raise self._hangs() from None
        finally:
            copy.stop.cancel()
            if not copy.over.wait(1.0):
                with self._lock:
                    self._hung[parcel] = copy.over

    def _hangs(self) -> GantryError:
        return GantryError(
            ErrorCode.NO_PROGRESS,
            facts={"host": plain(self._folder), "phase": "copy", "seconds": self._limits.idle},
            transient=True,
        )


def _open(url: str, credentials: Credentials, limits: Limits, options: Options) -> Destination:
    return FolderDestination(url, limits, options.bandwidth, options.path)


def _examine(case: Case) -> Iterator[Step]:
    """Checks that a folder or share exists, has room, and can be written to."""
    path = file_path(case.url)
    yield steps.not_applicable(steps.NAME, FolderDetail.NOT_FOR_A_FOLDER)
    yield steps.not_applicable(steps.CONNECTION, FolderDetail.NOT_FOR_A_FOLDER)
    yield steps.not_applicable(steps.TLS, FolderDetail.NOT_FOR_A_FOLDER)
    yield steps.not_applicable(steps.SIGN_IN, FolderDetail.SYSTEM_SIGNS_IN)
    facts: dict[str, str | int | float] = {"folder": Path(path).name or path}
    try:
        there = patiently(lambda: Path(extended(path)).is_dir(), case.limits, case.token)
        if not there:
            yield steps.failed(steps.SERVICE, GantryError(ErrorCode.SHARE_GONE, facts=facts))
            return
        yield steps.passed(steps.SERVICE, FolderDetail.THERE)
        free = patiently(lambda: shutil.disk_usage(path).free, case.limits, case.token)
        yield steps.passed(steps.LIMIT, FolderDetail.FREE, size=free)
        patiently(lambda: _write_and_delete(path), case.limits, case.token)
    except OSError as error:
        code = ErrorCode.SHARE_DENIED if isinstance(error, PermissionError) else None
        code = code or ErrorCode.SHARE_GONE
        detail = f"{type(error).__name__}: {error.strerror}"
        yield steps.failed(steps.WRITE, GantryError(code, facts=facts, detail=detail))
        return
    yield steps.passed(steps.WRITE, SharedDetail.WRITTEN, size=steps.TEST_SIZE)


def _write_and_delete(path: str) -> None:
    test = Path(path) / f"gantry-test-{ULID()}.part"
    try:
        with open(extended(test), "xb") as file:
            file.write(bytes(steps.TEST_SIZE))
        with open(extended(test), "rb") as file:
            if file.read() != bytes(steps.TEST_SIZE):
                raise OSError(None, "what was written reads back differently")
    finally:
        if test.exists():
            unlink_retry(test)


KIND = DestinationKind(
    name=SCHEME,
    schemes=(SCHEME,),
    label="Folder or network share",
    example=r"\\server\share\folder",
    form=Form(
        (Field("folder", "Folder", r"\\server\share\folder", Entry.FOLDER),),
        lambda values: values["folder"].strip(),
        lambda url: {"folder": file_path(url)},
    ),
    open=_open,
    examine=_examine,
    words={
        FolderDetail.NOT_FOR_A_FOLDER: "Not needed for a folder.",
        FolderDetail.SYSTEM_SIGNS_IN: "The system signs in to shares.",
        FolderDetail.THERE: "The folder exists.",
        FolderDetail.FREE: "{size} bytes free",
    },
    row=Row(
        examples=(
            "file:///srv/incoming",
            r"\\server\share\incoming",
        ),
        takes="the archive",
        resumes="the byte",
        proof="read back, SHA-256",
        tested="a folder, a full file system",
    ),
    features=FolderDestination.features,
    sign_in=(),
    options=(PATH_FIELD,),
    remote=False,
    want=want_folder,
)
