"""Where a network blocks WebSocket the page goes on by long-poll, and nothing that is said gets lost on the way."""

import logging
import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Door
from tests.browser.visitor import Visitor
from tests.support.node import Node, wait_for
from tests.support.proxy import How, Proxy

_BLOCKED: list[How] = ["refuse", "missing", "swallow"]
_UNREACHED = re.compile(
    "^(WebSocket connection to .*failed|Failed to load resource: (net::ERR_|the server responded with a status of 404))"
)
"""What a browser itself says of a network like this."""

_TALK = """async ([room, perSecond, most]) => {
    const {Line} = await import('/line/line.js')
    const {MemoryStorage} = await import('/line/storage.js')
    const signIn = async () => JSON.parse(localStorage.getItem('openline.session'))
    const line = new Line({signIn, outbox: new MemoryStorage()})
    line.open()
    window.talk = {said: 0, done: 0}
    window.talk.timer = setInterval(() => {
        if (line.outbox.list().length >= most) return  // a busy machine cannot keep up
        const text = `m${++window.talk.said}`
        line.send('openline.room.post', {room, text}).then(() => window.talk.done++)
    }, 1000 / perSecond)
}"""
_FALL_SILENT = "() => { clearInterval(window.talk.timer); return window.talk.said }"

_LISTEN = """async ([room, ladder]) => {
    const {Line} = await import('/line/line.js')
    const {session} = await import('/session.js')
    const person = await session.enter('Listener')
    const line = window.line = new Line({signIn: async () => person, outbox: 'openline.listen', ladder})
    window.heard = {offsets: [], breaks: 0, states: []}
    line.addEventListener('state', () => window.heard.states.push([line.state, line.transport]))
    line.open()
    await line.online()
    await line.call('openline.room.join', {room})
    line.follow(`openline.room.${room}`, {
        after: 0,
        onEvent: ({offset}) => window.heard.offsets.push(offset),
        onState: ({recovered}) => { window.heard.breaks += Number(!recovered) },
    })
}"""
_HEAD = (
    "stream => window.line.call('openline.stream.heads', {streams: [stream]}).then(({heads}) => heads[stream].offset)"
)
_TRANSPORT = "() => window.line.transport"


@pytest.fixture
def proxy(node: Node) -> Iterator[Proxy]:
    with Proxy(node.port) as one:
        yield one


@pytest.fixture
def behind(proxy: Proxy, chromium: Browser) -> Iterator[Callable[..., Visitor]]:
    """Bring people in through a network that may do anything to their connections."""
    visitors: list[Visitor] = []

    def enter(name: str = "", room: str = "lobby") -> Visitor:
        visitor = Visitor(chromium.new_context(), proxy.url, wired=False)
        visitors.append(visitor)
        visitor.go(room)
        if name:
            visitor.sign_in(name)
        return visitor

    yield enter
    complaints = [one for visitor in visitors for one in visitor.complaints if not _UNREACHED.match(one)]
    for visitor in visitors:
        visitor.context.close()
    assert not complaints


@pytest.fixture
def talker(visit: Door, room: str) -> Iterator["Talker"]:
    """Somebody who talks all the time, on a good connection."""
    talker = Talker(visit("Talker", room), room)
    yield talker
    talker.visitor.page.close()


class Talker:
    """Says m1, m2, m3 and so on, 20 in a second."""

    def __init__(self, visitor: Visitor, room: str) -> None:
        self.visitor = visitor
        visitor.page.evaluate(_TALK, [room, 20, 20])

    @property
    def said(self) -> int:
        """How many messages the node has taken."""
        done: int = self.visitor.page.evaluate("window.talk.done")
        return done

    def go_on(self, more: int) -> None:
        """Let some more be said."""
        until = self.said + more
        self._wait(lambda: self.said >= until)

    def fall_silent(self) -> int:
        """Say nothing more, and tell how many there were when all have arrived."""
        said: int = self.visitor.page.evaluate(_FALL_SILENT)
        self._wait(lambda: self.said == said)
        return said

    def _wait(self, is_so: Callable[[], bool]) -> None:
        wait_for(is_so, "nothing more was said")


def by_long_poll(visitor: Visitor) -> None:
    expect(visitor.page.get_by_role("status").filter(has_text="Online by long-poll")).to_be_attached()


def by_websocket(visitor: Visitor) -> None:
    expect(visitor.page.get_by_role("status").filter(has_text=re.compile("^Online$"))).to_be_attached()


def log_since(began: float, what: str) -> None:
    """For who looks: how long it took. It is no test of speed, the machine may be busy."""
    logging.getLogger(__name__).info("%s: online by long-poll after %.2f s", what, time.monotonic() - began)


