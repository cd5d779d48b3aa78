"""Many talk at once while one of them, in front of a page, scrolls, searches and edits. At the end all see the same.

`CROWD_MESSAGES=10000` has fifty people say so many. What was measured is written to `build/crowd.json`.
"""

import itertools
import json
import os
import re
import statistics
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Door, visits
from tests.browser.visitor import Visitor
from tests.semantics.client import Client, Event, Kind
from tests.semantics.servers import AMPLE, our_server
from tests.semantics.wires import Gone
from tests.support.driver import node_js
from tests.support.node import ROOT, Node, wait_for
from tests.support.seen import digest

MESSAGES = int(os.environ.get("CROWD_MESSAGES", "400"))
PEOPLE = 48 if MESSAGES > 1_000 else 10
"""How many have no browser, besides Ada and Bob who do."""
ROOM, STREAM = "lobby", "openline.room.lobby"
FIGURES = ROOT / "build/crowd.json"

_FRAMES = """() => {
    window.frames_seen = []
    let last = performance.now()
    const tick = now => { window.frames_seen.push(now - last); last = now; requestAnimationFrame(tick) }
    requestAnimationFrame(tick)
}"""
_LOOK = """async room => {
    const {Line} = await import('/line/line.js')
    const {Rooms} = await import('/room/rooms.js')
    const {Shelf} = await import('/shelf/shelf.js')
    const signIn = async () => JSON.parse(localStorage.getItem('openline.session'))
    const line = new Line({signIn, outbox: 'openline.test'})
    line.open()
    await line.online()
    window.seen_room = new Rooms(line, line.identity, new Shelf(line.identity.id)).enter(room)
}"""
_SEEN = """async () => {
    const {digest} = await import('/room/digest.js')
    const {first, head, entries} = window.seen_room.state
    return {first, head, kept: entries.length, digest: await digest(window.seen_room.state, first)}
}"""
_LAST = "rows => rows.slice(-40).map(row => row.innerText.trim())"


@pytest.fixture(scope="module")
def place() -> Iterator[Node]:
    rates = {"session": AMPLE, "user": AMPLE, "address": AMPLE}
    limits = {"calls": rates, "publishes": rates, "subscribes": rates, "connections": {"address": 2_000, "new": AMPLE}}
    with Node({"guests": {"allowed": True, "token": "7d", "per_minute": 1_000}, "limits": limits}) as node:
        yield node
        assert "Traceback" not in node.said()


@pytest.fixture
def visit(place: Node, chromium: Browser) -> Iterator[Door]:
    yield from visits(place, chromium)


