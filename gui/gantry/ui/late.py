"""Tells after a send what came into the dropped folders since they were read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from gantry.engine.cancel import CancelToken
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.late import late_files, met
from gantry.engine.intake.skipped import Skipped
from gantry.services import Place
from gantry.ui.context import Context
from gantry.ui.widgets.alerts import Alert, Level


@dataclass(frozen=True, slots=True)
class Sent:
    """A list as it was when Send was pressed.

    Attributes:
        roots: the dropped paths, and when each began to be read, in seconds since 1970.
    """

    roots: Mapping[str, float]
    catalog: Catalog
    skipped: tuple[Skipped, ...]
    place: Place


class LateFiles(QObject):
    """Looks once the jobs are over: what comes while one runs is found, too.

    Signals:
        wanted(list[str]): the late files are to be listed by themselves.
    """

    wanted = Signal(object)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._sent: list[Sent] = []
        context.runner.busy_changed.connect(self._on_busy)

    def watch(self, sent: Sent) -> None:
        """To be called before the list's job is started."""
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
                own |= services.own_folders(one.place)
            return late_files(roots, known, own, CancelToken())

        # A share that hangs holds up nobody but this thread.
        self._context.runner.run_long("late", look, self._tell, None, self)

    def _tell(self, late: list[str]) -> None:
        if late:
            self._context.alert.emit(
                Alert(
                    "late",
                    Level.WARNING,
                    lambda: (
                        self.tr("%Ln file(s) came too late", None, len(late)),
                        self.tr(
                            "They came into the dropped folders after these had been read, "
                            "and were not sent."
                        ),
                    ),
                    ((lambda: self.tr("List only these"), lambda: self.wanted.emit(late)),),
                )
            )
