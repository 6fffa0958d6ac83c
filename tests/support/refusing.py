"""Refuses to open some paths as a system does that denies access."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Any


class Refusing:
    """Attributes: paths: what is refused now."""

    def __init__(self) -> None:
        self.paths: set[str] = set()

    def wrap(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, but for these paths."""

        def opened(path: Any, *args: Any) -> Any:
            if str(path).removeprefix("\\\\?\\") in self.paths:  # as Windows takes long paths
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return real(path, *args)

        return opened
