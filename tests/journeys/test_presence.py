"""Two hundred people come, reload, are killed and cut off, and go, for as long as it takes.

Then every observer's list is the truth, and each real arrival and departure was shown once. `PRESENCE_SECONDS=120` has
it go on for two minutes.
"""

import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults

from tests.semantics.servers import LIMITS, VOCABULARY, Server, answering, our_server, ours
from tests.support.node import Node
from tests.support.person import Session, available, connect

PEOPLE, OBSERVERS = 200, 4
AT_ONCE = 100
"""How many do something at the same time."""
GRACE = 5.0
LONG = float(os.environ.get("PRESENCE_SECONDS", "0"))
"""Seconds for which it goes on; else everybody does one thing more."""
PATIENCE = 60.0
ROOM, ON_CHANGE = "lobby", "openline.presence.on_change.lobby"


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    settings = {
        "processes": {"main": ["stream", "room", "presence"], "router": [VOCABULARY]},
        "presence": {"grace": f"{GRACE:.0f}s", "lease": "20s"},
        "limits": {**LIMITS, "ping": "2s", "pong": "2s"},
    }
    with ours(settings) as node:
        yield node
        assert "Traceback" not in node.said()


@pytest.fixture(scope="module")
def server(node: Node) -> Server:
    return answering(our_server(node))


async def pause(seconds: float) -> None:
    waited: Deferred[None] = Deferred()
    reactor.callLater(seconds, waited.callback, None)
    await waited


async def until(what: Callable[[], bool], why: str) -> None:
    """Look again and again until something is so."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < deadline, why
        await pause(0.05)


async def come(server: Server, id: str) -> Session:
    return await connect(reactor, server.node.port, id, server.ticket(id, "guest"))


class Observer:
    """Shows who is here, by the rules of `components/presence/api.py`, and notes whom it showed come and go."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._held: list[dict[str, Any]] | None = None
        self._epoch, self._version = "", 0
        self.shown: set[str] = set()
        self.came: defaultdict[str, int] = defaultdict(int)
        self.went: defaultdict[str, int] = defaultdict(int)
        self.reads = 0
        """How often all was read."""

    async def begin(self) -> "Observer":
        await self._session.subscribe(lambda **change: self._hear(change), ON_CHANGE)
        await self._session.subscribe(lambda: self._again(), "openline.presence.on_started")
        await self._read()
        return self

    async def _read(self) -> None:
        if self._held is not None:
            return
        self._held = []
        self.reads += 1
        asked = lambda: self._session.call("openline.presence.read", room=ROOM)  # noqa: E731
        snapshot = await available(reactor, asked, PATIENCE, {"openline.presence.error.not_yet"})
        self._epoch, self._version = snapshot["epoch"], snapshot["version"]
        self._show({one["id"] for one in snapshot["people"]})
        held, self._held = self._held, None
        for change in held:
            self._hear(change)

    def _again(self) -> None:
        reading = Deferred.fromCoroutine(self._read())
        reading.addErrback(lambda failure: failure.printTraceback())

    def _hear(self, change: dict[str, Any]) -> None:
        if self._held is not None:
            self._held.append(change)
        elif change["epoch"] != self._epoch or change["version"] > self._version + 1:
            self._again()
        elif change["version"] == self._version + 1:
            self._version += 1
            self._show((self.shown | {one["id"] for one in change["changed"]}) - set(change["left"]))

    def _show(self, people: set[str]) -> None:
        for id in people - self.shown:
            self.came[id] += 1
        for id in self.shown - people:
            self.went[id] += 1
        self.shown = people