class Crowd:
    """People without browsers, in one process, each with a connection of their own (`crowd.mjs`)."""

    def __init__(self, url: str) -> None:
        self.said: list[dict[str, Any]] = []
        command = [node_js(), str(Path(__file__).with_name("crowd.mjs")), url, ROOM, str(PEOPLE), str(MESSAGES)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(json.loads(line))

    def find(self, word: str) -> list[dict[str, Any]]:
        assert self._process.poll() is None, "the crowd is gone"
        return [one for one in list(self.said) if word in one]

    def look(self, offset: int) -> list[dict[str, Any]]:
        """Ask each what they see of the room up to an offset."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{offset}\n")
        self._process.stdin.flush()
        wait_for(lambda: len(self.find("digest")) == PEOPLE, "somebody does not see all that was said")
        return self.find("digest")

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._reader.join(10)


class Listener:
    """A session of another program: what it hears, in the order in which it came."""

    def __init__(self, client: Client) -> None:
        self.heard: list[dict[str, Any]] = []
        self._client = client
        client.reply(client.call("openline.room.join", [], {"room": ROOM}))
        client.subscribe(STREAM)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        with suppress(Gone):
            while True:
                message = self._client.hear()
                if message[0] == Kind.EVENT:
                    self.heard.append(Event.of(message).kwargs)


def log(client: Client) -> list[dict[str, Any]]:
    """Read all that is in the log."""
    events: list[dict[str, Any]] = []
    while True:
        asked = {"stream": STREAM, "after": len(events), "limit": 300}
        page = client.reply(client.call("openline.stream.read", [], asked))[3][0]["events"]
        if not page:
            return events
        events += page


def test_all_see_the_same_after_many_spoke_at_once(place: Node, visit: Door) -> None:
    server = our_server(place)
    ada, bob = visit("Ada", wired=False), visit("Bob", wired=False)
    bob.page.evaluate(_LOOK, ROOM)
    listener = Listener(server.person("listener"))
    crowd = Crowd(place.url)
    wait_for(lambda: crowd.find("ready"), "the crowd did not come")
    ada.page.evaluate(_FRAMES)
    drawn = [be_busy(ada, turn) for turn in itertools.takewhile(lambda _: not crowd.find("said"), itertools.count(1))]
    frames = ada.page.evaluate("window.frames_seen")
    events = log(server.person("listener"))
    head = events[-1]["offset"]
    wait_for(lambda: listener.heard and listener.heard[-1]["offset"] >= head, "not all was heard")
    heard = [one for one in listener.heard if one["offset"] <= head]
    first = heard[0]["offset"]
    assert [one["offset"] for one in heard] == list(range(first, head + 1))
    assert digest(heard) == digest(events, first)
    for one in [*crowd.look(head), look(bob, head)]:
        assert (one["head"], one["digest"]) == (head, digest(events, one["first"])), one
    note(crowd, frames, max(drawn))
    assert max(drawn) <= 300
    the_pages_agree(ada, bob)
    crowd.end()


def be_busy(ada: Visitor, turn: int) -> int:
    """Scroll up and down, look for something, say something and correct it. How many messages were drawn at most."""
    ada.page.mouse.move(700, 300)
    drawn = []
    for way in (-1_200, 1_200):
        for _ in range(12):
            ada.page.mouse.wheel(0, way)
            ada.page.wait_for_timeout(30)
        drawn.append(ada.messages.count())
    if turn % 4 == 1:
        find(ada, f"{turn}")
    ada.say(f"Ada in turn {turn}")
    expect(ada.page.locator("[data-state=pending]")).to_have_count(0)
    ada.composer.press("ArrowUp")
    ada.page.get_by_label("Edit message").fill(f"Ada corrects turn {turn}")
    ada.page.keyboard.press("Enter")
    expect(ada.composer).to_be_focused()
    return max(drawn)


def find(ada: Visitor, word: str) -> None:
    """Search, and go to what was found first; what is said next leads back to the newest."""
    ada.page.keyboard.press("Control+Shift+f")
    ada.page.get_by_role("combobox", name="Search messages").fill(f"number {word}")
    expect(ada.page.locator("#search-said")).to_have_text(re.compile("found"))
    if ada.page.get_by_role("option").count():
        ada.page.keyboard.press("Enter")
        expect(ada.page.locator(".message.found")).to_be_visible()
    ada.page.get_by_role("button", name="Close", exact=True).click()
    expect(ada.composer).to_be_focused()


def look(person: Visitor, head: int) -> dict[str, Any]:
    person.page.wait_for_function("head => window.seen_room.state.head >= head", arg=head)
    seen: dict[str, Any] = person.page.evaluate(_SEEN)
    return seen


def the_pages_agree(ada: Visitor, bob: Visitor) -> None:
    newest = bob.page.get_by_role("button", name=re.compile("Newest|new message"))
    for one in (ada, bob):
        one.page.reload()
        one.is_online()
        newest = one.page.get_by_role("button", name=re.compile("Newest|new message"))
        if newest.count():
            newest.click()
    expect(ada.page.locator("[data-state=pending], [data-state=failed]")).to_have_count(0)
    assert ada.messages.evaluate_all(_LAST) == bob.messages.evaluate_all(_LAST)


def note(crowd: Crowd, frames: list[float], drawn: int) -> None:
    """Keep the figures; nothing passes or fails by them."""
    cuts = statistics.quantiles(frames, n=100)
    figures = {
        **{"people": PEOPLE + 2, "messages": MESSAGES, "seconds": crowd.find("said")[0]["seconds"]},
        **{
            "drawn": drawn,
            "frames": len(frames),
            "p50": cuts[49],
            "p95": cuts[94],
            "p99": cuts[98],
            "max": max(frames),
        },
    }
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps({name: round(value, 1) for name, value in figures.items()}, indent=2) + "\n")