def sees_all(visitor: Visitor, talker: Talker, first: int | None = None) -> None:
    """Each message once and in order, from one on, or else from where the page began."""
    said = talker.fall_silent()
    expect(visitor.messages.last).to_have_text(f"m{said}")
    first = first or said + 1 - visitor.messages.count()
    visitor.sees(*(f"m{number}" for number in range(first, said + 1)))


@pytest.mark.parametrize("how", _BLOCKED)
def test_who_comes_from_where_websocket_is_blocked(
    behind: Callable[..., Visitor], proxy: Proxy, talker: Talker, room: str, how: How
) -> None:
    proxy.on("/ws", how)
    ada = behind("Ada", room)
    by_long_poll(ada)
    talker.go_on(20)
    began = time.monotonic()
    ada.page.reload()
    by_long_poll(ada)
    log_since(began, f"{how}, remembered")
    assert proxy.count("/ws") == 1, "what worked is tried first"
    talker.go_on(20)
    sees_all(ada, talker)
    ada.say("I am here too")
    expect(talker.visitor.message("I am here too")).to_be_visible()
    expect(ada.page.locator("[data-state=pending], [data-state=failed]")).to_have_count(0)


@pytest.mark.parametrize("how", _BLOCKED)
def test_who_comes_to_where_websocket_is_blocked(
    behind: Callable[..., Visitor], proxy: Proxy, talker: Talker, room: str, how: How
) -> None:
    ada = behind("Ada", room)
    by_websocket(ada)
    talker.go_on(20)
    proxy.on("/ws", how)
    proxy.cut("/ws")
    began = time.monotonic()
    by_long_poll(ada)
    log_since(began, how)
    talker.go_on(40)
    sees_all(ada, talker)


def test_websockets_that_do_not_last(behind: Callable[..., Visitor], proxy: Proxy, talker: Talker, room: str) -> None:
    proxy.on("/ws", "pass", cut_after=2.0)
    ada = behind("Ada", room)
    began = time.monotonic()
    by_long_poll(ada)
    log_since(began, "cut after 2 s, twice")
    assert proxy.count("/ws") == 2
    talker.go_on(40)
    sees_all(ada, talker)


def test_polls_that_are_cut(behind: Callable[..., Visitor], proxy: Proxy, talker: Talker, room: str) -> None:
    proxy.on("/ws", "missing")
    ada = behind("Ada", room)
    by_long_poll(ada)
    for _ in range(10):
        talker.go_on(5)
        proxy.cut("/lp")
    sees_all(ada, talker)
    assert proxy.count("/lp/open") == 1, "the session has survived it"


def wait_for_transport(page: Page, transport: str) -> None:
    wait_for(lambda: page.evaluate(_TRANSPORT) == transport, f"not on {transport}")


def test_back_to_websocket(behind: Callable[..., Visitor], proxy: Proxy, talker: Talker, room: str) -> None:
    """Without being offline for a moment, and again and again."""
    proxy.on("/ws", "missing")
    page = behind().page
    page.evaluate(_LISTEN, [room, {"soon": 1, "again": 1}])
    wait_for_transport(page, "longpoll")
    for _ in range(3):
        talker.go_on(20)
        page.evaluate("window.heard.states.length = 0")
        proxy.on("/ws", "pass")
        wait_for_transport(page, "websocket")
        assert page.evaluate("window.heard.states") == [["online", "websocket"]]
        talker.go_on(20)
        proxy.on("/ws", "missing")
        proxy.cut("/ws")
        wait_for_transport(page, "longpoll")
    talker.fall_silent()
    head = page.evaluate(_HEAD, f"openline.room.{room}")
    wait_for(lambda: page.evaluate("window.heard.offsets.at(-1)") == head, "the last event did not come")
    assert page.evaluate("window.heard.offsets") == list(range(1, head + 1))
    assert page.evaluate("window.heard.breaks") == 0


def test_it_says_when_all_is_blocked(behind: Callable[..., Visitor], proxy: Proxy, room: str) -> None:
    ada = behind("Ada", room)
    for path in ("/ws", "/lp"):
        proxy.on(path, "missing")
    proxy.cut("/ws")
    expect(ada.page.get_by_text("WebSocket and long-poll are blocked")).to_be_visible()
    ada.say("For later")
    proxy.on("/", "refuse")
    ada.is_offline()
    expect(ada.page.get_by_text("are blocked")).to_have_count(0)
    for path in ("/ws", "/lp", "/"):
        proxy.on(path, "pass")
    ada.sees_as_sent("For later")
    assert ada.page.get_by_text("You are offline").count() == 0
