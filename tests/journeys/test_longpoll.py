"""Long-poll on a real node: AutobahnJS as it is, proxies that buffer, and connections that break in every request."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.breaker import Breaker
from tests.support.driver import node_js, wait_until_served
from tests.support.longpoll import LongPollClient, in_background
from tests.support.nginx import Nginx
from tests.support.node import ROOT, Node
from tests.support.person import introduce

STREAM = "app.demo.broken"
QUICK = {"ping": "2s", "pong": "8s"}
"""Polls then take 0.8 s."""
PLENTY = {"session": {"per_second": 1000, "burst": 1000}, "user": {"per_second": 1000, "burst": 1000}}


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    calls = {**PLENTY, "address": PLENTY["user"]}
    with Node({"guests": {"per_minute": 1000}, "limits": {**QUICK, "calls": calls}}) as node:
        wait_until_served(node.url)
        yield node


@dataclass
class Told:
    """What AutobahnJS saw."""

    lines: list[dict[str, Any]]

    def each(self, word: str) -> list[Any]:
        """List all that was said under one word, in order."""
        return [line[word] for line in self.lines if word in line]


def autobahn(url: str, what: str, count: int, name: str = "Ada", ticket: str | None = None) -> Told:
    """Let AutobahnJS do something, until it is done."""
    given = introduce(url, name)
    command = [node_js(), str(ROOT / "tests/journeys/longpoll.mjs"), url, given.id, ticket or given.token, what]
    run = subprocess.run([*command, str(count)], stdout=subprocess.PIPE, timeout=120, check=True)
    return Told([json.loads(line) for line in run.stdout.splitlines()])


def test_autobahn_joins_calls_publishes_and_listens(node: Node) -> None:
    told = autobahn(node.url, "talk", 200)
    assert told.each("role") == ["guest"]
    assert told.each("heard") == told.each("added") == list(range(1, 201))
    assert [line["offset"] for line in told.lines if "heard" in line] == sorted(told.each("offset"))[::2]
    assert told.each("closed") == ["closed"]


def test_a_proxy_that_buffers_changes_nothing(node: Node) -> None:
    with Nginx(node.port) as nginx:
        told = autobahn(nginx.url, "talk", 50)
    assert told.each("heard") == told.each("added") == list(range(1, 51))
    assert told.each("closed") == ["closed"]


def test_autobahn_stays_while_nothing_is_said(node: Node) -> None:
    told = autobahn(node.url, "idle", 6)
    assert told.each("polls") == [[204] * 6]
    assert told.each("heads") and told.each("closed") == ["closed"]


def test_autobahn_is_told_why_it_was_refused(node: Node) -> None:
    told = autobahn(node.url, "talk", 1, ticket="nonsense")
    assert told.each("joined") == []
    assert told.each("closed") == ["closed"]
    assert told.each("why") == ["wamp.error.not_authorized"]


def test_autobahn_is_told_why_it_was_cut_off(node: Node) -> None:
    told = autobahn(node.url, "shout", 70_000)
    assert told.each("closed") == ["lost"]
    assert set(told.each("status")) <= {410, 413} and set(told.each("phrase")) == {"This message is too big."}


def events(heard: list[Any]) -> list[int]:
    """The numbers in events."""
    return [raw[5]["data"]["number"] for raw in heard if raw[0] == 36]


def add(request: int, number: int) -> list[Any]:
    """Make a call that adds to the stream."""
    return [
        48,
        request,
        {},
        "openline.stream.publish",
        [],
        {"stream": STREAM, "type": "said", "data": {"number": number}},
    ]


@pytest.mark.parametrize("seed", range(2))
def test_connections_that_break_lose_and_repeat_nothing(node: Node, seed: int) -> None:
    """Each message arrives once and in its order, both ways, in one session that never notices."""
    last = 150
    with Breaker(node.port, seed) as breaker:
        client = LongPollClient(breaker.url)
        assert client.join(introduce(node.url, "Ada"))[0] == 2
        client.send([32, 1, {}, STREAM])
        heard = client.receive_until(lambda raw: raw[0] == 33)
        heard_all = in_background(lambda: client.receive_until(lambda raw: events([raw]) == [last]))
        for number in range(1, last + 1):
            client.send(add(1 + number, number))
        heard += heard_all()
        breaker.stop_breaking()
        answered = [raw[1] for raw in heard if raw[0] == 50]
        heard += client.receive_until(lambda raw: raw[0] == 50) if len(answered) < last else []
        client.send([48, last + 2, {}, "openline.stream.heads", [], {"streams": [STREAM]}])
        heard += client.receive_until(lambda raw: raw[:2] == [50, last + 2])
        client.close()
    assert breaker.cut_count > 10 and client.broken > 10
    assert events(heard) == list(range(1, last + 1))
    assert sorted(raw[1] for raw in heard if raw[0] == 50) == list(range(2, last + 3))
