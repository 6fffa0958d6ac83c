"""The process that reads previews: a decoder that crashes, hangs or swallows memory takes no
window with it."""

from __future__ import annotations

import io
import logging
import os
import sys
import warnings
import zipfile
from contextlib import suppress
from typing import IO, TYPE_CHECKING

import msgspec

from gantry.engine.preview.contents import Contents, NoPicture, Want

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MOST_MEMORY = 3 << 30  # bytes of address space
_MOST_MEMBER = 1 << 30


def serve(connection: Connection) -> None:
    """Answers until the other side hangs up."""
    warnings.simplefilter("ignore")  # pydicom's hold values of the file
    logging.disable(logging.CRITICAL)
    _limit_memory()
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            want = msgspec.msgpack.decode(connection.recv_bytes(), type=Want)
            connection.send_bytes(msgspec.msgpack.encode(read(want)))


def read(want: Want) -> Contents:
    """Tags and picture of one instance; never an exception for anything in the file."""
    import pydicom

    from gantry.engine.preview.picture import NotShown, read_picture
    from gantry.engine.preview.tags import list_tags

    try:
        with _open(want) as file:
            dataset = pydicom.dcmread(
                file, force=True, stop_before_pixels=want.frame is None, defer_size=None
            )
            tags, more = list_tags(dataset) if want.tags else ((), False)
    except (OSError, zipfile.BadZipFile, MemoryError) as error:
        return Contents(
            unreadable=True, no_picture=NoPicture.UNREADABLE, detail=type(error).__name__
        )
    except Exception as error:  # noqa: BLE001 - whatever a hostile file makes pydicom raise
        return Contents(unreadable=True, no_picture=NoPicture.DAMAGED, detail=type(error).__name__)
    if want.frame is None:
        return Contents(tags, more)
    try:
        return Contents(tags, more, read_picture(dataset, want.frame, want.longest))
    except NotShown as no:
        return Contents(tags, more, None, no.reason, no.detail)
    except MemoryError:
        return Contents(tags, more, None, NoPicture.TOO_LARGE)
    except Exception as error:  # noqa: BLE001 - a broken element may come up only here
        return Contents(tags, more, None, NoPicture.DAMAGED, type(error).__name__)


def _open(want: Want) -> IO[bytes]:
    from gantry.engine.files import open_shared

    path = os.fsdecode(want.path)
    if not want.member:
        return io.BufferedReader(open_shared(path))
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo(want.member).file_size > _MOST_MEMBER:
            raise MemoryError
        with archive.open(want.member) as member:
            return io.BytesIO(member.read(_MOST_MEMBER))


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    import resource

    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        os.nice(5)
