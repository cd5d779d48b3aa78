"""What is written arrives whole and in order, at once or later, or the client is cut off: nothing in between."""

import gc
import os
import re
import socket
from array import array
from typing import Any

import pytest

from components.settings import Limits
from router.edge import native
from router.edge.cut import Cut, Why
from router.edge.native import Implementation
from router.edge.transport import Transport, cork, uncork

from .wire import Wire, Wires

SMALL = Limits(queue_bytes=100_000)
either = pytest.mark.parametrize("loops", native.implementations(), ids=lambda loops: loops.name)


class Watch:
    """Notes when a connection becomes ready or not, and whether its descriptor was open then."""

    def __init__(self, wire: Wire) -> None:
        self.seen: list[bool] = []
        self.said: list[bytes] = []
        fd, client = wire.connection.fd, wire.client

        def note(connection: Any, ready: bool) -> None:
            assert connection.ready is ready
            assert connection.fd == fd
            assert os.fstat(fd)
            self.seen.append(ready)
            self.said.append(peek(client))

        type(wire.connection).on_ready_change = note  # type: ignore[method-assign, assignment]


def peek(client: socket.socket) -> bytes:
    try:
        client.setblocking(False)
        return client.recv(100, socket.MSG_PEEK)
    except OSError:
        return b""


