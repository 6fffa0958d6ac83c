"""Gathers the texts of many files in a process of its own: the window never waits for them."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gantry.engine import zip_locks
from gantry.engine.deidentify.review import TextList
from gantry.engine.preview.contents import Want
from gantry.ui.background.previewer import Helper

if TYPE_CHECKING:
    from gantry.engine.deidentify.profile import Options
    from gantry.engine.instance import Source
    from gantry.ui.background.threads import Threads

_EVERY = 50  # files between two signals


class TextGathering(QObject):
    """One run; cancelled, it tells nothing any more.

    Signals:
        progressed(int): so many files were read.
        gathered(TextList, int): all were; so many could not be read.
    """

    progressed = Signal(int)
    gathered = Signal(object, int)

    def __init__(self, threads: Threads, parent: QObject) -> None:
        super().__init__(parent)
        self._threads = threads
        self._helper = Helper()
        self._cancelled = threading.Event()

    def start(self, sources: Sequence[Source], options: Options) -> None:
        """Begins to read the files."""

        def work() -> tuple[TextList, int]:
            made, unread = TextList(), 0
            try:
                for number, source in enumerate(sources):
                    if self._cancelled.is_set():
                        break
                    if number % _EVERY == 0:
                        self._threads.call(partial(self._tell, number))
                    known = zip_locks.passwords() if source.member else ()
                    path = os.fsencode(source.path)
                    contents = self._helper.read(
                        Want(path, source.member, passwords=known, texts=options)
                    )
                    unread += contents.unreadable
                    made.add(contents.texts)
            finally:
                self._helper.close()
            return made, unread

        def done(found: tuple[TextList, int]) -> None:
            if not self._cancelled.is_set():
                self.gathered.emit(*found)

        self._threads.run_long("texts", work, done, None, self)

    def cancel(self) -> None:
        """Ends it, even while a share does not answer."""
        self._cancelled.set()
        self._threads.run_long("texts-end", self._helper.close)

    def _tell(self, number: int) -> None:
        if not self._cancelled.is_set():
            self.progressed.emit(number)
