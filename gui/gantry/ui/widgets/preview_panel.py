"""The panel beside the tree: warnings, picture and tags of the selection."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.deidentify.profile import PrivacyProfile, with_recipes, with_ticked
from gantry.engine.deidentify.pseudonyms import KEY_BYTES, Key
from gantry.engine.deidentify.recipes import Kind, Recipe
from gantry.engine.deidentify.review import is_reviewed
from gantry.engine.deidentify.reviewed import Text
from gantry.engine.errors import GantryError
from gantry.engine.instance import Instance
from gantry.engine.intake.catalog import Patient, Series, Study
from gantry.engine.intake.cautions import Caution, CautionCode
from gantry.engine.patient_values import with_known
from gantry.engine.preview.contents import Contents, Leave
from gantry.messages import caution_message
from gantry.ui.background.previewer import Previewer
from gantry.ui.background.threads import Threads
from gantry.ui.look.theme import set_icon, set_kind
from gantry.ui.text.i18n import Translated, translate_message
from gantry.ui.widgets.labels import plain_label
from gantry.ui.widgets.leaving_view import LeavingView
from gantry.ui.widgets.picture_panel import PicturePanel
from gantry.ui.widgets.tag_view import TagView

# Shown, but harmless.
_HARMLESS = frozenset({CautionCode.DUPLICATES})
# Makes examples only: nothing is ever sent with it.
_EXAMPLE_KEY = b"example".ljust(KEY_BYTES, b"\0")
_PAUSE = 250  # milliseconds: scrolling must not start a comparison for each slice


class PreviewPanel(Translated):
    """Shows a patient, a study or a series; for the first two, the picture of their first series.

    Args:
        find_key: the key of a project by its name, if it has one; called on another thread.
        find_recipes: the site's masks; called on another thread.
        find_texts: the texts that the user ticked; called on another thread.

    Signals:
        problem_seen: tags or picture are not available; the panel says so itself.
        recipe_wanted(Recipe): masks are to be kept; `compare_again` when they are.
    """

    problem_seen = Signal()
    recipe_wanted = Signal(object)

    def __init__(
        self,
        threads: Threads,
        parent: QWidget,
        find_key: Callable[[str], Key | None] = lambda project: None,
        find_recipes: Callable[[], tuple[Recipe, ...]] = tuple,
        find_texts: Callable[[], tuple[Text, ...]] = tuple,
    ) -> None:
        super().__init__(parent)
        self._find_key, self._find_recipes = find_key, find_recipes
        self._find_texts = find_texts
        self._kind: Kind | None = None
        self._recipes: tuple[Recipe, ...] = ()
        self.instances: Callable[[], Iterable[Instance]] = tuple  # of the list
        # of what is shown, in the list
        self.patient_of: Callable[[Patient | Study | Series], Patient | None] = lambda item: None
        self._patient: Patient | None = None
        self._held: dict[str, str] = {}  # what a held upload knows of its patient, by series
        self._project = ""
        self._frame = 0
        self.previewer = Previewer(threads, self)
        # A process of its own: the picture never waits for a comparison.
        self._comparer = Previewer(threads, self, "leaving")
        self._item: Patient | Study | Series | None = None
        self._shown: Instance | None = None
        self._cautions: tuple[Caution, ...] = ()
        self.warnings = QWidget(self)
        self._notes = QVBoxLayout(self.warnings)
        self._notes.setContentsMargins(0, 0, 0, 0)
        self._notes.setSpacing(8)
        self.picture = PicturePanel(threads, self)
        self.tags = TagView(self)
        self.leaving = LeavingView(self)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.tags, "")
        self.tabs.addTab(self.leaving, "")
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._compare)
        self.tabs.currentChanged.connect(self._on_tab)
        self.picture.draw_masks.clicked.connect(self._on_mask)
        self.picture.masks.saved.connect(self.recipe_wanted)
        self.picture.masks.closed.connect(self._on_masks_closed)
        self.leaving.profile_chosen.connect(self._ask_again)
        self.picture.slice_wanted.connect(self._on_slice_wanted)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.addWidget(self.picture)
        splitter.addWidget(self.tabs)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setChildrenCollapsible(False)
        self._splitter = splitter
        self._sizes: dict[int, list[int]] = {}
        self._tab = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.warnings)
        column.addWidget(splitter, 1)
        self.retranslate()
        self.clear()

    def clear(self) -> None:
        """Clears the panel, because nothing is selected."""
        self._item = self._shown = self._patient = None
        self.previewer.forget()
        self._comparer.forget()
        self._pause.stop()
        self._tell(())
        self.leaving.clear()
        self.tags.show_tags(())
        self.picture.clear(self.tr("Select a series to see it."))

    def show_item(self, item: Patient | Study | Series) -> None:
        """Shows a node of the catalog, or its successor in a newer snapshot."""
        was, self._item = self._item, item
        before, self._patient = self._patient, self.patient_of(item)
        self._tell(item.warnings)
        series = _series_of(item)
        old = _series_of(was) if was is not None else None
        if series is None or not series.instances:
            self.picture.clear()
            self.tags.show_tags(())
            self._shown = None
            self._ask_again()
        elif old is None or old.key != series.key or self._shown is None:
            self._shown = None
            self.picture.show_series(series.instances, series.modality)
        elif _says_more(before, self._patient):
            self._ask_again()

    def show_held(
        self, series: Series, instance: Instance, tags: tuple[int, ...], known: str = ""
    ) -> None:
        """Shows what leaves of one file of a series, with the element that holds it selected.

        Args:
            known: what the upload knows of its patient, as in `Treatment.known`: the list may lack
                the file that says it.
        """
        self._held = {series.key: known}
        self.show_item(series)
        self._shown = None
        self.leaving.select(tags)
        self.tabs.setCurrentWidget(self.leaving)
        self.picture.show_series(series.instances, series.modality, instance)

    def leave_as(self, profile: PrivacyProfile | None, project: str, again: bool = False) -> None:
        """Follows the choice of how to send: `profile` None means as it is.

        Args:
            project: the name of the key of the new identifiers.
            again: the choice is the same; only the profile's file has changed.
        """
        changed, self._project = project != self._project, project
        self.leaving.choose(profile, again=again)
        if changed:
            self._ask_again()

    def leave_by_none(self, error: GantryError, again: bool = False) -> None:
        """Says that the chosen profile can't be used, and why."""
        self.leaving.refuse(error, again=again)

    def close_down(self) -> None:
        """Ends the processes."""
        self._pause.stop()
        self.previewer.close()
        self._comparer.close()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Preview"))
        self.tabs.setTabText(0, self.tr("Tags"))
        self.tabs.setTabText(1, self.tr("What leaves"))
        if self._item is None:
            self.picture.clear(self.tr("Select a series to see it."))
        cautions, self._cautions = self._cautions, ()
        self._tell(cautions)

    def _tell(self, cautions: tuple[Caution, ...]) -> None:
        if cautions == self._cautions:
            return
        self._cautions = cautions
        while (old := self._notes.takeAt(0)) is not None:
            if widget := old.widget():
                widget.hide()
                widget.deleteLater()
        for caution in cautions:
            self._notes.addWidget(_note(caution, self.warnings))
        self.warnings.setVisible(bool(cautions))

    def _on_slice_wanted(self, instance: Instance, frame: int) -> None:
        other = self._shown is not instance
        self._shown, self._frame = instance, frame
        self._ask_again()

        def answer(contents: Contents) -> None:
            if other or contents.tags:
                self.tags.show_tags(contents.tags, contents.more_tags)
            self.picture.show_contents(contents)
            if contents.picture is None:
                self.problem_seen.emit()

        self.previewer.ask(instance.source, answer, frame=frame)

    def _on_tab(self, tab: int) -> None:
        """What leaves needs more room than the tags, and is compared only while it is shown."""
        self._sizes[self._tab] = sizes = self._splitter.sizes()
        self._tab = tab
        room = sum(sizes)
        share = (room * 2 // 5, room - room * 2 // 5)
        self._splitter.setSizes(self._sizes.get(tab, list(share)))
        self._ask_again()

    def compare_again(self) -> None:
        """Compares once more, because recipes have changed."""
        self._ask_again()

    def _on_mask(self) -> None:
        kind = self._kind
        if kind is None:
            return
        self.picture.draw_masks.hide()
        self.picture.show_leaving(None)
        self.tabs.hide()  # so that the picture is as large as it can be
        known = next((r.rectangles for r in self._recipes if r.kind == kind), None)
        self.picture.masks.open_tool(kind, known, self._count_like(kind))

    def _on_masks_closed(self) -> None:
        self.tabs.show()
        self._ask_again()

    def _count_like(self, kind: Kind) -> int:
        """How many images of this class and size are in the list."""
        wanted = kind.sop_class, kind.rows, kind.columns
        return sum((i.sop_class_uid, i.rows, i.columns) == wanted for i in self.instances())

    def _ask_again(self) -> None:
        """Compares the shown file, when nothing else was asked for a moment."""
        self._comparer.forget()
        self.picture.show_leaving(None)
        wanted = self.tabs.currentWidget() is self.leaving and self._shown is not None
        wanted = wanted and self.leaving.wrong is None
        self.leaving.clear(self.tr("Comparing…") if wanted else "")
        if wanted:
            self._pause.start()
        else:
            self._pause.stop()

    def _compare(self) -> None:
        instance, profile, project = self._shown, self.leaving.profile, self._project
        patient, series = self._patient, _series_of(self._item) if self._item else None
        known = self._held.get(series.key, "") if series is not None else ""
        if instance is None:
            return
        real: list[bool] = []
        found: list[tuple[Recipe, ...]] = []

        def leave() -> Leave:
            key = self._find_key(project) if profile is not None and project else None
            real.append(key is not None)
            try:
                found.append(self._find_recipes())
            except GantryError:  # said when one is saved, or files are written
                found.append(())
            rules = with_recipes(profile, found[-1]) if profile is not None else None
            if rules is not None and is_reviewed(rules.options):
                with suppress(GantryError):  # said when one is saved, or files are sent
                    rules = with_ticked(rules, self._find_texts())
            values = patient.values if patient is not None else ()
            secret = key.secret if key is not None else _EXAMPLE_KEY
            return Leave(rules, secret, with_known(values, known))

        def answer(contents: Contents) -> None:
            self.leaving.show_contents(contents, example=not any(real))
            leaving = contents.leaving
            self._kind = leaving.kind if leaving is not None else None
            self._recipes = found[-1] if found else ()
            self.picture.draw_masks.setVisible(
                self._kind is not None and not self.picture.masks.isVisible()
            )
            differs = profile is not None and leaving is not None and leaving.hold is None
            self.picture.show_leaving(contents if differs else None)

        self._comparer.ask(instance.source, answer, frame=self._frame, tags=False, leave=leave)


def _says_more(before: Patient | None, after: Patient | None) -> bool:
    """Whether the files of a patient say something else than they did."""
    return before is not after and (
        before is None or after is None or before.values != after.values
    )


def _series_of(item: Patient | Study | Series) -> Series | None:
    if isinstance(item, Patient):
        return next((s for study in item.studies for s in study.series), None)
    if isinstance(item, Study):
        return item.series[0] if item.series else None
    return item


def _note(caution: Caution, parent: QWidget) -> QFrame:
    message = caution_message(caution, translate_message)
    harmless = caution.code in _HARMLESS
    frame = QFrame(parent)
    set_kind(frame, "note" if harmless else "note-warning")
    row = QHBoxLayout(frame)
    row.setContentsMargins(12, 8, 12, 8)
    row.setSpacing(10)
    sign = QLabel(frame)
    set_icon(sign, "info" if harmless else "warning", "accent" if harmless else "warning", 18)
    row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
    words = QVBoxLayout()
    words.setSpacing(2)
    words.addWidget(plain_label(message.title, frame, "strong"))
    words.addWidget(plain_label(f"{message.what} {message.do}", frame))
    row.addLayout(words, 1)
    frame.setAccessibleName(message.title)
    frame.setAccessibleDescription(f"{message.what} {message.do}")
    return frame
