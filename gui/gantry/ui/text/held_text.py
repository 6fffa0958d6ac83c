"""What holds the files of an upload: which ones, where, why, and the masked value."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.held import HeldFile, files_in
from gantry.engine.parcel import Parcel
from gantry.messages import error_message
from gantry.ui.text.i18n import translate_message
from gantry.ui.text.leaving_text import element_name
from gantry.ui.text.quantities import count_text

MOST_LISTED = 4


def held_title(errors: Iterable[GantryError | None], title: str) -> str:
    """How many files these errors hold; `title` if they hold none."""
    many = sum(len(files_in(error)) for error in errors)
    if not many:
        return title
    return QCoreApplication.translate("held", "%Ln file(s) were held back", None, many)


def held_text(error: GantryError | None, parcel: Parcel) -> str:
    """A line for each held file of a parcel, the first ones only; "" if none is held."""
    files = files_in(error)
    if not files:
        return ""
    lines = [_line(file, parcel) for file in files[:MOST_LISTED]]
    if (more := len(files) - MOST_LISTED) > 0:
        lines.append(_tr("and {n} more").format(n=count_text(more)))
    return "\n".join(lines)


def _line(file: HeldFile, parcel: Parcel) -> str:
    known = 0 <= file.number < len(parcel.files)
    source = parcel.files[file.number].source if known else None
    name = (source.member or source.path) if source is not None else ""
    said = error_message(
        GantryError(
            ErrorCode.TREATMENT_HELD,
            facts={"reason": file.rule},
            private={
                "path": name.replace("\\", "/").rpartition("/")[2] or name,
                "value": file.value,
            },
        ),
        translate=translate_message,
    ).what
    place = " › ".join(element_name(part) for part in file.place.split(" > ") if part)
    return f"{said} {place}".rstrip()


def _tr(text: str) -> str:
    return QCoreApplication.translate("held", text)
