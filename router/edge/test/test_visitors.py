"""Who sent a request, as far as anybody can be believed."""

from ipaddress import ip_network
from typing import Any

import pytest
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.web.http import Request
from twisted.web.test.requesthelper import DummyChannel

from components.settings import Settings
from router.edge.address import neighbours, plain
from router.edge.visitors import visitor

SETTINGS = Settings(proxies=[ip_network(each) for each in ("10.0.0.0/8", "192.0.2.7/32", "fd00::/8", "::1/128")])


class Asked(Request):
    """A request with a peer and headers."""

    def __init__(self, peer: Any, secure: bool = False, **headers: str | list[str] | bytes) -> None:
        channel: Any = DummyChannel()
        super().__init__(channel)
        self._peer, self._secure = peer, secure
        for name, value in headers.items():
            values: Any = value if isinstance(value, list) else [value]
            self.requestHeaders.setRawHeaders(
                name.replace("_", "-").encode(), [each if isinstance(each, bytes) else each.encode() for each in values]
            )

    def getClientAddress(self) -> Any:  # noqa: N802
        return self._peer

    def isSecure(self) -> bool:  # noqa: N802
        return self._secure


def peer(host: str) -> IPv4Address | IPv6Address:
    return (IPv6Address if ":" in host else IPv4Address)("TCP", host, 4711)


def address_of(host: str, forwarded: str | list[str]) -> str:
    request = Asked(peer(host), x_forwarded_for=forwarded)
    return visitor(request, SETTINGS).address


@pytest.mark.parametrize(
    ("host", "forwarded", "address"),
    [
        ("198.51.100.1", "203.0.113.9", "198.51.100.1"),  # No proxy of ours: it may say what it likes.
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),  # The client wrote the first one.
        ("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2, 192.0.2.7", "203.0.113.9"),
        ("10.0.0.1", ["1.1.1.1, 203.0.113.9", "10.0.0.2"], "203.0.113.9"),
        ("10.0.0.1", "10.0.0.9, 10.0.0.2", "10.0.0.9"),
        ("10.0.0.1", "203.0.113.9:5555", "203.0.113.9"),
        ("10.0.0.1", "[2001:db8::1]:5555", "2001:db8::1"),
        ("10.0.0.1", "2001:DB8:0::1", "2001:db8::1"),
        ("10.0.0.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("fd00::1", "203.0.113.9", "203.0.113.9"),
        ("::1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, nonsense", "10.0.0.1"),
        ("10.0.0.1", "nonsense, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.999", "10.0.0.1"),
        ("10.0.0.1", "1" * 9_000, "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9,", "10.0.0.1"),
    ],
)
def test_only_our_own_proxies_say_who_is_behind_them(host: str, forwarded: str | list[str], address: str) -> None:
    assert address_of(host, forwarded) == address


@pytest.mark.parametrize(
    ("host", "secure", "proto", "expected"),
    [
        ("10.0.0.1", False, "https", True),
        ("10.0.0.1", False, "HTTPS", True),
        ("10.0.0.1", True, "http", False),
        ("10.0.0.1", False, "http, https", True),
        ("198.51.100.1", False, "https", False),
        ("198.51.100.1", True, "http", True),
    ],
)
def test_and_whether_it_was_encrypted(host: str, secure: bool, proto: str, expected: bool) -> None:
    request = Asked(peer(host), secure, x_forwarded_proto=proto)
    assert visitor(request, SETTINGS).secure is expected


def test_a_proxy_that_says_nothing_stands_for_its_own_connection() -> None:
    request = Asked(peer("10.0.0.1"), secure=True)
    found = visitor(request, SETTINGS)
    assert (found.address, found.secure) == ("10.0.0.1", True)


@pytest.mark.parametrize("who", [UNIXAddress(b"/run/x.sock"), UNIXAddress(None), None])
def test_a_peer_without_an_address_is_nobody_in_particular(who: Any) -> None:
    request = Asked(who, x_forwarded_for="203.0.113.9")
    assert visitor(request, SETTINGS).address == "unknown"


def test_what_else_is_known_of_a_visitor() -> None:
    request = Asked(peer("198.51.100.1"), origin="https://chat.example.com", user_agent="x" * 500)
    found = visitor(request, SETTINGS)
    assert (found.origin, found.agent) == ("https://chat.example.com", "x" * 200)


def test_any_bytes_may_stand_in_a_header() -> None:
    odd = b"\xff\xfe\x00\xc3("
    found = visitor(
        Asked(peer("10.0.0.1"), x_forwarded_for=odd, x_forwarded_proto=odd, origin=odd, user_agent=odd), SETTINGS
    )
    assert (found.address, found.secure) == ("10.0.0.1", False)
    assert found.origin and found.agent


def test_an_address_has_one_form() -> None:
    assert [plain(each) for each in ("2001:DB8::0:1", "::ffff:1.2.3.4", "fe80::1%eth0", "1.2.3", "")] == [
        "2001:db8::1", "1.2.3.4", "fe80::1", "unknown", "unknown",
    ]  # fmt: skip


def test_an_ipv6_user_has_a_whole_network() -> None:
    assert neighbours("2001:db8:1:2:3:4:5:6") == neighbours("2001:db8:1:2::") == "2001:db8:1:2::/64"
    assert neighbours("::ffff:1.2.3.4") == neighbours("1.2.3.4") == "1.2.3.4"
    assert neighbours("unknown") == "unknown"