@pytest.fixture
def watched(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> Watch:
    monkeypatch.setattr(type(wire.connection), "on_ready_change", type(wire.connection).on_ready_change)
    return Watch(wire)


def test_leaves_at_once_when_nothing_waits(wire: Wire) -> None:
    wire.connection.write(b"hello", None)
    assert wire.client.recv(99) == b"hello"
    assert wire.connection.ready
    assert wire.connection.waiting == 0


def test_what_does_not_fit_follows_in_order(wire: Wire, watched: Watch) -> None:
    written = wire.fill()
    for more in (b"one", b"two" * 30_000, b"three"):
        wire.connection.write(more, None)
        written.append(more)
    assert not wire.connection.ready
    assert 90_000 < wire.connection.waiting < 110_000
    assert wire.hears(len(b"".join(written))) == b"".join(written)
    wire.until(lambda: wire.connection.ready)
    assert watched.seen == [False, True]
    assert wire.connection.waiting == 0
    wire.connection.write(b"again", None)
    assert wire.client.recv(99) == b"again"


def test_who_does_not_read_is_cut_off(wires: Wires) -> None:
    wire = wires(SMALL)
    wire.fill()
    most = 0
    while wire.connection._state.name == "OPEN":
        most = max(most, wire.connection.waiting)
        wire.connection.write(b"x" * 5_000, "news")
    assert most <= SMALL.queue_bytes + 8_006
    assert wire.is_reset()
    assert wire.refusals() == ["slow"]
    assert wire.session.losses == 1
    assert wire.connection.waiting == 0


def events(data: bytes, topic: str) -> list[int]:
    """Read the numbers of the events of a topic, in the order in which they came."""
    return [int(number) for number in re.findall(rb"<%s (\d+)>" % topic.encode(), data)]


def event(topic: str, number: int) -> bytes:
    return (f"<{topic} {number}>" + "." * 1_000)[:1_000].encode()


def test_the_oldest_are_left_out(wires: Wires) -> None:
    wire = wires(SMALL)
    written = wire.fill()
    for number in range(500):
        wire.connection.write(event("all", number), "all")
        assert wire.connection.waiting <= SMALL.queue_bytes + 8_006
    wire.connection.write(b"the end", None)
    wire.until(lambda: True)
    before = len(b"".join(written))
    heard = wire.hears(before + wire.connection._queue.bytes)[before:]  # type: ignore[union-attr]
    numbers = events(heard, "all")
    assert numbers == list(range(numbers[0], 500))
    assert 50 < len(numbers) <= 100
    assert heard == b"".join(event("all", number) for number in numbers) + b"the end"
    assert wire.counters.dropped == 500 - len(numbers)


def test_all_but_the_latest_are_left_out(wires: Wires) -> None:
    wire = wires(SMALL)
    written = wire.fill()
    wire.connection.write(b"reply", None)
    for number in range(101):
        wire.connection.write(event("last", number), "last")
    before = len(b"".join(written))
    heard = wire.hears(before + wire.connection._queue.bytes)[before:]  # type: ignore[union-attr]
    numbers = events(heard, "last")
    assert numbers == sorted(numbers)
    assert numbers[-1] == 100
    assert wire.counters.dropped == 101 - len(numbers) > 50
    assert heard.startswith(b"reply")


@pytest.mark.parametrize("topic", [None, "news"])
def test_nothing_else_is_left_out(wires: Wires, topic: str | None) -> None:
    wire = wires(SMALL)
    wire.fill()
    wire.connection.write(event("all", 1), "all")
    for _ in range(11):
        wire.connection.write(b"x" * 10_000, topic)
    assert wire.is_reset()
    assert wire.refusals() == ["slow"]


@either
def test_somebody_else_may_write(wires: Wires, loops: Implementation) -> None:
    some = [wires() for _ in range(3)]
    fds = array("i", [wire.connection.fd for wire in some])
    assert loops.broadcast(fds, b"news", fds[1]) is None
    assert [peek(wire.client) for wire in some] == [b"news", b"", b"news"]


@either
def test_what_somebody_else_could_not_write_follows(wire: Wire, watched: Watch, loops: Implementation) -> None:
    data = os.urandom(3_000_000)
    rests = loops.broadcast(array("i", [wire.connection.fd]), data, -1)
    assert rests
    [(index, sent)] = rests
    assert (index, 0 < sent < len(data)) == (0, True)
    wire.connection.took(data, sent, "news")
    assert watched.seen == [False]
    wire.connection.write(b"the end", None)
    assert wire.hears(len(data) + 7) == data + b"the end"
    wire.until(lambda: wire.connection.ready)


@either
def test_the_first_that_finds_a_socket_full_may_be_somebody_else(wire: Wire, loops: Implementation) -> None:
    near, written = wire.tcp.getHandle(), 0
    with pytest.raises(BlockingIOError):
        while True:
            written += near.send(b"." * 4_000)
    assert loops.broadcast(array("i", [wire.connection.fd]), b"news", -1) == [(0, 0)]
    wire.connection.took(b"news", 0, "news")
    assert not wire.connection.ready
    assert wire.hears(written + 4)[-4:] == b"news"


@either
def test_a_socket_that_is_broken_ends_its_connection(wire: Wire, watched: Watch, loops: Implementation) -> None:
    wire.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    wire.client.close()
    rests = loops.broadcast(array("i", [wire.connection.fd]), b"news", -1)
    assert rests == [(0, -1)]
    wire.connection.took(b"news", -1, "news")
    assert watched.seen == [False]
    wire.until(lambda: wire.session.losses)


def test_a_write_to_a_broken_socket_harms_nobody(wire: Wire, watched: Watch) -> None:
    wire.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    wire.client.close()
    wire.connection.write(b"hello", None)
    wire.connection.write(b"hello", None)
    assert watched.seen == [False]
    wire.until(lambda: wire.session.losses)
    assert wire.session.losses == 1


def test_what_half_went_out_and_cannot_follow_ends_the_connection(wire: Wire) -> None:
    """Two writers at once must not happen; if they do, no client may see a torn frame."""
    wire.fill()
    wire.connection.took(b"news", 2, "news")
    assert wire.is_reset()


def test_nobody_may_write_once_it_closes(wire: Wire, watched: Watch) -> None:
    wire.connection.close(Cut(Why.RESTART))
    assert watched.seen == [False]
    assert watched.said == [b""], "it was said before the close frame went out"
    wire.connection.write(b"too late", None)
    wire.connection.took(b"too late", 0, None)
    assert b"too late" not in wire.hears(4 + len(Why.RESTART.words))
    assert wire.hears_nothing()


@pytest.mark.parametrize("end", ["client", "abort"])
def test_nobody_may_write_once_it_is_gone(wire: Wire, watched: Watch, end: str) -> None:
    if end == "client":
        wire.client.close()
    else:
        wire.connection.close(Cut(Why.SILENT))
    wire.until(lambda: wire.session.losses)
    assert watched.seen == [False]
    assert wire.connection.fd == -1


def test_a_descriptor_that_is_used_again_belongs_to_the_new_one(wires: Wires) -> None:
    old = wires()
    fd = old.connection.fd
    old.client.close()
    old.until(lambda: old.session.losses)
    gc.collect()
    new = wires()
    while new.connection.fd != fd:  # The lowest that is free is taken.
        new = wires()
    old.connection.write(b"for the old one", None)
    old.connection.took(b"for the old one", 3, None)
    old.connection.took(b"for the old one", -1, None)
    old.connection.close(Cut(Why.RESTART))
    assert new.hears_nothing()
    assert new.connection.ready


def test_a_client_may_go_in_the_middle(wire: Wire, watched: Watch) -> None:
    wire.fill()
    wire.connection.write(b"x" * 50_000, "news")
    wire.client.close()
    wire.until(lambda: wire.session.losses)
    wire.turn()
    assert wire.session.losses == 1
    assert watched.seen == [False]
    assert wire.connection.waiting == 0


def test_who_is_told_of_a_change_may_write(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the broker does, which has events for this turn of the reactor."""

    def write(connection: Any, ready: bool) -> None:
        connection.write(b"<ready>" if ready else b"<full>", "news")

    monkeypatch.setattr(type(wire.connection), "on_ready_change", write)
    written = wire.fill()
    heard = wire.hears(len(b"".join(written)) + 13)
    assert heard == b"".join(written) + b"<full><ready>"


def test_all_that_waits_goes_out_before_the_close(wire: Wire) -> None:
    written = wire.fill()
    wire.connection.write(b"goodbye", None)
    wire.connection.close(Cut(Why.RESTART))
    before = len(b"".join(written)) + 7
    heard = wire.hears(before + 4 + len(Why.RESTART.words))
    assert heard[:before] == b"".join(written) + b"goodbye"
    assert heard[before : before + 4] == bytes([0x88, 2 + len(Why.RESTART.words)]) + (3003).to_bytes(2)


def test_answers_of_one_turn_leave_together(wire: Wire) -> None:
    cork()
    wire.connection.write(b"one", None)
    wire.connection.write(b"two", None)
    assert peek(wire.client) == b""
    wire.connection.write(b"x" * 2_000, None)
    assert peek(wire.client)[:8] == b"onetwoxx", "what is large does not wait, nor does what came before"
    wire.connection.write(b"three", None)
    uncork()
    assert wire.hears(3 + 3 + 2_000 + 5)[-6:] == b"xthree"
    assert wire.counters.bytes_out == 2_011


def test_who_is_inside_already_does_not_end_it(wire: Wire) -> None:
    assert cork()
    assert not cork()
    wire.connection.write(b"one", None)
    assert peek(wire.client) == b""
    uncork()
    assert wire.hears(3) == b"one"
    assert Transport.corked is None


def test_answers_that_wait_for_each_other_may_find_no_room(wire: Wire, watched: Watch) -> None:
    written = wire.fill()
    wire.hears(len(b"".join(written)))
    wire.until(lambda: wire.connection.ready)
    near = wire.tcp.getHandle()
    cork()
    wire.connection.write(b"<answer>", None)
    filled = 0
    with pytest.raises(BlockingIOError):
        while True:
            filled += near.send(b"." * 4_000)
    wire.connection.write(b"x" * 2_000, None)
    wire.connection.write(b"<last>", None)
    uncork()
    assert watched.seen == [False, True, False]
    assert wire.hears(filled + 8 + 2_000 + 6)[filled:] == b"<answer>" + b"x" * 2_000 + b"<last>"


def test_answers_that_wait_go_out_before_the_end(wire: Wire) -> None:
    cork()
    wire.connection.write(b"<answer>", None)
    wire.connection.close(Cut(Why.RESTART))
    assert wire.hears(8) == b"<answer>"
    uncork()


def test_what_is_torn_comes_before_answers_that_wait(wire: Wire) -> None:
    """Whoever writes to the descriptor has answers written before; if not, no frame may end in the middle."""
    data = b"<" + os.urandom(3_000_000) + b">"
    cork()
    wire.connection.write(b"<answer>", None)
    [(_, sent)] = native.broadcast(array("i", [wire.connection.fd]), data, -1) or []
    wire.connection.took(data, sent, "news")
    uncork()
    assert wire.hears(len(data) + 8) == data + b"<answer>"
