"""Reports, after a send, files that arrived in the dropped folders since they were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from gantry.engine.cancel import CancelToken
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.late import late_files, met
from gantry.engine.intake.skipped import Skipped
from gantry.services.named_destinations import Place
from gantry.ui.background.context import Context
from gantry.ui.text.alert import Alert, Level


@dataclass(frozen=True, slots=True)
class SentList:
    """A list as it was when Send was pressed.

    Attributes:
        roots: the dropped paths, and when reading each started, in seconds since 1970.
    """

    roots: Mapping[str, float]
    catalog: Catalog
    skipped: tuple[Skipped, ...]
    place: Place


class LateFiles(QObject):
    """Looks once the jobs have ended, so that files that arrive during a job are found, too.

    Signals:
        wanted(list[str]): list only these late files.
    """

    wanted = Signal(object)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._sent: list[SentList] = []
        context.runner.busy_changed.connect(self._on_busy)

    def watch(self, sent: SentList) -> None:
        """Starts watching; call it before the list's job is started."""
        self._sent.append(sent)

    def _on_busy(self, busy: bool) -> None:
        if busy or not self._sent:
            return
        lists, self._sent = self._sent, []
        services = self._context.services

        def look() -> list[str]:
            roots: dict[str, float] = {}
            known: set[str] = set()
            own: set[str] = set()
            for one in lists:
                roots.update(one.roots)
                known |= met(one.catalog, one.skipped)
                own |= services.destinations.written_folders(one.place)
            return late_files(roots, known, own, CancelToken())

        # A hung share blocks only this thread.
        self._context.runner.run_long("late", look, self._tell, None, self)

    def _tell(self, late: list[str]) -> None:
        if late:
            self._context.alert.emit(
                Alert(
                    "late",
                    Level.WARNING,
                    lambda: (
                        self.tr("%Ln file(s) arrived after packing began", None, len(late)),
                        self.tr(
                            "They were added to the dropped folders after these had been read, "
                            "and were not sent."
                        ),
                    ),
                    ((lambda: self.tr("List only these"), lambda: self.wanted.emit(late)),),
                )
            )
