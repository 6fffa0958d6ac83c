"""Verify again for every kind: it works, or it is not offered."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gantry.engine.cancel import CancelToken
from gantry.engine.intake.scan import Scanner
from gantry.engine.plan import plan
from gantry.services.arrivals import can_prove_again, prove_again
from gantry.services.named_destinations import Place
from gantry.services.services import Services
from gantry.store.history import ParcelDetail
from gantry.store.home import Home
from support.dicom import make_study
from support.odd_s3 import OddS3
from support.odd_tus import OddTus
from support.script_server import ScriptServer, answer
from support.server_sites import SITES
from support.xnat_contract import PASSWORD, USER, XnatContract

# What C-STORE's storescp answers is all there is; it has no list.
NEVER = ("dicom-storescp",)
Deliver = Callable[[str], tuple[Services, ParcelDetail]]


@pytest.fixture
def deliver(tmp_path: Path) -> Iterator[Deliver]:
    """Sends a study there as the window would, and returns what the history has of it."""
    opened: list[Services] = []

    def send(url: str) -> tuple[Services, ParcelDetail]:
        make_study(tmp_path / "source", instances=3)
        services = Services(Home.find(str(tmp_path / "home")))
        opened.append(services)
        scanner = Scanner(lambda update: None, CancelToken())
        scanner.add([str(tmp_path / "source")])
        place = Place(url, url)
        destination = services.destinations.open(place)
        job = services.jobs.new(plan(scanner.run()), place)
        services.jobs.run(job, destination)
        destination.close()
        detail = services.history.parcel(job.parcels[0].id)
        assert detail is not None
        assert detail.row.state.has_arrived
        return services, detail

    yield send
    for services in opened:
        services.close()


@pytest.mark.parametrize("site", sorted(set(SITES) - set(NEVER)))
def test_it_works_after_an_ordinary_delivery(
    site: str, tmp_path: Path, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    with SITES[site](folder) as there:
        for name, value in there.environment.items():
            monkeypatch.setenv(name, value)
        services, detail = deliver(there.url)
        assert not list((tmp_path / "home").rglob("*.tar.gz"))  # no archive helps it
        assert can_prove_again(detail)
        found = prove_again(services, detail.row.id).receipt

    assert found is not None
    assert found.outcome.is_taken
    assert all(i.outcome.is_taken for i in found.instances)


@pytest.mark.parametrize("site", NEVER)
def test_it_is_not_offered_where_there_is_no_list(
    site: str, tmp_path: Path, deliver: Deliver
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    with SITES[site](folder) as there:
        _, detail = deliver(there.url)
        assert not can_prove_again(detail)


def test_it_is_not_offered_for_a_servers_bare_word(deliver: Deliver) -> None:
    with ScriptServer(answer(201, b"{}", "Content-Type: application/json")) as server:
        _, detail = deliver(server.url)
    assert not can_prove_again(detail)


def test_a_tus_server_that_lost_the_upload_can_not_tell(deliver: Deliver) -> None:
    with OddTus() as server:
        services, detail = deliver(server.url)
        assert can_prove_again(detail)
        server.uploads += 1  # the address of another upload now
        assert prove_again(services, detail.row.id).receipt is None


def test_an_object_that_was_deleted_is_not_confirmed(
    deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANTRY_USER", "key")
    monkeypatch.setenv("GANTRY_PASSWORD", "secret")
    with OddS3() as server:
        services, detail = deliver(server.url)
        server.objects.clear()
        assert prove_again(services, detail.row.id).receipt is None


def test_it_is_not_offered_where_the_key_may_only_write(
    deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANTRY_USER", "key")
    monkeypatch.setenv("GANTRY_PASSWORD", "secret")
    with OddS3() as server:
        server.put_etag = lambda data: "opaque"
        server.spoil = lambda method, path: (403, b"", {}) if method in ("HEAD", "GET") else None
        _, detail = deliver(server.url)
    assert not can_prove_again(detail)


def test_it_is_not_offered_where_xnat_lists_nothing(
    deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANTRY_USER", USER)
    monkeypatch.setenv("GANTRY_PASSWORD", PASSWORD)
    with XnatContract() as server:
        server.hide_lists = True
        _, detail = deliver(server.url)
    assert not can_prove_again(detail)


@pytest.mark.parametrize("site", ["dicomweb", "dicom-orthanc", "orthanc", "xnat-contract"])
def test_a_list_proves_nothing_of_a_parcel_whose_file_list_was_forgotten(
    site: str, tmp_path: Path, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    with SITES[site](folder) as there:
        for name, value in there.environment.items():
            monkeypatch.setenv(name, value)
        services, detail = deliver(there.url)
        with closing(sqlite3.connect(services.home.history_file)) as db, db:
            db.execute("DELETE FROM source")
            db.execute("UPDATE parcel SET forgotten = 1")
        assert prove_again(services, detail.row.id).receipt is None
