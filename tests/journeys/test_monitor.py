"""What an operator sees of a real node: three addresses on a port of their own, and a log."""

import http.client
import json
import socket
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_twisted
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample
from twisted.internet import reactor
from twisted.internet.threads import deferToThread

from tests.support.node import Node, free_port, wait_for
from tests.support.person import available, connect, introduce, sign_in

PATHS = ["/healthz", "/readyz", "/metrics"]
ATTACKS = 300
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: wamp.2.json\r\n\r\n"
)


class Watched(Node):
    """A node, and its monitor."""

    def __init__(self, monitor: int, **more: Any) -> None:
        self.monitor = monitor
        settings = {"monitor": {"port": monitor}, **more.pop("settings", {})}
        super().__init__(settings, **more)

    def ask(self, path: str, port: int | None = None) -> tuple[int, str]:
        """Ask the monitor, or another port of the node."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.monitor, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def missing(self) -> list[str]:
        """What keeps it from serving people."""
        status, body = self.ask("/readyz")
        missing: list[str] = json.loads(body)["missing"]
        assert status == (503 if missing else 200)
        return missing

    def sessions(self) -> dict[str, float]:
        """How many are signed in by which transport."""
        return {one.labels["transport"]: one.value for one in self._samples("openline_sessions") if one.value}

    def refusals(self, reason: str) -> float:
        """How many were refused for a reason."""
        return sum(one.value for one in self._samples("openline_refusals") if one.labels["reason"] == reason)

    def _samples(self, name: str) -> list[Sample]:
        families = text_string_to_metric_families(self.ask("/metrics")[1])
        return [one for family in families if family.name == name for one in family.samples]

    def lines(self, words: str) -> list[str]:
        """The lines of the log that hold some words."""
        return [row for row in self.said().split("\n") if words in row]


@pytest.fixture(scope="module")
def node() -> Iterator[Watched]:
    node = Watched(free_port(), settings={"log": "json"}, supervised=True)
    with node:
        wait_for(lambda: not node.missing(), "the node does not become ready")
        yield node


@pytest.fixture(scope="module")
def plain() -> Iterator[Watched]:
    """A node as Crossbar starts it, whose monitor finds its port taken."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        node = Watched(taken.getsockname()[1])
        with node:
            taken.close()
            yield node


def test_it_answers_on_a_port_of_its_own(node: Watched) -> None:
    assert [node.ask(path)[0] for path in PATHS] == [200, 200, 200]
    assert [node.ask(path, node.port)[0] for path in PATHS] == [404, 404, 404]


@pytest_twisted.ensureDeferred
async def test_sessions_are_counted_by_transport(node: Watched) -> None:
    ada = await sign_in(reactor, node.url, "Ada")
    bob = await deferToThread(introduce, node.url, "Bob")
    question = urllib.request.Request(
        f"{node.url}/events?stream=app.demo.a", headers={"Authorization": f"Bearer {bob.token}"}
    )
    listening = await deferToThread(urllib.request.urlopen, question, timeout=10)
    await deferToThread(
        wait_for, lambda: node.sessions() == {"websocket": 1, "events": 1}, "the sessions are not counted"
    )
    ada.leave()
    listening.close()
    await deferToThread(wait_for, lambda: not node.sessions(), "the sessions are counted though they are gone")


@pytest_twisted.ensureDeferred
async def test_the_log_has_a_line_for_a_join_and_no_secret(node: Watched) -> None:
    given = await deferToThread(introduce, node.url, "Grace Hopper")
    grace = await connect(reactor, node.port, given.id, given.token)
    await grace.call("openline.stream.publish", stream="app.demo.b", type="said", data={"text": "psst, 4711"})
    grace.leave()
    await grace.ended
    await deferToThread(wait_for, lambda: len(node.lines(given.id)) == 2, "there is no line for who has left")
    came, went = map(json.loads, node.lines(given.id))
    assert came["message"].startswith(f"{given.id} (guest) joined by websocket from 127.0.0.1")
    assert (came["id"], came["role"], came["transport"]) == (given.id, "guest", "websocket")
    assert went["session"] == came["session"] and went["seconds"] >= 0
    assert not [word for word in (given.token, "Grace", "psst") if word in node.said()]


def test_a_component_that_was_killed_is_missed_until_it_is_back(node: Watched) -> None:
    node.component_process().kill()
    missing = wait_for(node.missing, "nobody is missed")
    assert any("does not answer openline." in one for one in missing)
    assert node.ask("/healthz")[0] == 200
    wait_for(lambda: not node.missing(), "the node does not become ready again")
    (line,) = node.lines("is started anew")
    assert json.loads(line)["level"] == "warn"


def test_an_attack_does_not_fill_the_log(node: Watched) -> None:
    before = len(node.said())
    for _ in range(ATTACKS):
        send_junk(node.port)
    wait_for(lambda: node.lines("refused: malformed"), "no refusal is written down")
    wait_for(lambda: node.refusals("malformed") >= ATTACKS, "the refusals are not counted")
    assert len(node.said()) - before < ATTACKS * 20
    assert "Traceback" not in node.said()


def send_junk(port: int) -> None:
    """Open a WebSocket and say something that is no WAMP message."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(HANDSHAKE % port)
        assert b" 101 " in wire.recv(4096)
        wire.sendall(b"\x81\x84\0\0\0\0junk\x88\x80\0\0\0\0")
        while wire.recv(4096):
            pass


def test_each_line_of_the_log_is_an_object(node: Watched) -> None:
    lines = [json.loads(row) for row in node.said().split("\n") if row]
    assert all({"time", "level", "process", "pid", "message"} <= line.keys() for line in lines)
    assert {"openline", "router"} <= {line["process"] for line in lines}


@pytest_twisted.ensureDeferred
async def test_plain_crossbar_says_no_more_of_a_join(plain: Watched) -> None:
    ada = await sign_in(reactor, plain.url, "Ada")
    await available(reactor, lambda: ada.call("openline.stream.heads", streams=["app.demo.a"]))
    ada.leave()
    await ada.ended
    await deferToThread(wait_for, lambda: plain.lines(" left after "), "there is no line for who has left")
    came, went = plain.lines("by websocket")
    assert "(guest) joined" in came and "(guest) left" in went
    assert not [row for row in plain.lines("attached") if "guest" in row]


def test_a_monitor_whose_port_was_taken_says_so_and_comes_later(plain: Watched) -> None:
    (warning,) = plain.lines("monitoring is off")
    assert str(plain.monitor) in warning
    wait_for(lambda: plain.lines("monitoring is on"), "the monitor does not try again")
    assert plain.ask("/healthz") == (200, "ok\n")
