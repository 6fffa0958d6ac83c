"""The log: JSON Lines without patient data, rotated, written off the caller's thread."""

from gantry.store.logs.reading import (
    LEVELS,
    LogChange,
    LogFile,
    LogFilter,
    LogLine,
    parse_line,
    read_log,
)
from gantry.store.logs.sink import LogSink
from gantry.store.logs.writing import FILE_NAME, set_level, start_logging

__all__ = [
    "FILE_NAME",
    "LEVELS",
    "LogChange",
    "LogFile",
    "LogFilter",
    "LogLine",
    "LogSink",
    "parse_line",
    "read_log",
    "set_level",
    "start_logging",
]
