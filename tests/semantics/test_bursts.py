"""Many events at once, while readers stop, vanish and come."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .client import Client, Kind
from .servers import Server
from .sessions import Sessions
from .vocabulary.api import OTHER, TALK
from .wires import SERIALIZERS, Gone

EACH = list(SERIALIZERS)
NO_ROOM = [(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)]
"""So that little of what is not read fits into the kernel."""


def test_one_reader_stops_and_the_others_go_on(server: Server, join: Sessions) -> None:
    """Twelve megabytes are more than the kernel takes. Crossbar keeps them for ever, this node cuts the reader off."""
    publisher, others = join.person("ada"), [join.person("bob", serializer=one) for one in EACH * 2]
    stopped = join.person("eve", sockopt=NO_ROOM)
    for one in [*others, stopped]:
        one.subscribe(TALK.uri)
    filling = "x" * 20_000
    for batch in range(30):
        numbers = range(batch * 20, batch * 20 + 20)
        for number in numbers:
            publisher.tell(TALK.uri, [number, filling])
        for one in others:
            assert [one.event().args[0] for _ in numbers] == list(numbers)
    assert publisher.rest() == []
    heard = read_to_the_end(stopped, 600)
    assert heard == list(range(len(heard)))
    assert (len(heard) == 600) is server.is_plain


def read_to_the_end(client: Client, most: int) -> list[int]:
    """The numbers of all events that a client can still read."""
    heard: list[int] = []
    try:
        while len(heard) < most:
            heard.append(client.event().args[0])
    except Gone:
        pass
    return heard


@contextmanager
def talking(client: Client, *topics: str) -> Iterator[None]:
    """Have somebody publish all the time, from a thread of its own."""
    stop = threading.Event()

    def talk() -> None:
        number = 0
        while not stop.is_set():
            for topic in topics:
                client.tell(topic, [number, "x" * 200])
            number += 1
            if number % 10 == 0:
                client.rest()  # No faster than the server takes it.

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("serializer", EACH)
def test_who_comes_after_somebody_who_vanished_hears_nothing_of_theirs(join: Sessions, serializer: str) -> None:
    """The new connections get the descriptors of the old ones."""
    publisher, witness = join.person("ada"), join.person("bob")
    witness.subscribe(OTHER.uri)
    numbers: list[int] = []
    with talking(publisher, TALK.uri, OTHER.uri):
        for _ in range(3):
            old = [join.person("eve", serializer=serializer) for _ in range(15)]
            for one in old:
                one.subscribe(TALK.uri)
                one.subscribe(OTHER.uri)
            for one in old:
                one.wire.vanish()
            for one in [join.person("carl", serializer=serializer) for _ in range(15)]:
                assert one.rest() == []
                one.leave()
            numbers += [event.args[0] for event in witness.events()]
    assert numbers == list(range(len(numbers)))
    assert numbers


@pytest.mark.parametrize("serializer", EACH)
def test_subscriptions_come_and_go_in_a_stream_of_events(join: Sessions, serializer: str) -> None:
    """Between SUBSCRIBED and UNSUBSCRIBED everything is heard, and nothing at any other time."""
    publisher, reader = join.person("ada"), join.person("bob", serializer=serializer)
    with talking(publisher, TALK.uri):
        for _ in range(40):
            before = reader.rest()
            assert before == []
            subscription = reader.subscribe(TALK.uri)
            numbers = [reader.event().args[0] for _ in range(3)]
            assert numbers == list(range(numbers[0], numbers[0] + 3))
            request = reader.ask(Kind.UNSUBSCRIBE, subscription)
            while (message := reader.hear())[0] == Kind.EVENT:
                numbers.append(message[4][0])
            assert message == [Kind.UNSUBSCRIBED, request]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_many_readers_hear_the_same(server: Server, join: Sessions) -> None:
    """More than Crossbar sends to in one go: it then lets later events overtake earlier ones."""
    publisher = join.person("ada")
    readers = [join.person("bob", serializer=EACH[number % 3]) for number in range(150)]
    for one in readers:
        one.subscribe(TALK.uri)
    for number in range(20):
        publisher.tell(TALK.uri, [number], eligible=[readers[0].id] if number == 10 else [])
    publisher.rest()
    for one in readers:
        expected = [number for number in range(20) if number != 10 or one is readers[0]]
        heard = [one.event().args[0] for _ in expected]
        assert (sorted(heard) if server.is_plain else heard) == expected
