"""Every proof and every detail of the connection test is a member of an enum, with its words."""

from __future__ import annotations

from enum import StrEnum
from itertools import chain

import pytest

from gantry.engine.doctor_steps import Detail, SharedDetail
from gantry.engine.proof import Proof, SharedProof
from gantry.engine.transfer.registry import KINDS, WORDS

OWN = [*Proof.__subclasses__(), *Detail.__subclasses__()]


@pytest.mark.parametrize("enum", OWN, ids=lambda enum: enum.__name__)
def test_a_kind_has_words_for_each_of_its_proofs_and_details(enum: type[StrEnum]) -> None:
    if enum in (SharedProof, SharedDetail):
        assert not set(enum) & WORDS.keys(), "the window has these words itself"
    else:
        assert [said for said in enum if not WORDS.get(said)] == []


def test_no_two_kinds_say_the_same_of_different_things() -> None:
    said = list(chain.from_iterable(kind.words for kind in KINDS))

    assert len(said) == len(set(said))
