"""What a tally counts, and what it never says."""

from __future__ import annotations

import json

import pytest

from gantry.engine.deidentify.profile import BASIC, RESEARCH, PrivacyProfile
from gantry.engine.deidentify.pseudonyms import KEY_BYTES, Key
from gantry.engine.deidentify.report import Tally, together
from gantry.engine.deidentify.rewriter import Deidentifier
from support.planted import planted

KEY = Key(bytes(range(KEY_BYTES)))


def tally_of(seed: int, profile: PrivacyProfile = RESEARCH) -> tuple[Tally, list[bytes]]:
    made = planted(seed)
    tally = Tally(profile.reference, KEY.id)
    deidentifier = Deidentifier(profile, KEY)
    for data in made.files:
        tally.add(deidentifier.deidentify(data))
    return tally, list(made.tokens)


@pytest.mark.parametrize("seed", range(4))
def test_a_tally_says_nothing_of_the_patients(seed: int) -> None:
    tally, tokens = tally_of(seed)
    for texts in (False, True):
        said = json.dumps(tally.facts(texts=texts)).lower()
        assert [t for t in tokens if t.decode("ascii", "replace").lower() in said] == []


def test_texts_that_stayed_are_counted_by_tag_and_said_only_if_asked_for() -> None:
    tally, _ = tally_of(3)
    tally.texts[0x00081030, "Spezial^Muster"] = 2
    assert "Spezial" not in json.dumps(tally.facts())
    assert tally.facts()["different_texts"] == len(tally.texts)
    assert {"tag": "00081030", "text": "Spezial^Muster", "count": 2} in tally.facts(texts=True)[
        "texts"
    ]
    assert (0x00080060, "MR") in tally.texts


def test_two_tallies_added_are_the_tally_of_all_files() -> None:
    one, _ = tally_of(5)
    other, _ = tally_of(6)
    both = Tally(RESEARCH.reference, KEY.id)
    for seed in (5, 6):
        deidentifier = Deidentifier(RESEARCH, KEY)
        for data in planted(seed).files:
            both.add(deidentifier.deidentify(data))
    for tally in (one, other, both):
        tally.hold("residue")
    both.hold("residue")
    (sum_,) = together([one, other])
    assert sum_.facts(texts=True) == both.facts(texts=True)
    assert one.written == 3, "what was added stays as it was"


def test_tallies_of_two_profiles_are_not_added() -> None:
    one, _ = tally_of(5)
    other, _ = tally_of(5, BASIC)
    with pytest.raises(ValueError, match="another profile"):
        one.merge(other)
    assert [t.profile.profile for t in together([one, other, one])] == ["research", "basic"]


def test_a_tally_survives_json() -> None:
    tally, _ = tally_of(8)
    tally.hold("burned in")
    tally.skip("class")
    kept = json.loads(json.dumps(tally.facts(texts=True)))
    assert Tally.of(kept).facts(texts=True) == tally.facts(texts=True)


@pytest.mark.parametrize(
    "wrong",
    [{}, {"schema": "gantry.deidentification/2"}, {"schema": "gantry.deidentification/1"}, []],
)
def test_what_is_not_a_tally_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"tally|schema"):
        Tally.of(wrong)  # type: ignore[arg-type]


def test_links_lead_from_each_identifier_to_the_one_that_the_file_has() -> None:
    for data in planted(9).files:
        done = Deidentifier(RESEARCH, KEY).deidentify(data)
        new = {link.kind: link.new for link in done.links}
        assert new["patient"] == done.patient_id
        assert new["study"] == done.identity.study_instance_uid
        assert new["series"] == done.identity.series_instance_uid
        assert new["instance"] == done.identity.sop_instance_uid
        assert {link.patient for link in done.links} == {done.patient_id}
        sent = b"".join(done.parts)
        assert [link for link in done.links if link.old.encode() in sent] == []
