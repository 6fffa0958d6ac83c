"""The size limit of a server: learned from its answer, used by the next job, forgotten later.

The destination is in memory: these tests check what is learned, not a protocol.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ulid import ULID

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Event, ParcelSplit
from gantry.engine.parcel import Outcome, Parcel, Receipt
from gantry.engine.transfer.destination import Destination, Shipment
from gantry.engine.transfer.features import Features
from gantry.services.services import Services
from gantry.store.home import Home
from gantry.store.limits import learn_limit, learned_limit
from support.jobs import PRACTICE
from support.parcels import dense, parcel_with

LIMIT = 40_000


class Limited(Destination):
    """Takes archives up to `most` bytes, and says so when asked."""

    url = "test:limited"
    features = Features(splits=True)

    def __init__(self, most: int) -> None:
        self.most = most

    def send(self, shipment: Shipment) -> Receipt:
        archive = shipment.archive
        if archive.size > self.most:
            raise GantryError(ErrorCode.HTTP_413, facts={"host": "server", "status": 413})
        return Receipt(
            self.url, "2026-01-01T00:00:00Z", 201, archive.sha256, archive.size, Outcome.STORED
        )

    def ask(self, shipment: Shipment) -> Receipt | None:
        return None

    def size_limit(self, token: CancelToken, most: int) -> int | None:
        return self.most

    def close(self) -> None:
        pass


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    with Services(Home.find(str(tmp_path / "home"))) as made:
        yield made


@pytest.fixture
def limits(services: Services) -> Path:
    """The file that holds what was learned."""
    return services.home.state / "limits.json"


def parcel(folder: Path, files: int) -> Parcel:
    """A parcel whose archive is a little longer than so many times 15,000 bytes."""
    made = parcel_with(folder, [dense(15_000, n) for n in range(files)])
    return dataclasses.replace(made, id=str(ULID()))


def send(services: Services, one: Parcel, to: Limited) -> list[Event]:
    """Runs a job of one parcel; the events that it told."""
    told: list[Event] = []
    job = services.jobs.new([one], PRACTICE)
    done = services.jobs.run(job, to, sink=told.append, split=True)
    assert done.failed == 0
    return told


def test_what_a_server_said_is_known_to_the_next_job(
    services: Services, limits: Path, tmp_path: Path
) -> None:
    send(services, parcel(tmp_path / "one", 4), Limited(LIMIT))
    assert learned_limit(limits, PRACTICE.url) == LIMIT
    told = send(services, parcel(tmp_path / "two", 4), Limited(10 * LIMIT))
    (split,) = (event for event in told if isinstance(event, ParcelSplit))
    assert split.error.facts["reason"] == "learned", "it was cut before a byte went out"


def test_a_limit_stays_known_while_smaller_archives_arrive(
    services: Services, limits: Path, tmp_path: Path
) -> None:
    learn_limit(limits, PRACTICE.url, LIMIT)
    send(services, parcel(tmp_path / "one", 1), Limited(LIMIT))
    assert learned_limit(limits, PRACTICE.url) == LIMIT


def test_a_limit_is_forgotten_once_a_bigger_archive_arrived(
    services: Services, limits: Path, tmp_path: Path
) -> None:
    learn_limit(limits, PRACTICE.url, 10_000)
    send(services, parcel(tmp_path / "one", 1), Limited(LIMIT))
    assert learned_limit(limits, PRACTICE.url) == 0


def test_a_limit_that_nobody_said_again_is_not_kept_any_longer(
    services: Services, limits: Path, tmp_path: Path
) -> None:
    """Otherwise it would never end: every job would renew it, and no server would be tried
    again."""
    nearly_over = time.time() - 29 * 86400
    limits.parent.mkdir(parents=True, exist_ok=True)
    limits.write_text(json.dumps({PRACTICE.url: [LIMIT, nearly_over]}), "utf-8")
    told = send(services, parcel(tmp_path / "one", 4), Limited(LIMIT))
    assert any(isinstance(event, ParcelSplit) for event in told)
    assert json.loads(limits.read_text("utf-8")) == {PRACTICE.url: [LIMIT, nearly_over]}
