"""Attempts: which failures are worth another, how long to wait, when to ask instead."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome, Receipt
from gantry.engine.transfer.destination import Destination, Shipment
from gantry.engine.transfer.kinds.form import FormDestination
from gantry.engine.transfer.pacer import Pacer
from gantry.engine.transfer.retry import RetryPolicy, send_with_retry
from gantry.receiver.server import Receiver
from support.fake_clock import FakeClock
from support.fault_proxy import Fault, FaultProxy
from support.script_server import Script, ScriptServer, Talk, answer, response
from support.sending import QUICK, bytes_archive, direct, shipment

JSON = "Content-Type: application/json"
STORED = answer(201, b"stored")


class Failures(list[tuple[int, ErrorCode, float | None]]):
    def __call__(self, attempt: int, error: GantryError, wait: float | None) -> None:
        self.append((attempt, error.code, wait))

    @property
    def codes(self) -> list[ErrorCode]:
        return [code for _, code, _ in self]

    @property
    def attempts(self) -> list[int]:
        return [attempt for attempt, _, _ in self]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return bytes_archive(tmp_path / "spool", 300_000)


def post_only(*scripts: Script) -> Script:
    """Plays the scripts for POSTs in turn; says 404 to every question."""
    waiting = list(scripts)

    def script(talk: Talk) -> None:
        head = talk.read_head()
        if head.startswith(b"GET"):
            talk.send(response(404))
            return
        talk.server.bodies.append(talk.read_body(head))
        talk.read_request = lambda: b""  # type: ignore[method-assign]
        talk.read_head = lambda: head  # type: ignore[method-assign]
        (waiting.pop(0) if len(waiting) > 1 else waiting[0])(talk)

    return script


OnFailure = Callable[[int, GantryError, float | None], None]


def deliver(
    url: str,
    archive: Archive,
    failures: OnFailure,
    token: CancelToken | None = None,
    **more: object,
) -> Receipt:
    destination = FormDestination(url, options=direct())
    token = token or CancelToken(clock=FakeClock())
    options = {"policy": QUICK, "on_failure": failures, **more}
    return send_with_retry(destination, shipment(archive, token), **options)  # type: ignore[arg-type]


def test_c08_a_parcel_waits_for_as_long_as_another_was_asked_to(archive: Archive) -> None:
    """Both met a busy server; the other's Retry-After came later, and is longer."""
    clock = FakeClock()
    pacer, token = Pacer(clock=clock), CancelToken(clock=clock)
    sent: list[float] = []

    class Busy(Destination):
        url = "test:busy"

        def send(self, shipment: Shipment) -> Receipt:
            sent.append(clock.now())
            if len(sent) == 1:
                raise GantryError(ErrorCode.HTTP_503, transient=True, retry_after=5.0)
            return Receipt(self.url, "2026-01-01T00:00:00Z", 201, "", 0, Outcome.STORED)

        def ask(self, shipment: Shipment) -> Receipt | None:
            return None

        def close(self) -> None:
            pass

    def another_meets_it() -> None:
        clock.during_wait = lambda: None
        pacer.busy(60.0)

    clock.during_wait = another_meets_it
    send_with_retry(
        Busy(), shipment(archive, token), policy=QUICK, on_failure=Failures(), pacer=pacer
    )
    assert sent[1] - sent[0] >= 60


def test_c06_burst_of_5xx_passes(archive: Archive) -> None:
    failures = Failures()
    script = post_only(answer(500), answer(503), answer(500), STORED)
    with ScriptServer(script) as server:
        receipt = deliver(server.url, archive, failures)

    assert receipt.outcome is Outcome.STORED
    assert failures.codes == [ErrorCode.HTTP_500, ErrorCode.HTTP_503, ErrorCode.HTTP_500]
    assert failures.attempts == [1, 2, 3]
    assert len(server.bodies) == 4
    assert len({len(body) for body in server.bodies}) == 1


@pytest.mark.parametrize("status", [408, 502, 504])
def test_a_gateways_error_after_the_whole_body_is_unclear_where_nobody_can_be_asked(
    archive: Archive, status: int
) -> None:
    failures = Failures()
    with ScriptServer(post_only(answer(status))) as server, pytest.raises(GantryError) as caught:
        deliver(server.url, archive, failures)

    assert caught.value.code is ErrorCode.UNCLEAR
    assert caught.value.facts["cause"] == f"http.{status}"
    assert len(server.bodies) == 1


