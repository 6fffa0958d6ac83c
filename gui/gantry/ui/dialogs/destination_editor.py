"""Adds or changes a destination: paste an address, or fill in a kind's fields; then test it."""

from __future__ import annotations

import dataclasses
from functools import partial
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.credentials import Credentials
from gantry.engine.errors import GantryError
from gantry.engine.transfer.kind import DestinationKind
from gantry.messages import error_message
from gantry.services.destination_form import join_address, missing, offered_kinds, split_address
from gantry.services.named_destinations import PRACTICE_NAME
from gantry.services.sign_in import secrets_in, without_secrets
from gantry.store.replace import replace
from gantry.store.secrets import keep_secret
from gantry.store.settings import SavedDestination
from gantry.ui.background.context import Context
from gantry.ui.dialogs.editor_sign_in import EditorSignIn
from gantry.ui.dialogs.trial_rows import TrialRows
from gantry.ui.look.theme import set_kind
from gantry.ui.text.destination_forms import label_of
from gantry.ui.text.i18n import translate_message
from gantry.ui.widgets.address_rows import AddressRows
from gantry.ui.widgets.labels import plain_label
from gantry.ui.widgets.more_options import MoreOptions
from gantry.ui.widgets.privacy_rows import PrivacyRows
from gantry.ui.widgets.sign_in_rows import OAUTH, SignInRows

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class DestinationEditor(QDialog):
    """Edits one destination.

    Signals:
        kept(SavedDestination, object): what was entered, and new `Credentials`, or None if the
            stored ones stay.
    """

    kept = Signal(object, object)

    def __init__(
        self,
        context: Context,
        saved: SavedDestination | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._saved = saved
        self._kinds = offered_kinds()
        self._signed_in = EditorSignIn(context, self)
        self.setWindowTitle(self.tr("Edit destination") if saved else self.tr("Add a destination"))
        self.setMinimumSize(640, 520)
        self._build()
        self._connect()
        if saved is not None:
            self._take(saved)
        else:
            self._show_kind()
        self._check()

    def _build(self) -> None:
        self.paste = QLineEdit(self)
        self.paste.setPlaceholderText(self.tr("https://server/upload, \\\\server\\share, …"))
        self.name = QLineEdit(self)
        self.kind = QComboBox(self)
        self.kind.addItems([label_of(kind) for kind in self._kinds])
        self._problem = plain_label("", self, "error")
        body = QWidget()
        set_kind(body, "scrolled")
        self._fill(QFormLayout(body))
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.save = buttons.addButton(self.tr("&Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        set_kind(self.save, "primary")
        self.save.setDefault(True)
        buttons.accepted.connect(self._on_save)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        column.addWidget(plain_label(self.windowTitle(), self, "title"))
        column.addWidget(scroll, 1)
        column.addWidget(buttons)

    def _fill(self, form: QFormLayout) -> None:
        self._form = form
        form.setContentsMargins(0, 0, 8, 0)
        form.setVerticalSpacing(10)
        form.setHorizontalSpacing(16)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        for caption, widget, spoken in (
            (self.tr("&Paste an address"), self.paste, self.tr("Paste an address")),
            (self.tr("&Name"), self.name, self.tr("Name")),
            (self.tr("&Kind"), self.kind, self.tr("Kind")),
        ):
            form.addRow(caption, widget)
            widget.setAccessibleName(spoken)
        self.address = AddressRows(form, self)
        self.signing = SignInRows(form, self)
        self.privacy = PrivacyRows(form, self._context.settings, self)
        self.more = MoreOptions(form, self)
        form.addRow("", self._problem)
        self.trying = TrialRows(self._context, form, self._to_try, self)

    def _connect(self) -> None:
        self.paste.textChanged.connect(self._on_pasted)
        self.kind.currentIndexChanged.connect(self._show_kind)
        self.address.changed.connect(self._check)
        self.signing.changed.connect(self._check)
        self.more.changed.connect(self._check)
        self.signing.sign_in.clicked.connect(lambda: self._signed_in.start(self._in_use()))
        self._signed_in.changed.connect(self._check)
        self.rejected.connect(self._signed_in.forget)
        self.name.textChanged.connect(self._check)
        self.trying.learned.connect(lambda name, text: self.more.edits[name].setText(text))
        self.finished.connect(lambda _: self.trying.steps.stop())

    # What was entered

    def url(self) -> str:
        """The address in canonical form.

        Raises:
            GantryError: DESTINATION_INVALID.
        """
        return join_address(self._kind(), self.address.values())[0]

    def destination(self) -> SavedDestination:
        """What was entered, without its secret.

        Raises:
            GantryError: DESTINATION_INVALID.
        """
        base = self._saved or SavedDestination(name="", url="")
        auth = self.signing.chosen
        return replace(
            base,
            name=self.name.text().strip(),
            url=self.url(),
            auth=auth,
            user=self.signing.user.text().strip() if auth == "basic" else "",
            header=self.signing.header.text().strip() if auth == "token" else "",
            options=self._options(base.options),
            insecure_http=self.signing.insecure.isChecked()
            and not self.signing.insecure.isHidden(),
            deidentify=self.privacy.profile,
            study=self.privacy.study.text().strip(),
            new_key_each_time=self.privacy.is_new_each_time,
            extra={k: v for k, v in base.extra.items() if k not in base.__struct_fields__},
        )

    def _options(self, kept: dict[str, str]) -> dict[str, str]:
        """The existing options, with those entered for OAuth and the connection."""
        ours = {*OAUTH, *self.more.edits}
        others = {name: value for name, value in kept.items() if name not in ours}
        more = without_secrets(self.more.values())
        return {**others, **self.signing.oauth_options(), **more}

    def credentials(self) -> Credentials | None:
        """The secret that was entered; None: the stored one stays."""
        query = join_address(self._kind(), self.address.values())[1].query
        entered = dataclasses.replace(self.signing.credentials(), query=query)
        return entered if entered != Credentials() else None

    def _kind(self) -> DestinationKind:
        return self._kinds[max(0, self.kind.currentIndex())]

    def _take(self, saved: SavedDestination) -> None:
        self.name.setText(saved.name)
        self.paste.setText(saved.url)
        self.signing.set_saved(saved)
        self.privacy.set_saved(saved)
        self.more.set_values(saved.options)

    # What is shown

    def _on_pasted(self, text: str) -> None:
        if not text.strip():
            return
        try:
            kind, values, found = split_address(text)
        except GantryError:
            return
        self.kind.setCurrentIndex(self._kinds.index(kind))
        self._show_kind()
        self.address.set_values(values)
        self.signing.set_found(found)
        if not self.name.text():
            self.name.setText(urlsplit(text).hostname or text.strip().rstrip("\\/").split("\\")[-1])

    def _show_kind(self) -> None:
        self.trying.steps.clear()
        kind = self._kind()
        self.address.show_kind(kind)
        self.more.show_kind(kind)
        self.signing.show_kind(kind)

    def _check(self) -> None:
        problem, url = self._find_problem(), ""
        if not problem:
            url = self.url()
        bare = urlsplit(url).scheme.rpartition("+")[2] == "http"
        exposed = self.signing.chosen != "none" and bare and urlsplit(url).hostname not in _LOOPBACK
        self.signing.show_exposed(exposed)
        if exposed and not self.signing.insecure.isChecked():
            problem = self.tr("Over http, anyone on the way can read the secret.")
        complete = self._is_complete()
        self._problem.setText(problem if complete else "")
        self._form.setRowVisible(self._problem, bool(problem) and complete)
        self.save.setEnabled(complete and not problem)
        self.trying.allow(complete and not problem, tries_out=self._kind().features.tries_out)
        self.signing.sign_in.setEnabled(complete and not problem)
        self.signing.signed.setText(self.tr("Signed in") if self._signed_in.at(url) else "")

    def _is_complete(self) -> bool:
        if not self.signing.is_complete:
            return False
        return bool(self.name.text().strip()) and not missing(self._kind(), self.address.values())

    def _find_problem(self) -> str:
        if missing(self._kind(), self.address.values()):
            return self.tr("Something is still missing.")
        name = self.name.text().strip().casefold()
        others = {d.name.casefold() for d in self._context.settings.destinations}
        others |= {PRACTICE_NAME.casefold(), "practice"}
        if self._saved is not None:
            others.discard(self._saved.name.casefold())
        if name in others:
            return self.tr("A destination with this name already exists.")
        try:
            self.url()
        except GantryError as error:
            message = error_message(error, translate=translate_message)
            return f"{message.what} {message.do}".strip()
        return self.more.problem()

    def _in_use(self) -> SavedDestination:
        """What was entered, with secrets that are not stored yet."""
        saved = self.destination()
        options = {**saved.options, **self.more.values()}
        return replace(saved, options=options)

    def _to_try(self) -> tuple[SavedDestination, Credentials | None]:
        return self._in_use(), self.credentials()

    def _keep_secrets(self) -> None:
        """Stores the secrets of proxy and client key; the caller stores the destination's."""
        for place, kept in secrets_in(self.more.values()).items():
            self._context.runner.run_in_order(
                "secrets", partial(keep_secret, place, kept), None, self._context.report
            )

    def _on_save(self) -> None:
        """Saves it; first checks, on another thread, that a folder is not one of Gantry's own."""
        url, services = self.url(), self._context.services

        def refused(error: GantryError) -> None:
            message = error_message(error, translate=translate_message)
            self._problem.setText(f"{message.what} {message.do}")
            self._form.setRowVisible(self._problem, True)

        if not self._kind().remote:
            self.save.setEnabled(False)
            self._context.runner.run(
                lambda: services.preferences.check_folder(url),
                lambda _: self._keep(),
                refused,
                self,
            )
        else:
            self._keep()

    def _keep(self) -> None:
        self._keep_secrets()
        self.kept.emit(self.destination(), self.credentials())
        self.accept()
