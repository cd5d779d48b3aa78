"""A provider's answer is waited for within bounds: of time, and of size."""

from typing import Any, cast

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone, ConnectionRefusedError
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from router.http.oidc.stopped import Stopped, Why
from router.http.oidc.web import LARGEST, SECONDS, Answer, Web

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
URL = "http://127.0.0.1:4711/token?secret=x"


class WebTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.reactor = cast(Any, MemoryReactorClock())
        self.web = Web(self.reactor)

    def ask(self, body: str | None = None, **headers: str) -> Deferred[Answer]:
        return Deferred.fromCoroutine(self.web.ask(URL, headers, body))

    def connected(self) -> StringTransport:
        """Take the connection that is being made."""
        transport = StringTransport()
        factory = self.reactor.tcpClients[-1][2]
        self.protocol = factory.buildProtocol(None)
        self.protocol.makeConnection(transport)
        return transport

    def stopped(self, answer: Deferred[Answer], words: str) -> None:
        """It goes no further; the reason names the address, and nothing of what stood behind it."""
        stopped = self.failureResultOf(answer, Stopped).value
        assert stopped.why is Why.UNREACHABLE and words in stopped.reason, stopped.reason
        assert "secret" not in stopped.reason

    def test_json_is_read(self) -> None:
        answer = self.ask()
        transport = self.connected()
        assert transport.value().startswith(b"GET /token?secret=x HTTP/1.1\r\n")
        self.protocol.dataReceived(HEAD + b'Content-Length: 7\r\n\r\n{"a":1}')
        assert self.successResultOf(answer) == Answer(200, {"a": 1})

    def test_a_form_is_posted(self) -> None:
        self.ask("code=x", Authorization="Basic abc")
        sent = self.connected().value()
        self.reactor.advance(0.1)
        assert (
            sent.startswith(b"POST ") and b"Authorization: Basic abc\r\n" in sent and b"Content-Length: 6\r\n" in sent
        )

    def test_an_answer_that_drips_is_given_up(self) -> None:
        answer = self.ask()
        transport = self.connected()
        self.protocol.dataReceived(HEAD)
        for _ in range(int(SECONDS)):
            self.protocol.dataReceived(b"X-More: x\r\n")
            self.assertNoResult(answer)
            self.reactor.advance(1.0)
        self.stopped(answer, "not within 10 s")
        assert transport.disconnected

    def test_nor_does_a_body_go_on_for_ever(self) -> None:
        answer = self.ask()
        transport = self.connected()
        self.protocol.dataReceived(HEAD + b"Content-Length: 100\r\n\r\n")
        for _ in range(int(SECONDS)):
            self.protocol.dataReceived(b" ")
            self.assertNoResult(answer)
            self.reactor.advance(1.0)
        self.stopped(answer, "not within 10 s")
        assert transport.disconnected

    def test_an_answer_may_end_with_its_connection(self) -> None:
        answer = self.ask()
        self.connected()
        self.protocol.dataReceived(HEAD + b"\r\n[1]")
        self.protocol.connectionLost(Failure(ConnectionDone()))
        assert self.successResultOf(answer) == Answer(200, [1])
        assert not self.reactor.getDelayedCalls()

    def test_a_connection_that_is_not_made_is_given_up(self) -> None:
        answer = self.ask()
        self.reactor.advance(SECONDS)
        self.stopped(answer, "not within 10 s")

    def test_a_body_that_is_too_large_is_not_read_to_its_end(self) -> None:
        answer = self.ask()
        transport = self.connected()
        self.protocol.dataReceived(HEAD + b"Content-Length: 9999999\r\n\r\n")
        self._flood(transport, b"x" * 10_000)
        self.stopped(answer, "did not answer")

    def test_nor_are_headers(self) -> None:
        answer = self.ask()
        transport = self.connected()
        self.protocol.dataReceived(HEAD)
        self._flood(transport, b"X-More: x\r\n" * 1_000)
        self.stopped(answer, "did not answer")

    def _flood(self, transport: Any, data: bytes) -> None:
        for _ in range(LARGEST // len(data) + 1):
            self.protocol.dataReceived(data)
        assert transport.disconnected
        self.protocol.connectionLost(Failure(ConnectionRefusedError()))

    def test_what_is_no_json_is_no_answer(self) -> None:
        answer = self.ask()
        self.connected()
        self.protocol.dataReceived(HEAD + b"Content-Length: 6\r\n\r\n<html>")
        self.stopped(answer, "did not answer with JSON")

    def test_a_provider_that_is_down_does_not_answer(self) -> None:
        answer = self.ask()
        self.reactor.tcpClients[-1][2].clientConnectionFailed(None, Failure(ConnectionRefusedError()))
        self.reactor.advance(1.0)
        self.stopped(answer, "ConnectionRefusedError")

    def test_one_is_not_sent_on(self) -> None:
        answer = self.ask()
        self.connected()
        there = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:22/\r\nContent-Length: 2\r\n\r\n{}"
        self.protocol.dataReceived(there)
        assert self.successResultOf(answer) == Answer(302, {})
        assert len(self.reactor.tcpClients) == 1
