"""Who gets in, as whom, and what they can do there that they should not: attacks on a real node."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import pytest_twisted
from autobahn.wamp import message
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import PublishOptions, RegisterOptions, SubscribeOptions
from twisted.internet import reactor

from router import tokens
from router.tokens import Token, Tokens, fixed
from tests.support.node import Node
from tests.support.person import Pass, Refused, available, connect, introduce, sign_in


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with Node({"guests": {"per_minute": 1000}}) as node:
        yield node


@pytest.fixture(scope="module")
def signer(node: Node) -> Tokens:
    return tokens.signer(node.cbdir / "keys")


def ask(node: Node, body: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
    """Knock as a program that sends what it likes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"{node.url}/auth/guest", body, {"Content-Type": "application/json", **named})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        return answer.code, json.load(answer)


def test_a_guest_is_let_in_with_a_name(node: Node) -> None:
    status, given = ask(node, b'{"name": " Ada "}')
    assert (status, given["name"], given["role"]) == (200, "Ada", "guest")
    assert given["expires"] > time.time() + 3600


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "JSON"),
        (b"Ada", "JSON"),
        (b"[]", "object"),
        (b"{}", "name"),
        (b'{"name": 7}', "name"),
        (b'{"name": ""}', "name"),
        (b'{"name": "x", "role": "operator"}', "role"),
        (b'{"name": "' + b"x" * 5000 + b'"}', "too much"),
        (b"[" * 100_000, "too much"),
    ],
)
def test_who_is_not_introduced_is_told_why(node: Node, body: bytes, words: str) -> None:
    status, refusal = ask(node, body)
    assert (status, refusal["error"]) == (400, "openline.error.invalid_argument")
    assert words in refusal["message"]


def test_pages_of_other_sites_sign_nobody_in(node: Node) -> None:
    assert ask(node, b'{"name": "Ada"}', Origin="https://evil.example.com")[0] == 403
    assert ask(node, b'{"name": "Ada"}', Origin="null")[0] == 403
    assert ask(node, b'{"name": "Ada"}', Origin=node.url)[0] == 200
    assert ask(node, b"name=Ada", Content_Type="application/x-www-form-urlencoded")[0] == 400


def test_the_door_is_only_knocked_at(node: Node) -> None:
    for method in ("GET", "PUT", "DELETE"):
        connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=10)
        connection.request(method, "/auth/guest")
        assert connection.getresponse().status == 405


def tickets(given: Pass, signer: Tokens) -> dict[str, tuple[str | None, str]]:
    mine = Token(given.id, given.name, "guest", time.time() + 60)
    claims = {"sub": given.id, "name": "Ada", "role": "operator", "aud": "openline", "exp": int(time.time()) + 60}
    return {
        "expired": (given.id, signer.sign(Token(given.id, given.name, "guest", time.time() - 1))),
        "of another key": (given.id, fixed(b"0" * 32).sign(mine)),
        "unsigned": (given.id, jwt.encode(claims, "", "none")),
        "somebody else's": ("u_somebody", given.token),
        "cut": (given.id, given.token[:-4]),
        "empty": (given.id, ""),
    }


@pytest.mark.parametrize("kind", ["expired", "of another key", "unsigned", "somebody else's", "cut", "empty"])
@pytest_twisted.ensureDeferred
async def test_a_bad_token_gets_nobody_in(node: Node, signer: Tokens, kind: str) -> None:
    authid, ticket = tickets(introduce(node.url, "Ada"), signer)[kind]
    with pytest.raises(Refused) as refused:
        await connect(reactor, node.port, authid, ticket)
    assert refused.value.args[0] == "wamp.error.not_authorized"


@pytest_twisted.ensureDeferred
async def test_pages_of_other_sites_do_not_connect(node: Node) -> None:
    given = introduce(node.url, "Ada")
    for origin in ("https://evil.example.com", "null", f"{node.url}.evil.com"):
        with pytest.raises(Refused):
            await connect(reactor, node.port, given.id, given.token, Origin=origin)
    session = await connect(reactor, node.port, given.id, given.token, Origin=node.url)
    session.leave()


