"""A member who is kicked while others talk hears nothing more once that was answered, on any transport."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.semantics.client import Client, Kind, Refused
from tests.semantics.servers import Server, answering, our_server, ours
from tests.support.node import Node, wait_for

ROOM, STREAM = "busy", "openline.room.busy"
RATE = 50
"""Messages a second that the writer posts."""


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with ours() as node:
        answering(our_server(node))
        yield node


@pytest.fixture
def server(node: Node) -> Server:
    return our_server(node)


def do(client: Client, verb: str, **asked: object) -> Any:
    """Ask the room component for something."""
    return client.reply(client.call(f"openline.room.{verb}", [], {"room": ROOM, **asked}))


class Writer:
    """Posts all the time, and says which messages it began to post after a moment."""

    def __init__(self, server: Server) -> None:
        self._client = server.person("writer")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._post, daemon=True)
        self.offsets: list[int] = []
        try:
            do(self._client, "create")
        except Refused:
            do(self._client, "join")

    def __enter__(self) -> "Writer":
        self._thread.start()
        wait_for(lambda: len(self.offsets) > RATE, "nothing is posted")
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join(20)
        self._client.leave()

    def _post(self) -> None:
        while not self._ended.wait(1 / RATE):
            self.offsets.append(do(self._client, "post", text="and so on")[3][0]["offset"])

    def goes_on(self) -> int:
        """Wait until a message is posted that was begun after now; answer with its offset."""
        before = len(self.offsets)
        wait_for(lambda: len(self.offsets) >= before + RATE, "nothing more is posted")
        return self.offsets[before + 1]


class Wamp:
    """A member who subscribes, by WebSocket or by long-poll."""

    def __init__(self, server: Server, authid: str) -> None:
        self.client = server.person(authid)
        do(self.client, "join")
        self.client.subscribe(STREAM)

    def heard(self) -> list[int]:
        """All that came until now."""
        return [message[5]["offset"] for message in self.client.rest() if message[0] == Kind.EVENT]

    def may_read(self) -> bool:
        """Try the log and the live stream once more."""
        refused = 0
        for again in (self._read, lambda: self.client.subscribe(STREAM)):
            try:
                again()
            except Refused as error:
                assert error.uri.endswith(".not_authorized")
                refused += 1
        return refused < 2

    def _read(self) -> Any:
        return self.client.reply(self.client.call("openline.stream.read", [], {"stream": STREAM}))

    def end(self) -> None:
        self.client.leave()


class Listener:
    """A member who listens by Server-Sent Events."""

    def __init__(self, server: Server, authid: str) -> None:
        member = server.person(authid)
        do(member, "join")
        member.leave()
        self._url, self._token = server.node.url, server.ticket(authid, "guest")
        self._answer = self._open("/events?stream=")
        self._offsets: list[int] = []
        self.is_over = False
        threading.Thread(target=self._listen, daemon=True).start()
        wait_for(lambda: self._offsets, "nothing is heard")

    def _open(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "text/event-stream"}
        return urllib.request.urlopen(urllib.request.Request(f"{self._url}{path}{STREAM}", headers=headers), timeout=60)

    def _listen(self) -> None:
        for line in self._answer:
            if line.startswith(b"data: ") and b'"offset"' in line:
                self._offsets.append(json.loads(line[6:])["offset"])
        self.is_over = True

    def heard(self) -> list[int]:
        """All of it: a listener that has lost its only stream is sent away."""
        wait_for(lambda: self.is_over, "the answer does not end")
        return self._offsets

    def may_read(self) -> bool:
        refused = 0
        for path in ("/events?stream=", "/streams/"):
            try:
                self._open(path)
            except urllib.error.HTTPError as error:
                assert error.code == 403
                refused += 1
        return refused < 2

    def end(self) -> None:
        self._answer.close()


def members(node: Node, round: int) -> dict[str, Any]:
    return {
        f"bob{round}": Wamp(our_server(node), f"bob{round}"),
        f"cleo{round}": Wamp(our_server(node, polls=True), f"cleo{round}"),
        f"dan{round}": Listener(our_server(node), f"dan{round}"),
    }


@pytest.mark.parametrize("round", range(3))
def test_nothing_that_is_said_after_the_answer_reaches_who_was_kicked(node: Node, server: Server, round: int) -> None:
    operator = server.person("olga", "operator")
    with Writer(server) as writer:
        all_of_them, later = members(node, round), {}
        writer.goes_on()
        for authid in all_of_them:
            do(operator, "kick", person=authid)
            later[authid] = writer.goes_on()
        for authid, member in all_of_them.items():
            heard = member.heard()
            assert heard and max(heard) < later[authid], authid
            assert heard == list(range(heard[0], heard[-1] + 1)), "and until then, nothing was missing"
            assert not member.may_read(), authid
    operator.leave()
    for member in all_of_them.values():
        member.end()


def test_who_was_kicked_may_join_and_read_again(server: Server) -> None:
    operator = server.person("olga", "operator")
    with Writer(server) as writer:
        bob = Wamp(server, "bob")
        do(operator, "kick", person="bob")
        assert not bob.may_read()
        do(bob.client, "join")
        assert bob.may_read()
        offset = writer.goes_on()
        deadline = time.monotonic() + 30
        while offset not in bob.heard():
            assert time.monotonic() < deadline
    for one in (operator, bob.client):
        one.leave()


@pytest.mark.parametrize("role", ["guest", "member"])
def test_only_moderators_and_operators_kick(server: Server, role: str) -> None:
    bob, eve = Wamp(server, "bob"), server.person("eve", role)
    with pytest.raises(Refused) as refused:
        do(eve, "kick", person="bob")
    assert refused.value.uri == "openline.room.error.not_a_moderator"
    assert bob.may_read()
    for one in (bob.client, eve):
        one.leave()
