"""The transfers page: running jobs and parcels, with pause, resume, cancel and retry."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.events import Event
from gantry.engine.job import Job
from gantry.messages import error_message
from gantry.ui.background.context import Context
from gantry.ui.look.theme import set_icon, set_kind
from gantry.ui.models.job_track import JobTrack
from gantry.ui.models.transfer_model import TransferModel
from gantry.ui.models.transfer_state import ParcelTrack
from gantry.ui.pages.transfer_commands import TransferCommands
from gantry.ui.system.taskbar import State, Taskbar
from gantry.ui.text.i18n import Translated, translate_message
from gantry.ui.text.quantities import count_text, rate_text, seconds_text, size_text
from gantry.ui.widgets.empty_state import EmptyState
from gantry.ui.widgets.labels import plain_label
from gantry.ui.widgets.outcome_panel import OutcomePanel
from gantry.ui.widgets.transfer_tree import TransferTree

_LEAST_REST = 100  # milliseconds


class TransferPage(Translated):
    """Jobs of this session; earlier ones are in the history."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.model = TransferModel(self)
        self.model.explain = _explain
        self.tree = TransferTree(self.model, self)
        self.outcome = OutcomePanel()
        self.commands = TransferCommands(context, self.model, self)
        self._due = False
        self._resting = QTimer(self, singleShot=True)
        self._resting.timeout.connect(self._on_rested)
        self._taskbar = Taskbar(lambda: int(self.window().winId()))
        self._build()
        self._connect()
        for job in context.runner.jobs:
            self.model.add_job(job)
        self.retranslate()
        self._refresh()

    def reveal(self, what: object) -> None:
        """Selects the job of this id."""
        index = self.model.index_of_job(str(what))
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.setFocus()

    def _build(self) -> None:
        self._title = QLabel(self)
        set_kind(self._title, "display")
        self.pause_all, self.cancel_all = QPushButton(self), QPushButton(self)
        self.retry_all, self.clear = QPushButton(self), QPushButton(self)
        set_icon(self.pause_all, "pause", size=16)
        set_icon(self.cancel_all, "stop", size=16)
        set_icon(self.retry_all, "retry", size=16)
        set_kind(self.clear, "quiet")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title, 1)
        for button in (self.clear, self.retry_all, self.cancel_all, self.pause_all):
            head.addWidget(button)

        self._overall = plain_label("", self, "muted")
        self._bar = QProgressBar(self)
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)

        notes = QScrollArea(self)
        notes.setWidgetResizable(True)
        notes.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        notes.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        set_kind(self.outcome, "scrolled")
        notes.setWidget(self.outcome)
        self._notes = notes

        work = QWidget(self)
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self._overall)
        column.addWidget(self._bar)
        column.addWidget(notes)
        column.addWidget(self.tree, 1)

        self._empty = EmptyState("transfers", self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(work)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 20)
        outer.setSpacing(12)
        outer.addLayout(head)
        outer.addWidget(self._stack, 1)

    def _connect(self) -> None:
        runner = self._context.runner
        runner.job_added.connect(self._on_job_added)
        runner.engine_event.connect(self._on_event)
        runner.sampled.connect(self._on_sampled)
        self._empty.button.clicked.connect(lambda: self._context.navigate.emit("send", None))
        self.pause_all.clicked.connect(self.commands.pause_all)
        self.cancel_all.clicked.connect(self.commands.cancel_all)
        self.retry_all.clicked.connect(self.commands.retry_all)
        self.clear.clicked.connect(self._on_clear)
        self.tree.wanted.connect(self.commands.do)
        self.commands.acted.connect(self._refresh)
        self.tree.selectionModel().currentChanged.connect(self._refresh)
        self.outcome.built.connect(self._fit_notes)
        self.outcome.remedy.connect(self.commands.help)
        self.outcome.in_history.connect(lambda job: self._context.navigate.emit("history", job))

    # What comes from the runner

    def _on_job_added(self, job: Job) -> None:
        self.model.add_job(job)
        self.tree.setCurrentIndex(self.model.index_of_job(job.id))
        self._refresh()

    def _on_event(self, event: Event) -> None:
        self.model.apply(event)
        self._refresh_soon()

    def _on_sampled(self, job_id: str, counters: object) -> None:
        assert isinstance(counters, dict)
        self.model.sample(job_id, counters)
        self._refresh_soon()

    def _on_clear(self) -> None:
        for job in self.model.jobs:
            if job.is_over:
                self.model.remove_job(job.id)
        self._refresh()

    # What is shown

    def _refresh_soon(self) -> None:
        """Refreshes at once, or a while after the last time: events may come by the thousand."""
        if self._resting.isActive():
            self._due = True
        else:
            self._refresh()

    def _on_rested(self) -> None:
        if self._due:
            self._refresh()

    def _refresh(self, *_: object) -> None:
        began = self.model.now()
        self._due = False
        self._show()
        # A job of ten thousand parcels may take at most a tenth of the window's time.
        took = self.model.now() - began
        self._resting.start(max(_LEAST_REST, round(took * 10_000)))

    def _show(self) -> None:
        jobs = self.model.jobs
        self._stack.setCurrentIndex(1 if jobs else 0)
        going = [j for j in jobs if not j.is_over]
        paused = bool(going) and all(j.is_paused for j in going)
        set_icon(self.pause_all, "play" if paused else "pause", size=16)
        self.pause_all.setText(self.tr("Res&ume all") if paused else self.tr("&Pause all"))
        self.pause_all.setEnabled(bool(going))
        self.cancel_all.setEnabled(bool(going))
        self.retry_all.setEnabled(any(j.failed for j in jobs))
        self.clear.setEnabled(any(j.is_over for j in jobs))
        for button in (self.pause_all, self.cancel_all, self.retry_all, self.clear):
            button.setVisible(bool(jobs))
        self._show_overall(jobs, going)
        chosen = self.model.job_at(self.tree.currentIndex()) or (jobs[0] if jobs else None)
        self.outcome.show_job(chosen)

    def _show_overall(self, jobs: tuple[JobTrack, ...], going: list[JobTrack]) -> None:
        shown = going or jobs[:1]
        size = sum(j.size for j in shown)
        done = sum(j.fraction * j.size for j in shown)
        self._bar.setValue(round(done * 1000 / size) if size else 1000)
        parts = [
            self.tr("{done} of {total} delivered").format(
                done=count_text(sum(j.delivered for j in shown)),
                total=count_text(sum(j.total for j in shown)),
            ),
            size_text(size),
        ]
        now = self.model.now()
        failed, paused = any(j.failed for j in shown), all(j.is_paused for j in going)
        if going:
            state = State.PAUSED if paused else State.FAILED if failed else State.GOING
            self._taskbar.show(state, done / size if size else 0.0)
        else:
            self._taskbar.show(State.NONE)
        if not going:
            plain = all(j.delivered + j.cancelled == j.total for j in shown)
            kind = "error" if failed else "success" if plain else "warning"
        else:
            kind = ""
            rates = [r for j in going if (r := j.rate(now))]
            lefts = [left for j in going if (left := j.seconds_left(now)) is not None]
            if paused:
                parts.append(self.tr("paused"))
            elif any(j.stalled(now) for j in going) and not rates:
                parts.append(self.tr("stalled"))
            else:
                if rates:
                    parts.append(rate_text(sum(rates)))
                if lefts:
                    parts.append(self.tr("about {time} left").format(time=seconds_text(max(lefts))))
        if self._bar.property("kind") != kind:
            set_kind(self._bar, kind)
        self._overall.setText(" · ".join(parts))
        self._bar.setAccessibleName(self._overall.text())

    def _fit_notes(self) -> None:
        """Makes the panel as high as its notes, up to two fifths of the page."""
        layout = self.outcome.layout()
        has = not self.outcome.isHidden() and layout is not None
        self._notes.setVisible(has)
        if has and layout is not None:
            layout.activate()
            width = self._stack.width()
            wanted = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else 0
            wanted = max(wanted, layout.totalMinimumSize().height())
            self._notes.setFixedHeight(min(wanted, max(120, self.height() * 2 // 5)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_notes()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        QTimer.singleShot(0, self._on_seen)

    def _on_seen(self) -> None:
        # The style sheet misses changes while the page was hidden.
        set_kind(self._bar, str(self._bar.property("kind") or ""))
        self._fit_notes()

    def retranslate(self) -> None:
        self._title.setText(self.tr("Transfers"))
        self.cancel_all.setText(self.tr("&Cancel all…"))
        self.retry_all.setText(self.tr("Retry &failed"))
        self.clear.setText(self.tr("C&lear finished"))
        self._empty.set_texts(
            self.tr("Nothing is being sent"),
            self.tr("Choose studies on the Send page. You can follow their progress here."),
            self.tr("Go to &Send"),
        )
        self.tree.retranslate()
        self.model.retranslate()
        self._refresh()


def _explain(track: ParcelTrack) -> str:
    if track.error is None:
        return ""
    message = error_message(track.error, translate=translate_message)
    return f"{message.title} {message.what}".strip()
