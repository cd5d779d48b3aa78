"""Web Push on a real node: people without a page, a push service on this machine, and a component that is killed."""

from collections.abc import Iterator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread

from tests.support.node import Node
from tests.support.person import Session, available, connect, introduce
from tests.support.pushservice import Browser, PushService

PATIENCE = 40.0
QUIET = 8.0
"""Seconds after which whatever would be pushed has been: the wait, the grace of presence, and two looks."""


@pytest.fixture(scope="module")
def service() -> Iterator[PushService]:
    with PushService() as one:
        yield one


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    settings = {
        "push": {"hosts": ["127.0.0.1"], "wait": "1s"},
        "presence": {"grace": "1s"},
        "processes": {"main": ["stream", "room", "identity", "presence"], "push": ["push"]},
    }
    with Node(settings) as one:
        yield one
        assert "Traceback" not in one.said()


async def pause(seconds: float) -> None:
    waited: Deferred[None] = Deferred()
    reactor.callLater(seconds, waited.callback, None)
    await waited


async def until(what: Any, why: str) -> None:
    deadline = reactor.seconds() + PATIENCE
    while not what():
        assert reactor.seconds() < deadline, why
        await pause(0.1)


class Somebody:
    """Comes in, has a device that is told, and goes."""

    def __init__(self, node: Node, service: PushService, given: Any) -> None:
        self._node, self._service, self._given = node, service, given
        self.browser: Browser = service.browser()

    async def come(self) -> Session:
        session = await connect(reactor, self._node.port, self._given.id, self._given.token)
        await available(reactor, lambda: session.call("openline.room.join", room="lobby"))
        return session

    async def subscribe(self, session: Session) -> None:
        key = (await available(reactor, lambda: session.call("openline.push.key")))["key"]
        await session.call("openline.push.on", **self.browser.subscription(key))

    def told(self) -> list[str]:
        return [one.words["body"] for one in self._service.pushed if one.browser is self.browser]


async def somebody(node: Node, service: PushService, name: str) -> tuple[Somebody, Session]:
    """Let somebody in, and have their device told."""
    one = Somebody(node, service, await deferToThread(introduce, node.url, name))
    session = await one.come()
    await one.subscribe(session)
    return one, session


async def speaker(node: Node) -> Session:
    given = await deferToThread(introduce, node.url, "Bob")
    session = await connect(reactor, node.port, given.id, given.token)
    await available(reactor, lambda: session.call("openline.room.join", room="lobby"))
    return session


async def say(session: Session, text: str) -> int:
    offset: int = (await session.call("openline.room.post", room="lobby", text=text))["offset"]
    return offset


async def gone(session: Session) -> None:
    session.leave()
    await session.ended


@pytest_twisted.ensureDeferred
async def test_who_is_away_is_told_once_and_who_is_there_is_not(node: Node, service: PushService) -> None:
    ada, session = await somebody(node, service, "Ada")
    bob = await speaker(node)
    await say(bob, "you see this")
    await pause(QUIET)
    assert ada.told() == [], "they are there"
    await gone(session)
    await until(lambda: ada.told() == ["you see this"], "they left before they had read it")
    await pause(16.0)
    await say(bob, "one")
    await say(bob, "and two")
    await until(lambda: ada.told()[1:] == ["and two"], "nothing arrived, or more than the newest")
    await pause(QUIET)
    assert ada.told()[2:] == [] and service.refused == []
    pushed = service.pushed[-1]
    assert pushed.words["title"] == "Bob in Lobby" and pushed.words["unread"] == 3
    assert b"two" not in pushed.body


@pytest_twisted.ensureDeferred
async def test_in_quiet_hours_and_where_it_is_read_elsewhere_nothing_is_pushed(
    node: Node, service: PushService
) -> None:
    ada, session = await somebody(node, service, "Ada")
    bob = await speaker(node)
    await session.call("openline.room.notify", quiet={"starts": 0, "ends": 1439, "zone": "UTC"})
    await gone(session)
    await say(bob, "in the night")
    await pause(QUIET)
    session = await ada.come()
    await session.call("openline.room.notify", quiet=None)
    await pause(2.0)
    await session.call("openline.presence.idle", idle=True)
    offset = await say(bob, "read at once")
    await session.call("openline.room.read", room="lobby", upto=offset)
    await pause(QUIET)
    assert ada.told() == []


@pytest_twisted.ensureDeferred
async def test_a_device_that_is_gone_is_forgotten(node: Node, service: PushService) -> None:
    ada, session = await somebody(node, service, "Ada")
    bob = await speaker(node)
    await gone(session)
    service.answer = lambda browser: (410, {}) if browser is ada.browser else None
    path = ada.browser.endpoint.removeprefix(service.origin)
    await say(bob, "@Ada one")
    await until(lambda: service.asked.count(path) == 1, "nothing was pushed")
    await say(bob, "@Ada two")
    await pause(QUIET)
    assert service.asked.count(path) == 1
    service.answer = lambda browser: None


@pytest_twisted.ensureDeferred
async def test_what_is_said_while_the_component_is_dead_arrives_late_and_once(node: Node, service: PushService) -> None:
    ada, session = await somebody(node, service, "Ada")
    bob = await speaker(node)
    await gone(session)
    await say(bob, "before")
    await until(lambda: ada.told() == ["before"], "nothing was pushed")
    for number in range(2):
        node.find("-m components push").kill()
        await say(bob, f"@Ada meanwhile {number}")
        await until(lambda: ada.told()[-1:] == [f"@Ada meanwhile {number}"], "it was lost")  # noqa: B023
    await pause(QUIET)
    assert ada.told() == ["before", "@Ada meanwhile 0", "@Ada meanwhile 1"]


@pytest_twisted.ensureDeferred
async def test_a_push_service_that_is_away_is_come_back_to(node: Node, service: PushService) -> None:
    ada, session = await somebody(node, service, "Ada")
    bob = await speaker(node)
    await gone(session)
    service.answer = lambda browser: (429, {"Retry-After": "17"}) if browser is ada.browser else None
    path = ada.browser.endpoint.removeprefix(service.origin)
    await say(bob, "hello")
    await until(lambda: service.asked.count(path) == 1, "nothing was pushed")
    service.answer = lambda browser: None
    await pause(QUIET)
    assert (service.asked.count(path), ada.told()) == (1, []), "not before it said"
    await until(lambda: ada.told() == ["hello"], "it was not tried again")
