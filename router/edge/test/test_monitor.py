"""What an operator's tools are told, and where."""

from typing import Any

import orjson
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from twisted.internet.error import CannotListenError
from twisted.internet.task import Clock
from twisted.internet.testing import MemoryReactor
from twisted.logger import LogLevel, capturedLogs, formatEvent
from twisted.web.test.requesthelper import DummyChannel

from router.edge.counters import Counters
from router.edge.monitor import AGAIN, Monitor


class Taken(MemoryReactor):
    """A reactor on which the port is taken a few times."""

    def __init__(self, times: int = 0) -> None:
        super().__init__()
        self.times = times
        self.attempts = 0

    def listenTCP(self, port: int, factory: Any, backlog: int = 50, interface: str = "") -> Any:  # noqa: N802
        self.attempts += 1
        if self.attempts <= self.times:
            raise CannotListenError(interface, port, OSError(98, "Address already in use"))
        return super().listenTCP(port, factory, backlog, interface)


class Later:
    """Twisted's clock, as a ticker."""

    def __init__(self) -> None:
        self.clock = Clock()

    def later(self, seconds: float, call: Any) -> object:
        return self.clock.callLater(seconds, call)


class Answer:
    """What came back."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}


class Worker:
    """A router worker whose monitor is asked without a network."""

    def __init__(self, taken: int = 0) -> None:
        self.missing: list[str] = []
        self.counters = Counters()
        self.reactor, later = Taken(taken), Later()
        self.clock = later.clock
        self.monitor = Monitor(self.counters, lambda: self.missing, self.reactor, later)
        self.monitor.start("127.0.0.1", 9080)

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        site: Any = self.reactor.tcpServers[0][1]
        channel = DummyChannel()
        channel.site = site
        request = site.requestFactory(channel, False)
        for name, value in headers.items():
            request.requestHeaders.setRawHeaders(name, [value])
        request.gotLength(0)
        request.requestReceived(method.encode(), path.encode(), b"HTTP/1.1")
        return Answer(channel.transport.written.getvalue())


@pytest.fixture
def worker() -> Worker:
    return Worker()


def test_listens_where_it_is_told(worker: Worker) -> None:
    assert [(port, host) for port, _, _, host in worker.reactor.tcpServers] == [(9080, "127.0.0.1")]


def test_healthz_says_that_the_event_loop_turns(worker: Worker) -> None:
    worker.missing = ["everything"]
    answer = worker.ask("/healthz")
    assert (answer.status, answer.body) == (200, b"ok\n")


def test_readyz_says_what_is_missing(worker: Worker) -> None:
    assert worker.ask("/readyz").status == 200
    worker.missing = ["nobody answers openline.room.post"]
    answer = worker.ask("/readyz")
    assert answer.status == 503
    assert answer.headers["content-type"] == "application/json"
    assert orjson.loads(answer.body) == {"ready": False, "missing": ["nobody answers openline.room.post"]}


def test_readyz_says_no_once_the_worker_ends(worker: Worker) -> None:
    for call, args, kwargs in worker.reactor.triggers["before"]["shutdown"]:
        call(*args, **kwargs)
    assert worker.ask("/readyz").status == 503
    assert worker.ask("/healthz").status == 200


def test_metrics_are_text_or_openmetrics_as_one_asks(worker: Worker) -> None:
    worker.counters.joined("websocket", "guest")
    plain = worker.ask("/metrics")
    assert plain.headers["content-type"].startswith("text/plain")
    assert b'openline_sessions{role="guest",transport="websocket"} 1.0' in plain.body
    open_metrics = worker.ask("/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert open_metrics.headers["content-type"].startswith("application/openmetrics-text")
    names = {family.name for family in text_string_to_metric_families(open_metrics.body.decode())}
    assert {"openline_sessions", "openline_call_seconds", "openline_loop_lag_seconds"} <= names


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/", "/etc/passwd", "/metrics/x"])
def test_every_answer_carries_the_safe_headers_and_names_no_software(worker: Worker, path: str) -> None:
    headers = worker.ask(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "twisted" not in str(headers).lower()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_it_is_only_read(worker: Worker, method: str) -> None:
    answer = worker.ask("/readyz", method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


def test_there_is_nothing_else(worker: Worker) -> None:
    assert {worker.ask(path).status for path in ("/", "/x", "/.git/config", "/healthz/x")} == {404}


def test_a_port_that_is_taken_is_complained_of_once_and_tried_again() -> None:
    with capturedLogs() as logs:
        worker = Worker(taken=3)
        assert not worker.reactor.tcpServers
        worker.clock.pump([AGAIN] * 3)
    assert worker.ask("/healthz").status == 200
    warnings = [formatEvent(event) for event in logs if event["log_level"] is LogLevel.warn]
    assert len(warnings) == 1 and "9080" in warnings[0] and "monitor: {port: ...}" in warnings[0]


def test_a_worker_that_ends_asks_for_the_port_no_more() -> None:
    worker = Worker(taken=1_000)
    worker.monitor.end()
    worker.clock.advance(AGAIN)
    assert not worker.clock.getDelayedCalls()
