"""Streams over plain HTTP, on a real node: begun elsewhere, cut, killed, read slowly, and ended."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.threads import deferToThread

from tests.support import nginx
from tests.support.driver import Driver
from tests.support.listener import Listener, pages
from tests.support.node import ROOT, Node, wait_for
from tests.support.person import Pass, Session, available, connect, introduce

MANY = {who: {"per_second": 10_000, "burst": 10_000} for who in ("session", "user", "address")}
SETTINGS = {"guests": {"per_minute": 1000}, "limits": {"ping": "2s", "pong": "2s", "calls": MANY}}
LOBBY = "openline.room.lobby"


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with Node(SETTINGS) as node:
        yield node


async def enter(node: Node, name: str) -> tuple[Pass, Session]:
    """Come in as a guest, and wait until there is somebody to answer."""
    given = await deferToThread(introduce, node.url, name)
    session = await connect(reactor, node.port, given.id, given.token)
    await available(reactor, lambda: session.call("openline.room.list"))
    return given, session


async def say(session: Session, stream: str, count: int, **data: Any) -> int:
    """Publish so many events, and give the offset of the last."""
    offset = 0
    for _ in range(count):
        reply = await session.call("openline.stream.publish", stream=stream, type="said", data=data)
        offset = int(reply["offset"])
    return offset


@contextlib.contextmanager
def listening(*args: Any) -> Iterator[Listener]:
    listener = Listener(*args)
    try:
        yield listener
    finally:
        listener.stop()


@pytest_twisted.ensureDeferred
async def test_what_was_begun_on_a_websocket_goes_on_over_http(node: Node) -> None:
    given, session = await enter(node, "Ada")
    heard: list[dict[str, Any]] = []

    def hear(**event: Any) -> None:
        heard.append(event)

    await session.subscribe(hear, "app.demo.begun")
    await say(session, "app.demo.begun", 5)
    await deferToThread(wait_for, lambda: len(heard) == 5, "nothing is heard")
    position = f"{heard[-1]['epoch']}:{heard[-1]['offset']}"
    await say(session, "app.demo.begun", 500)
    with listening(node.url, f"stream=app.demo.begun&after={position}", given.token) as listener:
        head = await say(session, "app.demo.begun", 5)
        await deferToThread(listener.wait_until_shown, head)
    assert listener.offsets() == list(range(6, 511))
    assert listener.notices == []
    # And back: the id of the last event is a position, which the page may read from.
    epoch, offset = listener.last.split(":")
    page = await session.call("openline.stream.read", stream="app.demo.begun", after=int(offset) - 1)
    assert [(event["epoch"], event["offset"]) for event in page["events"]] == [(epoch, 510)]


def kill_component_process(node: Node) -> None:
    node.component_process().kill()


def kill_router_worker(node: Node) -> None:
    node.router_worker().kill()


KILLS: list[Callable[[Node], None]] = [kill_component_process, kill_router_worker]


@pytest_twisted.ensureDeferred
async def test_nothing_is_lost_or_shown_twice_when_processes_are_killed() -> None:
    with Node(SETTINGS, supervised=True) as node:
        given, session = await enter(node, "Bob")
        await session.call("openline.room.join", room="lobby")
        await deferToThread(kill_and_compare, node, given.token)


def kill_and_compare(node: Node, token: str) -> None:
    """Listen while messages are written and processes are killed, and compare with the log."""
    writer = Driver(node.url, "Ada", what="write")
    both = f"stream={LOBBY}&stream=app.demo.quiet&after=0,0"
    lobby = f"stream={LOBBY}&after=0"
    with listening(node.url, lobby, token) as one, listening(node.url, both, token) as other:
        try:
            for kill in KILLS:
                some_get_through(writer)
                kill(node)
                some_get_through(writer)
            writer.finish()
            head = max(writer.each("offset"))
            one.wait_until_shown(head)
            other.wait_until_shown(head)
        finally:
            writer.stop()
    log = pages(node.url, LOBBY, token)
    assert [event["key"] for event in log if event["key"]] == writer.each("sent")
    for listener in (one, other):
        assert listener.events == log[: len(listener.events)], "each event once and in order, as the log has it"
        assert len(listener.events) >= head
        assert {name for name, _ in listener.notices} <= {"closed"}
        assert listener.connections > 1


def some_get_through(writer: Driver) -> None:
    """Wait until so many more messages are acknowledged."""
    before = len(writer.each("acked"))
    wait_for(lambda: len(writer.each("acked")) >= before + 25, "nothing gets through")


class Reader:
    """A connection on which something was asked, and that is read when it is told to."""

    def __init__(self, node: Node, path: str, token: str) -> None:
        self.received = b""
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        self._socket.settimeout(30)
        self._socket.connect(("127.0.0.1", node.port))
        self._socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
        self.read()

    def read(self) -> int:
        """Read what there is; nothing when the connection has ended."""
        with contextlib.suppress(ConnectionError):
            data = self._socket.recv(262_144)
            self.received += data
            return len(data)
        return 0

    def ids(self) -> list[str]:
        """The ids of the events that came whole."""
        return [found.decode() for found in re.findall(rb"id: ([0-9a-f]+:\d+)\ndata: [^\n]*\n\n", self.received)]

    def close(self) -> None:
        self._socket.close()


@pytest_twisted.ensureDeferred
async def test_who_reads_slowly_gets_everything_and_costs_little(node: Node) -> None:
    given, session = await enter(node, "Ada")
    readers = [Reader(node, "/events?stream=app.demo.slow", given.token) for _ in range(10)]
    worker = node.router_worker()
    before = worker.memory_info().rss
    head = await say(session, "app.demo.slow", 500, text="x" * 50_000)
    grown = worker.memory_info().rss - before
    assert grown < 64 * 1024 * 1024, f"{grown >> 20} MiB more, for ten readers who did not take 25 MB each"

    # Who has stopped for so long that they were cut off goes on where they were.
    for reader in readers[:3]:
        got = await deferToThread(read_all, reader, head)
        with listening(node.url, "stream=app.demo.slow", given.token, got[-1]) as listener:
            last = await say(session, "app.demo.slow", 1)
            await deferToThread(listener.wait_until_shown, last)
        assert [int(id.split(":")[1]) for id in got] + listener.offsets() == list(range(1, last + 1))
        assert listener.notices == []
    for reader in readers:
        reader.close()


def read_all(reader: Reader, head: int) -> list[str]:
    """Read until an event has come, or the connection has ended, and say which events came."""
    while f":{head}\ndata: ".encode() not in reader.received[-400_000:] and reader.read():
        pass
    return reader.ids()


@pytest_twisted.ensureDeferred
async def test_who_takes_nothing_is_dropped(node: Node) -> None:
    given, session = await enter(node, "Ada")
    reader = Reader(node, "/events?stream=app.demo.stuck", given.token)
    await say(session, "app.demo.stuck", 300, text="x" * 50_000)
    await deferToThread(wait_for, lambda: not unread(node), "the reader was not dropped")
    reader.close()


def unread(node: Node) -> list[Any]:
    """The connections to the web port for which there are bytes that nobody takes."""
    found = []
    for row in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = row.split()
        port, queue = int(fields[1].split(":")[1], 16), int(fields[4].split(":")[0], 16)
        if port == node.port and queue:
            found.append(fields)
    return found


@pytest_twisted.ensureDeferred
async def test_who_leaves_a_room_hears_so_and_nothing_more(node: Node) -> None:
    _, ada = await enter(node, "Ada")
    given, bob = await enter(node, "Bob")
    await ada.call("openline.room.create", room="den")
    await bob.call("openline.room.join", room="den")
    with listening(node.url, "stream=openline.room.den", given.token) as listener:
        await deferToThread(listener.wait_until_connected)
        shown = await ada.call("openline.room.post", room="den", text="with Bob")
        await deferToThread(listener.wait_until_shown, shown["offset"])
        await bob.call("openline.room.leave", room="den")
        await ada.call("openline.room.post", room="den", text="without Bob")
        assert await deferToThread(listener.wait_until_refused) == 403
    assert [(name, data["error"]) for name, data in listener.notices] == [("lost", "openline.error.not_authorized")]
    assert "without Bob" not in json.dumps(listener.events)


@pytest_twisted.ensureDeferred
async def test_a_proxy_that_was_told_nothing_holds_nothing_back(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    obeys = nginx.CONFIGURATION.replace("proxy_ignore_headers X-Accel-Buffering;", "")
    monkeypatch.setattr(nginx, "CONFIGURATION", obeys)
    given, session = await enter(node, "Ada")
    with nginx.Nginx(node.port) as proxy, listening(proxy.url, "stream=app.demo.proxied", given.token) as listener:
        await deferToThread(listener.wait_until_connected)
        for offset in range(1, 4):
            await say(session, "app.demo.proxied", 1)
            await deferToThread(listener.wait_until_shown, offset)
    assert listener.offsets() == [1, 2, 3]
    assert listener.connections == 1


def get(node: Node, path: str, token: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"{node.url}{path}", headers={"Authorization": f"Bearer {token}", **named})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, dict(answer.headers), answer.read()


@pytest_twisted.ensureDeferred
async def test_a_page_that_has_not_changed_is_not_sent_again(node: Node) -> None:
    given, session = await enter(node, "Ada")
    await say(session, "app.demo.page", 3)

    async def ask(**headers: str) -> tuple[int, dict[str, str], bytes]:
        found: tuple[int, dict[str, str], bytes] = await deferToThread(
            get, node, "/streams/app.demo.page?after=1", given.token, **headers
        )
        return found

    status, headers, body = await ask()
    assert status == 200
    assert [event["offset"] for event in json.loads(body)["events"]] == [2, 3]
    again = await ask(If_None_Match=headers["ETag"])
    assert (again[0], again[2]) == (304, b"")
    await say(session, "app.demo.page", 1)
    changed = await ask(If_None_Match=headers["ETag"])
    assert changed[0] == 200
    assert [event["offset"] for event in json.loads(changed[2])["events"]] == [2, 3, 4]


@pytest_twisted.ensureDeferred
async def test_odd_requests_are_refused_in_a_sentence(node: Node) -> None:
    given, _ = await enter(node, "Ada")
    for path, status in (
        ("/events", 400),
        ("/events?stream=nothing.there", 404),
        ("/events?stream=openline.room.nowhere", 404),
        ("/events?stream=app.demo.x&after=%00", 400),
        (f"/events?stream=app.demo.x&token={given.token}", 400),
        ("/streams/app.demo.x?limit=9999", 400),
        ("/streams/..%2fauth", 400),
        ("/streams/", 404),
    ):
        answered, _, body = await deferToThread(get, node, path, given.token)
        assert answered == status, path
        assert json.loads(body)["message"], path
    for header in ("Bearer x", "Bearer " + "x" * 5_000, "Basic eDp5"):
        answered, headers, body = await deferToThread(get, node, "/events?stream=app.demo.x", "", Authorization=header)
        assert answered == 401
        assert headers["WWW-Authenticate"].startswith("Bearer")
        assert json.loads(body)["error"] in ("openline.error.signed_out", "openline.error.not_signed_in")


COMMANDS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs/how-to/curl.md").read_text(), re.DOTALL)


@pytest_twisted.ensureDeferred
async def test_the_commands_of_the_how_to_do_what_it_says(node: Node) -> None:
    _, session = await enter(node, "Ada")
    await say(session, "app.demo.news", 3, text="hi")
    await say(session, "app.demo.sport", 1, text="goal")
    token, newest, after, follow, go_on, lines, again = COMMANDS
    await deferToThread(run_commands, node, token, [newest, after, again, again], [follow, lines], go_on)


def run_commands(node: Node, token: str, whole: list[str], endless: list[str], go_on: str) -> None:
    """Run what the how-to shows, one after the other."""
    given = shell(node, f"{token}\necho $TOKEN", {}).strip()
    newest, after, first, second = [shell(node, command, {"TOKEN": given}) for command in whole]
    assert [event["offset"] for event in json.loads(newest)["events"]] == [3, 2]
    assert [event["offset"] for event in json.loads(after)["events"]] == [2, 3]
    assert first == f"{after}200\n"
    assert second == "304\n"
    followed, lined = [
        shell(node, command, {"TOKEN": given}, until='"goal"' if "sport" in command else '"offset":3')
        for command in endless
    ]
    ids = re.findall(r"^id: (\S+)$", followed, re.MULTILINE)
    assert [id.split(":")[1] for id in ids] == ["1", "2", "3"]
    position, *events = [json.loads(line) for line in lined.splitlines()]
    assert position == {"position": ":1,:0"}
    assert {(event["stream"], event["offset"]) for event in events} == {
        ("app.demo.news", 2),
        ("app.demo.news", 3),
        ("app.demo.sport", 1),
    }
    assert '"offset":3' in shell(node, go_on, {"TOKEN": given, "ID": ids[1]}, until='"offset":3')


def shell(node: Node, command: str, environ: dict[str, str], until: str | None = None) -> str:
    """Run a command for this node; one that does not end, until it has said something."""
    process = subprocess.Popen(
        ["bash", "-c", command.replace("http://localhost:8080", node.url)],
        cwd=node.folder,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    timer = threading.Timer(60, os.killpg, (process.pid, signal.SIGKILL))
    timer.start()
    assert process.stdout is not None
    said = ""
    try:
        for line in process.stdout:
            said += line
            if until and until in line:
                os.killpg(process.pid, signal.SIGTERM)
                break
        process.wait(60)
    finally:
        timer.cancel()
        process.stdout.close()
    assert until is None or until in said, said
    return said