def test_a_gateways_error_is_asked_about_until_it_is_over(tmp_path: Path, archive: Archive) -> None:
    """The receiver's answer is lost in a gateway that is down for a while."""
    failures = Failures()
    with Receiver(tmp_path / "root") as receiver:
        behind = FormDestination(receiver.url, options=direct())

        class Gateway(FormDestination):
            asked = 0

            def send(self, one: Shipment) -> Receipt:
                behind.send(one)
                one.hand_over(True)
                raise GantryError(ErrorCode.HTTP_504, transient=True)

            def ask(self, one: Shipment) -> Receipt | None:
                self.asked += 1
                if self.asked < 3:
                    raise GantryError(ErrorCode.HTTP_502, transient=True)
                return behind.ask(one)

        receipt = send_with_retry(
            Gateway(receiver.url), shipment(archive), policy=QUICK, on_failure=failures
        )

    assert receipt.outcome is Outcome.ALREADY_THERE
    assert failures.codes == [ErrorCode.HTTP_504, ErrorCode.HTTP_502, ErrorCode.HTTP_502]


def test_c06_500_for_ever_is_final_after_so_many_attempts(archive: Archive) -> None:
    failures = Failures()
    with ScriptServer(post_only(answer(500))) as server, pytest.raises(GantryError) as caught:
        deliver(server.url, archive, failures)

    assert caught.value.code is ErrorCode.HTTP_500
    assert failures.attempts == [1, 2, 3, 4]
    assert failures[-1][2] is None
    assert len(server.bodies) == QUICK.attempts


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 415, 422, 507, 501])
def test_other_4xx_and_full_disks_are_tried_once(archive: Archive, status: int) -> None:
    failures = Failures()
    with ScriptServer(answer(status)) as server, pytest.raises(GantryError):
        deliver(server.url, archive, failures)

    assert server.hits == 1
    assert failures[0][2] is None


@pytest.mark.parametrize("status", [425, 429])
def test_4xx_that_pass_are_tried_again(archive: Archive, status: int) -> None:
    failures = Failures()
    with ScriptServer(post_only(answer(status), answer(201))) as server:
        deliver(server.url, archive, failures)

    assert len(server.bodies) == 2


@pytest.mark.parametrize(
    ("said", "low", "high"), [(0.0, 0.0, 0.1), (2.0, 2.0, 2.3), (1e9, 900.0, 990.1)]
)
def test_c07_retry_after_is_obeyed_up_to_a_cap(said: float, low: float, high: float) -> None:
    error = GantryError(ErrorCode.HTTP_503, retry_after=said, transient=True)

    assert all(low <= RetryPolicy().wait(n, error) <= high for n in range(1, 20))


def test_c07_junk_in_retry_after_leaves_the_usual_wait(archive: Archive) -> None:
    failures = Failures()
    script = post_only(
        answer(503, b"", "Retry-After: -5"), answer(503, b"", "Retry-After: soon"), answer(201)
    )
    with ScriptServer(script) as server:
        deliver(server.url, archive, failures)

    waits = [wait for _, _, wait in failures if wait is not None]
    assert len(waits) == 2
    assert all(0 < wait <= QUICK.longest_wait for wait in waits)


def test_waits_double_with_jitter_up_to_the_longest() -> None:
    policy, error = RetryPolicy(), GantryError(ErrorCode.HTTP_500, transient=True)

    for failure, full in enumerate([1, 2, 4, 8, 16, 32, 60, 60], start=1):
        waits = {policy.wait(failure, error) for _ in range(50)}
        assert len(waits) > 10
        assert all(full / 2 <= wait <= full for wait in waits)
    assert policy.wait(10_000, error) <= 60


def test_c07_wait_can_be_cancelled(archive: Archive) -> None:
    clock = FakeClock()
    failures, token = Failures(), CancelToken(clock=clock)
    clock.during_wait = token.cancel
    with ScriptServer(answer(503, b"", "Retry-After: 1000")) as server:
        destination = FormDestination(server.url, options=direct())
        with pytest.raises(Cancelled):
            send_with_retry(
                destination, shipment(archive, token), policy=RetryPolicy(), on_failure=failures
            )

    assert server.hits == 1
    assert failures[0][2] is not None
    assert failures[0][2] >= 900


@pytest.mark.parametrize("status", [429, 503])
def test_c08_busy_server_holds_the_whole_destination(archive: Archive, status: int) -> None:
    clock, held = FakeClock(), list[float | None]()
    pacer = Pacer(clock=clock)

    def failed(attempt: int, error: GantryError, wait: float | None) -> None:
        if pacer.held_for:
            held.append(wait)

    script = post_only(answer(status, b"", "Retry-After: 0"), answer(500), answer(201))
    with ScriptServer(script) as server:
        deliver(server.url, archive, failed, pacer=pacer, token=CancelToken(clock=clock))

    assert len(held) == 1


