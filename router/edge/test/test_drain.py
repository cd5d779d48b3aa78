"""A router worker that ends lets nobody in, answers what was asked, and tells everybody to come back."""

import time
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from components.contract import Caller, Component, Nothing, Procedure, Route
from components.wire import Wire
from router.edge.cut import Cut, Why
from router.edge.drain import LINGER, PACE, PATIENCE, Drain
from router.edge.transport import Visitor
from router.identity import guest
from tests.support.edge import Client, MemoryEdge
from tests.support.router import SETTINGS, MemoryRouter

WAIT = Procedure("openline.slow.wait", Nothing, Nothing, callers={"guest"})


class Slow(Component):
    """Answers when it is let."""

    def __init__(self) -> None:
        self.waiting: list[Deferred[None]] = []

    def routes(self) -> list[Route]:
        return [WAIT.by(self.wait)]

    async def wait(self, caller: Caller, nothing: Nothing) -> Nothing:
        self.waiting.append(Deferred())
        await self.waiting[-1]
        return nothing


class Ending:
    """An edge with a slow component, which lives in the router worker or beside it, and its end."""

    def __init__(self, is_inside: bool = True) -> None:
        self.memory = MemoryEdge(router=MemoryRouter(SETTINGS, Clock(), declared=[WAIT]))
        self.slow = Slow()
        dealer: Any = self.memory.router.router.calls
        dealer._reactor = self.memory.clock
        wire = Wire([self.memory.router.name], self.memory.clock)
        session = self.memory.router.join("slow", "component")
        serving = wire.serve(self.memory.router.name, session, self.slow, dealer.offer if is_inside else None)
        Deferred.fromCoroutine(serving)
        self.drain = Drain(self.memory.edge, lambda: 0.5)

    def enter(self, name: str = "Ada") -> Client:
        return self.memory.client(name)

    def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / 0.25)):
            self.memory.pass_time(0.25)

    @property
    def is_done(self) -> bool:
        return bool(self.drain.done.called)


def told(client: Client) -> Cut:
    assert client.cut is not None
    return client.cut


def test_nobody_is_there() -> None:
    ending = Ending()
    ending.drain.begin()
    assert ending.is_done


def test_everybody_is_told_to_come_back() -> None:
    ending = Ending()
    clients = [ending.enter(name) for name in ("Ada", "Bob", "Cy")]
    ending.drain.begin()
    assert not ending.is_done
    ending.pass_time(0.5)
    assert [told(client).why for client in clients] == [Why.RESTART] * 3
    assert [told(client).retry_after for client in clients] == [1.5] * 3
    assert not ending.is_done, "their last words have to leave"
    ending.pass_time(LINGER + 0.5)
    assert ending.is_done


@pytest.mark.parametrize("is_inside", [True, False], ids=["in the router worker", "by invocation"])
def test_what_was_asked_is_answered_first(is_inside: bool) -> None:
    ending = Ending(is_inside)
    ada, bob = ending.enter("Ada"), ending.enter("Bob")
    ada.call(WAIT.uri)
    ending.drain.begin()
    ending.pass_time(2.0)
    assert told(bob).why is Why.RESTART
    assert ada.cut is None and not ending.is_done
    ending.slow.waiting[0].callback(None)
    assert ada.heard[-1][0] == 50
    ending.pass_time(0.5)
    assert told(ada).why is Why.RESTART
    ending.pass_time(LINGER + 0.5)
    assert ending.is_done


def test_who_is_asked_answers_first() -> None:
    ending = Ending()
    ada, bob = ending.enter("Ada"), ending.enter("Bob")
    uri = ada.call("openline.router.offer", name="ring", ids=[], roles=["guest"])[3][0]["uri"]
    assert ada.ask(64, uri)[-1][0] == 65
    bob.call(uri)
    invocation = ada.heard[-1]
    assert invocation[0] == 68
    ending.drain.begin()
    ending.pass_time(2.0)
    assert ada.cut is None and bob.cut is None
    ada.say(70, invocation[1], {}, ["heard"])
    assert bob.heard[-1][3] == ["heard"]
    ending.pass_time(0.5)
    assert told(ada).why is told(bob).why is Why.RESTART


def test_who_waits_too_long_is_told_without_an_answer() -> None:
    ending = Ending()
    ada = ending.enter()
    ada.call(WAIT.uri)
    ending.drain.begin()
    ending.pass_time(PATIENCE + 1.0)
    assert told(ada).why is Why.RESTART
    ending.pass_time(LINGER + 0.5)
    assert ending.is_done


def test_nobody_new_comes_in() -> None:
    ending = Ending()
    asleep = ending.memory.client()
    ending.drain.begin()
    with pytest.raises(Cut) as refused:
        ending.memory.edge.door.admit(Visitor("192.0.2.1"))
    assert (refused.value.why, refused.value.retry_after) == (Why.RESTART, 5.0)
    asleep.enter(guest("Late", time.time(), 1e9))
    assert told(asleep).why is Why.RESTART


def test_many_are_not_told_at_once() -> None:
    ending = Ending()
    clients = [ending.enter(f"u{number}") for number in range(1_000)]
    chances = iter([number / 2_000 for number in range(2_000)])
    ending.drain._chance = lambda: next(chances)
    ending.drain.begin()
    ending.pass_time(0.5)
    assert 0 < sum(client.cut is not None for client in clients) < 700
    ending.pass_time(1_000 / PACE)
    assert all(client.cut for client in clients)
    assert len({told(client).retry_after for client in clients}) == 1_000, "they do not come back at once either"


def test_who_leaves_by_themselves_is_not_waited_for() -> None:
    ending = Ending()
    ada = ending.enter()
    ada.call(WAIT.uri)
    ending.drain.begin()
    ada.wamp.lost()
    ending.pass_time(2.0)
    assert ending.is_done
