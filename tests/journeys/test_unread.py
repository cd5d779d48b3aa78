"""How far somebody has read, on a real node: two sessions of one person, and somebody whom it does not concern."""

from collections.abc import Iterator
from typing import Any

import pytest
import pytest_twisted
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import PublishOptions
from twisted.internet import reactor
from twisted.internet.defer import Deferred, ensureDeferred, gatherResults
from twisted.internet.threads import deferToThread

from tests.support.node import Node
from tests.support.person import Session, available, connect, introduce

PATIENCE = 20


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with Node() as one:
        yield one


async def twice(node: Node, name: str) -> tuple[Session, Session]:
    """Somebody comes in on two devices."""
    given = await deferToThread(introduce, node.url, name)
    first, second = [await connect(reactor, node.port, given.id, given.token) for _ in range(2)]
    return first, second


async def joined(session: Session) -> None:
    await available(reactor, lambda: session.call("openline.room.join", room="lobby"))


async def lobby(session: Session) -> Any:
    mine = await session.call("openline.room.mine")
    return next(own for own in mine["rooms"] if own["room"] == "lobby")


@pytest_twisted.ensureDeferred
async def test_the_farthest_counts_whatever_order_devices_say_it_in(node: Node) -> None:
    desk, phone = await twice(node, "Ada")
    bob, _ = await twice(node, "Bob")
    for session in (desk, bob):
        await joined(session)
    offsets = [(await bob.call("openline.room.post", room="lobby", text=str(n)))["offset"] for n in range(20)]
    feed = (await phone.call("openline.room.mine"))["feed"]
    heard: list[Any] = []
    all_read: Deferred[None] = Deferred()

    def told(**event: Any) -> None:
        heard.extend(own["read"] for own in event["rooms"])
        if offsets[-1] in heard and not all_read.called:
            all_read.callback(None)

    await phone.subscribe(told, feed)
    mixed = [*offsets[1::2], *reversed(offsets[::2])]
    said = [
        ensureDeferred(session.call("openline.room.read", room="lobby", upto=upto))
        for upto in mixed
        for session in (desk, phone)
    ]
    await gatherResults(said)
    await all_read.addTimeout(PATIENCE, reactor)
    assert heard == sorted(set(heard)), "each was farther than the one before"
    for session in (desk, phone):
        own = await lobby(session)
        assert (own["read"], own["unread"]) == (offsets[-1], 0)
    assert (await lobby(bob))["read"] < offsets[-1], "it is nobody else's"


@pytest_twisted.ensureDeferred
async def test_nobody_else_hears_how_far_somebody_has_read(node: Node) -> None:
    ada, _ = await twice(node, "Ada")
    bob, _ = await twice(node, "Bob")
    feed = (await available(reactor, lambda: ada.call("openline.room.mine")))["feed"]
    assert feed != (await bob.call("openline.room.mine"))["feed"]
    ignored: Any = lambda **event: None  # noqa: E731
    await ada.subscribe(ignored, feed)
    for attempt in (
        lambda: bob.subscribe(ignored, feed),
        lambda: bob.publish(feed, rooms=[], options=PublishOptions(acknowledge=True)),
        lambda: bob.call("openline.stream.read", stream=feed),
        lambda: bob.call("openline.stream.publish", stream=feed, type="told", data={}),
    ):
        with pytest.raises(ApplicationError) as refused:
            await attempt()
        assert refused.value.error.endswith(("not_authorized", "authorization_failed")), refused.value.error
