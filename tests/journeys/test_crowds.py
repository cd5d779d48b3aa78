"""Too much: of messages, of people, of subscriptions, of what nobody reads. Others are served as ever."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest

from tests.semantics.client import Client, Kind
from tests.semantics.servers import AMPLE, Server, answering, our_server, ours
from tests.support.beside import undisturbed
from tests.support.crowd import Crowd, frames, join, opening
from tests.support.flood import Flood

TALK, OTHER = "app.test.talk", "app.test.other"
MEGABYTE = 1 << 20
NO_ROOM = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A node with the limits it comes with."""
    with ours({"limits": {"connections": {"new": AMPLE}}}) as node:
        yield answering(our_server(node))
        assert "Traceback" not in node.said()


# ---- floods


def call(number: int) -> list[Any]:
    return [int(Kind.CALL), number, {}, "openline.room.list"]


def publish(number: int) -> list[Any]:
    return [int(Kind.PUBLISH), number, {}, TALK, [number]]


def subscribe(number: int) -> list[Any]:
    return [int(Kind.SUBSCRIBE), number, {}, TALK]


@pytest.mark.parametrize("many", [1, 5])
@pytest.mark.parametrize("message", [call, publish, subscribe])
def test_a_flood_drowns_nobody_else(server: Server, message: Callable[[int], list[Any]], many: int) -> None:
    hearer = server.person("hearer")
    hearer.subscribe(TALK)
    data = frames(*(message(number) for number in range(1, 2_000)))
    with ExitStack() as stack:
        floods = [stack.enter_context(Flood(server, f"eve{number}", data)) for number in range(many)]
        undisturbed(server, lambda: None)
        hearer.events()
    assert all(flood.sent or flood.cut for flood in floods)
    hearer.leave()


def test_who_calls_too_fast_is_told_to_wait(server: Server) -> None:
    eve = server.person("eve")
    wire: Any = eve.wire
    wire.socket.sock.sendall(frames(*(call(number) for number in range(1, 800))))
    heard = [eve.hear() for _ in range(799)]
    refused = [message for message in heard if message[0] == Kind.ERROR]
    assert {message[4] for message in refused} == {"openline.error.too_fast"}
    assert all(0 < message[6]["retry_after"] < 60 for message in refused)
    assert len(heard) - len(refused) >= 200
    eve.leave()


# ---- subscriptions


