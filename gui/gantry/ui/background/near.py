"""Finds out, on another thread, which destinations are outside the user's own network."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gantry.services.nearness import Nearness, look_up, nearness

if TYPE_CHECKING:
    from gantry.ui.background.context import Context


class Near(QObject):
    """Where destinations are. Each name is looked up once.

    Signals:
        known(str, Nearness): where the destination at this address is.
    """

    known = Signal(str, object)

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._found: dict[str, Nearness] = {}
        self._asked: set[str] = set()

    def of(self, url: str) -> Nearness:
        """What is known now. If only a name server can tell, it is asked, and `known` follows."""
        found = self._found.get(url) or nearness(url)
        if found is Nearness.UNKNOWN and url not in self._asked:
            self._asked.add(url)
            # A lane of its own: name servers that don't answer must not hold up other work.
            self._context.runner.run_in_order(
                "names", lambda: look_up(url), partial(self._on_found, url), None, self
            )
        return found

    def _on_found(self, url: str, found: Nearness) -> None:
        self._found[url] = found
        self.known.emit(url, found)