async def refused(call: Any) -> str:
    with pytest.raises(ApplicationError) as error:
        await call
    return str(error.value.error)


@pytest_twisted.ensureDeferred
async def test_nobody_reads_a_room_they_have_not_joined(node: Node) -> None:
    ada, eve = await sign_in(reactor, node.url, "Ada"), await sign_in(reactor, node.url, "Eve")
    await available(reactor, lambda: ada.call("openline.room.create", room="secret"))
    heard: list[Any] = []

    def hear(**event: Any) -> None:
        heard.append(event)

    for topic, match in (
        ("openline.room.secret", "exact"),
        ("openline.room.", "prefix"),
        ("openline.", "prefix"),
        ("", "prefix"),
        ("openline.room.", "wildcard"),
        ("openline..secret", "wildcard"),
        ("..", "wildcard"),
    ):
        assert "error" in await refused(eve.subscribe(hear, topic, SubscribeOptions(match=match)))
    assert await refused(eve.call("openline.stream.read", stream="openline.room.secret")) == (
        "openline.error.not_authorized"
    )
    assert await refused(eve.call("openline.stream.heads", streams=["openline.room.secret"])) == (
        "openline.error.not_authorized"
    )
    await ada.call("openline.room.post", room="secret", text="psst")
    assert heard == []


@pytest_twisted.ensureDeferred
async def test_who_has_left_a_room_hears_nothing_more(node: Node) -> None:
    ada, bob = await sign_in(reactor, node.url, "Ada"), await sign_in(reactor, node.url, "Bob")
    await available(reactor, lambda: ada.call("openline.room.create", room="hall"))
    await bob.call("openline.room.join", room="hall")
    heard: list[int] = []

    def hear(**event: Any) -> None:
        heard.append(event["offset"])

    await bob.subscribe(hear, "openline.room.hall")
    before = await ada.call("openline.room.post", room="hall", text="with Bob")
    await bob.call("openline.room.leave", room="hall")
    after = await ada.call("openline.room.post", room="hall", text="without Bob")
    await bob.call("openline.room.list")
    assert before["offset"] in heard
    assert after["offset"] not in heard
    assert "error" in await refused(bob.subscribe(hear, "openline.room.hall"))


@pytest_twisted.ensureDeferred
async def test_people_register_and_publish_nothing(node: Node) -> None:
    eve = await sign_in(reactor, node.url, "Eve")
    await available(reactor, lambda: eve.call("openline.room.list"))
    for uri, options in (
        ("openline.room.steal", None),
        ("openline.room.post", RegisterOptions(force_reregister=True)),
        ("openline.", RegisterOptions(match="prefix")),
        ("", RegisterOptions(match="prefix")),
        ("openline..post", RegisterOptions(match="wildcard")),
        ("com.example.mine", None),
    ):
        assert "error" in await refused(eve.register(lambda: None, uri, options))
    acknowledged = PublishOptions(acknowledge=True)
    for topic in ("openline.room.lobby", "openline.room.on_created", "com.example.mine"):
        assert await refused(eve.publish(topic, options=acknowledged, text="forged")) == "wamp.error.not_authorized"
    for meta in ("wamp.session.list", "wamp.session.get", "wamp.session.kill", "openline.router.who"):
        assert await refused(eve.call(meta, 1)) == "wamp.error.not_authorized"
    await eve.call("openline.room.join", room="lobby")


FORGED = [{"session": 1, "authid": "u_boss", "authrole": "operator"}]


@pytest.mark.parametrize("serializer", ["json", "msgpack", "cbor"])
@pytest_twisted.ensureDeferred
async def test_nobody_speaks_as_somebody_else(node: Node, serializer: str) -> None:
    ada = await sign_in(reactor, node.url, "Ada")
    await available(reactor, lambda: ada.call("openline.room.join", room="lobby"))
    given = introduce(node.url, "Eve")
    eve = await connect(reactor, node.port, given.id, given.token, serializer)
    await eve.call("openline.room.join", room="lobby")
    before = (await ada.call("openline.stream.heads", streams=["openline.room.lobby"]))["heads"]
    words = {"room": "lobby", "text": "I am the boss"}
    wire: Any = eve._transport
    wire.send(message.Call(7, "openline.room.post", kwargs=words, forward_for=FORGED))
    assert await eve.ended.addTimeout(20, reactor) == "lost"
    after = (await ada.call("openline.stream.heads", streams=["openline.room.lobby"]))["heads"]
    assert after == before


