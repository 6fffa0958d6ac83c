"""Requests previews from the preview process, off the window's thread; replaces one that fails."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import wait
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs
from PySide6.QtCore import QObject

from gantry.engine import tar_members, zip_locks
from gantry.engine.instance import Source
from gantry.engine.preview.contents import Contents, Leave, NoPicture, Want
from gantry.engine.preview.worker import serve

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

    from gantry.ui.background.threads import Threads

START_SECONDS = 120.0  # a virus scanner may look at each file that the process loads
ANSWER_SECONDS = 20.0
COMPARE_SECONDS = 90.0  # a report of thousands of items is read twice and rewritten


class Previewer(QObject):
    """Handles one request at a time; a newer one replaces a waiting one.

    Args:
        name: of the thread that waits; two with different names don't wait for each other.
    """

    def __init__(
        self, threads: Threads, parent: QObject | None = None, name: str = "preview"
    ) -> None:
        super().__init__(parent)
        self._threads, self._name = threads, name
        self._helper = Helper()
        self._newest = 0

    def ask(
        self,
        source: Source,
        answer: Callable[[Contents], None],
        *,
        frame: int | None,
        tags: bool = True,
        leave: Callable[[], Leave] | None = None,
    ) -> None:
        """Reads tags and a frame's picture; `answer` is called unless a newer request came.

        With `leave`, compares the file with what leaves of it; called on another thread, as it
        may wait for the system's credential store.
        """
        self._newest += 1
        number = self._newest
        passwords = zip_locks.passwords() if source.member else ()
        want = Want(os.fsencode(source.path), source.member, tags, frame, passwords=passwords)

        def work() -> Contents | None:
            if number != self._newest:
                return None
            if leave is not None:
                return self._helper.read(structs.replace(want, leave=leave()))
            return self._helper.read(want)

        def done(contents: Contents | None) -> None:
            if contents is not None and number == self._newest:
                answer(contents)

        self._threads.run_in_order(self._name, work, done, None, self)

    def forget(self) -> None:
        """Drops the waiting request."""
        self._newest += 1

    def warm_up(self) -> None:
        """Starts the process, so that the first answer is fast."""
        self._threads.run_in_order(self._name, self._helper.start)

    def close(self) -> None:
        """Ends the process, even one that is working or held by a hung share."""
        self._newest += 1
        self._threads.run_long(f"{self._name}-end", self._helper.close)


class Helper:
    """The process. `read` blocks; `close` may be called from another thread."""

    def __init__(self) -> None:
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._is_ready = False
        self._lock = threading.Lock()
        self._closed = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Starts the process unless it is running."""
        with self._lock:
            if self._closed or (self._process is not None and self._process.is_alive()):
                return
            context = multiprocessing.get_context("spawn")
            here, there = context.Pipe()
            # A daemon, so that it always ends with the window.
            self._process = context.Process(
                target=serve, args=(there, tar_members.folder()), name="gantry-preview", daemon=True
            )
            self._process.start()
            there.close()
            self._connection, self._is_ready = here, False

    def read(self, want: Want, *, again: bool = True) -> Contents:
        """Returns the answer, or why there is none: the process crashed, or took too long.

        A process that ended by itself is replaced and asked `again`, once: it may have been ended
        from outside, and not by the file it read.
        """
        self.start()
        with self._lock:
            connection, process = self._connection, self._process
        if connection is None or process is None:
            return Contents(no_picture=NoPicture.UNREADABLE)
        try:
            if not self._is_ready:
                if connection not in (told := wait([connection, process.sentinel], START_SECONDS)):
                    raise EOFError if told else TimeoutError
                connection.recv_bytes()
                self._is_ready = True
            connection.send_bytes(msgspec.msgpack.encode(want))
            # On Windows, a process that ends before it took its end of the pipe leaves that open.
            limit = ANSWER_SECONDS if want.leave is None else COMPARE_SECONDS
            told = wait([connection, process.sentinel], limit)
            if connection in told:
                return msgspec.msgpack.decode(connection.recv_bytes(), type=Contents)
            if told:
                raise EOFError
            detail = "no answer"
        except (EOFError, OSError, ValueError, msgspec.MsgspecError) as error:
            detail = type(error).__name__
            if again and not self._closed and isinstance(error, (EOFError, OSError)):
                self._end()
                return self.read(want, again=False)
        self._end()
        if want.leave is None and want.frame is not None and want.tags and not self._closed:
            # Most likely the pixels caused it: the tags can still be shown.
            plain = self.read(Want(want.path, want.member, passwords=want.passwords), again=False)
            return Contents(plain.tags, plain.more_tags, None, NoPicture.DAMAGED, detail)
        return Contents(no_picture=NoPicture.DAMAGED, detail=detail, unreadable=True)

    def close(self) -> None:
        """Ends the process for good."""
        self._closed = True
        self._end()

    def _end(self) -> None:
        with self._lock:
            process, self._process = self._process, None
            connection, self._connection = self._connection, None
        if process is not None:
            process.kill()
            process.join(5)
        if connection is not None:
            connection.close()