def test_c01_being_offline_burns_no_attempt_but_ends(archive: Archive) -> None:
    failures = Failures()
    with ScriptServer(answer(200)) as server:
        port = server.port

    clock, policy = FakeClock(), RetryPolicy(attempts=1)
    with pytest.raises(GantryError) as caught:
        deliver(
            f"http://127.0.0.1:{port}/", archive, failures, CancelToken(clock=clock), policy=policy
        )

    assert caught.value.code is ErrorCode.REFUSED
    assert set(failures.attempts) == {1}
    assert len(failures) > policy.attempts
    assert policy.offline <= clock.waited <= policy.offline + policy.longest_wait


def test_c01_destination_that_comes_back_is_sent_to(tmp_path: Path, archive: Archive) -> None:
    failures = Failures()
    with Receiver(tmp_path / "root") as receiver:
        url = receiver.url
    port = int(url.rsplit(":", 1)[1].split("/")[0])
    again: list[Receiver] = []

    def on_failure(attempt: int, error: GantryError, wait: float | None) -> None:
        failures(attempt, error, wait)
        if len(failures) == 3:
            again.append(Receiver(tmp_path / "root", port=port))
            again[0].start()

    try:
        policy = RetryPolicy(attempts=1)
        receipt = deliver(url, archive, failures, on_failure=on_failure, policy=policy)
    finally:
        again[0].stop()

    assert receipt.outcome is Outcome.STORED
    assert set(failures.codes) == {ErrorCode.REFUSED}


def test_c13_answer_lost_after_the_commit_is_asked_for_not_sent_again(
    tmp_path: Path, archive: Archive
) -> None:
    failures = Failures()
    with (
        Receiver(tmp_path / "root") as receiver,
        FaultProxy(port_of(receiver), Fault(drop_answer=True)) as proxy,
    ):
        receipt = deliver(through(proxy), archive, failures)

    assert proxy.fired == 1
    assert failures.codes == [ErrorCode.DISCONNECTED]
    assert receipt.outcome is Outcome.ALREADY_THERE
    assert sum(n > archive.size for n in proxy.sent_up) == 1
    assert len(list((tmp_path / "root").glob("*.tar.gz"))) == 1


def test_c13_after_a_kill_the_destination_is_asked_first(tmp_path: Path, archive: Archive) -> None:
    with Receiver(tmp_path / "root") as receiver, FaultProxy(port_of(receiver)) as proxy:
        deliver(through(proxy), archive, Failures())
        receipt = deliver(through(proxy), archive, Failures(), ask_first=True, first_attempt=2)

    assert receipt.outcome is Outcome.ALREADY_THERE
    assert sum(n > archive.size for n in proxy.sent_up) == 1


def test_an_answer_that_it_holds_but_has_not_stored_it_is_no_delivery(archive: Archive) -> None:
    """A destination may know a parcel and have rejected it: then it is sent, not believed."""

    class Knows(FormDestination):
        def ask(self, one: Shipment) -> Receipt:
            return Receipt(self.url, "2026-11-24T08:00:00Z", 200, "", 0, Outcome.REJECTED)

    with ScriptServer(post_only(STORED)) as server:
        destination = Knows(server.url, options=direct())
        receipt = send_with_retry(
            destination, shipment(archive), policy=QUICK, on_failure=Failures(), ask_first=True
        )

    assert receipt.outcome is Outcome.STORED
    assert len(server.bodies) == 1


class Scripted(FormDestination):
    """Plays what each attempt comes to, before anything is sent."""

    def __init__(self, url: str, *attempts: Callable[[Shipment], None]) -> None:
        super().__init__(url, options=direct())
        self._attempts = list(attempts)
        self.calls = 0

    def ask(self, one: Shipment) -> None:
        self.calls += 1

    def send(self, one: Shipment) -> Receipt:
        self.calls += 1
        if self._attempts:
            self._attempts.pop(0)(one)
        return super().send(one)


