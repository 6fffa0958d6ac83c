"""Objects that refer to each other still do, in one job and across jobs with the same key."""

from __future__ import annotations

import pytest

from gantry.engine.deidentify.profile import PROFILES
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentifier
from support.linked import linked, uids

pytestmark = pytest.mark.same_everywhere

KEY, ANOTHER = Key(b"k" * 32), Key(b"l" * 32)
PRIVATE = 0x10000

both = pytest.mark.parametrize("profile", ["basic", "research"])


def sent(files: list[bytes], profile: str, key: Key = KEY) -> list[bytes]:
    deidentifier = Deidentifier(PROFILES[profile], key)
    return [b"".join(deidentifier.deidentify(data).parts) for data in files]


def pairs(before: list[bytes], after: list[bytes]) -> set[tuple[str, str]]:
    """Every UID of the sources beside the one in its place now."""
    found = set()
    for old, new in zip(before, after, strict=True):
        now = uids(new)
        for place, values in uids(old).items():
            if any(isinstance(tag, int) and tag & PRIVATE for tag in place):
                assert place not in now  # the private element is gone
                continue
            assert len(now[place]) == len(values), place
            found |= set(zip(values, now[place], strict=True))
    return found


@both
@pytest.mark.parametrize("implicit", [False, True])
def test_every_uid_gets_one_new_value_in_all_places(profile: str, implicit: bool) -> None:
    files = linked(implicit=implicit)
    found = pairs(files, sent(files, profile))
    assert len({old for old, _ in found}) == len({new for _, new in found}) == len(found) > 20
    assert not {old for old, _ in found} & {new for _, new in found}


@both
def test_what_referred_to_something_still_does(profile: str) -> None:
    files = linked()
    before, after = map(_references, (files, sent(files, profile)))
    assert before == after
    assert before[0] > 40
    assert before[1] == 0


def _references(files: list[bytes]) -> tuple[int, int]:
    """How many Referenced SOP Instance UIDs name an object (or the study), and how many nothing."""
    every = [uids(data) for data in files]
    known = {one[0x00080018,][0] for one in every} | {one[0x0020000D,][0] for one in every}
    named = [
        uid
        for one in every
        for place, values in one.items()
        if place[-1] == 0x00081155
        for uid in values
    ]
    return sum(uid in known for uid in named), sum(uid not in known for uid in named)


@both
def test_a_later_job_with_the_same_key_fits(profile: str) -> None:
    files = linked()
    images, others = files[:3], files[3:]
    now, later = sent(images, profile), sent(others, profile)
    assert _references(now + later) == _references(files)
    assert now + later == sent(files, profile)


@both
def test_another_key_gives_other_uids_everywhere(profile: str) -> None:
    files = linked()
    one = dict(pairs(files, sent(files, profile)))
    other = dict(pairs(files, sent(files, profile, ANOTHER)))
    assert one.keys() == other.keys()
    assert not set(one.values()) & set(other.values())
