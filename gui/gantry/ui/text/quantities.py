"""Sizes, speeds, times and counts as texts in the language of the window."""

from __future__ import annotations

import html

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, Qt

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def _tr(text: str) -> str:
    return QCoreApplication.translate("quantities", text)


def size_text(size: int) -> str:
    """`1.2 GB`: powers of 1024 with the names that Explorer uses."""
    digits = 0 if size < 1024 * 1024 else 1
    return QLocale().formattedDataSize(
        size, digits, QLocale.DataSizeFormat.DataSizeTraditionalFormat
    )


def rate_text(rate: float | None) -> str:
    """`12.3 MB/s`, or nothing if unknown."""
    return "" if rate is None else _tr("{size}/s").format(size=size_text(int(rate)))


def count_text(count: int) -> str:
    """`1,234,567`, grouped as in the language."""
    return QLocale().toString(count)


def seconds_text(seconds: float) -> str:
    """`8 s`, `3 min`, `2 h 5 min`, `3 days`: as coarse as it is honest."""
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return _tr("{n} s").format(n=whole)
    minutes = round(whole / _MINUTE)
    if minutes < 60:
        return _tr("{n} min").format(n=minutes)
    if whole < 2 * _DAY:
        return _tr("{h} h {m} min").format(h=minutes // 60, m=minutes % 60)
    return _tr("{n} days").format(n=round(whole / _DAY))


def time_text(stamp: str) -> str:
    """An RFC 3339 UTC time as local date and time, to the minute."""
    when = QDateTime.fromString(stamp, Qt.DateFormat.ISODateWithMs)
    if not when.isValid():
        return stamp
    return QLocale().toString(when.toLocalTime(), _tr("yyyy-MM-dd HH:mm"))


def plain_tooltip(text: str) -> str:
    """Text from a file or a server as a tooltip: Qt would read some of it as markup."""
    return f"<span>{html.escape(text)}</span>".replace("\n", "<br>") if text else ""
