"""`deidentify` writes files without any trace of their patients; `residue` searches files."""

from __future__ import annotations

import argparse
import lzma
import os
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from ulid import ULID

from gantry.cli.exit_codes import FAILED, OK
from gantry.cli.labels import assigned_labels, labels_given
from gantry.cli.output import Output
from gantry.cli.scan import Scanned, find, plural, show_skipped
from gantry.engine.archive.source import OpenSource, SourceReader
from gantry.engine.cancel import CancelToken
from gantry.engine.deidentify.known import found_in, known_of, together
from gantry.engine.deidentify.needles import Needles
from gantry.engine.deidentify.profile import PROFILES, PrivacyProfile, with_recipes, with_ticked
from gantry.engine.deidentify.profile_file import profile_of
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.report import Tally
from gantry.engine.deidentify.residue import search
from gantry.engine.deidentify.rewriter import Deidentified, Deidentifier, Held
from gantry.engine.deidentify.rules import Rules
from gantry.engine.deidentify.search import FileHit
from gantry.engine.deidentify.sources import needles_of
from gantry.engine.deidentify.walked import NotWalked
from gantry.engine.deidentify.wrong import WrongProfile
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import extended
from gantry.engine.instance import Instance, Source
from gantry.engine.intake.catalog import Catalog, Study
from gantry.engine.labels.naming import want_one
from gantry.engine.labels.safe import NameKind, safe
from gantry.engine.labels.subjects import new_patient_id
from gantry.engine.times import now
from gantry.messages.report import HELD
from gantry.services.labels import Given, check_deidentified
from gantry.services.numbering import numbered_studies, numbers_of
from gantry.services.policy import check_profile
from gantry.services.privacy_report import Report, look_alikes, write_report
from gantry.store.home import Home
from gantry.store.own_folders import keep_apart
from gantry.store.pseudonym_key import pseudonym_key
from gantry.store.recipes import site_recipes
from gantry.store.relink import Relink
from gantry.store.secrets import secret_store
from gantry.store.texts import ticked_texts

PROJECT = "this computer"  # what is not sent anywhere has no destination to be named after
_AT_ONCE, _AT_ONCE_BYTES = 200, 64 << 20  # files whose identifiers are kept in one commit


