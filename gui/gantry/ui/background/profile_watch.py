"""Reads a profile, and reads its file again whenever that has changed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gantry.engine.errors import GantryError
from gantry.services.privacy import AS_IT_IS, BUILT_IN, read_profile

if TYPE_CHECKING:
    from gantry.engine.deidentify.profile import PrivacyProfile
    from gantry.ui.background.threads import Threads

PAUSE = 2000  # milliseconds between two looks at the file
_Stamp = tuple[int, int, int, int] | None  # None: there is no file


class ProfileWatch(QObject):
    """Looks at one file, on other threads: a share that hangs delays only the next look.

    Signals:
        known(PrivacyProfile | None, bool): the profile (None: as it is), and whether it is the one
            that was asked for before, read again.
        wrong(GantryError, bool): the file can't be used; and the same.
    """

    known = Signal(object, bool)
    wrong = Signal(object, bool)

    def __init__(self, threads: Threads, parent: QObject) -> None:
        super().__init__(parent)
        self._threads = threads
        self._name = AS_IT_IS
        self._asked = 0  # counts questions: an answer to an earlier one is dropped
        self._answered = False
        self._stamp: _Stamp = None
        self._looking = False
        self._timer = QTimer(self, interval=PAUSE)
        self._timer.timeout.connect(self.look)

    def watch(self, name: str) -> None:
        """Reads another profile, or the same one once more, and watches its file."""
        self._name, self._stamp, self._answered = name, None, False
        self._asked += 1
        self._looking = False
        self._timer.stop()
        if name == AS_IT_IS:
            self.known.emit(None, False)
            return
        if name not in BUILT_IN:
            self._timer.start()
        self.look()

    def look(self) -> None:
        """Reads the file if it is not as it was."""
        if self._looking:
            return
        self._looking = True
        name, asked, before, again = self._name, self._asked, self._stamp, self._answered

        def work() -> tuple[_Stamp, PrivacyProfile | GantryError | None]:
            # Before it is read: a change meanwhile is seen by the next look.
            stamp = None if name in BUILT_IN else _stamp(name)
            if again and stamp == before:
                return stamp, None
            try:
                return stamp, read_profile(name)[0]
            except GantryError as error:
                return stamp, error

        def done(found: tuple[_Stamp, PrivacyProfile | GantryError | None]) -> None:
            if asked != self._asked:
                return
            self._looking, self._answered = False, True
            self._stamp, said = found
            if isinstance(said, GantryError):
                self.wrong.emit(said, again)
            elif said is not None:
                self.known.emit(said, again)

        self._threads.run(work, done, None, self)


def _stamp(path: str) -> _Stamp:
    try:
        found = os.stat(path)  # noqa: PTH116 - a str in, and out
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
