"""Every role tries every address in every way, on a real node: what it may is what is obvious, and nothing else."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import yaml

from components import catalog, keys
from components.catalog import declared_in
from components.contract import Procedure
from components.keys import Key, private_file
from components.settings import Settings
from tests.semantics.client import Client, Kind, Refused
from tests.semantics.servers import VOCABULARY, Server, answering, join_by_key, our_server, ours
from tests.semantics.wires import Gone, RawSocket
from tests.support import obvious
from tests.support.node import ROOT, Node
from tests.support.obvious import Somebody, Space, World

NEVER = {"wamp.error.not_authorized", "wamp.error.invalid_uri"}
"""How a session is refused: Crossbar says of some addresses that they are none before it asks who wants to."""
NOT_THERE = {"openline.error.not_authorized", "openline.stream.error.unknown_stream"}
"""And how the stream component refuses; nobody learns from it which rooms there are."""
STREAMS = [
    "openline.room.lobby",
    "openline.room.closed",
    "openline.audit",
    "app.demo.one",
    "app.other",
    "elsewhere.one",
]
NOWHERE = ["openline.nothing.there", "openline.room", "com.example.mine", "app.prices.get", "wamp.session.invented"]
PATTERNS = {
    "prefix": ["", "openline.", "openline.room.", "openline.room.lobby", "app.", "wamp.", "wamp.session.on_join"],
    "wildcard": ["openline..lobby", "openline.room.", ".room.lobby", "..", "app..one", "wamp..on_join"],
}
ROLES = ["guest", "member", "operator", "component", "service"]


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    processes = {"main": ["stream", "room", "identity", "presence", "hook", "push"], "router": [VOCABULARY]}
    node = ours({"processes": processes})
    keys.add(node.cbdir / "keys", "prices", ["app.prices.*"], ["member", "component"])
    with node:
        answering(our_server(node))
        yield node


@pytest.fixture(scope="module")
def server(node: Node) -> Server:
    return our_server(node)


@pytest.fixture(scope="module")
def bob(server: Server) -> Client:
    """Somebody with a room that nobody else has joined, and with procedures that some may call."""
    bob = server.person("bob")
    done(bob, Kind.CALL, {}, "openline.room.create", [], {"room": "closed"})
    done(bob, Kind.CALL, {}, "openline.router.offer", [], {"name": "open", "roles": ["member", "component"]})
    for name in ("own", "open"):
        bob.register(f"client.{bob.id}.{name}")
    threading.Thread(target=answer, args=(bob,), daemon=True).start()
    return bob


def answer(client: Client) -> None:
    """Answer whoever calls."""
    with suppress(Gone):
        while True:
            message = client.hear()
            if message[0] == Kind.INVOCATION:
                client.say(Kind.YIELD, message[1], {}, ["here"])


def done(client: Client, kind: Kind, *asked: Any) -> str:
    """Ask for something, and answer with the error's name, or with nothing."""
    try:
        answer = client.reply(client.ask(kind, *asked))
    except Refused as refused:
        return refused.uri
    undo = {Kind.SUBSCRIBED: Kind.UNSUBSCRIBE, Kind.REGISTERED: Kind.UNREGISTER}.get(Kind(answer[0]))
    if undo is not None:
        client.reply(client.ask(undo, answer[2]))
    return ""


def component(server: Server, name: str) -> Client:
    """Join as a component, with its key."""
    client = Client(RawSocket(server.node.cbdir / "run/router1.sock"), "cbor")
    join_by_key(client, Key(name, private_file(server.node.cbdir / "keys", name).read_text().strip()))
    return client


