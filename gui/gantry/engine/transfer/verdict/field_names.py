"""Names of fields in servers' answers, in lower case without `_`, by their meaning."""

from __future__ import annotations

import re

from gantry.engine.transfer.verdict.yes_no_words import folded


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


FLAGS = _names("""
    ok okay isok uploaded isuploaded stored saved done completed complete finished passed persisted
    written imported ingested archived delivered transferred issaved isstored filesaved filestored
    flag
    succ succed suc erfolg exito sucesso succes successo
""")
# These can only mean a no: their yes does not say that something was stored.
CONDITIONS = _names("""
    accepted received valid isvalid authenticated authorized authorised loggedin isloggedin
    allowed permitted verified validated enabled handled
""")
CODES = _names("""
    code ret retcode rc rtn returncode rescode respcode resultcode statuscode httpcode httpstatus
    exitcode exit returnvalue retval subcode bizcode
""")
STATES = _names("""
    status state result results outcome response reply answer ack stat res statut estado stato
    zustand resultado risultato ergebnis resultat upload import ingest transfer storage store file
    data payload content body value d return output processing
""")
MESSAGES = _names("""
    msg message messages detail details info information text description desc reason note notice
    title summary remark tip tips hint mensaje mensagem messaggio meldung nachricht bericht melding
    besked viesti mesaj komunikat zprava
""")
CHECKED = ("valid", "match", "matches", "verified")
KINDS = _names("type level severity kind event class category alert flash")
PLACES = _names("""
    url uri path location href link src id fileid key filename filepath fileurl fullurl uuid guid
    oid objectkey savename savepath attachment hash md5 sha1 sha256 etag
""")
LISTS = _names("files filecount numfiles nfiles uploadedfiles storedfiles savedfiles")
GENERIC_HASHES = _names("hash checksum digest filehash contenthash sha shasum integrity")
HASH_VALUES = _names("value hex digest hash base64")
# True for what was there before, or is still to come; a number for what was stored.
AGAIN = _names("duplicate isduplicate duplicated exists alreadyexists existing queued pending")
COUNTS = _names("count number num total")
# Names of errors that don't begin with `err`.
FAULTS = _names("""
    fault faultstring denied refused ko nok ng nack
    fehler fout fejl feil fel virhe chyba hiba hata gagal fallo
""")
# Settings and locations of an error aren't errors.
_NO_ERROR = re.compile(r"(max|on|allowed|tolerated|continueon)(err|fail).*|"
                       r".*(err(or)?s?|failures?)(rate|url|uri|page|handler|handling|policy|mode|"
                       r"tolerance|threshold|template|callback|email|contact)|failover|failsafe"
                       )  # fmt: skip


def is_error_name(flat: str, name: str = "") -> bool:
    """Whether a field with this name reports an error."""
    flat = re.sub(r"[^\w]|_", "", folded(str(flat))) if not name else flat
    if _NO_ERROR.fullmatch(flat):
        return False
    if "error" in flat or "fail" in flat or "exception" in flat or "reject" in flat:
        return True
    words = (name or flat).split()
    return any(w.startswith("err") or w in FAULTS for w in words)
