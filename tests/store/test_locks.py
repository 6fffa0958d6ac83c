"""One process works on a job at a time, and the others can see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gantry.engine.errors import ErrorCode, GantryError
from gantry.store.locks import JobLocks


def test_a_job_is_held_while_it_is_worked_on_and_free_afterwards(tmp_path: Path) -> None:
    """Two objects represent two processes; to the lock files there is no difference."""
    ours, theirs = JobLocks(tmp_path), JobLocks(tmp_path)
    assert not ours.is_held("JOB")
    with ours.working_on("JOB"):
        assert [locks.is_held("JOB") for locks in (ours, theirs)] == [True, True]
        assert not ours.is_held("ANOTHER")
    assert [locks.is_held("JOB") for locks in (ours, theirs)] == [False, False]


def test_a_job_that_another_works_on_is_refused(tmp_path: Path) -> None:
    with JobLocks(tmp_path).working_on("JOB"):
        with pytest.raises(GantryError) as caught, JobLocks(tmp_path).working_on("JOB"):
            pytest.fail("two work on one job")
        assert caught.value.code is ErrorCode.JOB_RUNNING
    with JobLocks(tmp_path).working_on("JOB"):
        pass


def test_a_job_that_failed_is_free_for_the_next(tmp_path: Path) -> None:
    locks = JobLocks(tmp_path)
    with pytest.raises(RuntimeError), locks.working_on("JOB"):
        raise RuntimeError
    assert not locks.is_held("JOB")
