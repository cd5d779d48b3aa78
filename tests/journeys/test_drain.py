"""A node that is asked to end answers what was asked, tells everybody to come back, and loses nothing."""

import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.journeys.test_browsers import offered
from tests.journeys.test_kills import some_get_through, the_log
from tests.semantics.client import Client, Kind
from tests.semantics.servers import our_server
from tests.semantics.wires import Gone
from tests.support.driver import Driver
from tests.support.node import Node, wait_for

AT_MOST = 30.0
"""Seconds from the signal to the end."""


@pytest.fixture
def node() -> Iterator[Node]:
    with Node(supervised=True) as node:
        yield node


def end(node: Node) -> float:
    """Ask a node to end as systemd does, and say how many seconds it took."""
    process = node._process
    assert process is not None
    begin = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(AT_MOST) == 0
    return time.monotonic() - begin


def is_ready(node: Node) -> bool | None:
    """Ask the monitor; `None` when nobody answers any more."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{node.port + 1_000}/readyz", timeout=5)
    except urllib.error.HTTPError as answer:
        assert answer.code == 503
        return False
    except OSError:
        return None
    return True


def test_nothing_is_lost_when_a_busy_node_ends(node: Node) -> None:
    people = [Driver(node.url, "Ada", what="write"), Driver(node.url, "Bob"), Driver(node.url, "Cy", what="write")]
    writers = [people[0], people[2]]
    try:
        for writer in writers:
            some_get_through(writer)
        seconds = end(node)
        node.start()
        for writer in writers:
            some_get_through(writer)
            writer.finish()
        head = max(offset for writer in writers for offset in writer.each("offset"))
        people[1].wait_until_shown(head)
    finally:
        for person in people:
            person.stop()
    log = the_log(node)
    keys = [event["key"] for event in log if event["key"]]
    assert sorted(map(str, keys)) == sorted(key for writer in writers for key in writer.each("sent"))
    assert people[1].shown() == list(range(1, len(people[1].shown()) + 1))
    assert [writer.each("refused") for writer in writers] == [[], []]
    assert seconds < AT_MOST


@pytest.mark.parametrize("transport", ["websocket", "longpoll"])
def test_what_was_asked_is_answered_and_everybody_is_told(node: Node, transport: str) -> None:
    server = our_server(node, polls=transport == "longpoll")
    ada, bob, idle = (server.person(name) for name in ("ada", "bob", "idle"))
    uri = offered(ada, roles=["guest"])
    asked = bob.call(uri, ["anybody there?"])
    invocation = ada.expect(Kind.INVOCATION)
    process = node._process
    assert process is not None
    process.send_signal(signal.SIGTERM)
    wait_for(lambda: is_ready(node) is not True, "it stays ready")
    assert is_told(idle), "who waits for nothing is told at once"
    with pytest.raises(Exception, match=r"503|3003"):
        server.person("late")
    ada.say(Kind.YIELD, invocation[1], {}, ["heard"])
    assert bob.reply(asked)[3] == ["heard"]
    assert is_told(ada) and is_told(bob)
    assert process.wait(AT_MOST) == 0
    assert "3 sessions are told to come back" in node.said()


def is_told(client: Client) -> bool:
    """Hear nothing more, but why."""
    with pytest.raises(Gone) as gone:
        client.hear()
    return bool(gone.value.args[0] == 3003)
