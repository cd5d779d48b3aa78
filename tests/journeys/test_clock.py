"""Somebody sets the machine's clock back an hour while the node runs: no deadline waits for that hour to pass again."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.journeys.test_crowds import answer_pings, raw, read_to_the_end
from tests.semantics.client import Client
from tests.semantics.servers import LIMITS, REALM, Server, answering, our_server
from tests.semantics.wires import LongPoll
from tests.support.clock import WallClock
from tests.support.crowd import opening
from tests.support.node import Node
from tests.support.person import introduce

STREAM = "app.demo.clock"
HOUR = 3_600
SHORT = {"ping": "2s", "pong": "2s", "hello": "3s"}
REQUESTS = {"head": "3s", "body": "3s", "idle": "3s"}
FOUND = 8.0
"""Seconds in which each of these limits has been reached, also where the machine is busy."""


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> WallClock:
    return WallClock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module")
def server(clock: WallClock) -> Iterator[Server]:
    node = Node({"limits": {**LIMITS, **SHORT, "requests": REQUESTS}}, environ=clock.environ)
    clock.give_to(node.folder)
    with node:
        yield answering(our_server(node))
        assert "Traceback" not in node.said()


def hour_of(server: Server) -> float:
    """Ask the node for the time, as a token it writes tells: in seconds from ours."""
    return introduce(server.node.url, "Ada").expires - time.time()


def test_the_clock_of_these_tests_is_set_back(server: Server, clock: WallClock) -> None:
    before = hour_of(server)
    clock.set_back(HOUR)
    assert abs(before - hour_of(server) - HOUR) < 60


def test_peers_that_vanished_are_found(server: Server, clock: WallClock) -> None:
    """Half-open connections from before and after; who answers pings stays."""
    early, alive = server.person("early"), server.person("alive")
    clock.set_back(HOUR)
    late = server.person("late")
    start = time.monotonic()
    reader = threading.Thread(target=answer_pings, args=(alive, start + FOUND))
    reader.start()
    for one in (early, late):
        assert read_to_the_end(raw(one)) < start + FOUND
    reader.join()
    assert alive.rest() == []
    alive.leave()


UNFINISHED = {
    "nothing": b"",
    "half a head": b"POST /auth/guest HTTP/1.1\r\nHost: localhost\r\n",
    "half a body": b"POST /auth/guest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
    "a request": b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


def test_deadlines_come(server: Server, clock: WallClock) -> None:
    """Of connections from before and after: no HELLO, no request, and less than a whole one."""
    port = server.node.port
    begun = [*UNFINISHED.values(), opening(port)]
    early = [begin(port, words) for words in begun]
    clock.set_back(HOUR)
    late = [begin(port, words) for words in begun]
    start = time.monotonic()
    for one in [*early, *late]:
        assert read_to_the_end(one) < start + FOUND
        one.close()


def begin(port: int, words: bytes) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port))
    sock.sendall(words)
    return sock


def test_a_poll_that_waits_is_answered(server: Server, clock: WallClock) -> None:
    wire = LongPoll(server.node.url)
    client = Client(wire, "json")
    client.join(REALM, "poll", "ticket", server.ticket("poll", "guest"))
    threading.Timer(0.3, clock.set_back, [HOUR]).start()
    start = time.monotonic()
    assert wire._post("receive") == b""
    assert 0.3 < time.monotonic() - start < FOUND
    client.leave()


def test_calls_and_events_go_on(server: Server, clock: WallClock) -> None:
    """Set back again and again in the middle of what is said: nothing waits, is doubled or lost."""
    ada, bob = server.person("ada"), server.person("bob")
    bob.subscribe(STREAM)
    with going_back(clock):
        times = [told(ada, bob, number) for number in range(400)]
    assert times[0] - times[-1] > 4 * HOUR
    assert [bob.rest(), ada.rest()] == [[], []]
    for one in (ada, bob):
        one.leave()


@contextmanager
def going_back(clock: WallClock) -> Iterator[None]:
    """Set the clock back an hour every few milliseconds."""
    stop = threading.Event()

    def go_back() -> None:
        while not stop.wait(0.02):
            clock.set_back(HOUR)

    thread = threading.Thread(target=go_back)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def told(ada: Client, bob: Client, number: int) -> float:
    """Say something in a stream, see that it comes, and when that was by the node's clock."""
    ada.reply(ada.call("openline.stream.publish", [], {"stream": STREAM, "type": "said", "data": {"n": number}}))
    event = bob.event()
    assert event.kwargs["data"] == {"n": number}
    return float(event.kwargs["time"])
