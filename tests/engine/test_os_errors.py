"""The meaning of the system's error numbers, the same everywhere."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from gantry.engine.archive.part_file import PartFile
from gantry.engine.archive.source import explain
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.instance import Source
from gantry.engine.intake.skipped import SkipReason, reason_of
from gantry.engine.os_errors import is_held
from gantry.receiver.refusals import of_disk

SOURCE = Source("/somewhere/IM0001", 1, 0, 0)


def windows(number: int, posix: int) -> OSError:
    """Windows' error with the errno that Python makes of its number; by hand, to run anywhere."""
    error = OSError(posix, "the system's words")
    error.winerror = number  # type: ignore[attr-defined,unused-ignore]
    return error


def posix(number: int) -> OSError:
    return OSError(number, os.strerror(number))


FULL = {
    "disk full": posix(errno.ENOSPC),
    "quota": posix(errno.EDQUOT),
    "ERROR_HANDLE_DISK_FULL": windows(39, errno.EINVAL),
    "ERROR_DISK_FULL": windows(112, errno.ENOSPC),
    "ERROR_DISK_QUOTA_EXCEEDED": windows(1295, errno.EINVAL),
    "ERROR_NOT_ENOUGH_QUOTA": windows(1816, errno.ENOMEM),
}
GONE = {
    "no such device": posix(errno.ENODEV),
    "no such address": posix(errno.ENXIO),
    "a mount whose program ended": posix(errno.ENOTCONN),
    "stale handle": posix(errno.ESTALE),
    "host down": posix(errno.EHOSTDOWN),
    "no route": posix(errno.EHOSTUNREACH),
    "network unreachable": posix(errno.ENETUNREACH),
    "ERROR_NOT_READY": windows(21, errno.EACCES),
    "ERROR_BAD_NETPATH": windows(53, errno.ENOENT),
    "ERROR_DEV_NOT_EXIST": windows(55, errno.EINVAL),
    "ERROR_UNEXP_NET_ERR": windows(59, errno.EINVAL),
    "ERROR_NETNAME_DELETED": windows(64, errno.EINVAL),
    "ERROR_BAD_NET_NAME": windows(67, errno.ENOENT),
    "ERROR_NO_SUCH_DEVICE": windows(433, errno.EINVAL),
    "ERROR_DEVICE_NOT_CONNECTED": windows(1167, errno.EINVAL),
    "ERROR_NETWORK_UNREACHABLE": windows(1231, errno.EINVAL),
    "ERROR_HOST_UNREACHABLE": windows(1232, errno.EINVAL),
}


@pytest.mark.parametrize("error", FULL.values(), ids=FULL)
def test_a_full_disk_and_a_used_up_quota_are_told_by_the_spool(
    tmp_path: Path, error: OSError
) -> None:
    with pytest.raises(GantryError) as caught, PartFile(tmp_path / "x.part", None).explained():
        raise error
    assert caught.value.code is ErrorCode.SPOOL_FULL


@pytest.mark.parametrize("error", FULL.values(), ids=FULL)
def test_a_full_disk_and_a_used_up_quota_are_told_by_the_receiver(error: OSError) -> None:
    assert of_disk(error).status == 507


@pytest.mark.parametrize("error", GONE.values(), ids=GONE)
def test_a_source_on_a_device_that_was_pulled_out_is_gone(error: OSError) -> None:
    assert explain(error, SOURCE).code is ErrorCode.SOURCE_GONE


def test_bytes_that_a_disc_no_longer_gives_are_unreadable_and_not_a_lack_of_rights() -> None:
    """ERROR_CRC, which Python calls EACCES."""
    error = windows(23, errno.EACCES)
    assert explain(error, SOURCE).code is ErrorCode.SOURCE_UNREADABLE
    assert reason_of(error) is SkipReason.UNREADABLE


@pytest.mark.parametrize("number", [32, 33])
def test_a_file_that_another_program_holds_is_locked_and_not_a_lack_of_rights(number: int) -> None:
    error = windows(number, errno.EACCES)
    assert is_held(error)
    assert explain(error, SOURCE).code is ErrorCode.SOURCE_LOCKED
    assert reason_of(error) is SkipReason.LOCKED


@pytest.mark.parametrize("error", [posix(errno.EACCES), windows(5, errno.EACCES)], ids=str)
def test_a_lack_of_rights_is_told(error: OSError) -> None:
    assert explain(error, SOURCE).code is ErrorCode.SOURCE_DENIED
    assert reason_of(error) is SkipReason.DENIED


def test_a_file_that_the_cloud_keeps_is_told() -> None:
    assert reason_of(windows(362, errno.EINVAL)) is SkipReason.CLOUD
