"""Searching through a real node: rooms of others never show, and what was taken back is gone."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.semantics.client import Client, Refused
from tests.semantics.servers import answering, our_server, ours
from tests.support.node import Node


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with ours() as node:
        answering(our_server(node))
        yield node


def do(client: Client, verb: str, **asked: object) -> Any:
    """Ask the room component for something."""
    (answer,) = client.reply(client.call(f"openline.room.{verb}", [], asked))[3]
    return answer


def found(client: Client, query: str, **more: object) -> list[str]:
    return [one["snippet"] for one in do(client, "search", query=query, **more)["results"]]


def test_only_members_find_what_is_said_and_only_while_it_is_said(node: Node) -> None:
    server = our_server(node)
    ada, bob = server.person("ada"), server.person("bob")
    do(ada, "create", room="cellar", title="The Cellar")
    do(ada, "post", room="cellar", text="the zanzibar plan")
    for query in ("zanzibar", "in:cellar", 'in:"the cellar" plan', "from:ada", "before:2100-01-01"):
        assert found(bob, query) == found(bob, query, room="cellar") == [], query
    do(bob, "join", room="cellar")
    (result,) = do(bob, "search", query="ZANZ")["results"]
    assert (result["room"], result["title"], result["by"]["id"]) == ("cellar", "The Cellar", "ada")
    assert [list(mark) for mark in result["marks"]] == [[4, 12]]
    do(ada, "edit", room="cellar", message=result["offset"], text="the malta plan")
    assert (found(bob, "zanzibar"), found(bob, "malta")) == ([], ["the malta plan"])
    do(bob, "leave", room="cellar")
    assert found(bob, "malta") == []
    do(ada, "delete", room="cellar", message=result["offset"])
    assert found(ada, "malta") == found(ada, "in:cellar") == []
    for one in (ada, bob):
        one.leave()


def test_a_search_is_answered_while_people_talk(node: Node) -> None:
    server = our_server(node)
    ada, bob = server.person("ada"), server.person("bob")
    do(ada, "create", room="busy")
    do(bob, "join", room="busy")
    posts = [ada.call("openline.room.post", [], {"room": "busy", "text": f"word {n}"}) for n in range(15)]
    assert set(found(bob, "in:busy word")) <= {f"word {n}" for n in range(15)}
    for post in posts:
        ada.reply(post)
    assert found(bob, "in:busy word", limit=50) == [f"word {n}" for n in range(14, -1, -1)]
    with pytest.raises(Refused) as refused:
        found(ada, "before:soon")
    assert refused.value.uri == "openline.room.error.unclear_search"
    for one in (ada, bob):
        one.leave()
