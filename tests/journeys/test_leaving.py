"""Who leaves a room while others talk hears nothing more once that was answered, on any transport."""

from collections.abc import Iterator

import pytest

from tests.semantics.client import Client, Kind, Refused
from tests.semantics.servers import Server, answering, our_server, ours
from tests.support.node import Node

ROOM = "openline.room.busy"


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with ours() as node:
        answering(our_server(node))
        yield node


@pytest.fixture(params=["websocket", "longpoll"])
def server(request: pytest.FixtureRequest, node: Node) -> Server:
    return our_server(node, polls=request.param == "longpoll")


def do(client: Client, verb: str, **asked: object) -> list[object]:
    """Ask the room component for something."""
    return client.reply(client.call(f"openline.room.{verb}", [], {"room": "busy", **asked}))


@pytest.mark.parametrize("revocable", [True, False])
@pytest.mark.parametrize("serializer", ["json", "msgpack", "cbor"])
def test_nothing_is_heard_after_leaving_in_the_middle_of_a_burst(
    server: Server, serializer: str, revocable: bool
) -> None:
    ada = server.person("ada")
    subscriber = {"features": {"subscription_revocation": revocable}}
    bob = server.person("bob", serializer=serializer, roles={"caller": {}, "subscriber": subscriber})
    try:
        do(ada, "create")
    except Refused as refused:
        assert refused.uri == "openline.room.error.room_exists"
        do(ada, "join")
    do(bob, "join")
    bob.subscribe(ROOM)
    posts = [ada.call("openline.room.post", [], {"room": "busy", "text": f"{number}"}) for number in range(50)]
    leaving = bob.call("openline.room.leave", [], {"room": "busy"})
    posts += [ada.call("openline.room.post", [], {"room": "busy", "text": f"{number}"}) for number in range(50)]
    heard = [bob.hear()]
    while heard[-1][0] != Kind.RESULT:
        heard.append(bob.hear())
    assert heard[-1][1] == leaving
    assert {message[0] for message in heard[:-1]} <= {Kind.EVENT, Kind.UNSUBSCRIBED}
    offsets = [message[5]["offset"] for message in heard if message[0] == Kind.EVENT]
    assert offsets == list(range(offsets[0], offsets[0] + len(offsets)) if offsets else [])
    for post in posts:
        ada.reply(post)
    assert bob.rest() == []
    with pytest.raises(Refused):
        bob.subscribe(ROOM)
    for one in (ada, bob):
        one.leave()
