"""Shows the held files of an upload in the list of the Send page, and lets it be tried again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from gantry.engine.instance import Instance
from gantry.engine.intake.catalog import Series
from gantry.services.holding import HeldSource, HeldUpload
from gantry.ui.background.context import Context
from gantry.ui.models.catalog_model import CatalogModel
from gantry.ui.prompts.holding import Holding
from gantry.ui.text.alert import Alert, Level
from gantry.ui.widgets.catalog_tree import CatalogTree
from gantry.ui.widgets.preview_panel import PreviewPanel


class HeldFiles(QObject):
    """Selects the first held file once the list has it.

    Args:
        follow: shows what leaves by a profile and the key of a project, until another is chosen.
    """

    def __init__(
        self,
        context: Context,
        model: CatalogModel,
        tree: CatalogTree,
        preview: PreviewPanel,
        follow: Callable[[str, str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._context, self._model = context, model
        self._tree, self._preview, self._follow = tree, preview, follow
        self._holding = Holding(context, self)
        self._upload: HeldUpload | None = None
        self._wanted: HeldSource | None = None

    def show(self, upload: HeldUpload) -> list[str]:
        """Waits for the first file that exists; returns the paths to add to the list."""
        there = [file for file in upload.files if file.exists]
        self._upload, self._wanted = upload, there[0] if there else None
        return list(dict.fromkeys(file.path for file in there))

    def look(self) -> None:
        """Selects the wanted file if the list has it now."""
        if (wanted := self._wanted) is None or (upload := self._upload) is None:
            return
        if (found := self._find(wanted)) is None:
            return
        self._wanted = None
        series, instance = found
        index = self._model.index_of(series.key)
        self._tree.setCurrentIndex(index)
        self._tree.scrollTo(index)
        if upload.profile is not None:
            self._preview.leave_as(upload.profile, upload.project)
        if upload.chosen:
            self._follow(upload.chosen, upload.project)
        self._preview.show_held(series, instance, wanted.tags, wanted.known)

    def forget(self) -> None:
        """The scan is over: a file that the list does not have now is no DICOM any more."""
        self._wanted = None

    def offer_again(self) -> None:
        """Offers to try the upload again, because masks were saved."""
        if (upload := self._upload) is None:
            return
        job, parcels = upload.job, upload.parcels

        def text() -> tuple[str, str]:
            return (
                self.tr("The masks are saved"),
                self.tr("They apply to the held upload when you try it again."),
            )

        def again() -> None:
            self._upload = None
            self._context.dismiss.emit("held.again")
            self._holding.try_again(job, parcels)
            self._context.navigate.emit("transfers", job)

        action = (lambda: self.tr("&Try again"), again)
        self._context.alert.emit(Alert("held.again", Level.INFO, text, (action,)))

    def _find(self, wanted: HeldSource) -> tuple[Series, Instance] | None:
        """The file where it was read; otherwise the one with its UID: a copy was dropped first."""
        same_uid = None
        for patient in self._model.catalog.patients:
            for study in patient.studies:
                for series in study.series:
                    for instance in series.instances:
                        source = instance.source
                        if (source.path, source.member) == (wanted.path, wanted.member):
                            return series, instance
                        if wanted.sop_instance_uid == instance.sop_instance_uid:
                            same_uid = series, instance
        return same_uid
