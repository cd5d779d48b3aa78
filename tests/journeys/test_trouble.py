"""A database that cannot be written to, and a process that dies at the worst moment."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psutil
import pytest
import pytest_twisted
from autobahn.wamp.exception import ApplicationError
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.internet.threads import deferToThread

from components.contract import Appended, Author
from components.engines import backend_of
from components.streams import Log, Streams
from tests.support.bus import MemoryBus
from tests.support.database import DatabaseAtOnce
from tests.support.driver import Driver
from tests.support.node import Node, wait_for
from tests.support.person import available, sign_in
from tests.support.router import SETTINGS

FOUND_WITHIN = 30
"""Seconds until followers of a stream that fell quiet have its last event."""


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with Node() as node:
        yield node


@contextmanager
def locked(node: Node) -> Iterator[None]:
    """Somebody else writes to the database, and takes their time."""
    somebody_else = sqlite3.connect(node.cbdir / "data/openline.sqlite", isolation_level=None)
    somebody_else.execute("BEGIN IMMEDIATE")
    yield
    somebody_else.rollback()
    somebody_else.close()


@contextmanager
def full(node: Node) -> Iterator[None]:
    """No file of the components may grow: what a full disk is to those that are longer than this already."""
    process = node.component_process()
    process.rlimit(psutil.RLIMIT_FSIZE, (4096, psutil.RLIM_INFINITY))
    yield
    process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))


@pytest.mark.parametrize("trouble", [locked, full])
@pytest_twisted.ensureDeferred
async def test_nothing_is_kept_and_nothing_lost_while_nothing_can_be_written(
    node: Node, trouble: Callable[[Node], AbstractContextManager[None]]
) -> None:
    writer = Driver(node.url, "Ada", what="write")
    ada = await sign_in(reactor, node.url, "Ada")
    await available(reactor, lambda: ada.call("openline.room.join", room="lobby"))
    post = {"room": "lobby", "text": "hi", "key": trouble.__name__}
    try:
        await deferToThread(wait_for, lambda: writer.each("acked"), "nothing gets through")
        with trouble(node):
            with pytest.raises(ApplicationError) as refused:
                await ada.call("openline.room.post", **post)
            page = await ada.call("openline.stream.read", stream="openline.room.lobby")
        await deferToThread(writer.finish)
    finally:
        writer.stop()
    assert refused.value.error == "openline.error.unavailable"
    assert page["events"], "reading goes on"
    assert sorted(writer.each("acked")) == sorted(writer.each("sent"))
    assert (await ada.call("openline.room.post", **post))["duplicate"] is False


def test_a_commit_that_was_never_told_is_found(node: Node) -> None:
    """A process that dies between its commit and its publish leaves what this leaves: a row, and silence."""
    follower = Driver(node.url, "Bob")
    try:
        wait_for(lambda: "live" in follower.each("state"), "Bob is not there")
        offset = append_in_silence(f"sqlite:///{node.cbdir}/data/openline.sqlite")
        before = time.monotonic()
        follower.wait_until_shown(offset)
        assert time.monotonic() - before < FOUND_WITHIN
        assert follower.shown() == list(range(1, offset + 1))
    finally:
        follower.stop()


def append_in_silence(url: str) -> int:
    """Append two events as a process that dies before it tells anybody of them."""
    db, clock, deaf = DatabaseAtOnce(backend_of(url)), Clock(), MemoryBus()
    clock.advance(time.time())
    deaf.broken = True
    last: list[Appended] = []
    Deferred.fromCoroutine(Streams(db, deaf, clock, SETTINGS).write(_two)).addCallback(last.append)
    db.close()
    return last[0].offset


def _two(log: Log) -> Appended:
    author = Author("u_last", "Last words")
    log.append("openline.room.lobby", "message_posted", {"text": "one"}, by=author)
    return log.append("openline.room.lobby", "message_posted", {"text": "two"}, by=author)
