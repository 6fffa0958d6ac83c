"""`texts` lists the texts of files for the user to tick, and keeps what was ticked."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Final

from gantry.cli.deidentify import profile_called
from gantry.cli.exit_codes import FAILED, OK
from gantry.cli.output import Output
from gantry.cli.scan import find, plural, show_skipped
from gantry.engine.cancel import CancelToken
from gantry.engine.deidentify.profile import PrivacyProfile
from gantry.engine.deidentify.review import MOST, TextList, is_reviewed
from gantry.engine.deidentify.reviewed import Text, element_name, element_tag
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.catalog import Catalog
from gantry.engine.preview.contents import Want
from gantry.engine.preview.worker import read
from gantry.engine.zip_locks import passwords
from gantry.store.atomic import write_atomically
from gantry.store.home import Home
from gantry.store.texts import save_ticked, ticked_texts

SCHEMA: Final = "gantry.text-list/1"


def texts(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Writes the list of texts, or reads it again with what the user ticked."""
    home = Home.find(options.home)
    if options.keep:
        return _keep(home, Path(options.keep), output)
    if not options.paths or not options.output or not options.profile:
        raise _wrong("texts", "PATH, --profile FILE and -o LIST.json; or --keep LIST.json")
    profile = profile_called(options.profile)
    if not is_reviewed(profile.options):
        raise _wrong("--profile", 'a profile with "texts": "reviewed"')
    found = find(options.paths, output, token)
    show_skipped(found.skipped, output)
    made, unread = _gather(found.catalog, profile, token)
    ticked = {*ticked_texts(home), *profile.options.reviewed}
    _write(Path(options.output), made, ticked)
    for (tag, text), files in sorted(made.files.items()):
        keep = (tag, text) in ticked
        output.emit("text", element=element_name(tag), text=text, files=files, keep=keep)
    count = len(made.files)
    output.text(f"{count:,} {plural(count, 'text')} in {options.output}")
    output.say("Set keep to true for the texts that may stay, then: gantry-cli texts --keep LIST")
    if made.is_full:
        output.say(
            f"There are more than {MOST:,} texts; the others are not listed, and never stay."
        )
    if unread:
        output.say(f"{unread:,} {plural(unread, 'file')} could not be read.")
    output.summary(texts=count, unread=unread, more=made.is_full)
    return FAILED if unread or found.has_trouble() else OK


def _gather(catalog: Catalog, profile: PrivacyProfile, token: CancelToken) -> tuple[TextList, int]:
    made, unread = TextList(), 0
    for patient in catalog.patients:
        for study in patient.studies:
            for series in study.series:
                for instance in series.instances:
                    token.check()
                    source = instance.source
                    known = passwords() if source.member else ()
                    contents = read(
                        Want(
                            os.fsencode(source.path),
                            source.member,
                            passwords=known,
                            texts=profile.options,
                        )
                    )
                    unread += contents.unreadable
                    made.add(contents.texts)
    if not made.files and not unread and not catalog.patients:
        raise GantryError(ErrorCode.NOTHING_TO_SEND)
    return made, unread


def _write(path: Path, made: TextList, ticked: set[Text]) -> None:
    """One text per line, for an editor; for this user only: texts may name patients."""
    rows = [
        {"keep": text in ticked, "element": element_name(text[0]), "text": text[1], "files": files}
        for text, files in sorted(made.files.items())
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    write_atomically(path, f'{{"schema": "{SCHEMA}", "texts": [\n{lines}\n]}}\n'.encode())


def _keep(home: Home, path: Path, output: Output) -> int:
    seen, ticked = _read(path)
    save_ticked(home, seen, ticked)
    output.text(f"{len(ticked):,} of {len(seen):,} {plural(len(seen), 'text')} may stay.")
    output.summary(seen=len(seen), kept=len(ticked))
    return OK


def _read(path: Path) -> tuple[set[Text], set[Text]]:
    """All texts of a list, and those that were ticked. Raises OSError, GantryError."""
    try:
        found = json.loads(path.read_bytes())
        if found["schema"] != SCHEMA:
            raise ValueError(SCHEMA)
        seen, ticked = set(), set()
        for row in found["texts"]:
            text = element_tag(str(row["element"])), str(row["text"])
            if not isinstance(row["keep"], bool):
                raise TypeError("keep")
            seen.add(text)
            if row["keep"]:
                ticked.add(text)
    except OSError as error:
        raise _wrong("--keep", "a file that can be read") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _wrong("--keep", f"a list that `gantry-cli texts` wrote ({SCHEMA})") from error
    return seen, ticked


def _wrong(option: str, wanted: str) -> GantryError:
    return GantryError(ErrorCode.CALL_INVALID, facts={"option": option, "wanted": wanted})
