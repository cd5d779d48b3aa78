"""Handing over: to which addresses, and what comes of the answer. Nothing leaves this machine."""

from types import SimpleNamespace
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.testing import MemoryReactorClock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.client import URI, BrowserLikePolicyForHTTPS
from twisted.web.http_headers import Headers

from components.push.post import SECONDS, NotPublic, Outcome, Post, _Endpoints, outcome

ENDPOINT = "https://push.example.com/x"
PUBLIC, PRIVATE = "93.184.216.34", "10.0.0.8"


class Reactor(MemoryReactorClock):
    """Connects to nothing, and knows what names stand for."""

    def __init__(self, *addresses: str) -> None:
        super().__init__()
        self.addresses = addresses
        self.asked: list[str] = []
        self.nameResolver: Any = SimpleNamespace(resolveHostName=self._resolve)

    def _resolve(self, receiver: Any, name: str, portNumber: int = 0, **_: Any) -> None:  # noqa: N803
        self.asked.append(name)
        is_literal = name.replace(".", "").isdigit() or ":" in name
        for address in [name] if is_literal else self.addresses:
            kind = IPv6Address if ":" in address else IPv4Address
            receiver.addressResolved(kind("TCP", address, portNumber))
        receiver.resolutionComplete()


def answered(code: int, **headers: str) -> Outcome:
    said = Headers({name.replace("_", "-"): [value] for name, value in headers.items()})
    response: Any = SimpleNamespace(code=code, headers=said)
    return outcome(response, 1_000_000.0)


class AddressTests(SynchronousTestCase):
    """Where a connection goes."""

    def connect(self, reactor: Reactor, hosts: tuple[str, ...] = (), url: str = ENDPOINT) -> "Deferred[Any]":
        endpoints = _Endpoints(reactor, BrowserLikePolicyForHTTPS(), hosts)
        return endpoints.endpointForURI(URI.fromBytes(url.encode())).connect(Factory.forProtocol(Protocol))

    def test_a_name_that_stands_for_an_address_inside_is_not_connected_to(self) -> None:
        for addresses in ((PRIVATE,), ("127.0.0.1",), ("::1",), (PUBLIC, PRIVATE), ("::ffff:127.0.0.1",), ()):
            reactor = Reactor(*addresses)
            self.failureResultOf(self.connect(reactor), NotPublic)
            assert reactor.tcpClients == []

    def test_a_connection_goes_to_the_address_that_was_looked_at(self) -> None:
        reactor = Reactor(PUBLIC)
        self.assertNoResult(self.connect(reactor))
        reactor.advance(0.0)
        assert [client[:2] for client in reactor.tcpClients] == [(PUBLIC, 443)]
        assert reactor.asked.count("push.example.com") == 1, "it may stand for another one by now"

    def test_one_that_an_operator_listed_may_stand_anywhere(self) -> None:
        reactor = Reactor(PRIVATE)
        self.assertNoResult(self.connect(reactor, ("push.example.com",)))
        reactor.advance(0.0)
        assert [client[:2] for client in reactor.tcpClients] == [(PRIVATE, 443)]

    def test_one_that_does_not_answer_is_given_up(self) -> None:
        reactor = Reactor(PUBLIC)
        sending = Deferred.fromCoroutine(Post(reactor, []).send(ENDPOINT, {}, b"x", 0.0))
        for _ in range(20):
            reactor.advance(SECONDS / 10)
        found = self.successResultOf(sending)
        assert (found.went, found.by_host) == ("later", True)

    def test_one_that_is_not_connected_to_is_tried_later(self) -> None:
        sending = Deferred.fromCoroutine(Post(Reactor(PRIVATE), []).send(ENDPOINT, {}, b"x", 0.0))
        assert self.successResultOf(sending) == Outcome("later", None, "NotPublic", True)


def test_answers_mean_what_they_mean() -> None:
    assert [answered(code).went for code in (200, 201, 202, 204)] == ["delivered"] * 4
    assert [answered(code).went for code in (404, 410)] == ["gone"] * 2
    assert [answered(code).went for code in (301, 400, 401, 403, 413)] == ["refused"] * 5
    assert [answered(code).by_host for code in (429, 500, 503)] == [False, True, True]


def test_push_services_say_when_to_come_again() -> None:
    assert answered(429, retry_after="120") == Outcome("later", 120.0, "429")
    assert answered(503, retry_after="Mon, 12 Jan 1970 13:47:40 GMT").wait == 60.0
    for nonsense in ("soon", "-1", "", "1e9", "Mon, 99 Jan 1970"):
        assert answered(429, retry_after=nonsense).wait is None
