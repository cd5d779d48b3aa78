"""Where a post goes, and how long it may take."""

from typing import Any, cast

from twisted.internet.defer import Deferred, succeed
from twisted.internet.testing import MemoryReactorClock, StringTransport
from twisted.trial.unittest import SynchronousTestCase

from components.hook.web import LARGEST, SECONDS, Answered, Unsent, Web

URL = "http://hooks.example/in?token=secret"


class WebTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.reactor = cast(Any, MemoryReactorClock())
        self.addresses = ["93.184.216.34"]
        self.asked: list[tuple[str, int]] = []

        def resolve(name: str, port: int) -> Deferred[list[str]]:
            self.asked.append((name, port))
            return succeed(self.addresses)

        self.web = Web(self.reactor, [], resolve)

    def post(self, url: str = URL) -> Deferred[Answered]:
        return Deferred.fromCoroutine(self.web.post(url, {"webhook-id": "m1"}, b'{"a":1}'))

    def connected(self) -> StringTransport:
        transport = StringTransport()
        host, _, factory = self.reactor.tcpClients[-1][:3]
        self.host = host
        self.protocol = factory.buildProtocol(None)
        self.protocol.makeConnection(transport)
        return transport

    def test_it_goes_to_the_address_that_was_looked_at_under_the_name_that_was_given(self) -> None:
        answer = self.post()
        transport = self.connected()
        self.reactor.advance(0.1)
        sent = transport.value()
        assert (self.host, self.asked) == ("93.184.216.34", [("hooks.example", 80)])
        assert sent.startswith(b"POST /in?token=secret HTTP/1.1\r\n") and b"Host: hooks.example\r\n" in sent
        assert b"Webhook-Id: m1\r\n" in sent and sent.endswith(b'{"a":1}')
        self.protocol.dataReceived(b"HTTP/1.1 429 Slow\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")
        assert self.successResultOf(answer) == Answered(429, 7.0)

    def test_it_is_not_sent_on_to_another_address(self) -> None:
        answer = self.post()
        self.connected()
        self.protocol.dataReceived(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n")
        assert self.successResultOf(answer).status == 302
        assert len(self.reactor.tcpClients) == 1

    def test_nothing_is_sent_to_what_is_not_public(self) -> None:
        for addresses in (["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::1"], []):
            self.addresses = addresses
            self.failureResultOf(self.post(), Unsent)
        for url in ("http://user@hooks.example/", "http:///x", "https://"):
            self.addresses = ["93.184.216.34"]
            self.failureResultOf(self.post(url), Unsent)
        assert self.reactor.tcpClients == []

    def test_it_takes_so_long_and_no_longer(self) -> None:
        answer = self.post()
        self.connected()
        self.reactor.advance(SECONDS + 0.1)
        assert "No answer within" in str(self.failureResultOf(answer, Unsent).value)

    def test_an_answer_without_an_end_is_cut_off(self) -> None:
        answer = self.post()
        transport = self.connected()
        self.protocol.dataReceived(b"HTTP/1.1 200 OK\r\nX: " + b"y" * LARGEST)
        assert transport.disconnecting or transport.disconnected
        self.reactor.advance(SECONDS + 0.1)
        self.failureResultOf(answer, Unsent)
