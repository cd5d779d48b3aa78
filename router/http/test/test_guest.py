"""How many come in from one address."""

import json
from ipaddress import ip_network
from typing import Any
from unittest.mock import Mock

from twisted.web.server import Site
from twisted.web.test.requesthelper import DummyChannel

from components.settings import Guests, Settings
from router.http.desk import Desk
from router.http.guest import Guest
from router.origin import ANYWHERE
from router.tokens import fixed


class Gate:
    """The page that lets guests in, with a clock."""

    def __init__(self, per_minute: int) -> None:
        settings = Settings(guests=Guests(per_minute=per_minute), proxies=[ip_network("10.0.0.0/8")])
        self.now = 1.0
        self.refused: list[tuple[str, str]] = []

        def refused(reason: str, address: str) -> None:
            self.refused.append((reason, address))

        desk = Desk(settings, fixed(b"s" * 32), Mock(), ANYWHERE, refused, lambda: 1_795_000_000.0, lambda: self.now)
        self._page = Guest(desk)

    def knock(self, host: str = "192.0.2.1", **headers: str) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Come in: status, answer, headers."""
        channel: Any = DummyChannel()
        channel.site = Site(self._page)
        channel.transport = DummyChannel.TCP(peer=type("Peer", (), {"host": host})())
        request: Any = channel.site.requestFactory(channel, False)
        for name, value in {"content-type": "application/json", **headers}.items():
            request.requestHeaders.setRawHeaders(name.replace("_", "-"), [value])
        request.gotLength(0)
        request.content.write(b'{"name": "Ada"}')
        request.requestReceived(b"POST", b"/", b"HTTP/1.1")
        head, _, body = channel.transport.written.getvalue().partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        return int(first.split()[1]), json.loads(body), dict(line.lower().split(": ", 1) for line in lines)

    def status(self, host: str = "192.0.2.1", **headers: str) -> int:
        return self.knock(host, **headers)[0]


def test_so_many_enter_at_once_and_the_next_is_told_when() -> None:
    gate = Gate(30)
    assert [gate.status() for _ in range(30)] == [200] * 30
    status, answer, headers = gate.knock()
    assert (status, answer["error"], answer["retry_after"]) == (429, "openline.error.too_many_guests", 2.0)
    assert headers["retry-after"] == "2"
    assert gate.refused == [("too_many_guests", "192.0.2.1")]


def test_addresses_do_not_stand_in_each_others_way() -> None:
    gate = Gate(1)
    assert [gate.status("192.0.2.1"), gate.status("192.0.2.2")] == [200, 200]


def test_who_keeps_knocking_enters_when_it_is_time() -> None:
    gate = Gate(1)
    gate.status()
    for _ in range(59):
        gate.now += 1
        assert gate.status() == 429
    gate.now += 1
    assert gate.status() == 200


def test_one_network_of_an_ipv6_user_is_one_address() -> None:
    gate = Gate(1)
    assert [gate.status("2001:db8::1"), gate.status("2001:db8::2"), gate.status("2001:db8:1::1")] == [200, 429, 200]


def test_who_is_behind_our_proxy_counts_and_what_others_claim_does_not() -> None:
    gate = Gate(1)
    assert gate.status("10.0.0.1", x_forwarded_for="192.0.2.1") == 200
    assert gate.status("10.0.0.1", x_forwarded_for="192.0.2.2") == 200
    assert gate.status("10.0.0.2", x_forwarded_for="192.0.2.2") == 429
    assert gate.status("192.0.2.9", x_forwarded_for="192.0.2.3") == 200
    assert gate.status("192.0.2.9", x_forwarded_for="192.0.2.4") == 429