def deidentify(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Writes each file that may be sent, and says why every other one is held."""
    home = Home.find(options.home)
    profile = profile_called(options.profile)
    check_profile(profile)
    profile = with_recipes(profile, site_recipes(home))
    profile = with_ticked(profile, ticked_texts(home))
    given = labels_given(options)
    folder = Path(options.output)
    keep_apart(folder, home.written, "output")
    found = find(options.paths, output, token)
    show_skipped(found.skipped, output)
    if not found.catalog.instance_count:
        raise GantryError(ErrorCode.NOTHING_TO_SEND)
    subjects = _subjects(given, found.catalog, output)
    kept = pseudonym_key(PROJECT, home, secret_store())
    if kept.file is not None:
        output.say(f"This computer keeps no secrets; the key of the pseudonyms is in {kept.file}.")
    pattern = profile.options.pseudonym
    subjects = numbered_studies(found.catalog, subjects, pattern, kept.key, numbers_of(home))
    subject = _Subject()
    report = Tally(profile.reference, kept.key.id)
    run = f"deidentify-{ULID()}"
    table, started = Relink(home), now("seconds")
    waiting = _Waiting(folder, table, run, report, output)
    failed = 0
    reader = SourceReader(token)
    try:
        for deidentifier, study, instance in _instances(found, profile, kept.key, subject):
            token.check()
            subject.now = subjects.get(study.key, "")
            try:
                data = _whole(reader, instance.source)
            except GantryError as error:
                failed += 1
                output.error(error)
                continue
            _deidentify_one(deidentifier, data, instance.source, waiting, report, output)
        waiting.write()
    finally:
        reader.close()
    if options.report:
        patients = (row.id_old for row in table.of_job(run, "patient"))
        made = Report(run, "", started, [report], look_alikes(patients))
        write_report(made, Path(options.report))
    written, held = report.written, sum(report.held.values())
    output.text(f"{written:,} {plural(written, 'file')} written, {held:,} held.")
    output.summary(written=written, held=held, failed=failed, skipped=len(found.skipped), job=run)
    return FAILED if held or failed or found.has_trouble() else OK


class _Subject:
    """The subject that the patient of the current file becomes; "": the pseudonym of the key."""

    now = ""

    def __call__(self, identity: str) -> str:
        return self.now


def _subjects(given: Given, catalog: Catalog, output: Output) -> dict[str, str]:
    """The subject of each study, by its key, after all checks.

    Raises:
        GantryError: LABEL_…
    """
    labels = assigned_labels(given, catalog, output).by_study
    check_deidentified(catalog, labels)
    found = {key: new_patient_id(own) for key, own in labels.items()}
    folders: dict[str, tuple[str, ...]] = {}
    for name in filter(None, found.values()):
        want_one(folders, safe(name, NameKind.FILE), (name,), NameKind.FILE, "folder")
    return found


class _Waiting:
    """Files that are written once their identifiers are in the relink table, many at a time."""

    def __init__(
        self, folder: Path, table: Relink, run: str, report: Tally, output: Output
    ) -> None:
        self._folder, self._table, self._run = folder, table, run
        self._report, self._output = report, output
        self._files: list[Deidentified] = []
        self._size = 0

    def add(self, done: Deidentified) -> None:
        self._files.append(done)
        self._size += sum(map(len, done.parts))
        if self._size >= _AT_ONCE_BYTES or len(self._files) >= _AT_ONCE:
            self.write()

    def write(self) -> None:
        """Writes those that wait. Raises GantryError: none of them was written."""
        files, self._files, self._size = self._files, [], 0
        if not files:
            return
        self._table.keep(self._run, (link for done in files for link in done.links))
        for done in files:
            identity = done.identity
            place = self._folder / safe(done.patient_id, NameKind.FILE)
            place /= identity.study_instance_uid
            place /= identity.series_instance_uid
            written = _place(place, identity.sop_instance_uid, done.parts)
            self._report.add(done)
            self._output.emit(
                "deidentified",
                name=written.relative_to(self._folder).as_posix(),
                patient=done.patient_id,
                study=identity.study_instance_uid,
                masked=done.masked,
            )


def _deidentify_one(
    deidentifier: Deidentifier,
    data: bytes,
    source: Source,
    waiting: _Waiting,
    report: Tally,
    output: Output,
) -> None:
    name = os.fsdecode(source.place).replace("\0", "/")
    try:
        done = deidentifier.deidentify(data, place=os.fsdecode(source.place))
    except Held as held:
        report.hold(held.rule)
        output.emit("held", name=name, path=list(held.path), rule=held.rule, value=held.value)
        at = f" at {' '.join(held.path)}" if held.path else ""
        output.text(f"HELD  {name}: {HELD.get(held.rule, held.rule)}{at} {held.value}".rstrip())
        return
    waiting.add(done)


def _place(folder: Path, name: str, parts: tuple[bytes | memoryview, ...]) -> Path:
    """Writes a file under its new name; a different one that is there already gets a neighbour.

    Two runs into one folder neither lose nor replace each other's files.
    """
    data = b"".join(parts)
    Path(extended(folder)).mkdir(parents=True, exist_ok=True)
    unfinished = Path(extended(folder / f"{name}.{os.getpid()}.part"))
    _write(unfinished, data)
    try:
        number = 1
        while True:
            path = folder / (f"{name}.dcm" if number == 1 else f"{name}~{number}.dcm")
            there = Path(extended(path))  # its name is long: three UIDs
            try:
                _name(unfinished, there)
                return path
            except FileExistsError:
                if there.read_bytes() == data:
                    return path
            number += 1
    finally:
        unfinished.unlink(missing_ok=True)


def _name(unfinished: Path, path: Path) -> None:
    """Gives a finished file its name. Raises FileExistsError: another one has it."""
    if os.name == "nt":
        unfinished.rename(path)
        return
    try:
        path.hardlink_to(unfinished)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileExistsError(path) from None
        unfinished.rename(path)


def _write(path: Path, data: bytes) -> None:
    with open(path, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def residue(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Prints one line, masked, for each value of a known patient that is found."""
    unread: list[str] = []
    rules = Rules(profile_called(options.profile).options)
    known = _known(options.against, rules, output, token, unread)
    hits = searched = 0
    for path in _files(options.paths):
        token.check()
        for name, data in _read(path, output, unread):
            searched += 1
            for hit in chain(found_in(data, known.found), _in_name(name, known)):
                hits += 1
                place = " ".join(hit.path)
                output.emit("hit", name=name, kind=hit.kind, value=hit.masked, path=list(hit.path))
                output.text(f"FOUND {name}: {hit.kind} {hit.masked} {place}".rstrip())
    for kind, count in sorted(known.not_searchable.items()):
        output.emit("not_searchable", kind=kind, count=count)
        output.say(f"Not searchable: {count:,} × {kind}, too short or an everyday word.")
    output.text(f"{searched:,} {plural(searched, 'file')} searched, {hits:,} found.")
    output.summary(searched=searched, hits=hits, unread=len(unread))
    return FAILED if hits or unread else OK


def _in_name(name: str, known: Needles) -> Iterator[FileHit]:
    for hit in search(name.encode("utf-8", "surrogateescape"), known.found):
        yield FileHit(hit.kind, hit.masked, ("name",))


def profile_called(name: str) -> PrivacyProfile:
    """A built-in profile, or the one in a file.

    Raises:
        GantryError: CALL_INVALID.
    """
    if (known := PROFILES.get(name)) is not None:
        return known
    try:
        return profile_of(Path(name).read_bytes())
    except OSError as error:
        raise GantryError(
            ErrorCode.CALL_INVALID,
            facts={"option": "--profile", "wanted": f"{' or '.join(PROFILES)} or a JSON file"},
            detail=type(error).__name__,
        ) from error
    except WrongProfile as error:
        raise GantryError(
            ErrorCode.CALL_INVALID,
            facts={"option": "--profile", "wanted": f"a valid profile ({error})"},
        ) from error


def _instances(
    found: Scanned, profile: PrivacyProfile, key: Key, subject: _Subject
) -> Iterator[tuple[Deidentifier, Study, Instance]]:
    """Each file, with what de-identifies it: it knows what its patient's other files say."""
    for patient in found.catalog.patients:
        known = needles_of(patient.values, profile)
        deidentifier = Deidentifier(profile, key, subject, known)
        for study in patient.studies:
            for series in study.series:
                for instance in series.instances:
                    yield deidentifier, study, instance


def _whole(reader: SourceReader, source: Source) -> bytes:
    with OpenSource(reader, source) as opened:
        data = bytearray(source.size)
        view, at = memoryview(data), 0
        while at < source.size and (count := opened.readinto(view[at:])):
            at += count
        opened.finish()
    return bytes(view[:at])


def _known(
    paths: list[str], rules: Rules, output: Output, token: CancelToken, unread: list[str]
) -> Needles:
    made = []
    for path in _files(paths):
        token.check()
        for name, data in _read(path, output, unread):
            try:
                made.append(known_of(data, rules))
            except NotWalked:
                output.say(f"{name}: not a DICOM file; nothing is known from it.")
    known = together(made)
    if not known.found:
        raise GantryError(ErrorCode.NOTHING_TO_SEND)
    return known


def _files(paths: list[str]) -> Iterator[Path]:
    for name in paths:
        path = Path(name)
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file())
        else:
            yield path


def _read(path: Path, output: Output, unread: list[str]) -> Iterator[tuple[str, bytes]]:
    """The contents of a path; what can't be read is said, noted and passed over."""
    try:
        yield from _contents(path)
    except (
        OSError,
        ValueError,
        EOFError,
        RuntimeError,
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        lzma.LZMAError,
    ) as error:
        unread.append(str(path))
        reason = type(error).__name__
        output.emit("unread", name=str(path), reason=reason)
        output.say(f"{path}: can’t be read ({reason}); it was not searched to its end.")


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """A file; of an archive, each of its members."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    yield f"{path}/{info.filename}", archive.read(info)
        return
    try:
        with tarfile.open(path) as tar:
            for member in tar:
                if (file := tar.extractfile(member)) is not None:
                    yield f"{path}/{member.name}", file.read()
    except tarfile.ReadError:
        yield str(path), path.read_bytes()
