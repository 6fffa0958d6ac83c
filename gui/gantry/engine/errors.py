"""Failures of the engine: a code and facts, which `gantry.messages` turns into sentences."""

from __future__ import annotations

from enum import StrEnum

Fact = str | int | float


class ErrorCode(StrEnum):
    """What can go wrong. Stable: history, logs and translations refer to these names."""

    # Source
    SOURCE_MISSING = "source.missing"
    SOURCE_CHANGED = "source.changed"
    SOURCE_BUSY = "source.busy"
    SOURCE_LOCKED = "source.locked"
    SOURCE_DENIED = "source.denied"
    SOURCE_UNREADABLE = "source.unreadable"
    SOURCE_PASSWORD = "source.password"
    SOURCE_GONE = "source.gone"
    NOTHING_TO_SEND = "source.nothing"
    # Content
    TREATMENT_UNKNOWN = "treatment.unknown"
    TREATMENT_FAILED = "treatment.failed"
    TREATMENT_HELD = "treatment.held"
    TREATMENT_REQUIRED = "treatment.required"
    PROFILE_INVALID = "profile.invalid"
    # Labels
    LABEL_INVALID = "label.invalid"
    LABEL_TEMPLATE = "label.template"
    LABEL_MISSING = "label.missing"
    LABEL_COLLISION = "label.collision"
    LABEL_CONFLICT = "label.conflict"
    LABEL_IDENTIFIES = "label.identifies"
    LABEL_TABLE = "label.table"
    LABEL_UNMATCHED = "label.unmatched"
    LABEL_FORM = "label.form"
    # Archive
    ARCHIVE_DAMAGED = "archive.damaged"
    ARCHIVE_FOREIGN = "archive.foreign"
    ARCHIVE_MISSING = "archive.missing"
    SPOOL_FULL = "spool.full"
    SPOOL_UNWRITABLE = "spool.unwritable"
    FOLDER_TAKEN = "folder.taken"
    # Destination, before HTTP
    DESTINATION_INVALID = "destination.invalid"
    DESTINATION_UNKNOWN = "destination.unknown"
    DNS_FAILED = "network.dns"
    REFUSED = "network.refused"
    UNREACHABLE = "network.unreachable"
    TIMED_OUT = "network.timeout"
    DISCONNECTED = "network.disconnected"
    NO_PROGRESS = "network.no_progress"
    PROXY_FAILED = "network.proxy"
    TLS_EXPIRED = "tls.expired"
    TLS_WRONG_HOST = "tls.wrong_host"
    TLS_UNKNOWN_ISSUER = "tls.unknown_issuer"
    TLS_NOT_YET_VALID = "tls.not_yet_valid"
    TLS_FAILED = "tls.failed"
    CLOCK_WRONG = "clock.wrong"
    # HTTP (RFC 9110 §15)
    HTTP_MOVED = "http.moved"
    HTTP_400 = "http.400"
    HTTP_401 = "http.401"
    HTTP_403 = "http.403"
    HTTP_404 = "http.404"
    HTTP_405 = "http.405"
    HTTP_407 = "http.407"
    HTTP_408 = "http.408"
    HTTP_409 = "http.409"
    HTTP_413 = "http.413"
    HTTP_415 = "http.415"
    HTTP_422 = "http.422"
    HTTP_425 = "http.425"
    HTTP_429 = "http.429"
    HTTP_4XX = "http.4xx"
    HTTP_500 = "http.500"
    HTTP_502 = "http.502"
    HTTP_503 = "http.503"
    HTTP_504 = "http.504"
    HTTP_507 = "http.507"
    HTTP_5XX = "http.5xx"
    HTTP_UNEXPECTED = "http.unexpected"
    NOT_A_RECEIPT = "receipt.none"
    RECEIPT_MISMATCH = "receipt.mismatch"
    REJECTED = "receipt.rejected"
    PARTLY_STORED = "receipt.partly"
    UNCLEAR = "receipt.unclear"
    # Folder destination
    SHARE_GONE = "share.gone"
    SHARE_FULL = "share.full"
    SHARE_DENIED = "share.denied"
    # DIMSE
    ASSOCIATION_REJECTED = "dimse.rejected"
    NO_PRESENTATION_CONTEXT = "dimse.no_context"
    # State
    CREDENTIALS_MISSING = "credentials.missing"
    CREDENTIALS_STORE = "credentials.store"
    CREDENTIALS_EXPOSED = "credentials.exposed"
    OAUTH_REFUSED = "oauth.refused"
    OAUTH_EXPIRED = "oauth.expired"
    CALL_INVALID = "call.invalid"
    POLICY_FORBIDS = "policy.forbids"
    POLICY_INVALID = "policy.invalid"
    PRESET_INVALID = "preset.invalid"
    PRESET_REFUSED = "preset.refused"
    PRESET_UNKNOWN = "preset.unknown"
    SIGNING_KEY = "signing.key"
    PARCEL_UNKNOWN = "parcel.unknown"
    DESTINATION_EXISTS = "destination.exists"
    SETTINGS_INVALID = "settings.invalid"
    HISTORY_FAILED = "history.failed"
    HISTORY_NEWER = "history.newer"
    RELINK_FAILED = "relink.failed"
    NUMBERS_FAILED = "numbers.failed"
    JOB_UNKNOWN = "job.unknown"
    JOB_RUNNING = "job.running"
    EXPORT_FAILED = "export.failed"
    SCAN_FAILED = "scan.failed"
    INTERNAL = "internal"


class GantryError(Exception):
    """An expected failure, on its way to the user.

    Attributes:
        code: what happened.
        facts: named values for the sentence (`host`, `file`, `limit` …). Values that may hold
            patient data or a source path go in `private`, which never reaches a log.
        private: named values that only the window, the terminal and the history may show.
        detail: technical, for the administrator; no patient data, at most a few lines.
        transient: whether the same attempt may succeed later.
        retry_after: seconds that the server asked to wait, if it did.
    """

    def __init__(
        self,
        code: ErrorCode,
        *,
        facts: dict[str, Fact] | None = None,
        private: dict[str, Fact] | None = None,
        detail: str = "",
        transient: bool = False,
        retry_after: float | None = None,
    ) -> None:
        self.code = code
        self.facts = dict(facts or {})
        self.private = dict(private or {})
        self.detail = detail
        self.transient = transient
        self.retry_after = retry_after
        super().__init__(f"{code.value} {self.facts}" + (f" ({detail})" if detail else ""))
