"""The index finds earlier instances, although it stores no text while everything is new."""

from __future__ import annotations

import tracemalloc

from gantry.engine.instance import Instance, Source
from gantry.engine.intake.index import Hashes, Index


def test_every_text_that_was_added_is_known_and_others_are_not() -> None:
    hashes = Hashes()
    for number in range(5_000):
        hashes.add(f"/a/{number}")
        hashes.add(f"/a/{number // 2}")  # again
    assert all(f"/a/{number}" in hashes for number in range(5_000))
    assert not any(f"/b/{number}" in hashes for number in range(5_000))


def test_a_text_takes_less_than_forty_bytes() -> None:
    tracemalloc.start()
    try:
        hashes = Hashes()
        for number in range(20_000):
            hashes.add(f"/a/{number}")
        assert tracemalloc.get_traced_memory()[0] < 40 * 20_000
    finally:
        tracemalloc.stop()


def test_instances_are_found_by_place_and_uid_and_forgotten() -> None:
    everything: list[tuple[str, Instance]] = []
    index = Index(lambda: everything)

    def put(place: str, uid: str) -> Instance:
        instance = Instance(Source(place, 1, 1, 1), uid, "1.4", "1.3", "1.2", "1.2.840")
        index.add("home", instance, place, uid)
        everything.append(("home", instance))
        return instance

    one, two = put("/a/1", "1.1"), put("/a/2", "1.2")
    assert index.at("/a/1") == ("home", one)
    assert index.at("/a/3") is None
    assert index.of("1.2") == [("home", two)]
    assert index.of("") == index.of("1.3") == []
    twin = put("/a/3", "1.2")
    put("/a/4", "")
    assert index.at("/a/3") == ("home", twin)
    assert [instance for _, instance in index.of("1.2")] == [two, twin]
    assert index.collided == {"1.2"}
    assert index.of("") == []
    index.remove(two)
    assert index.at("/a/2") is None
    assert index.of("1.2") == [("home", twin)]
    assert not index.collided
