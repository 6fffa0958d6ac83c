"""The process that reads previews: a decoder that crashes or hangs does not affect the window."""

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

from gantry.engine import tar_members
from gantry.engine.files import open_shared
from gantry.engine.preview.contents import Contents, Leave, Leaving, NoPicture, Want
from gantry.engine.zip_locks import remember
from gantry.engine.zip_members import opened

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

    from gantry.engine.deidentify.profile import Options

MOST_MEMORY = 3 << 30  # bytes of address space
_MOST_MEMBER = 1 << 30


def serve(connection: Connection, folder: Path | None = None) -> None:
    """Says once that it is ready, by nothing, then answers until the other side closes the pipe.

    `folder`: where archives are unpacked.
    """
    tar_members.use(lambda: folder)
    warnings.simplefilter("ignore")  # pydicom's hold values of the file
    logging.disable(logging.CRITICAL)
    # Decoders in C write messages there, past Python's streams.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    _limit_memory()
    with suppress(EOFError, OSError, KeyboardInterrupt):
        # What takes long to import, before the time for an answer begins.
        from gantry.engine.preview import dataset, picture, tags  # noqa: F401, PLC0415 - pydicom, numpy: 180 ms

        connection.send_bytes(b"")
        while True:
            want = msgspec.msgpack.decode(connection.recv_bytes(), type=Want)
            connection.send_bytes(msgspec.msgpack.encode(read(want)))


def read(want: Want) -> Contents:
    """Reads tags and picture of one instance; never raises because of anything in the file."""
    if want.leave is not None:
        return _compare(want, want.leave)
    if want.texts is not None:
        return _texts(want, want.texts)
    from gantry.engine.preview.dataset import read_dataset  # noqa: PLC0415 - pydicom, numpy: 180 ms
    from gantry.engine.preview.picture import NotShown, read_picture  # noqa: PLC0415 - pydicom, numpy: 180 ms
    from gantry.engine.preview.tags import list_tags  # noqa: PLC0415 - pydicom, numpy: 180 ms

    try:
        with _open(want) as file:
            dataset, whole = read_dataset(file, pixels=want.frame is not None)
            tags, more = list_tags(dataset) if want.tags else ((), False)
    except (OSError, zipfile.BadZipFile, MemoryError) as error:
        return Contents(
            unreadable=True, no_picture=NoPicture.UNREADABLE, detail=type(error).__name__
        )
    except Exception as error:  # noqa: BLE001 - whatever a hostile file makes pydicom raise
        return Contents(unreadable=True, no_picture=NoPicture.DAMAGED, detail=type(error).__name__)
    if want.frame is None:
        return Contents(tags, more)
    if not whole:
        return Contents(tags, more, None, NoPicture.DAMAGED)
    try:
        return Contents(tags, more, read_picture(dataset, want.frame, want.longest))
    except NotShown as no:
        return Contents(tags, more, None, no.reason, no.detail)
    except MemoryError:
        return Contents(tags, more, None, NoPicture.TOO_LARGE)
    except Exception as error:  # noqa: BLE001 - a broken element may come up only here
        return Contents(tags, more, None, NoPicture.DAMAGED, type(error).__name__)


def _compare(want: Want, leave: Leave) -> Contents:
    from gantry.engine.preview.leaving import MOST_BYTES, compared  # noqa: PLC0415 - pydicom, numpy: 180 ms

    try:
        with _open(want) as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            return Contents(leaving=Leaving(too_large=True))
        return compared(data, leave, want.frame, want.longest, _place(want))
    except MemoryError:
        return Contents(leaving=Leaving(too_large=True))
    except (OSError, zipfile.BadZipFile) as error:
        return Contents(
            unreadable=True, no_picture=NoPicture.UNREADABLE, detail=type(error).__name__
        )
    except Exception as error:  # noqa: BLE001 - whatever a hostile file makes pydicom raise
        return Contents(unreadable=True, no_picture=NoPicture.DAMAGED, detail=type(error).__name__)


def _place(want: Want) -> str:
    """As `Source.place`."""
    path = os.fsdecode(want.path)
    return f"{path}\0{want.member}" if want.member else path


def _texts(want: Want, options: Options) -> Contents:
    from gantry.engine.deidentify.review import rules_of, texts_in  # noqa: PLC0415 - pydicom, numpy: 180 ms

    try:
        with _open(want) as file:
            return Contents(texts=tuple(sorted(texts_in(file, rules_of(options)))))
    except Exception as error:  # noqa: BLE001 - whatever a hostile file or archive brings about
        return Contents(unreadable=True, detail=type(error).__name__)


def _open(want: Want) -> IO[bytes]:
    for password in want.passwords:
        remember(password)

    path = os.fsdecode(want.path)
    if not want.member:
        return io.BufferedReader(open_shared(path))
    with opened(path, want.member) as member:
        data = member.read(_MOST_MEMBER + 1)
    if len(data) > _MOST_MEMBER:
        raise MemoryError
    return io.BytesIO(data)


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        os.nice(5)
