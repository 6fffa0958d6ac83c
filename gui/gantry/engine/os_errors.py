"""The meaning of the numbers in an OSError: POSIX errno, and Windows' own, which is more precise.

On Windows, Python sets an errno as well, but maps many numbers to the same one: a device that is
not ready, a write-protected one and a file that another program holds are all EACCES. So Windows'
number decides if there is one.
"""

from __future__ import annotations

import errno

ACCESS_DENIED = 5

# Disk full, or the quota of a user or a folder is used up.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_FULL_WINDOWS = frozenset({
    39,  # ERROR_HANDLE_DISK_FULL
    112,  # ERROR_DISK_FULL
    1295,  # ERROR_DISK_QUOTA_EXCEEDED
    1816,  # ERROR_NOT_ENOUGH_QUOTA: what a share answers
})  # fmt: skip

# The device was removed, or the share's server can't be reached.
_GONE = frozenset({
    errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.ESTALE, errno.EHOSTDOWN, errno.EHOSTUNREACH,
    errno.ENETDOWN, errno.ENETUNREACH,
})  # fmt: skip
_GONE_WINDOWS = frozenset({
    21,  # ERROR_NOT_READY: a drive without its medium
    53,  # ERROR_BAD_NETPATH
    55,  # ERROR_DEV_NOT_EXIST
    59,  # ERROR_UNEXP_NET_ERR
    64,  # ERROR_NETNAME_DELETED
    67,  # ERROR_BAD_NET_NAME
    433,  # ERROR_NO_SUCH_DEVICE
    1167,  # ERROR_DEVICE_NOT_CONNECTED
    1231,  # ERROR_NETWORK_UNREACHABLE
    1232,  # ERROR_HOST_UNREACHABLE
})  # fmt: skip

_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_DENIED_WINDOWS = frozenset({
    ACCESS_DENIED,
    19,  # ERROR_WRITE_PROTECT
    65,  # ERROR_NETWORK_ACCESS_DENIED
    1326, 1327, 1331,  # a share's refusals to log on
})  # fmt: skip

_HELD_WINDOWS = frozenset({32, 33})  # ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
_CLOUD_WINDOWS = range(358, 405)  # ERROR_CLOUD_FILE_…


def windows_number(error: OSError) -> int:
    """Windows' own number for the error; 0 elsewhere."""
    return int(getattr(error, "winerror", None) or 0)


def numbers(error: OSError) -> str:
    """`errno 28`, or `errno 22, WinError 112`: never the text, which holds the path."""
    windows = windows_number(error)
    return f"errno {error.errno}" + (f", WinError {windows}" if windows else "")


def is_full(error: OSError) -> bool:
    """Whether the disk, or the user's quota, is full."""
    return error.errno in _FULL or windows_number(error) in _FULL_WINDOWS


def is_gone(error: OSError) -> bool:
    """Whether the device or the share is gone."""
    if windows := windows_number(error):
        return windows in _GONE_WINDOWS
    return error.errno in _GONE


def is_denied(error: OSError) -> bool:
    """Whether the user lacks the right."""
    if windows := windows_number(error):
        return windows in _DENIED_WINDOWS
    return error.errno in _DENIED


def is_held(error: OSError) -> bool:
    """Whether another program holds the file (never true off Windows).

    "Access denied" does not count: on opening it means that the user lacks rights.
    """
    return windows_number(error) in _HELD_WINDOWS


def is_in_cloud(error: OSError) -> bool:
    """Whether the file is only in the cloud, and its provider doesn't fetch it."""
    return windows_number(error) in _CLOUD_WINDOWS
