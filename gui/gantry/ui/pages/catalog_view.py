"""The dropped files: the tree, its preview, and the bar to send them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.deidentify.recipes import Recipe
from gantry.engine.instance import Instance, Source
from gantry.engine.intake.catalog import Catalog, select
from gantry.engine.intake.scan import ScanUpdate
from gantry.engine.plan import plan
from gantry.services.holding import HeldUpload
from gantry.services.named_destinations import PRACTICE_URL, Place
from gantry.services.privacy import AS_IT_IS, treated
from gantry.store.recipes import save_recipe, site_recipes
from gantry.store.replace import replace
from gantry.store.texts import ticked_texts
from gantry.ui.background.context import Context
from gantry.ui.background.scanning import Scanning
from gantry.ui.dialogs.skipped_files import SkippedFiles
from gantry.ui.look.theme import set_kind, theme
from gantry.ui.models.catalog_model import CatalogModel
from gantry.ui.models.rates import Rates
from gantry.ui.models.skipped_model import SkippedModel
from gantry.ui.prompts.held_files import HeldFiles
from gantry.ui.prompts.late import SentList
from gantry.ui.prompts.locked_zips import LockedZips
from gantry.ui.prompts.other_keys import OtherKeys
from gantry.ui.prompts.reviewing import Reviewing
from gantry.ui.prompts.treating import Treating
from gantry.ui.prompts.unread import Unread
from gantry.ui.text.alert import Alert, Level
from gantry.ui.text.i18n import Translated
from gantry.ui.widgets.catalog_tools import CatalogTools
from gantry.ui.widgets.catalog_tree import CatalogTree
from gantry.ui.widgets.preview_panel import PreviewPanel
from gantry.ui.widgets.scan_strip import ScanStrip
from gantry.ui.widgets.send_bar import SendBar

if TYPE_CHECKING:
    from gantry.engine.parcel import Parcel


class CatalogView(Translated):
    """One list of dropped paths.

    Signals:
        folder_wanted, files_wanted: the user wants to add more.
        sent(SentList): Send was pressed; the job starts.
        emptied: the list was cleared.
    """

    folder_wanted = Signal()
    files_wanted = Signal()
    sent = Signal(object)
    emptied = Signal()

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._skipped_dialog: SkippedFiles | None = None
        self._stopped = False
        self._profile = AS_IT_IS
        self._roots: dict[str, float] = {}  # what was dropped, and when
        self.scanning = Scanning(context.runner, self)
        self.model = CatalogModel(self)
        self.skipped = SkippedModel(self)
        self.rates = Rates(context, self)
        self._locked = LockedZips(context, self.scanning, self)
        self.unread = Unread(
            self.scanning,
            lambda: select(self.model.catalog, self.model.unticked),
            lambda: self.skipped.skipped,
            lambda place: context.services.destinations.written_folders(place),
            self,
        )
        self._build()
        self._connect()
        self._treating.follow()
        self.retranslate()
        self._on_amounts()

    def _build(self) -> None:
        self.tools = CatalogTools(self)
        self.tree = CatalogTree(self.model, self)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.strip = ScanStrip(self)
        self.frame = left = QFrame(self)
        set_kind(left, "list")
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.strip)
        column.addWidget(self.tree, 1)
        home = self._context.home
        self.preview = PreviewPanel(
            self._context.runner,
            self,
            self._context.services.privacy.shown_key,
            lambda: site_recipes(home),
            lambda: ticked_texts(home),
        )
        self.preview.instances = self._instances
        self.preview.patient_of = self.model.patient_of
        self.preview.recipe_wanted.connect(self._on_recipe)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.addWidget(left)
        splitter.addWidget(self.preview)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([640, 420])
        splitter.setChildrenCollapsible(False)
        self.bar = SendBar(self)
        inner = QVBoxLayout()
        inner.setContentsMargins(20, 12, 20, 12)
        inner.setSpacing(4)
        inner.addWidget(self.tools)
        inner.addWidget(splitter, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(inner, 1)
        outer.addWidget(self.bar)

    def _connect(self) -> None:
        self.tools.folder_wanted.connect(self.folder_wanted)
        self.tools.files_wanted.connect(self.files_wanted)
        self.tools.clear_wanted.connect(self._on_clear)
        self.tools.remove_wanted.connect(self._on_remove)
        self.tools.filter_changed.connect(self._on_filter)
        self._remove = QAction(self)
        self._remove.setShortcut(QKeySequence.StandardKey.Delete)
        self._remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._remove.triggered.connect(self._on_remove)
        self.tree.addAction(self._remove)
        self._amounts = QTimer(self, singleShot=True, interval=0)  # many ticks, one count
        self._amounts.timeout.connect(self._on_amounts)
        self.model.dataChanged.connect(lambda *_: self._amounts.start())
        self.tree.selectionModel().currentChanged.connect(self._on_current)
        self.tree.selectionModel().selectionChanged.connect(lambda *_: self._on_selection())
        self.scanning.updated.connect(self._on_update)
        self.scanning.removed.connect(self._on_removed)
        self.scanning.running_changed.connect(self._on_running)
        self.scanning.failed.connect(self._context.report)
        self.strip.cancel_wanted.connect(self._on_stop)
        self.strip.skipped_wanted.connect(self.show_skipped)
        self._other_keys = OtherKeys(self._context, self)
        self._treating = Treating(self._context, self.bar, self)
        follow = self._treating.show_upload
        self._held = HeldFiles(self._context, self.model, self.tree, self.preview, follow, self)
        self._treating.profile_known.connect(self.preview.leave_as)
        self._treating.profile_wrong.connect(self.preview.leave_by_none)
        self.bar.send_wanted.connect(self._on_send_wanted)
        self.reviewing = Reviewing(self._context, self._sources, self)
        self.unread.ready.connect(lambda place: self.reviewing.start(place, self._profile))
        self.reviewing.ready.connect(self._on_send)
        self.bar.new_wanted.connect(lambda: self._context.navigate.emit("settings", "new"))
        self.bar.place_chosen.connect(self._on_place)
        self.rates.changed.connect(self._amounts.start)
        theme().changed.connect(self.model.retranslate)

    def add_paths(self, paths: Sequence[str]) -> None:
        """Adds dropped paths."""
        self._stopped = False
        self._roots.update(dict.fromkeys(paths, time.time()))
        self.preview.previewer.warm_up()
        self.scanning.add(paths)

    def show_sample(self, folder: str) -> None:
        """Shows the sample, and suggests practice as its destination."""
        self.add_paths([folder])
        self.bar.choose(PRACTICE_URL)
        self._context.alert.emit(
            Alert(
                "sample",
                Level.INFO,
                lambda: (
                    self.tr("This study is synthetic"),
                    self.tr(
                        "Press Send: it goes to Practice, which stays on this computer, and is "
                        "packed, verified and received like a real one."
                    ),
                ),
            )
        )

    def show_held(self, upload: HeldUpload) -> None:
        """Adds the held files of an upload, and shows the first one where it is held."""
        self.add_paths(self._held.show(upload))
        self._held.look()

    def show_skipped(self) -> None:
        """Lists what was skipped."""
        if self._skipped_dialog is not None:
            self._skipped_dialog.raise_()
            return
        dialog = self._skipped_dialog = SkippedFiles(self.skipped, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.destroyed.connect(self._on_skipped_closed)
        dialog.show()

    def close_down(self) -> None:
        """Ends the processes of scan and preview."""
        self.reviewing.close()
        self.scanning.close()
        self.preview.close_down()

    def retranslate(self) -> None:
        self._remove.setText(self.tr("Remove from this list"))
        self.tree.setAccessibleName(self.tr("Patients, studies and series"))
        self.model.retranslate()
        self.skipped.retranslate()

    # The scan

    def _on_update(self, update: ScanUpdate) -> None:
        first = not self.model.rowCount()
        self.skipped.drop(update.resolved)
        self.skipped.add(update.skipped)
        self._show(update.catalog)
        self.strip.show_counts(update.counts, self.skipped.total, self.skipped.trouble)
        if first and self.model.rowCount():
            self.tree.unfold()
        self._held.look()
        if update.counts.done and not self.tree.currentIndex().isValid():
            self.tree.select_first()

    def _on_removed(self, catalog: Catalog) -> None:
        self._show(catalog)
        if not catalog.patients and not self.scanning.running and not self.skipped.total:
            self.emptied.emit()

    def _show(self, catalog: Catalog) -> None:
        self.model.update(catalog)
        if self.scanning.running:
            self.tree.unfold()
        item = self.model.item(self.tree.currentIndex())
        if item is None:
            self.preview.clear()
        else:
            self.preview.show_item(item)
        self._amounts.start()

    def _on_running(self, running: bool) -> None:
        self.strip.set_running(running, self._stopped)
        self._on_amounts()
        if not running:
            self._held.forget()
            self._locked.tell(self.skipped.skipped)

    def _on_stop(self) -> None:
        self._stopped = True
        self.scanning.cancel()

    def _on_clear(self) -> None:
        self._context.dismiss.emit("sample")
        self.close_down()
        if self._skipped_dialog is not None:
            self._skipped_dialog.close()
        self._locked.forget()
        self.emptied.emit()

    def _on_remove(self) -> None:
        if nodes := self.tree.chosen():
            self.scanning.remove([node.key for node in nodes])

    # The tree

    def _on_filter(self, text: str) -> None:
        self.tree.set_filter(text)
        if self.tree.filtered:
            self.tree.unfold()

    def _on_current(self, current: QModelIndex, previous: QModelIndex) -> None:
        item = self.model.item(current)
        if item is None:
            self.preview.clear()
        else:
            self.preview.show_item(item)

    def _instances(self) -> Iterator[Instance]:
        for patient in self.model.catalog.patients:
            for study in patient.studies:
                for series in study.series:
                    yield from series.instances

    def _sources(self) -> list[Source]:
        """Of all files to send."""
        chosen = select(self.model.catalog, self.model.unticked)
        return [instance.source for series in chosen for instance in series.instances]

    def _on_recipe(self, recipe: Recipe) -> None:
        home = self._context.home
        self._context.runner.run_in_order(
            "recipes",
            lambda: save_recipe(home, recipe),
            lambda _: self._on_recipe_saved(),
            self._context.report,
            self,
        )

    def _on_recipe_saved(self) -> None:
        self.preview.compare_again()
        self._held.offer_again()

    def _on_selection(self) -> None:
        self.tools.remove.setEnabled(self.tree.selectionModel().hasSelection())

    def _on_skipped_closed(self) -> None:
        self._skipped_dialog = None

    # Sending

    def _on_amounts(self) -> None:
        studies, instances, size = self.model.ticked
        self.bar.show_amounts(studies, instances, size, self.scanning.running)
        place = self.bar.place
        self.bar.show_time(self.rates.seconds(place.url, size) if place else None)

    def _on_place(self, place: Place) -> None:
        if place.name != self._context.settings.last_destination:
            settings = self._context.settings
            self._context.change_settings(replace(settings, last_destination=place.name))
        self._on_amounts()

    def _on_send_wanted(self, place: Place) -> None:
        self._profile = self.bar.treatment.profile  # as it was when the button was pressed
        self.unread.send(place)

    def _on_send(self, place: Place) -> None:
        catalog, unticked = self.model.catalog, frozenset(self.model.unticked)
        rule = self._context.settings.parcel_rule
        self.sent.emit(SentList(dict(self._roots), catalog, self.skipped.skipped, place))
        profile, privacy = self._profile, self._context.services.privacy

        def parcels() -> tuple[Parcel, ...]:
            treatment = privacy.treatment(place, profile)
            made = treated(plan(catalog, rule, without=unticked), treatment)
            self._other_keys.look(made, place)
            return made

        self._context.runner.start_job(place, parcels)
        self._context.dismiss.emit("sample")
        self._context.navigate.emit("transfers", None)
