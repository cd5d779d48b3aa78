"""A page that only listens: the browser's own EventSource, cut and connected again."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support.driver import wait_until_served
from tests.support.node import Node
from tests.support.person import Pass, introduce
from tests.support.proxy import Proxy

_LISTEN = """([query]) => {
    window.shown = []
    window.source = new EventSource(`/events?${query}`)
    source.onmessage = ({data, lastEventId}) => shown.push([JSON.parse(data).offset, lastEventId])
    for (const name of ['reset', 'lost', 'closed']) source.addEventListener(name, () => shown.push(name))
}"""
_WRITE = """async ([person, stream, count]) => {
    const {Line} = await import('/line/line.js')
    const line = new Line({signIn: async () => person, outbox: 'openline.test'})
    line.open()
    for (let n = 0; n < count; n++) await line.send('openline.stream.publish', {stream, type: 'said', data: {}})
    line.close()
}"""


@pytest.fixture(scope="module")
def proxy(node: Node) -> Iterator[Proxy]:
    wait_until_served(node.url)
    with Proxy(node.port) as proxy:
        yield proxy


@pytest.fixture
def ada(node: Node) -> Pass:
    return introduce(node.url, "Ada")


@pytest.fixture
def page(proxy: Proxy, chromium: Browser, ada: Pass) -> Iterator[Page]:
    context = chromium.new_context()
    context.add_cookies([{"name": "openline_session", "value": ada.token, "url": proxy.url, "sameSite": "Strict"}])
    page = context.new_page()
    page.goto(proxy.url)
    yield page
    context.close()


def write(page: Page, person: Pass, stream: str, count: int) -> None:
    page.evaluate(_WRITE, [vars(person), stream, count])


def wait_until_shown(page: Page, count: int) -> list[Any]:
    page.wait_for_function("count => shown.length >= count", arg=count, timeout=60_000)
    shown: list[Any] = page.evaluate("shown")
    return shown


def test_event_source_goes_on_where_it_was_cut(page: Page, proxy: Proxy, ada: Pass) -> None:
    stream = "app.demo.source"
    write(page, ada, stream, 3)
    page.evaluate(_LISTEN, [f"stream={stream}&after=1"])
    wait_until_shown(page, 2)
    before = proxy.count("/events")
    proxy.cut("/events")
    write(page, ada, stream, 3)
    shown = wait_until_shown(page, 5)
    proxy.cut("/events")
    write(page, ada, stream, 1)
    shown = wait_until_shown(page, 6)
    assert [offset for offset, _ in shown] == [2, 3, 4, 5, 6, 7]
    assert {id.split(":")[1] for _, id in shown} == {"2", "3", "4", "5", "6", "7"}
    assert proxy.count("/events") == before + 2


def refused(page: Page, query: str) -> int:
    """Listen to what one may not, and say with which status the browser gives up."""
    with page.expect_response("**/events?*") as answer:
        page.evaluate(_LISTEN, [query])
    page.wait_for_function("source.readyState === EventSource.CLOSED", timeout=60_000)
    assert page.evaluate("shown") == []
    return answer.value.status


def test_event_source_gives_up_on_what_is_not_for_it(page: Page) -> None:
    assert refused(page, "stream=openline.room.nowhere") == 404
    assert refused(page, "stream=openline.room.lobby") == 403


def test_without_the_cookie_nobody_listens(page: Page) -> None:
    page.context.clear_cookies()
    assert refused(page, "stream=app.demo.source") == 401
