"""Faults of servers that need a server with a memory: offsets, tokens that end, long sleeps."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Outcome, ParcelState
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.kinds.tus_upload import TusDestination
from gantry.engine.transfer.registry import open_destination
from gantry.engine.transfer.retry import RetryPolicy, send_with_retry
from gantry.receiver.server import Receiver
from gantry.store.history import ParcelFilter
from support.cli import Cli
from support.dicom import make_study
from support.fault_proxy import Fault, FaultProxy
from support.kills import arrived
from support.script_server import ScriptServer, Talk, response
from support.sending import QUICK, bytes_archive, direct, shipment
from support.whole_jobs import World, digests

SIZE, CHUNK = 100_000, 30_000


class Tus:
    """A tus server in a few lines, that a test may make misbehave at its n-th request.

    Attributes:
        fired: how often a fault struck.
    """

    def __init__(self, fault: Callable[[Tus, str, Talk], bytes | None]) -> None:
        self.data = bytearray()
        self.fault, self.fired, self.requests = fault, 0, 0

    def __call__(self, talk: Talk) -> None:
        head = talk.read_head().decode("latin-1")
        method = head.split(" ", 1)[0]
        body = talk.read_body(head.encode("latin-1")) if method in ("POST", "PATCH") else b""
        self.requests += 1
        answer = self.fault(self, method, talk)
        if answer is not None:
            self.fired += 1
            talk.send(answer)
            return
        tus = ("Tus-Resumable: 1.0.0", f"Upload-Length: {SIZE}")
        if method == "OPTIONS":
            talk.send(response(204, b"", "Tus-Version: 1.0.0"))
        elif method == "POST":
            self.data.clear()
            talk.send(response(201, b"", "Location: /upload/1", *tus))
        elif method == "HEAD":
            talk.send(response(200, b"", f"Upload-Offset: {len(self.data)}", *tus))
        elif f"upload-offset: {len(self.data)}\r" in head.lower() + "\r":
            self.data += body
            talk.send(response(204, b"", f"Upload-Offset: {len(self.data)}", *tus))
        else:
            talk.send(response(409, b"", *tus))


def send_by_tus(
    tmp_path: Path,
    tus: Tus,
    credentials: Credentials = Credentials(),
) -> tuple[list[ErrorCode], GantryError | None]:
    """Sends an archive; the failures on the way, and the one that ended it."""
    archive = bytes_archive(tmp_path, SIZE)
    failures: list[ErrorCode] = []
    with ScriptServer(tus) as server:
        destination = TusDestination(f"tus+{server.url}", credentials, Limits(60, 60, 60), direct())
        destination.chunk = CHUNK
        try:
            receipt = send_with_retry(
                destination,
                shipment(archive),
                policy=QUICK,
                on_failure=lambda attempt, error, wait: failures.append(error.code),
            )
        except GantryError as error:
            return failures, error
        finally:
            destination.close()
    assert receipt.outcome is Outcome.STORED
    assert bytes(tus.data) == archive.path.read_bytes()
    return failures, None


def test_c10_after_a_wrong_offset_the_server_is_asked_and_the_send_continues(
    tmp_path: Path,
) -> None:
    def lose_a_piece(tus: Tus, method: str, talk: Talk) -> bytes | None:
        if method == "PATCH" and len(tus.data) == 2 * CHUNK and not tus.fired:
            del tus.data[CHUNK:]  # the server forgot what it had
            return response(409)
        return None

    tus = Tus(lose_a_piece)
    failures, error = send_by_tus(tmp_path, tus)
    assert (tus.fired, failures, error) == (1, [], None)


@pytest.mark.parametrize("gone", [404, 410, 403])
def test_c11_upload_that_is_dropped_again_and_again_ends(tmp_path: Path, gone: int) -> None:
    """The server takes a piece each time, and forgets the upload before the next."""
    dropped = [False]

    def forget(tus: Tus, method: str, talk: Talk) -> bytes | None:
        if method == "POST":
            dropped[0] = False
            del tus.data[:]
            return None
        if method == "PATCH" and len(tus.data) >= 2 * CHUNK:
            dropped[0] = True
        return response(gone) if dropped[0] else None

    tus = Tus(forget)
    _, error = send_by_tus(tmp_path, tus)
    assert tus.fired >= 2
    assert error is not None
    assert tus.requests < 100, "bounded"


def test_c11_upload_that_is_dropped_once_starts_again_however_far_it_was(tmp_path: Path) -> None:
    dropped: list[int] = []

    def forget(tus: Tus, method: str, talk: Talk) -> bytes | None:
        if method == "PATCH" and len(tus.data) >= SIZE - CHUNK and not dropped:
            dropped.append(len(tus.data))
        if dropped and dropped[-1] and method != "POST":
            return response(404)
        if dropped and method == "POST":
            dropped[-1] = 0
            del tus.data[:]
        return None

    failures, error = send_by_tus(tmp_path, Tus(forget))
    assert dropped == [0]
    assert (failures, error) == ([], None)


@pytest.mark.parametrize(
    "offset", ["-1", str(SIZE + 1), "many", "", "1e3", "9" * 400, "٣", "0x10", "1.5", "+5"]
)
def test_c20_offset_that_is_none_fails_the_parcel(tmp_path: Path, offset: str) -> None:
    def lie(tus: Tus, method: str, talk: Talk) -> bytes | None:
        if method != "PATCH":
            return None
        value = offset.encode("utf-8").decode("latin-1")
        return response(204, b"", f"Upload-Offset: {value}", f"Upload-Length: {SIZE}")

    tus = Tus(lie)
    _, error = send_by_tus(tmp_path, tus)
    assert tus.fired >= 1
    assert error is not None
    assert error.code is ErrorCode.HTTP_UNEXPECTED


@pytest.mark.parametrize("how", ["stands still", "goes back"])
def test_c20_offset_that_never_grows_ends(tmp_path: Path, how: str) -> None:
    def stall(tus: Tus, method: str, talk: Talk) -> bytes | None:
        if method != "PATCH":
            return None
        if how == "goes back":
            del tus.data[:]
        return response(204, b"", f"Upload-Offset: {len(tus.data)}", f"Upload-Length: {SIZE}")

    tus = Tus(stall)
    failures, error = send_by_tus(tmp_path, tus)
    assert error is not None
    assert error.code is ErrorCode.NO_PROGRESS
    assert tus.requests < 100, "bounded"
    assert set(failures) == {ErrorCode.NO_PROGRESS}


def test_c09_token_that_expires_midway_stops_at_the_offset_and_resumes_there(
    tmp_path: Path,
) -> None:
    """The old token is refused for good; with a new one the send continues where it was."""
    valid = ["old"]
    offsets: list[int] = []

    def expire(tus: Tus, method: str, talk: Talk) -> bytes | None:
        head = talk.server.heads[-1]
        if method == "PATCH":
            offsets.append(len(tus.data))
            if len(tus.data) >= 2 * CHUNK and valid == ["old"]:
                valid[0] = "new"
        return None if f"Bearer {valid[0]}" in head else response(401)

    tus = Tus(expire)
    archive = bytes_archive(tmp_path, SIZE)
    with ScriptServer(tus) as server:
        one = shipment(archive)
        old = TusDestination(f"tus+{server.url}", Credentials(token="old"), options=direct())
        old.chunk = CHUNK
        with pytest.raises(GantryError) as caught:
            old.send(one)
        assert (caught.value.code, caught.value.transient) == (ErrorCode.HTTP_401, False)
        new = TusDestination(f"tus+{server.url}", Credentials(token="new"), options=direct())
        new.chunk = CHUNK
        del offsets[:]
        assert new.send(one).outcome is Outcome.STORED
        assert offsets[0] == 2 * CHUNK
    assert tus.fired >= 1
    assert bytes(tus.data) == archive.path.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGSTOP")
def test_c22_after_a_sleep_with_the_line_cut_the_job_continues(
    tmp_path: Path, canary_folder: Path
) -> None:
    """Sleep: the process stands still, meanwhile its connections die."""
    made = make_study(canary_folder, instances=20, size=256)
    cli = Cli(tmp_path / "home")
    slow = Fault(trickle_up=300_000)
    with Receiver(tmp_path / "received") as receiver:
        port = int(receiver.url.rsplit(":", 1)[1].split("/")[0])
        with FaultProxy(port, slow, slow) as proxy:
            url = f"http://127.0.0.1:{proxy.port}/parcels"
            process = cli.start("send", canary_folder, "--to", url, "--json")
            until = time.monotonic() + 60
            while not any(n > 100_000 for n in proxy.sent_up) and time.monotonic() < until:
                time.sleep(0.005)
            os.kill(process.pid, signal.SIGSTOP)
            fired = max(proxy.sent_up) > 100_000
            listening = proxy.port
        # The proxy is gone, its connections too. The computer sleeps, then wakes elsewhere.
        time.sleep(1.0)
        with FaultProxy(port) as again:
            again._listener.close()
            import socket

            again._listener = socket.create_server(("127.0.0.1", listening), backlog=64)
            again.__enter__()
            os.kill(process.pid, signal.SIGCONT)
            _, err = process.communicate(timeout=120)
    assert fired, "it was sending when it fell asleep"
    assert process.returncode == 0, err
    assert list(arrived(sorted((tmp_path / "received").glob("*.tar.gz")))) == digests(*made)
    states = [p["state"] for p in cli("history", "--json").of("parcel")]
    assert states == ["delivered"]


def test_c13_retried_after_all_answers_were_lost_it_is_the_same_parcel(
    tmp_path: Path, canary_folder: Path
) -> None:
    """An unclear parcel leaves the spool; packed again it must be the bytes that did arrive."""
    made = make_study(canary_folder, instances=4, size=128)
    with World(tmp_path, canary_folder) as world:
        with Receiver(tmp_path / "home" / "practice") as receiver:
            port = int(receiver.url.rsplit(":", 1)[1].split("/")[0])
            with FaultProxy(port, *[Fault(drop_answer=True)] * 50) as proxy:
                url = f"http://127.0.0.1:{proxy.port}/parcels"
                limits = Limits(connect=5, idle=10, answer=10)
                done = world.send(
                    world.scan(), open_destination(url, limits=limits, options=direct())
                )
            assert proxy.fired
            assert done.unclear == 1
            assert world.arrived() == digests(*made), "it arrived, though nobody could say so"
            (parcel,) = world.services.history.parcels(ParcelFilter())
            world.services.history.retry([parcel.id], another_copy=True)
            (job,) = world.services.jobs.unfinished()
            destination = open_destination(receiver.url, options=direct())
            done = world.services.jobs.run(job, destination)
            destination.close()
        assert done.delivered == 1
        assert world.arrived() == digests(*made)
        world.check_rest(ParcelState.DELIVERED)


def test_c01_offline_for_a_while_burns_no_attempt_of_the_job(
    tmp_path: Path, canary_folder: Path
) -> None:
    made = make_study(canary_folder, instances=2)
    with World(tmp_path, canary_folder) as world:
        world.retry = RetryPolicy(attempts=2, first_wait=0.02, longest_wait=0.05, offline=300)
        with Receiver(tmp_path / "home" / "practice") as receiver:
            port = int(receiver.url.rsplit(":", 1)[1].split("/")[0])
            from support.process import free_port

            gate = free_port()

            url = f"http://127.0.0.1:{gate}/parcels"
            destination = open_destination(url, options=direct())
            proxies: list[FaultProxy] = []

            def hook(event: object) -> None:
                if len(world.failures()) == 5 and not proxies:
                    import socket

                    proxy = FaultProxy(port)
                    proxy._listener.close()
                    proxy._listener = socket.create_server(("127.0.0.1", gate), backlog=8)
                    proxies.append(proxy)
                    proxy.__enter__()

            done = world.send(world.scan(), destination, hook=hook)
            proxies[0].__exit__()
        assert done.delivered == 1
        assert world.failures() == [ErrorCode.REFUSED] * len(world.failures())
        assert len(world.failures()) >= 5, "more than the attempts it had"
        assert world.arrived() == digests(*made)
        world.check_rest(ParcelState.DELIVERED)
