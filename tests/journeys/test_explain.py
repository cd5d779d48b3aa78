"""`openline explain` asks the running node, and tells why."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.semantics.client import Kind, Refused
from tests.semantics.servers import VOCABULARY, Server, answering, our_server, ours


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with ours({"processes": {"main": ["stream", "room", "identity"], "router": [VOCABULARY]}}) as node:
        yield answering(our_server(node))


def explain(server: Server, *asked: str) -> tuple[int, list[str]]:
    tool = str(Path(sys.executable).parent / "openline")
    command = [tool, "explain", "--cbdir", str(server.node.cbdir), *asked]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout.splitlines()


def test_it_tells_the_rule_the_claims_and_what_is_remembered(server: Server) -> None:
    ada = server.person("ada")
    stream = "openline.room.lobby"
    code, said = explain(server, "ada", "read", stream)
    assert (code, said[0]) == (0, "no: members of the room lobby read it")
    ada.reply(ada.call("openline.room.join", [], {"room": "lobby"}))
    ada.subscribe(stream)
    code, said = explain(server, "ada", "subscribe", stream)
    assert (code, said[0]) == (0, "yes: members of the room lobby read it")
    assert said[1] == f"  session     {ada.id}, as guest, called ada"
    assert said[-1] == "  remembered  yes: members of the room lobby read it"
    ada.leave()


def test_it_tells_of_somebody_who_is_not_here_if_it_is_told_their_role(server: Server) -> None:
    assert explain(server, "nobody", "call", "openline.router.explain") == (
        1,
        ["Nobody of this id is here. Say for which role to answer."],
    )
    code, said = explain(server, "nobody", "call", "openline.router.explain", "--role", "operator")
    assert (code, said[0]) == (0, "yes: openline.router.explain is called by component, operator")


@pytest.mark.parametrize(("role", "may"), [("guest", False), ("member", False), ("operator", True)])
def test_only_operators_ask_it_by_themselves(server: Server, role: str, may: bool) -> None:
    client = server.person("olga", role)
    asked = {"who": "olga", "action": "call", "what": "wamp.session.kill"}
    try:
        answer = client.reply(client.call("openline.router.explain", [], asked))
    except Refused as refused:
        assert (refused.uri, may) == ("wamp.error.not_authorized", False)
    else:
        [one] = answer[3][0]["answers"]
        assert answer[0] == Kind.RESULT and may and one["allow"] and one["session"] == client.id
    client.leave()