def test_patience_while_offline_starts_again_once_the_destination_was_reached(
    archive: Archive,
) -> None:
    """The clock is the test's own: 200 s offline, reached, 200 s offline; 300 s are allowed."""
    clock = FakeClock()

    def ends(code: ErrorCode) -> Callable[[Shipment], None]:
        def end(one: Shipment) -> None:
            clock.advance(100.0)
            raise GantryError(code, transient=True)

        return end

    off, reached = ends(ErrorCode.REFUSED), ends(ErrorCode.HTTP_502)
    failures = Failures()
    policy = RetryPolicy(longest_wait=0.001, offline=300.0)
    with ScriptServer(post_only(answer(201))) as server:
        destination = Scripted(server.url, off, off, off, reached, off, off, off)
        one = shipment(archive, CancelToken(clock=clock))
        send_with_retry(destination, one, policy=policy, on_failure=failures)

    assert failures.attempts == [1, 1, 1, 1, 2, 2, 2]


def test_patience_while_offline_begins_again_after_bytes_have_moved_or_nobody_has_tried(
    archive: Archive,
) -> None:
    """Offline for 200 s, then progress of each kind, then offline for 200 s again."""
    clock = FakeClock()

    def ends(
        code: ErrorCode, seconds: float, before: Callable[[Shipment], None] = lambda one: None
    ) -> Callable[[Shipment], None]:
        def end(one: Shipment) -> None:
            clock.advance(seconds)
            before(one)
            raise GantryError(code, transient=True)

        return end

    def confirm(one: Shipment) -> None:
        one.confirmed += 1000

    def sends(one: Shipment) -> None:
        one.progress.sent += 1000

    def pauses(one: Shipment) -> None:
        one.token.pause()
        threading.Timer(0.05, one.token.resume).start()

    off = ends(ErrorCode.REFUSED, 100)
    policy = RetryPolicy(longest_wait=0.001, offline=300.0)
    for between in (
        ends(ErrorCode.DISCONNECTED, 600, confirm),
        ends(ErrorCode.DNS_FAILED, 600, sends),
        ends(ErrorCode.DNS_FAILED, 0, pauses),
    ):
        with ScriptServer(post_only(STORED)) as server:
            destination = Scripted(server.url, off, off, between, off, off)
            one = shipment(archive, CancelToken(clock=clock))
            receipt = send_with_retry(destination, one, policy=policy, on_failure=Failures())
        assert receipt.outcome is Outcome.STORED


def test_waits_stay_short_while_the_destination_holds_more_after_each_cut(
    archive: Archive,
) -> None:
    def cut(one: Shipment) -> None:
        one.confirmed += 1000
        raise GantryError(ErrorCode.DISCONNECTED, transient=True)

    failures = Failures()
    policy = RetryPolicy(first_wait=0.02, longest_wait=60.0)
    with ScriptServer(post_only(answer(201))) as server:
        destination = Scripted(server.url, *[cut] * 12)
        send_with_retry(destination, shipment(archive), policy=policy, on_failure=failures)

    assert len(failures) == 12
    assert failures.attempts == [1] * 12
    assert all(wait is not None and wait <= 0.02 for _, _, wait in failures)


def test_what_is_cancelled_already_is_neither_asked_for_nor_sent(archive: Archive) -> None:
    one = shipment(archive)
    one.token.cancel()
    destination = Scripted("http://127.0.0.1:1/parcels")
    with pytest.raises(Cancelled):
        send_with_retry(destination, one, on_failure=Failures(), ask_first=True)
    assert destination.calls == 0


# The head is some 500 bytes long, the body 300,200.
@pytest.mark.parametrize("at", [0, 1, 400, 600, 65_536, 65_537, 299_999, 300_100])
@pytest.mark.parametrize("is_reset", [True, False])
def test_c14_cut_at_any_byte_still_delivers_once(
    tmp_path: Path, archive: Archive, at: int, is_reset: bool
) -> None:
    failures = Failures()
    fault = Fault(reset_up=at) if is_reset else Fault(close_up=at)
    with (
        Receiver(tmp_path / "root") as receiver,
        FaultProxy(port_of(receiver), fault) as proxy,
    ):
        receipt = deliver(through(proxy), archive, failures)

    assert proxy.fired == 1
    assert failures.codes == [ErrorCode.DISCONNECTED]
    assert receipt.outcome.is_delivered
    stored = list((tmp_path / "root").glob("*.tar.gz"))
    assert [p.read_bytes() for p in stored] == [archive.path.read_bytes()]
    assert list((tmp_path / "root" / ".incoming").iterdir()) == []


