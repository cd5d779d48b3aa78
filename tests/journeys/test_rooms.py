"""Who is kept out of a room learns nothing of it over the wire, and who is put out of it hears no more."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.semantics.client import Client, Kind, Refused
from tests.semantics.servers import Server, answering, our_server, ours
from tests.support.node import Node

RATE = {"rooms": {"rate": {"per_second": 1, "burst": 10}}}


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with ours(RATE) as node:
        answering(our_server(node))
        yield node


@pytest.fixture
def server(node: Node) -> Server:
    return our_server(node)


def ask(client: Client, procedure: str, **asked: object) -> Any:
    return client.reply(client.call(f"openline.{procedure}", [], asked))[3][0]


def refusal(client: Client, procedure: str, **asked: object) -> str:
    """By what name it is refused."""
    with pytest.raises(Refused) as refused:
        ask(client, procedure, **asked)
    return refused.value.uri


def ways_of_asking(client: Client, server: Server, authid: str, room: str) -> list[object]:
    """How everything that somebody could try with a room is answered."""
    stream = f"openline.room.{room}"
    asked: list[object] = []
    for procedure, more in (
        ("room.join", {"room": room}),
        ("room.members", {"room": room}),
        ("room.post", {"room": room, "text": "hi"}),
        ("room.kick", {"room": room, "person": "ada"}),
        ("room.reports", {"room": room}),
        ("stream.read", {"stream": stream}),
        ("stream.heads", {"streams": [stream]}),
    ):
        asked.append((procedure, refusal(client, procedure, **more)))
    with pytest.raises(Refused) as refused:
        client.subscribe(stream)
    asked.append(refused.value.uri)
    return [*asked, *(status(server, authid, path + stream) for path in ("/events?stream=", "/streams/"))]


def status(server: Server, authid: str, path: str) -> int:
    headers = {"Authorization": f"Bearer {server.ticket(authid, 'guest')}"}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(f"{server.node.url}{path}", headers=headers), timeout=20
        ) as answer:
            code: int = answer.status
            return code
    except urllib.error.HTTPError as error:
        assert "secret" not in json.dumps(json.load(error))
        return error.code


def test_a_private_room_is_answered_as_if_it_were_not_there(server: Server) -> None:
    ada, bob, olga = server.person("ada"), server.person("bob"), server.person("olga", "operator")
    bob.subscribe("openline.room.on_created")
    secret = ask(ada, "room.create", title="secret", kind="private")["room"]
    there = ways_of_asking(bob, server, "bob", secret)
    assert there == ways_of_asking(bob, server, "bob", "nowhere_at_all")
    for who in (bob, olga):
        assert "secret" not in json.dumps([ask(who, "room.list"), ask(who, "room.browse", words="secret")])
    assert [message for message in bob.rest() if message[0] == Kind.EVENT] == []
    mine = ask(ada, "room.list")["personal"]
    assert refusal(bob, "stream.read", stream=mine).endswith("not_authorized")
    code = ask(ada, "room.invite", room=secret, uses=1)["code"]
    assert ask(bob, "room.accept", code=code)["title"] == "secret"
    assert ask(bob, "stream.read", stream=f"openline.room.{secret}")["head"] > 0
    for one in (ada, bob, olga):
        one.leave()


@pytest.mark.parametrize("verb", ["kick", "ban"])
def test_a_member_who_is_put_out_of_a_private_room_reads_no_more(server: Server, verb: str) -> None:
    ada, bob = server.person("ada"), server.person("bob")
    room = ask(ada, "room.create", title=f"Of {verb}", kind="private")["room"]
    stream = f"openline.room.{room}"
    code = ask(ada, "room.invite", room=room)["code"]
    ask(bob, "room.accept", code=code)
    bob.subscribe(stream)
    before = ask(ada, "room.post", room=room, text="before")["offset"]
    ask(ada, f"room.{verb}", room=room, person="bob")
    after = ask(ada, "room.post", room=room, text="after")["offset"]
    assert refusal(bob, "stream.read", stream=stream).endswith("no_such_room")
    heard = [message[5]["offset"] for message in bob.rest() if message[0] == Kind.EVENT]
    assert before in heard and after not in heard
    assert status(server, "bob", f"/streams/{stream}") != 200
    if verb == "ban":
        assert refusal(bob, "room.accept", code=code) == "openline.room.error.banned"
    else:
        assert ask(bob, "room.accept", code=code)["joined"]
    for one in (ada, bob):
        one.leave()


def test_who_posts_too_fast_is_refused_until_they_have_waited(server: Server) -> None:
    eve = server.person("eve")
    ask(eve, "room.create", room="rush")
    refused = []
    for number in range(40):
        try:
            ask(eve, "room.post", room="rush", text=f"{number}")
        except Refused as error:
            refused.append(error.uri)
    assert {*refused} == {"openline.room.error.too_fast"}
    eve.leave()
