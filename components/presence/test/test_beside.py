"""The topics beside a room are heard by whoever may read the room, as long as they may; on a real router in memory."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from components.contract import Access, Caller, Component, Ear, OfStream, Route, Verdict, on_belonging
from components.permissions import owner
from components.presence import api
from components.presence.api import ON_CHANGE, ON_TYPING, Typing
from components.wire import Wire
from router.api import ON_ACCESS_LOST, Loss
from tests.support.edge import Client, MemoryEdge

LOBBY = "openline.room.lobby"


class Rooms(Component):
    """Knows who is a member, and hears what it is told."""

    def __init__(self) -> None:
        self.members: set[str] = set()
        self.heard: list[Any] = []

    def routes(self) -> list[Route]:
        return [owner(LOBBY).by(self.may)]

    def ears(self) -> list[Ear]:
        return [Ear(on_belonging("room"), self.hear)]

    async def may(self, caller: Caller, access: Access) -> Verdict:
        return Verdict(access.id in self.members, "members")

    def hear(self, of: OfStream) -> None:
        if of.stream.endswith("broken"):
            raise RuntimeError
        self.heard.append(of)


class BesideTests(SynchronousTestCase):
    """A room, a member and a stranger."""

    def setUp(self) -> None:
        self.edge = MemoryEdge()
        self.rooms = Rooms()
        self.wire = Wire(["router1"], Clock())
        self.edge.router.serve(self.wire, self.rooms)
        self.ada, self.eve = self.edge.client("Ada"), self.edge.client("Eve")
        self.rooms.members.add(self.whose(self.ada))

    @staticmethod
    def whose(client: Client) -> str:
        return str(client.wamp._authid)

    def tell(self, name: str) -> None:
        self.successResultOf(_start(self.wire.publish(ON_TYPING.of(LOBBY), Typing("u_bob", name))))
        self.edge.pass_time(0.0)

    def names(self, client: Client) -> list[str]:
        return [event["name"] for event in client.events()]

    def test_who_may_read_the_room_hears_them_and_nobody_else(self) -> None:
        for topic in (ON_CHANGE, ON_TYPING):
            assert self.ada.subscribe(topic.of(LOBBY).uri)[0] == 33
            assert self.eve.subscribe(topic.of(LOBBY).uri)[0] == 8
        self.tell("Bob")
        assert (self.names(self.ada), self.names(self.eve)) == (["Bob"], [])

    def test_who_may_not_any_more_hears_nothing_more(self) -> None:
        self.ada.subscribe(ON_TYPING.of(LOBBY).uri)
        self.tell("Bob")
        self.rooms.members.clear()
        self.successResultOf(_start(self.wire.insist(ON_ACCESS_LOST, Loss(self.whose(self.ada), LOBBY))))
        self.tell("Cleo")
        assert self.names(self.ada) == ["Bob"]
        assert self.ada.subscribe(ON_TYPING.of(LOBBY).uri)[0] == 8

    def test_people_publish_nothing_there(self) -> None:
        self.ada.subscribe(ON_TYPING.of(LOBBY).uri)
        assert self.ada.ask(16, ON_TYPING.of(LOBBY).uri, [], {"id": "x", "name": "X"}, acknowledge=True)[-1][0] == 8

    def test_a_component_hears_what_it_listens_to_and_no_nonsense(self) -> None:
        topic = on_belonging("room")
        self.successResultOf(_start(self.wire.publish(topic, OfStream(LOBBY))))
        self.successResultOf(_start(self.wire.publish(topic, OfStream("openline.room.broken"))))
        assert self.rooms.heard == [OfStream(LOBBY)]
        assert len(self.flushLoggedErrors(RuntimeError)) == 1

    def test_topics_are_named_after_the_stream(self) -> None:
        assert ON_CHANGE.of(LOBBY).uri == "openline.presence.on_change.lobby"
        assert ON_CHANGE.stream("openline.presence.on_change.lobby") == LOBBY
        assert ON_CHANGE.stream("openline.presence.on_typing.lobby") is None
        assert api.stream_of("lobby") == LOBBY


def _start(coroutine: Any) -> Any:
    return Deferred.fromCoroutine(coroutine)
