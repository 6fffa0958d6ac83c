"""What subjects and sessions are called in XNAT: by labels, options, or the address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.labels.label import SESSION, SUBJECT
from gantry.engine.labels.naming import Values, planned_values, values_of, want_one
from gantry.engine.labels.safe import NameKind, compared, safe
from gantry.engine.labels.template import LABEL, Template, parse_template
from gantry.engine.parcel import Archive, Parcel
from gantry.engine.transfer.options import Options


class XnatNamed(NamedTuple):
    """A subject and a session; "": XNAT reads the name from the images."""

    subject: str
    session: str


class XnatLabels:
    """Names for one destination.

    The options `subject` and `session` are templates that every upload must fill. Without them, an
    upload's labels of these names count, and then the names in the address.

    Raises:
        GantryError: LABEL_TEMPLATE.
    """

    def __init__(self, options: Options, subject: str = "", session: str = "") -> None:
        self._subject = _Name(SUBJECT, options.subject, subject)
        self._session = _Name(SESSION, options.session, session)

    def of(self, archive: Archive) -> XnatNamed:
        """The names for an archive. Raises GantryError: LABEL_MISSING, LABEL_INVALID."""
        values = values_of(archive)
        return XnatNamed(self._subject.of(values)[0], self._session.of(values)[0])

    def check(self, parcels: Iterable[Parcel]) -> None:
        """Checks that each name is for one thing.

        Raises:
            GantryError: LABEL_COLLISION, two values become one name; LABEL_CONFLICT, a session of
                two subjects; LABEL_MISSING, LABEL_INVALID.
        """
        subjects: dict[str, tuple[str, ...]] = {}
        sessions: dict[str, tuple[str, ...]] = {}
        owners: dict[str, str] = {}
        for parcel in parcels:
            values = planned_values(parcel)
            try:
                subject, from_subject = self._subject.of(values)
                session, from_session = self._session.of(values)
                want_one(subjects, subject, from_subject, NameKind.WORD, "XNAT")
                want_one(sessions, session, from_session, NameKind.WORD, "XNAT")
            except GantryError as error:
                error.private.setdefault("study", parcel.label or parcel.study_uid or parcel.id)
                raise
            who = f"\0{parcel.patient_id or parcel.patient_name}"  # whom XNAT reads from the images
            owner = compared(subject, NameKind.WORD) or who
            if session and owners.setdefault(compared(session, NameKind.WORD), owner) != owner:
                raise GantryError(
                    ErrorCode.LABEL_CONFLICT,
                    facts={"reason": "sessions"},
                    private={"value": session},
                )


class _Name:
    def __init__(self, label: str, template: str, address: str) -> None:
        self._key = f"{LABEL}{label}"
        self._template: Template | None = parse_template(template) if template else None
        self._address = address

    def of(self, values: Values) -> tuple[str, tuple[str, ...]]:
        """The name, and the values that it is made from."""
        if self._template is not None:
            made = safe(self._template.fill(values), NameKind.WORD)
            return made, tuple(values[key] for key in self._template.fields)
        if value := values.get(self._key, ""):
            return safe(value, NameKind.WORD), (value,)
        return self._address, ()
