"""Locks the jobs that a process works on: one lock file each, which the system frees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from gantry.engine.errors import ErrorCode, GantryError

# Checking a lock means taking it for a moment, so others retry before they give up.
_PATIENCE, _POLL = 1.0, 0.02


class JobLocks:
    """The lock files of one home. Safe for many threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._own: set[str] = set()

    @contextmanager
    def working_on(self, job_id: str) -> Iterator[None]:
        """Locks a job against all other processes.

        Raises:
            GantryError: JOB_RUNNING: another process has it.
        """
        lock = FileLock(self._file(job_id))
        try:
            lock.acquire(timeout=_PATIENCE, poll_interval=_POLL)
        except Timeout:
            raise GantryError(ErrorCode.JOB_RUNNING, facts={"job": job_id}) from None
        self._own.add(job_id)
        try:
            yield
        finally:
            self._own.discard(job_id)
            # While still locked, so that nobody can lock a file that is about to vanish. Windows
            # refuses; there the lock file is deleted when it is released.
            with suppress(OSError):
                self._file(job_id).unlink()
            lock.release()

    def is_held(self, job_id: str) -> bool:
        """Whether some process is working on this job now."""
        if job_id in self._own:
            return True
        path = self._file(job_id)
        if not path.exists():
            return False
        try:
            with FileLock(path).acquire(timeout=_PATIENCE / 4, poll_interval=_POLL):
                return False
        except Timeout:
            return True

    def _file(self, job_id: str) -> Path:
        return self._folder / f"{job_id}.lock"
