"""Events to receivers that are written to directly: order, coalescing, and those who cannot take them."""

import socket
import time
from array import array
from typing import Any

import orjson
import pytest
from twisted.internet.task import Clock

from components.contract import Topic, payload
from components.settings import Limits
from router import hooks
from router.edge import native
from router.edge.codec import CODECS
from router.edge.cut import Cut, Why
from router.edge.edge import Edge
from router.edge.transport import Encoding
from router.identity import guest
from tests.support.edge import Client, MemoryEdge
from tests.support.router import SETTINGS, MemoryRouter

LINES = Encoding(CODECS["wamp.2.json"], lambda data, _: data + b"\n")


@payload
class Said:
    """Something that was said."""

    n: int


_RATE = {who: {"per_second": 1e6, "burst": 1_000_000} for who in ("session", "user", "address")}
MUCH = SETTINGS.model_copy(
    update={"limits": Limits.model_validate({"publishes": _RATE, "subscribes": _RATE, "subscriptions": 10_000})}
)
HALL = Topic("openline.test.hall", Said, readers={"guest"}, publishers={"guest"})
ROOM = Topic("openline.test.room", Said, readers={"guest"}, publishers={"guest"})


class Direct(Client):
    """A connection with a real socket, that is written to as the edge's WebSocket is: directly while it is ready."""

    ready = False

    def __init__(self, edge: Edge, pair: tuple[socket.socket, socket.socket]) -> None:
        self.near, self.far = pair
        self.near.setblocking(False)
        self.far.setblocking(False)
        super().__init__(edge)
        self.encoding = LINES
        self.fd = self.near.fileno()
        self.queue: list[bytes] = []
        self.rest = b""
        self.ready = True

    def write(self, data: bytes, topic: str | None) -> None:
        if self.cut is not None:
            return
        if self.ready:
            self.took(data, native.broadcast(array("i", [self.fd]), data, -1), topic)
        else:
            self.queue.append(data)

    def took(self, data: bytes, sent: Any, topic: str | None) -> None:
        sent = sent[0][1] if isinstance(sent, list) else len(data) if sent is None else sent
        if sent == len(data):
            return
        if sent < 0:
            return self.close(Cut(Why.SILENT))
        self._flip(False)
        self.queue.insert(0, data[sent:])

    def _flip(self, ready: bool) -> None:
        self.ready = ready
        self.on_ready_change(ready)

    def drain(self) -> None:
        """What the reactor does when the socket can be written to again."""
        data, self.queue = b"".join(self.queue), []
        self._flip(True)
        self.write(data, None)

    def close(self, cut: Cut) -> None:
        if self.cut is None:
            self._flip(False)
            super().close(cut)
            self.near.close()

    def read(self) -> list[list[Any]]:
        """All whole messages that have come over the socket."""
        data = b""
        while True:
            try:
                found = self.far.recv(65_536)
            except BlockingIOError:
                break
            if not found:
                break
            data += found
        *lines, self.rest = (self.rest + data).split(b"\n")
        self.heard += [orjson.loads(line) for line in lines]
        return self.heard


class Hall:
    """Some clients in one room, each with a socket."""

    def __init__(self, people: int) -> None:
        self.memory = MemoryEdge(MUCH, MemoryRouter(MUCH, Clock(), declared=[HALL, ROOM]))
        self.speaker = self.memory.client("Speaker")
        self.people = [self.join() for _ in range(people)]

    def join(self, topic: str = HALL.uri) -> Direct:
        client = Direct(self.memory.edge, socket.socketpair())
        client.enter(guest("Ada", time.time(), 1e9))
        client.ask(32, topic)
        return client

    def say(self, n: int, topic: str = HALL.uri, by: Client | None = None, **options: Any) -> None:
        (by or self.speaker).ask(16, topic, [], {"n": n}, **options)

    def turn(self) -> None:
        """Let the turn of the reactor end."""
        self.memory.router.router._broker.flush()


@pytest.fixture
def hall() -> Hall:
    return Hall(3)


def numbers(client: Direct) -> list[int]:
    return [raw[5]["n"] for raw in client.read() if raw[0] == 36]


def test_everybody_hears_everything_once_and_in_order(hall: Hall) -> None:
    for n in range(5):
        hall.say(n)
    hall.turn()
    assert [numbers(client) for client in hall.people] == [[0, 1, 2, 3, 4]] * 3


def test_a_publisher_hears_itself_only_when_it_wants_to(hall: Hall) -> None:
    first, second, _ = hall.people
    hall.say(1, by=first)
    hall.say(2, by=first, exclude_me=False)
    hall.say(3, by=second)
    hall.turn()
    assert [numbers(client) for client in hall.people] == [[2, 3], [1, 2], [1, 2, 3]]


def test_who_comes_in_the_middle_of_a_turn_hears_what_is_said_from_then_on(hall: Hall) -> None:
    hall.say(1)
    late = hall.join()
    hall.say(2)
    hall.turn()
    assert numbers(late) == [2]
    assert numbers(hall.people[0]) == [1, 2]