class Visitor:
    """One session of some role, and what it sees."""

    def __init__(self, server: Server, role: str, bob: Client) -> None:
        self.server, self.role, self.bob = server, role, bob
        self.id = {"component": VOCABULARY, "service": "prices"}.get(role, f"ada_{role}")
        self.is_person = role not in ("component", "service")
        self.client = server.person(self.id, role) if self.is_person else component(server, self.id)
        if self.is_person:
            done(self.client, Kind.CALL, {}, "openline.room.join", [], {"room": "lobby"})
        self.who = Somebody(self.id, role, self.client.id)

    def world(self) -> World:
        """Say what an answer depends on."""
        settings = Settings.model_validate(yaml.safe_load((ROOT / ".crossbar/openline.yaml").read_text()))
        return World(
            [*catalog.declarations(settings), *declared_in("tests.semantics.vocabulary.api")],
            [Space(space.match, space.read, space.publish) for space in settings.streams],
            {(self.id, "openline.room.lobby")},
            {self.client.id: self.id, self.bob.id: "bob"},
            {
                VOCABULARY: {
                    one.uri for one in declared_in("tests.semantics.vocabulary.api") if isinstance(one, Procedure)
                }
            },
            {"prices": ({"app.prices.*"}, {"member", "component"})},
            {f"client.{self.bob.id}.open": (set(), {"member", "component"})},
        )

    def addresses(self, world: World) -> list[str]:
        """List every address that there is, and some that there are not."""
        mine, his = f"client.{self.client.id}", f"client.{self.bob.id}"
        browsers = [f"{mine}.own", f"{his}.own", f"{his}.open", f"{his}.none", "client.1.gone", "client.own"]
        meta = [*obvious.LOOKS, *obvious.KILLS, *obvious.CLOSED, *obvious.TELLS]
        return [*(one.uri for one in world.declared), *STREAMS, *browsers, *meta, *NOWHERE]

    def tries(self, world: World) -> Iterator[tuple[str, str, str, str]]:
        """Try everything: action, address, match, and the error that it met."""
        for uri in self.addresses(world):
            yield "call", uri, "exact", done(self.client, Kind.CALL, {}, uri, [], {"no_such_argument": True})
            yield "publish", uri, "exact", done(self.client, Kind.PUBLISH, {"acknowledge": True}, uri)
            yield "subscribe", uri, "exact", done(self.client, Kind.SUBSCRIBE, {}, uri)
            yield from self._registers(uri, "exact")
        for match, patterns in PATTERNS.items():
            for pattern in patterns:
                yield "subscribe", pattern, match, done(self.client, Kind.SUBSCRIBE, {"match": match}, pattern)
                yield from self._registers(pattern, match)

    def _registers(self, uri: str, match: str) -> Iterator[tuple[str, str, str, str]]:
        """Also as one of several who answer, which is another way to come in between."""
        for invoke in ("single", "roundrobin", "last"):
            options = {"match": match, "invoke": invoke}
            yield "register", uri, match, done(self.client, Kind.REGISTER, options, uri)
            taking = {**options, "force_reregister": True}
            yield "reregister", uri, match, done(self.client, Kind.REGISTER, taking, uri)

    def reads(self) -> Iterator[tuple[str, str, bool]]:
        """Read from and write to every stream, by procedure and, for people, over HTTP."""
        for stream in STREAMS:
            asked = {"stream": stream}
            yield "read", stream, self._takes("read", asked)
            yield "write", stream, self._takes("publish", {**asked, "type": "tried", "data": {}})
            heads = done(self.client, Kind.CALL, {}, "openline.stream.heads", [], {"streams": [stream]})
            yield "read", stream, heads not in NOT_THERE
            if self.is_person:
                yield "read", stream, self._gets(f"/streams/{stream}", "GET")
                yield "read", stream, self._gets(f"/events?stream={stream}", "HEAD")

    def _takes(self, verb: str, asked: dict[str, Any]) -> bool:
        return done(self.client, Kind.CALL, {}, f"openline.stream.{verb}", [], asked) not in NOT_THERE

    def _gets(self, path: str, method: str) -> bool:
        headers = {"Authorization": f"Bearer {self.server.ticket(self.id, self.role)}"}
        request = urllib.request.Request(f"{self.server.node.url}{path}", headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return bool(answer.status == 200)
        except urllib.error.HTTPError as error:
            assert error.code in (403, 404), (path, error.code)
            return False


@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_at_every_address_what_is_obvious(server: Server, bob: Client, role: str) -> None:
    visitor = Visitor(server, role, bob)
    world = visitor.world()
    count, wrong = 0, []
    for action, uri, match, error in visitor.tries(world):
        count += 1
        if obvious.may(world, visitor.who, action, uri, match) is (error in NEVER):
            wrong.append((action, uri, match, error))
    assert not wrong
    assert count > 800
    visitor.client.leave()


@pytest.mark.parametrize("role", ROLES)
def test_every_role_reads_and_writes_what_is_obvious(server: Server, bob: Client, role: str) -> None:
    visitor = Visitor(server, role, bob)
    world = visitor.world()
    wrong = [
        (action, stream, may)
        for action, stream, may in visitor.reads()
        if may is not obvious.may(world, visitor.who, action, stream)
    ]
    assert not wrong
    visitor.client.leave()


def test_after_all_this_everything_is_answered_by_whom_it_was_before(server: Server) -> None:
    eve = server.person("eve")
    answer = eve.reply(eve.call("openline.room.list"))
    assert {room["room"] for room in answer[3][0]["rooms"]} == {"lobby", "closed"}
    eve.leave()