@pytest.mark.parametrize("at", [1, 20, 150])
def test_c14_cut_within_the_answer_is_asked_for(tmp_path: Path, archive: Archive, at: int) -> None:
    with (
        Receiver(tmp_path / "root") as receiver,
        FaultProxy(port_of(receiver), Fault(cut_answer=at)) as proxy,
    ):
        receipt = deliver(through(proxy), archive, Failures())

    assert proxy.fired == 1
    assert receipt.outcome is Outcome.ALREADY_THERE


def test_c12_byte_spoilt_on_the_way_is_sent_again(tmp_path: Path, archive: Archive) -> None:
    failures = Failures()
    with (
        Receiver(tmp_path / "root") as receiver,
        FaultProxy(port_of(receiver), Fault(flip=100_000)) as proxy,
    ):
        receipt = deliver(through(proxy), archive, failures)

    assert proxy.fired == 1
    assert failures.codes == [ErrorCode.RECEIPT_MISMATCH]
    assert receipt.outcome is Outcome.STORED
    stored = tmp_path / "root" / f"{archive.parcel}.tar.gz"
    assert stored.read_bytes() == archive.path.read_bytes()


def test_c12_third_mismatch_ends_it(archive: Archive) -> None:
    failures = Failures()
    wrong = f'{{"parcel": "{archive.parcel}", "sha256": "{"0" * 64}"}}'.encode()
    with (
        ScriptServer(post_only(answer(201, wrong, JSON))) as server,
        pytest.raises(GantryError) as caught,
    ):
        deliver(server.url, archive, failures, policy=RetryPolicy(attempts=8, first_wait=0.01))

    assert caught.value.code is ErrorCode.RECEIPT_MISMATCH
    assert len(server.bodies) == 3


def test_a_server_that_could_double_a_parcel_gets_no_second_copy_after_a_mismatch(
    archive: Archive,
) -> None:
    wrong = f'{{"sha256": "{"0" * 64}"}}'.encode()
    with (
        ScriptServer(post_only(answer(200, wrong, JSON))) as server,
        pytest.raises(GantryError) as caught,
    ):
        deliver(server.url, archive, Failures())

    assert caught.value.code is ErrorCode.RECEIPT_MISMATCH
    assert len(server.bodies) == 1


def test_c26_request_delivered_twice_is_stored_once(tmp_path: Path, archive: Archive) -> None:
    with (
        Receiver(tmp_path / "root") as receiver,
        FaultProxy(port_of(receiver), Fault(repeat=True)) as proxy,
    ):
        receipt = deliver(through(proxy), archive, Failures())

    assert proxy.fired == 1
    assert receipt.outcome.is_delivered
    assert len(list((tmp_path / "root").glob("*.tar.gz"))) == 1


def test_cut_after_a_pause_is_not_counted(tmp_path: Path) -> None:
    archive = bytes_archive(tmp_path / "spool", 20_000_000)  # more than fits into buffers
    failures, token, posts = Failures(), CancelToken(), [0]

    def impatient(talk: Talk) -> None:
        head = talk.read_head()
        if head.startswith(b"GET"):
            talk.send(response(404))
            return
        posts[0] += 1
        if posts[0] == 1:
            token.pause()
            threading.Timer(0.2, token.resume).start()
            talk.reset()
            return
        talk.read_body(head)
        talk.send(response(201, b"stored"))

    large = shipment(archive, token)
    with ScriptServer(impatient) as server:
        destination = FormDestination(server.url, options=direct())
        policy = RetryPolicy(attempts=1, first_wait=0.01)
        receipt = send_with_retry(destination, large, policy=policy, on_failure=failures)

    assert receipt.outcome is Outcome.STORED
    assert failures.attempts == [1]


def through(proxy: FaultProxy) -> str:
    return f"http://127.0.0.1:{proxy.port}/parcels"


def port_of(receiver: Receiver) -> int:
    return int(receiver.url.rsplit(":", 1)[1].split("/")[0])


def test_what_is_there_but_was_not_compared_is_sent_all_the_same(archive: Archive) -> None:
    """It may be an older file under the same name."""

    class Holding(Scripted):
        def ask(self, one: Shipment) -> Receipt | None:  # type: ignore[override]
            return Receipt(
                self.url, "2026-01-01T00:00:00Z", 200, archive.sha256, archive.size,
                Outcome.NOT_COMPARED,
            )  # fmt: skip

    with ScriptServer(post_only(STORED)) as server:
        receipt = send_with_retry(
            Holding(server.url), shipment(archive), on_failure=Failures(), ask_first=True
        )

    assert receipt.outcome is not Outcome.NOT_COMPARED
    assert len(server.bodies) == 1