def test_who_unsubscribes_in_the_middle_of_a_turn_hears_nothing_after_the_answer(hall: Hall) -> None:
    client = hall.people[0]
    subscription = client.read()[-1][2]
    hall.say(1)
    client.say(34, 99, subscription)
    hall.say(2)
    hall.turn()
    after = client.read()[3:]
    assert [raw[0] for raw in after] == [36, 35]
    assert numbers(hall.people[1]) == [1, 2]


def test_what_one_publisher_says_on_several_topics_keeps_its_order(hall: Hall) -> None:
    both = hall.people[0]
    both.ask(32, ROOM.uri)
    for n in range(20):
        hall.say(n, HALL.uri if n % 3 else ROOM.uri)
    hall.turn()
    assert numbers(both) == list(range(20))
    assert numbers(hall.people[1]) == [n for n in range(20) if n % 3]
    assert not hall.memory.router.router.events._said


def test_an_answer_does_not_overtake_an_event(hall: Hall) -> None:
    client = hall.people[0]
    hall.say(1)
    client.call("openline.none.such")
    hall.turn()
    assert [raw[0] for raw in client.read()[3:]] == [36, 8]


def test_one_who_does_not_read_holds_up_nobody_and_loses_nothing() -> None:
    hall = Hall(3)
    slow, *others = hall.people
    slow.near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    heard: list[list[int]] = [[], []]
    for n in range(3_000):
        hall.say(n)
        if n % 50 == 49:
            hall.turn()
            heard = [numbers(other) for other in others]
    assert not slow.ready
    assert heard == [list(range(3_000))] * 2
    while slow.queue:
        slow.read()
        slow.drain()
    assert numbers(slow) == list(range(3_000))
    hall.say(3_000)
    hall.turn()
    assert numbers(slow)[-1] == 3_000
    assert slow.ready


def test_events_of_a_turn_reach_one_who_stops_taking_them_in_the_middle_of_it() -> None:
    hall = Hall(1)
    client = hall.people[0]
    client.near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    client.ask(32, ROOM.uri)
    for n in range(2_000):
        hall.say(n, HALL.uri if n % 2 else ROOM.uri)
        if n % 100 == 99:
            hall.turn()
    while client.queue:
        client.read()
        client.drain()
    heard = numbers(client)
    assert [n for n in heard if n % 2] == list(range(1, 2_000, 2))
    assert [n for n in heard if not n % 2] == list(range(0, 2_000, 2))


def test_a_descriptor_that_is_used_again_gets_nothing_of_its_former_owner(hall: Hall) -> None:
    gone = hall.people[0]
    fd = gone.fd
    hall.say(1)
    gone.close(Cut(Why.SILENT))
    new = socket.socketpair()
    assert new[0].fileno() == fd
    stranger = Direct(hall.memory.edge, new)
    hall.say(2)
    hall.turn()
    assert stranger.read() == []
    assert numbers(hall.people[1]) == [1, 2]


def test_those_who_vanish_in_the_middle_of_a_burst_stop_nobody(hall: Hall) -> None:
    gone, stays, also = hall.people
    for n in range(10):
        hall.say(n)
        if n == 4:
            gone.far.close()
    hall.turn()
    assert gone.cut is not None
    assert numbers(stays) == numbers(also) == list(range(10))


def test_one_with_very_many_subscriptions_is_forgotten_bit_by_bit(hall: Hall) -> None:
    broker = hall.memory.router.router.events
    clock = broker._reactor = Clock()
    many = hall.people[0]
    for n in range(1_200):
        many.ask(32, f"app.demo.n{n}")
    many.close(Cut(Why.SILENT))
    assert many.audiences == {}
    hall.say(1, "app.demo.n1100")
    there = broker._subscription_map._observation_id_to_observation
    assert 500 < len(there) < 1_200
    clock.advance(0)
    clock.advance(0)
    assert {one.uri for one in there.values() if "router" not in one.uri} == {HALL.uri}
    hall.say(2)
    hall.turn()
    assert numbers(hall.people[1]) == [2]


def test_whoever_is_cut_off_from_a_topic_hears_nothing_more(hall: Hall) -> None:
    client = hall.people[0]
    hall.say(1)
    hooks.cut(hall.memory.router.router, client.wamp._authid or "", HALL.uri)
    hall.say(2)
    hall.turn()
    assert numbers(client) == [1]


@pytest.mark.parametrize(
    ("options", "heard"),
    [
        ({"exclude": [0]}, [False, True, True]),
        ({"eligible": [0]}, [True, False, False]),
        ({"eligible": [0, 1], "exclude": [1]}, [True, False, False]),
        ({"exclude_authrole": ["guest"]}, [False, False, False]),
        ({"eligible_authrole": ["guest"]}, [True, True, True]),
    ],
)
def test_lists_say_who_hears(hall: Hall, options: dict[str, Any], heard: list[bool]) -> None:
    ids = [client.wamp._session_id for client in hall.people]
    chosen: dict[str, Any] = {
        name: [ids[n] if isinstance(n, int) else n for n in listed] for name, listed in options.items()
    }
    hall.say(1)
    hall.say(2, **chosen)
    hall.turn()
    assert [numbers(client) == [1, 2] for client in hall.people] == heard