def test_nobody_subscribes_to_everything(server: Server) -> None:
    """A hundred thousand SUBSCRIBEs, the end of that session, and joins beside it meanwhile."""
    with patient_joins(server) as seconds:
        eve = raw(server.person("eve"))
        eve.settimeout(20)
        with suppress(ConnectionError, TimeoutError):  # It is read from no faster than it may subscribe.
            for start in range(1, 100_000, 1_000):
                eve.sendall(frames(*(subscribe_to(number) for number in range(start, start + 1_000))))
        eve.close()
    assert sorted(seconds)[len(seconds) * 9 // 10] < 0.25


def subscribe_to(number: int) -> list[Any]:
    return [int(Kind.SUBSCRIBE), number, {}, f"app.demo.s{number}"]


@contextmanager
def patient_joins(server: Server) -> Iterator[list[float]]:
    """Have somebody come in again and again, and note how long it takes."""
    seconds: list[float] = []
    stop = threading.Event()

    def come_in() -> None:
        while not stop.is_set() or len(seconds) < 30:
            start = time.monotonic()
            server.person("beside").leave()
            seconds.append(time.monotonic() - start)

    thread = threading.Thread(target=come_in)
    thread.start()
    try:
        yield seconds
    finally:
        stop.set()
        thread.join()


def test_a_session_has_so_many_subscriptions_and_no_more(server: Server) -> None:
    eve = server.person("glutton")
    for number in range(1, 181):
        eve.say(Kind.SUBSCRIBE, number, {}, f"app.demo.s{number}")
    heard = [eve.hear() for _ in range(180)]
    assert [message[0] for message in heard].count(Kind.SUBSCRIBED) == 128
    errors = {message[4] for message in heard if message[0] == Kind.ERROR}
    assert errors == {"openline.error.too_many_subscriptions"}
    eve.leave()


# ---- who says nothing


def test_who_says_nothing_is_found_and_who_never_signs_in_too() -> None:
    """Half-open peers: the machine is gone, and nobody said so. Here with seconds in place of half a minute."""
    with ours({"limits": {"ping": "1s", "pong": "1s", "hello": "2s"}}) as node:
        server = answering(our_server(node))
        silent, alive = server.person("silent"), server.person("alive")
        alive.subscribe(TALK)
        mute = socket.create_connection(("127.0.0.1", node.port))
        mute.sendall(opening(node.port))
        start = time.monotonic()
        reader = threading.Thread(target=answer_pings, args=(alive, start + 6))
        reader.start()
        assert read_to_the_end(raw(silent)) < start + 6
        assert read_to_the_end(mute) < start + 6
        reader.join()
        alive.publish(TALK, ["still here"], exclude_me=False)
        assert alive.event().args == ["still here"]


def raw(client: Client) -> socket.socket:
    """The socket of a client: read without answering pings."""
    wire: Any = client.wire
    found: socket.socket = wire.socket.sock
    return found


def read_to_the_end(sock: socket.socket) -> float:
    """Read what comes, answer nothing, and say when the connection ended."""
    sock.settimeout(30)
    try:
        while sock.recv(4_096):
            pass
    except ConnectionError:
        pass
    return time.monotonic()


def answer_pings(client: Client, until: float) -> None:
    """Read as any client does."""
    wire: Any = client.wire
    wire.socket.settimeout(0.5)
    while time.monotonic() < until:
        try:
            client.hear()
        except TimeoutError:
            continue
    wire.socket.settimeout(30)


# ---- crowds


def test_two_thousand_come_at_once(server: Server) -> None:
    port = server.node.port
    addresses = [f"127.0.0.{20 + number % 10}" for number in range(2_000)]
    crowd = Crowd(port, addresses, join(port, "everybody", server.ticket("everybody", "guest")))
    try:
        seconds = crowd.run(60)
        assert crowd.refused == []
        assert len(crowd.through) == 2_000
        assert seconds < 15
        late = server.person("late")
        assert late.rest() == []
        late.leave()
    finally:
        crowd.close()


def test_one_address_takes_up_only_so_much(server: Server) -> None:
    """Five thousand connections from one address; people from elsewhere come in beside them."""
    crowd = Crowd(server.node.port, ["127.0.0.9"] * 5_000, [(opening(server.node.port), b"HTTP/1.1 101")])
    try:
        with patient_joins(server) as seconds:
            crowd.run(60)
        assert len(crowd.through) == 256
        assert len(crowd.refused) == 5_000 - 256
        assert len(seconds) >= 30
    finally:
        crowd.close()


# ---- who does not read


def test_stopped_readers_cost_no_memory(server: Server) -> None:
    """A hundred megabytes are published to ten who have stopped reading, and to one who goes on."""
    stopped = [server.person("eve", sockopt=NO_ROOM) for _ in range(10)]
    reader, publisher = server.person("bob", serializer="cbor"), server.component()
    for one in [*stopped, reader]:
        one.subscribe(OTHER)
    worker = server.node.router_worker()
    before = most = worker.memory_info().rss

    def publish_all() -> None:
        nonlocal most
        for number in range(2_000):
            publisher.publish(OTHER, [number, "x" * 52_000])
            assert reader.event().args[0] == number
            most = max(most, worker.memory_info().rss)

    start = time.monotonic()
    undisturbed(server, publish_all)
    for one in stopped:
        assert read_to_the_end(raw(one)) < start + 60
    assert most - before < 64 * MEGABYTE
    for one in (reader, publisher):
        one.leave()