class Somebody:
    """One of the crowd, and what really became of them."""

    def __init__(self, server: Server, id: str, observers: list[Observer]) -> None:
        self._server, self.id, self._observers = server, id, observers
        self.session: Session | None = None
        self.came = self.went = 0
        self.slowest = 0.0
        """The longest that they were away without having left."""

    @property
    def is_here(self) -> bool:
        return self.session is not None

    async def arrive(self) -> None:
        self.session = await come(self._server, self.id)
        await self.session.call("openline.room.join", room=ROOM)
        self.came += 1
        await self._until(lambda one: self.id in one.shown and one.came[self.id] == self.came, "was not seen to come")

    async def depart(self, how: Callable[[Session], None]) -> None:
        assert self.session is not None
        how(self.session)
        self.session = None
        self.went += 1
        await self._until(lambda one: self.id not in one.shown, "was not seen to leave")

    async def reload(self, how: Callable[[Session], None]) -> None:
        assert self.session is not None
        how(self.session)
        left = time.monotonic()
        self.session = await come(self._server, self.id)
        self.slowest = max(self.slowest, time.monotonic() - left)

    async def _until(self, seen: Callable[[Observer], bool], why: str) -> None:
        await until(lambda: all(seen(one) for one in self._observers), f"{self.id} {why}")


def wire(session: Session) -> Any:
    """Name what carries a session."""
    protocol: Any = session._transport
    return protocol.transport


def leave(session: Session) -> None:
    """Close the page."""
    session.leave()


def kill(session: Session) -> None:
    """End the browser at once."""
    wire(session).abortConnection()


def cut(session: Session) -> None:
    """Pull the plug: nothing is read or said any more, and nobody is told."""
    wire(session).pauseProducing()


WAYS = [leave, kill, cut]


async def do_something(somebody: Somebody, chance: random.Random) -> None:
    if not somebody.is_here:
        await somebody.arrive()
    elif chance.random() < 0.6:
        await somebody.reload(chance.choice(WAYS))
    else:
        await somebody.depart(chance.choice(WAYS))


async def live(people: list[Somebody], chance: random.Random, goes_on: Callable[[int], bool]) -> None:
    """Have some of them do one thing after the other, while others do the same beside them."""
    times = 0
    while goes_on(times):
        times += 1
        for somebody in people:
            await do_something(somebody, chance)


async def together(*each: Any) -> None:
    await gatherResults([Deferred.fromCoroutine(one) for one in each], consumeErrors=True)


@pytest_twisted.ensureDeferred
async def test_every_list_is_the_truth_and_each_arrival_and_departure_is_shown_once(server: Server) -> None:
    seed = random.randrange(1_000_000)
    observers = [await watch(server, f"observer{number}") for number in range(OBSERVERS)]
    people = [Somebody(server, f"somebody{number}", observers) for number in range(PEOPLE)]
    parts = [people[start::AT_ONCE] for start in range(AT_ONCE)]
    await together(*(settle(part) for part in parts))
    end = time.monotonic() + LONG
    goes_on: Callable[[int], bool] = lambda times: time.monotonic() < end if LONG else times < 1  # noqa: E731
    lives = [live(part, random.Random(seed + number), goes_on) for number, part in enumerate(parts)]
    await together(*lives, kill_presence(server.node, observers))
    here = {one.id for one in people if one.is_here} | {f"observer{number}" for number in range(OBSERVERS)}
    await until(lambda: all(one.shown == here for one in observers), f"a list is not the truth, seed {seed}")
    assert max(one.slowest for one in people) < GRACE, "this machine is too slow for what is tested here"
    for one in people:
        assert {(each.came[one.id], each.went[one.id]) for each in observers} == {(one.came, one.went)}, (one.id, seed)


async def watch(server: Server, id: str) -> Observer:
    session = await come(server, id)
    await available(reactor, lambda: session.call("openline.room.join", room=ROOM))
    return await Observer(session).begin()


async def settle(people: list[Somebody]) -> None:
    for somebody in people:
        await somebody.arrive()


async def kill_presence(node: Node, observers: list[Observer]) -> None:
    """Kill the component itself in the middle of it: who reads again sees nobody flicker."""
    before = sum(one.reads for one in observers)
    node.component_process().kill()
    await until(lambda: sum(one.reads for one in observers) >= before + OBSERVERS, "nobody read again")
