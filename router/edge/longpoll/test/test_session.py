"""The real session, broker and dealer behind `/lp`: what holds on a WebSocket holds here."""

import time
from typing import Any

import orjson
from twisted.web.server import Site

from components.contract import COMPONENT
from components.settings import Settings
from router.edge.longpoll.batch import END
from router.edge.longpoll.resource import LongPoll
from router.identity import guest
from tests.support.edge import KEYS, ROLES, MemoryEdge

from .desk import Asked, Desk

STREAMS = [
    {"match": "app.price", "read": ["guest"], "publish": ["guest"], "slow": "latest"},
    {"match": "app.talk", "read": ["guest"], "publish": ["guest"]},
]
ADA = guest("Ada", time.time(), 1e9)


class RealDesk(Desk):
    """`/lp` in front of a router in memory."""

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self.memory = MemoryEdge(Settings.model_validate({"streams": STREAMS, **settings}))
        self.clock, self.ticker, self.counters = self.memory.clock, self.memory.ticker, self.memory.edge.counters
        self.site = Site(LongPoll(self.memory.edge), reactor=self.clock)


class Person:
    """Speaks WAMP by `/lp`."""

    def __init__(self, desk: RealDesk) -> None:
        self.desk = desk
        opened = desk.ask("open", b'{"protocols": ["wamp.2.json.batched"]}').reply
        self.transport = opened.json["transport"]

    def say(self, *raws: list[Any]) -> Asked:
        """Send messages."""
        return self.desk.ask(f"{self.transport}/send", END.join(map(orjson.dumps, raws)))

    def poll(self) -> Asked:
        """Poll."""
        return self.desk.ask(f"{self.transport}/receive")

    def hear(self) -> list[Any]:
        """Poll for what is there."""
        return [orjson.loads(one) for one in self.poll().reply.body.split(END) if one]

    def join(self) -> list[Any]:
        """Sign in."""
        self.say([1, "openline", {"authmethods": ["ticket"], "authid": ADA.id, "roles": ROLES}])
        challenge, said = self.hear(), [5, KEYS.sign(ADA), {}]
        assert challenge[0][:2] == [4, "ticket"]
        self.say(said)
        welcome: list[Any] = self.hear()[0]
        return welcome


def join(desk: RealDesk) -> Person:
    person = Person(desk)
    assert person.join()[0] == 2
    return person


def publish(desk: RealDesk, topic: str, *events: dict[str, Any]) -> None:
    """Publish as a component does, all in one turn."""
    component = desk.memory.router.join("stream", COMPONENT)
    for event in events:
        component.publish(topic, **event)
    desk.clock.advance(0)


def test_joins_subscribes_and_hears() -> None:
    desk = RealDesk()
    ada = join(desk)
    ada.say([32, 1, {}, "app.talk"])
    assert ada.hear()[0][:2] == [33, 1]
    waiting = ada.poll()
    publish(desk, "app.talk", *({"number": number} for number in range(3)))
    heard = [orjson.loads(one) for one in waiting.reply.body.split(END) if one]
    assert [raw[5] for raw in heard] == [{"number": 0}, {"number": 1}, {"number": 2}]


def test_who_has_unsubscribed_hears_nothing_more() -> None:
    desk = RealDesk()
    ada = join(desk)
    ada.say([32, 1, {}, "app.talk"])
    subscription = ada.hear()[0][2]
    ada.say([34, 2, subscription])
    publish(desk, "app.talk", {})
    assert [raw[0] for raw in ada.hear()] == [35]


def test_the_rule_of_a_stream_is_that_of_its_events() -> None:
    desk = RealDesk(limits={"queue_bytes": 65_536})
    ada = join(desk)
    ada.say([32, 1, {}, "app.price"])
    publish(desk, "app.price", *({"number": number, "data": "x" * 5_000} for number in range(100)))
    heard = ada.hear()
    assert heard[-1][5]["number"] == 99 and len(heard) < 14


def test_who_does_not_poll_is_cut_off() -> None:
    desk = RealDesk(limits={"queue_bytes": 65_536})
    ada, bob = join(desk), join(desk)
    ada.say([32, 1, {}, "app.talk"])
    bob.say([32, 1, {}, "app.price"])
    publish(desk, "app.talk", *({"data": "x" * 5_000} for _ in range(20)))
    reply = ada.poll().reply
    assert (reply.status, reply.json["error"]) == (410, "openline.error.slow")
    assert [raw[0] for raw in bob.hear()] == [33]
    assert desk.counters.sessions() == 1


def test_a_forged_caller_is_refused() -> None:
    ada = join(RealDesk())
    reply = ada.say([48, 1, {"forward_for": [{"session": 1, "authid": "x", "authrole": "operator"}]}, "app.x"]).reply
    assert (reply.status, reply.json["code"]) == (403, 3502)
    assert ada.poll().reply.status == 410


def test_who_never_signs_in_is_told_and_gone() -> None:
    desk = RealDesk()
    nobody = Person(desk)
    desk.advance(9)
    poll = nobody.poll()
    desk.advance(2)
    assert (poll.reply.status, poll.reply.json["error"]) == (410, "openline.error.no_hello")


def test_who_sends_too_fast_waits() -> None:
    rate = {"per_second": 1, "burst": 1}
    desk = RealDesk(limits={"publishes": {"session": rate, "user": rate, "address": rate}})
    ada = join(desk)
    ada.say([16, 1, {}, "app.talk"])
    ada.say([16, 2, {"acknowledge": True}, "app.talk"])
    assert ada.hear()[0][4] == "openline.error.too_fast"
    third = ada.say([16, 3, {}, "app.talk"])
    assert third.is_open
    desk.advance(2)
    assert third.reply.status == 204


def test_leaving_leaves_the_router() -> None:
    desk = RealDesk()
    ada = join(desk)
    assert desk.counters.sessions() == 1
    desk.ask(f"{ada.transport}/close")
    assert desk.counters.sessions() == 0
