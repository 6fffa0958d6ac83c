"""A profile's pattern of pseudonyms."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import asdict

import pytest
from pydicom import Dataset, dcmread

from gantry import __version__
from gantry.engine.deidentify.after_masks import AFTER_MASKS
from gantry.engine.deidentify.pattern import (
    LONGEST,
    LONGEST_HASH,
    MOST_DIGITS,
    SHORTEST_HASH,
    pattern_of,
)
from gantry.engine.deidentify.profile import BASIC, PROFILES, WORDLESS, Options, PrivacyProfile
from gantry.engine.deidentify.profile_file import profile_of, text_with_recipes
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentified, Deidentifier, Held
from gantry.engine.deidentify.standard import EDITION
from gantry.engine.deidentify.wrong import Wrong, WrongProfile
from support.nearly_alike import slice_of
from support.planted import planted

KEY = Key(b"k" * 32)


def profile(pattern: object, base: str = "basic") -> PrivacyProfile:
    made = {"schema": "gantry.privacy/1", "name": base, "base": base, "pseudonym": pattern}
    return profile_of(json.dumps(made, indent=1).encode())


def read(done: Deidentified) -> Dataset:
    return dcmread(io.BytesIO(b"".join(done.parts)))


def of_patients(deidentifier: Deidentifier) -> Iterator[Deidentified]:
    for seed in range(1, 4):
        for data in planted(seed).files:
            yield deidentifier.deidentify(data)


def test_patient_id_and_name_follow_the_pattern_one_for_each_patient() -> None:
    made = list(of_patients(Deidentifier(profile("STROKE-{hash:8}_x"), KEY)))
    for done in made:
        ds = read(done)
        assert re.fullmatch("STROKE-[A-Z2-7]{8}_x", ds.PatientID)
        assert done.patient_id == ds.PatientID == str(ds.PatientName)
        assert {link.patient for link in done.links} == {ds.PatientID}
    plain = [done.patient_id for done in of_patients(Deidentifier(BASIC, KEY))]
    assert len({done.patient_id for done in made}) == len(set(plain)) == 3
    assert len(set(zip((done.patient_id for done in made), plain, strict=True))) == 3


@pytest.mark.parametrize("base", ["basic", "research"])
def test_the_form_that_the_key_has_of_its_own_is_a_pattern_too(base: str) -> None:
    by_pattern = of_patients(Deidentifier(profile("P{hash:10}", base), KEY))
    plain = of_patients(Deidentifier(PROFILES[base], KEY))
    for one, other in zip(by_pattern, plain, strict=True):
        assert b"".join(one.parts) == b"".join(other.parts)


def test_the_same_patient_in_another_run_gets_the_same_and_by_another_key_another() -> None:
    first, again, other = (
        [done.patient_id for done in of_patients(Deidentifier(profile("S{hash:8}"), key))]
        for key in (KEY, Key(b"k" * 32), Key(b"o" * 32))
    )
    assert first == again
    assert not set(first) & set(other)


def test_a_name_that_the_user_gave_wins() -> None:
    deidentifier = Deidentifier(profile("S{hash:8}"), KEY, lambda identity: "Anton")
    assert {done.patient_id for done in of_patients(deidentifier)} == {"Anton"}


def test_names_that_the_user_gives_to_some_patients_only() -> None:
    names = ["", "Anton"]
    deidentifier = Deidentifier(profile("S{hash:8}"), KEY, lambda identity: names[0])
    own = {deidentifier.deidentify(slice_of(number)).patient_id for number in range(1, 6)}
    names.reverse()
    assert deidentifier.deidentify(slice_of(6)).patient_id == "Anton"
    names.reverse()
    assert {deidentifier.deidentify(slice_of(7)).patient_id} == own


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("", Wrong.NO_PLACEHOLDER),
        ("STROKE", Wrong.NO_PLACEHOLDER),
        ("S{hash:8", Wrong.NO_PLACEHOLDER),
        ("{hash:8}{hash:8}", Wrong.PLACEHOLDERS),
        ("{hash:8}-{patient}", Wrong.PLACEHOLDERS),
        ("S{}", Wrong.PLACEHOLDER),
        ("S{hash}", Wrong.PLACEHOLDER),
        ("S{hash:0}", Wrong.PLACEHOLDER),
        ("S{hash:-8}", Wrong.PLACEHOLDER),
        ("S{hash:８}", Wrong.PLACEHOLDER),
        ("S{HASH:8}", Wrong.PLACEHOLDER),
        ("S{hash:8}\n", Wrong.CHARACTERS),
        ("S{PatientID}", Wrong.PLACEHOLDER),
        ("S{{hash:8}}", Wrong.CHARACTERS),
        ("S^{hash:8}", Wrong.CHARACTERS),
        ("A\\{hash:8}", Wrong.CHARACTERS),
        ("S {hash:8}", Wrong.CHARACTERS),
        ("S{hash:8}.1", Wrong.CHARACTERS),
        ("S/{hash:8}", Wrong.CHARACTERS),
        ("Ä{hash:8}", Wrong.CHARACTERS),
        (f"S{{hash:{SHORTEST_HASH - 1}}}", Wrong.SHORT_HASH),
        (f"S{{hash:{LONGEST_HASH + 1}}}", Wrong.LONG),
        ("x" * (LONGEST - 7) + "{hash:8}", Wrong.LONG),
        ("S{number:04}{hash:8}", Wrong.PLACEHOLDERS),
        ("S{number:}", Wrong.PLACEHOLDER),
        ("S{number:4}", Wrong.PLACEHOLDER),
        ("S{number:00}", Wrong.PLACEHOLDER),
        ("S{number:010}", Wrong.PLACEHOLDER),
        ("S^{number}", Wrong.CHARACTERS),
        ("x" * (LONGEST - MOST_DIGITS + 1) + "{number}", Wrong.LONG),
        (8, Wrong.SHAPE),
        (None, Wrong.SHAPE),
        (["S{hash:8}"], Wrong.SHAPE),
    ],
)
def test_a_wrong_pattern_is_refused_with_its_line(pattern: object, reason: Wrong) -> None:
    with pytest.raises(WrongProfile) as refused:
        profile(pattern)
    error = refused.value
    assert (error.reason, error.line, error.entry.split(":")[0]) == (reason, 5, "pseudonym")


def test_the_longest_and_the_shortest_that_are_possible() -> None:
    longest = profile("x" * (LONGEST - LONGEST_HASH) + f"{{hash:{LONGEST_HASH}}}")
    done = next(of_patients(Deidentifier(longest, KEY)))
    assert len(done.patient_id) == LONGEST
    shortest = profile(f"{{hash:{SHORTEST_HASH}}}")
    assert len(next(of_patients(Deidentifier(shortest, KEY))).patient_id) == SHORTEST_HASH


def test_masks_that_a_site_adds_leave_the_pattern_in_the_file() -> None:
    text = json.dumps({"schema": "gantry.privacy/1", "name": "x", "pseudonym": "S{hash:8}"})
    assert profile_of(text_with_recipes("x", text, ()).encode()) == profile_of(text.encode())


def test_the_pattern_is_one_of_the_rules_and_none_is_what_it_was_before_there_were_any() -> None:
    digests = {profile(f"{letter}{{hash:8}}").rules_sha256 for letter in "ST"}
    assert len(digests | {BASIC.rules_sha256}) == 3
    said = asdict(Options())
    for later in ("pseudonym", "uids", "structured_content", "graphics"):
        del said[later]
    said |= {"recipes": [], "own": {}, "own_private": [], "after_masks": AFTER_MASKS}
    said["wordless"] = WORDLESS
    text = json.dumps([EDITION, __version__, said], sort_keys=True, default=lambda e: e.value)
    assert BASIC.rules_sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_numbers_have_at_least_as_many_digits_as_the_pattern_says() -> None:
    made = [pattern_of(one).counted(12) for one in ("S{number:04}x", "S{number:01}", "S{number}")]
    assert made == ["S0012x", "S12", "S12"]
    longest = pattern_of("x" * (LONGEST - MOST_DIGITS) + "{number}")
    assert len(longest.counted(10**MOST_DIGITS - 1)) == LONGEST


def test_a_patient_who_is_counted_and_has_no_number_never_leaves_under_another_name() -> None:
    names = ["S001", ""]
    deidentifier = Deidentifier(profile("S{number:03}"), KEY, lambda identity: names[0])
    for number in range(1, 6):
        assert deidentifier.deidentify(slice_of(number)).patient_id == "S001"
    names.reverse()
    for number in range(6, 9):
        with pytest.raises(Held):
            deidentifier.deidentify(slice_of(number))
