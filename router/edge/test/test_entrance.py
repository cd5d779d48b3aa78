"""Who is let in at the web port, and by what they say of themselves first."""

import socket
import struct
from ipaddress import ip_network

import pytest

from components.settings import Connections, Limits, Rate, Settings
from router.edge.answers import LINGER
from router.edge.entrance import MOST_REFUSALS

from .support import Web, Wire

GET = b"GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
BALANCER = "10.0.0.1"
MAGIC = b"\r\n\r\n\0\r\nQUIT\n"


def web(address: int = 2, everybody: int = 1_000) -> Web:
    connections = Connections(address=address, all=everybody, new=Rate(per_second=1e4, burst=10_000))
    return Web(Settings(limits=Limits(connections=connections), proxy_protocol=[ip_network(f"{BALANCER}/32")]))


def second(command: int, family: int, content: bytes) -> bytes:
    return MAGIC + struct.pack("!BBH", 0x20 | command, family, len(content)) + content


def ipv4(host: str) -> bytes:
    return second(1, 0x11, socket.inet_aton(host) + socket.inet_aton("10.0.0.9") + struct.pack("!HH", 4711, 80))


def ipv6(host: str) -> bytes:
    there, here = (socket.inet_pton(socket.AF_INET6, each) for each in (host, "fd00::9"))
    return second(1, 0x21, there + here + struct.pack("!HH", 4711, 80))


def test_who_is_too_many_is_told_so() -> None:
    at = web(address=1)
    at.connect()
    refused = at.connect()
    answer = refused.heard()
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"Retry-After: 5\r\n" in answer and b"Connection: close\r\n" in answer
    assert refused.half_closed and not refused.aborted
    refused.send(b"x" * 1_000)
    at.later(LINGER)
    assert refused.aborted
    assert at.refusals == {"connections_address": 1}


def test_only_so_many_are_told_at_a_time() -> None:
    at = web(address=1)
    at.connect()
    told = [at.connect() for _ in range(MOST_REFUSALS)]
    assert all(wire.heard() for wire in told)
    assert at.connect().heard() == b""
    told[0].gone()
    assert at.connect().heard()
    at.later(LINGER)
    assert all(wire.aborted for wire in told[1:])
    assert at.connect().heard()


@pytest.mark.parametrize(
    ("header", "host"),
    [
        (b"PROXY TCP4 192.0.2.5 10.0.0.9 4711 80\r\n", "192.0.2.5"),
        (b"PROXY TCP6 2001:db8::5 fd00::9 4711 80\r\n", "2001:db8::5"),
        (b"PROXY UNKNOWN\r\n", BALANCER),
        (b"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", BALANCER),
        (ipv4("192.0.2.5"), "192.0.2.5"),
        (ipv6("2001:db8::5"), "2001:db8:0:0:0:0:0:5"),
        (second(0, 0, b""), BALANCER),
        (second(1, 0, b""), BALANCER),
        (second(1, 0x11, ipv4("192.0.2.5")[16:] + b"\x04\0\x03abc"), "192.0.2.5"),
    ],
)
@pytest.mark.parametrize("at_once", [1, 7, 10_000])
def test_a_balancer_announces_who_is_behind_it(header: bytes, host: str, at_once: int) -> None:
    at = web()
    wire = at.connect(BALANCER)
    sent = header + GET
    for start in range(0, len(sent), at_once):
        wire.send(sent[start : start + at_once])
    assert b"\r\n\r\nhello" in wire.heard()
    assert wire.getPeer().host == host
    assert not at.refusals


@pytest.mark.parametrize(
    "header",
    [
        GET,
        b"PROXY TCP4 192.0.2.5\r\n",
        b"PROXY TCP4 nonsense 10.0.0.9 4711 80\r\n",
        b"PROXY TCP4 192.0.2.5 10.0.0.9 port 80\r\n",
        b"PROXY TCP5 192.0.2.5 10.0.0.9 4711 80\r\n",
        b"PROXY TCP4 192.0.2.5 10.0.0.9 \xff 80\r\n",
        b"PROXY " + b"x" * 200,
        b"PROXY\r\n\r\n",
        b"proxy TCP4 192.0.2.5 10.0.0.9 4711 80\r\n",
        second(7, 0x11, b"x" * 12),
        second(1, 0x11, b"x"),
        second(1, 0x1F, b"x" * 12),
        MAGIC + b"\x11\x11\0\x0c" + b"x" * 12,
        MAGIC + b"\x21\x11\xff\xff",
        b"\r\n\r\n\r\n",
    ],
)
def test_a_balancer_that_makes_no_sense_is_dropped(header: bytes) -> None:
    at = web()
    wire = at.connect(BALANCER)
    wire.send(header)
    assert wire.aborted
    assert wire.heard() == b""
    assert at.refusals == {"proxy_header": 1}


@pytest.mark.parametrize("header", [b"", b"PROXY TCP4 192.0.2.5", MAGIC, MAGIC + b"\x21\x11\0\x0cabc"])
def test_a_balancer_has_so_long_to_say_it(header: bytes) -> None:
    at = web()
    wire = at.connect(BALANCER)
    if header:
        wire.send(header)
    at.later(9)
    assert not wire.aborted
    at.later(1)
    assert wire.aborted


def test_who_is_announced_is_counted() -> None:
    at = web(address=1)

    def come(host: str) -> Wire:
        wire = at.connect(BALANCER)
        wire.send(ipv4(host))
        return wire

    first, other, refused = come("192.0.2.5"), come("192.0.2.6"), come("192.0.2.5")
    assert refused.heard().startswith(b"HTTP/1.1 503 ")
    assert (first.whose, other.whose) == ("192.0.2.5", "192.0.2.6")
    at.later(LINGER)
    assert refused.aborted
    assert at.refusals == {"connections_address": 1}


def test_nobody_else_may_announce_anybody() -> None:
    wire = web().connect("192.0.2.1")
    wire.send(b"PROXY TCP4 192.0.2.5 10.0.0.9 4711 80\r\n" + GET)
    assert wire.heard().startswith(b"HTTP/1.1 400 ")
    assert wire.getPeer().host == "192.0.2.1"
