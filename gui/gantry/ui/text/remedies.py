"""Maps failures to buttons that help."""

from __future__ import annotations

from enum import StrEnum

from gantry.engine.errors import ErrorCode


class Remedy(StrEnum):
    """What the window can do about a failure; the page knows how."""

    RETRY = "retry"
    EDIT_DESTINATION = "edit destination"
    SIGN_IN = "sign in"
    OPEN_SPOOL = "open spool"
    STORAGE_SETTINGS = "storage settings"
    SHOW_SOURCE = "show source"
    SPLIT = "split"
    ASK_AGAIN = "ask again"
    IT_IS_THERE = "it is there"
    SEND_AGAIN = "send again"
    LEAVE_OUT = "without these"
    TRY_AGAIN = "try again"
    PREVIEW = "preview"
    ADD_RULE = "add rule"
    GIVE_UP = "give up"


_DESTINATION = (Remedy.EDIT_DESTINATION, Remedy.RETRY)
_SOURCE = (Remedy.SHOW_SOURCE, Remedy.RETRY)

_TABLE: dict[ErrorCode, tuple[Remedy, ...]] = {
    ErrorCode.UNCLEAR: (Remedy.ASK_AGAIN, Remedy.IT_IS_THERE, Remedy.SEND_AGAIN),
    ErrorCode.TREATMENT_HELD: (
        Remedy.LEAVE_OUT,
        Remedy.PREVIEW,
        Remedy.ADD_RULE,
        Remedy.TRY_AGAIN,
        Remedy.GIVE_UP,
    ),
    ErrorCode.SOURCE_MISSING: _SOURCE,
    ErrorCode.SOURCE_CHANGED: (Remedy.RETRY, Remedy.SHOW_SOURCE),
    ErrorCode.SOURCE_BUSY: (Remedy.RETRY, Remedy.SHOW_SOURCE),
    ErrorCode.SOURCE_LOCKED: (Remedy.RETRY, Remedy.SHOW_SOURCE),
    ErrorCode.SOURCE_DENIED: _SOURCE,
    ErrorCode.SOURCE_UNREADABLE: _SOURCE,
    ErrorCode.SOURCE_GONE: _SOURCE,
    ErrorCode.SPOOL_FULL: (Remedy.STORAGE_SETTINGS, Remedy.OPEN_SPOOL, Remedy.RETRY),
    ErrorCode.SPOOL_UNWRITABLE: (Remedy.STORAGE_SETTINGS, Remedy.RETRY),
    ErrorCode.FOLDER_TAKEN: (Remedy.EDIT_DESTINATION, Remedy.STORAGE_SETTINGS, Remedy.RETRY),
    ErrorCode.DESTINATION_INVALID: _DESTINATION,
    ErrorCode.DESTINATION_UNKNOWN: _DESTINATION,
    ErrorCode.DNS_FAILED: _DESTINATION,
    ErrorCode.TLS_WRONG_HOST: _DESTINATION,
    ErrorCode.HTTP_MOVED: _DESTINATION,
    ErrorCode.HTTP_401: (Remedy.SIGN_IN, Remedy.RETRY),
    ErrorCode.HTTP_403: (Remedy.SIGN_IN, Remedy.RETRY),
    ErrorCode.HTTP_404: _DESTINATION,
    ErrorCode.HTTP_405: _DESTINATION,
    ErrorCode.HTTP_413: (Remedy.SPLIT, Remedy.RETRY),
    ErrorCode.HTTP_415: _DESTINATION,
    ErrorCode.HTTP_UNEXPECTED: _DESTINATION,
    ErrorCode.NOT_A_RECEIPT: _DESTINATION,
    ErrorCode.SHARE_GONE: _DESTINATION,
    ErrorCode.SHARE_DENIED: _DESTINATION,
    ErrorCode.ASSOCIATION_REJECTED: _DESTINATION,
    ErrorCode.CREDENTIALS_MISSING: (Remedy.SIGN_IN,),
    ErrorCode.CREDENTIALS_STORE: (Remedy.SIGN_IN,),
    ErrorCode.CREDENTIALS_EXPOSED: _DESTINATION,
    ErrorCode.OAUTH_REFUSED: (Remedy.SIGN_IN, Remedy.EDIT_DESTINATION),
    ErrorCode.OAUTH_EXPIRED: (Remedy.SIGN_IN,),
}


def remedies(code: ErrorCode) -> tuple[Remedy, ...]:
    """The buttons for a failure, the most helpful first."""
    return _TABLE.get(code, (Remedy.RETRY,))
