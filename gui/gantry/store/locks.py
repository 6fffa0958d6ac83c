"""Which jobs a process is working on: a lock file each, that the system frees when it dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from gantry.engine.errors import ErrorCode, GantryError

# To see whether a lock is held one must take it for a moment: so nobody gives up at once.
_PATIENCE, _POLL = 1.0, 0.02


class JobLocks:
    """The lock files of one home. Safe for many threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def working_on(self, job_id: str) -> Iterator[None]:
        """Keeps all others from a job.

        Raises:
            GantryError: JOB_RUNNING, another has it.
        """
        lock = FileLock(self._file(job_id))
        try:
            lock.acquire(timeout=_PATIENCE, poll_interval=_POLL)
        except Timeout:
            raise GantryError(ErrorCode.JOB_RUNNING, facts={"job": job_id}) from None
        try:
            yield
        finally:
            # While still locked, so that nobody can lock a file that is about to vanish. Windows
            # refuses; there the lock file goes when it is released.
            with suppress(OSError):
                self._file(job_id).unlink()
            lock.release()

    def is_held(self, job_id: str) -> bool:
        """Whether somebody works on this job now."""
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