@pytest.mark.parametrize("serializer", ["json", "msgpack", "cbor"])
@pytest_twisted.ensureDeferred
async def test_deep_arguments_reach_no_component(node: Node, serializer: str) -> None:
    ada = await sign_in(reactor, node.url, "Ada")
    await available(reactor, lambda: ada.call("openline.room.list"))
    given = introduce(node.url, "Eve")
    eve = await connect(reactor, node.port, given.id, given.token, serializer)
    deep: Any = []
    for _ in range(450):
        deep = [deep]
    call = eve.call("openline.stream.publish", stream="app.demo.deep", type="deep", data={"deep": deep})
    call.addErrback(lambda failure: None)
    await eve.ended.addTimeout(20, reactor)
    await ada.call("openline.room.list")


@pytest_twisted.ensureDeferred
async def test_a_long_wrong_argument_is_refused_and_the_session_stays(node: Node) -> None:
    ada = await sign_in(reactor, node.url, "Ada")
    await available(reactor, lambda: ada.call("openline.room.join", room="lobby"))
    before = (await ada.call("openline.stream.heads", streams=["openline.room.lobby"]))["heads"]
    for uri, payload, name in (
        ("openline.room.post", {"room": "nowhere", "text": "hi"}, "openline.room.error.no_such_room"),
        ("openline.room.post", {"room": "lobby", "text": ""}, "openline.room.error.empty_text"),
        ("openline.room.post", {"room": "lobby", "text": " \n"}, "openline.room.error.empty_text"),
        ("openline.room.post", {"room": "lobby", "text": "x" * 5001}, "openline.error.invalid_argument"),
        ("openline.room.post", {"room": "lobby", "text": 7}, "openline.error.invalid_argument"),
        ("openline.room.post", {"room": "lobby", "text": "hi", "key": "a b"}, "openline.error.invalid_argument"),
        ("openline.room.edit", {"room": "lobby", "message": 1, "text": "hi"}, "openline.room.error.no_such_message"),
        ("openline.room.edit", {"room": "lobby", "message": -1, "text": "hi"}, "openline.error.invalid_argument"),
        ("openline.stream.read", {"stream": "openline.room.lobby", "limit": 301}, "openline.error.invalid_argument"),
        ("openline.stream.read", {"stream": "openline.room.lobby", "after": -1}, "openline.error.invalid_argument"),
        ("openline.stream.read", {"stream": "openline.room.lobby", "after": 2**60}, "openline.error.invalid_argument"),
        ("openline.stream.read", {"stream": "nothing.there"}, "openline.stream.error.unknown_stream"),
        (
            "openline.stream.publish",
            {"stream": "openline.room.lobby", "type": "message_posted", "data": {"text": "hi"}},
            "openline.error.not_authorized",
        ),
    ):
        assert await refused(ada.call(uri, **payload)) == name, (uri, payload)
    after = (await ada.call("openline.stream.heads", streams=["openline.room.lobby"]))["heads"]
    assert after == before


def test_so_many_come_in_from_one_address() -> None:
    with Node({"guests": {"per_minute": 2}}) as node:
        assert [ask(node, b'{"name": "Ada"}')[0] for _ in range(3)] == [200, 200, 429]
        status, refusal = ask(node, b'{"name": "Ada"}')
        assert (status, refusal["error"]) == (429, "openline.error.too_many_guests")
        assert 0 < refusal["retry_after"] <= 30


def test_a_node_may_let_no_guests_in() -> None:
    with Node({"guests": {"allowed": False}}) as node:
        status, refusal = ask(node, b'{"name": "Ada"}')
        assert (status, refusal["error"]) == (403, "openline.error.not_authorized")
