"""Shows the progress of jobs on the program's button in the Windows taskbar.

Calls ITaskbarList3 (shobjidl_core.h) through its table of functions, because Qt 6 lacks it.
"""

from __future__ import annotations

import ctypes
import logging
import sys
import uuid
from collections.abc import Callable
from enum import IntEnum
from typing import Any

log = logging.getLogger(__name__)

_CLASS = uuid.UUID("56fdf344-fd6d-11d0-958a-006097c9a090").bytes_le  # CLSID_TaskbarList
_INTERFACE = uuid.UUID("ea1afb91-9e28-4b86-90e9-9e9f8a5eefaf").bytes_le  # IID_ITaskbarList3
_IN_PROCESS = 1  # CLSCTX_INPROC_SERVER
_INITIALISE, _VALUE, _STATE = 3, 9, 10  # places in the table of functions
_WHOLE = 1000


class State(IntEnum):
    """TBPFLAG."""

    NONE = 0
    GOING = 2
    FAILED = 4
    PAUSED = 8


class Taskbar:
    """Shows progress on one window's button. Never raises: after the first error it does nothing.

    Args:
        handle: returns the window's HWND, when there is something to show.
    """

    def __init__(self, handle: Callable[[], int]) -> None:
        self._handle = handle
        self._list: Any = None
        self._broken = sys.platform != "win32"
        self._shown: tuple[State, int] = (State.NONE, 0)

    def show(self, state: State, fraction: float = 0.0) -> None:
        """Shows a state and how much (0 to 1) is done; on the window's own thread."""
        wanted = (state, round(max(0.0, min(fraction, 1.0)) * _WHOLE))
        if self._broken or wanted == self._shown:
            return
        try:
            self._list = self._list or _taskbar_list()
            window = ctypes.c_void_p(self._handle())
            _call(self._list, _STATE, window, ctypes.c_int(state))
            if state is not State.NONE:
                done, whole = ctypes.c_ulonglong(wanted[1]), ctypes.c_ulonglong(_WHOLE)
                _call(self._list, _VALUE, window, done, whole)
            self._shown = wanted
        except (OSError, AttributeError, ValueError) as error:
            # Windows without Explorer's shell, or a window that is gone.
            log.info("the taskbar shows no progress", extra={"type": type(error).__name__})
            self._broken = True


def _taskbar_list() -> Any:
    found = ctypes.c_void_p()
    create = ctypes.OleDLL("ole32").CoCreateInstance  # type: ignore[attr-defined, unused-ignore]
    create(_CLASS, None, _IN_PROCESS, _INTERFACE, ctypes.byref(found))
    _call(found, _INITIALISE)
    return found


def _call(this: Any, place: int, *arguments: Any) -> None:
    """Calls a function of the interface's table.

    Raises:
        OSError: it failed.
    """
    table = ctypes.cast(this, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents
    kind = ctypes.WINFUNCTYPE(  # type: ignore[attr-defined, unused-ignore]
        ctypes.HRESULT,  # type: ignore[attr-defined, unused-ignore]
        ctypes.c_void_p,
        *(type(argument) for argument in arguments),
    )
    kind(table[place])(this, *arguments)
