"""Somebody turns notifications on for a device, closes the page, and is told: by a push service and a service worker.

A browser of a test has no push service of its own. So the page is given a subscription at one that stands on this
machine, and what that takes from the node is handed to the browser, as a push service would.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import Door, visits
from tests.browser.people import operator, sign_in, sign_up, wait_for_accounts
from tests.browser.test_offline import is_kept, until, works
from tests.browser.visitor import Visitor
from tests.support.node import Node, wait_for
from tests.support.pushservice import Browser, PushService

_SUBSCRIBE = """subscription => {
    const plain = text => atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    const bytes = text => Uint8Array.from(plain(text), one => one.charCodeAt(0)).buffer
    const kept = 'test.subscribed'
    const found = () => localStorage.getItem(kept) && {
        endpoint: subscription.endpoint,
        options: { applicationServerKey: bytes(localStorage.getItem(kept)) },
        getKey: name => bytes(subscription[name]),
        unsubscribe: async () => { localStorage.removeItem(kept); return true },
    }
    PushManager.prototype.getSubscription = async () => found() || null
    PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
        localStorage.setItem(kept, applicationServerKey)
        return found()
    }
}"""
_SHOWN = """async () => {
    const shown = await (await navigator.serviceWorker.ready).getNotifications()
    return shown.map(({title, body, tag}) => ({title, body, tag}))
}"""

_OFFSET = """async ([room, text]) => new Promise(resolve => {
    indexedDB.open('openline.shelf').onsuccess = ({ target }) => {
        const rows = target.result.transaction('kept').objectStore('kept').getAll()
        const isIt = event => event.data.text === text
        rows.onsuccess = () => resolve(rows.result.find(one => one.what === room).value.events.find(isIt).offset)
    }
})"""


@pytest.fixture(scope="module")
def service() -> Iterator[PushService]:
    with PushService() as one:
        yield one


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    settings = {"push": {"hosts": ["127.0.0.1"], "wait": "1s"}, "presence": {"grace": "1s"}}
    with Node(settings) as one:
        wait_for_accounts(one)
        yield one


@pytest.fixture
def visit(node: Node, chromium: Chromium) -> Iterator[Door]:
    yield from visits(node, chromium)


def given(visitor: Visitor, service: PushService, url: str) -> Browser:
    """Give a browser a subscription, and the permission to show notifications."""
    browser = service.browser()
    subscription = json.dumps(browser.subscription(""))
    visitor.context.add_init_script(f"({_SUBSCRIBE})({subscription})")
    visitor.context.grant_permissions(["notifications"], origin=url)
    return browser


def device_of(
    visit: Door, service: PushService, node: Node, login: str, name: str, room: str
) -> tuple[Visitor, Browser]:
    """Somebody signs in on a device that may be told."""
    visitor = visit(worker=True)
    browser = given(visitor, service, node.url)
    visitor.page.goto(f"{node.url}/#/sign-in")
    visitor.page.reload()
    sign_in(visitor, login, name)
    visitor.go(room)
    visitor.is_online()
    works(visitor)
    return visitor, browser


def switch(visitor: Visitor, on: bool) -> None:
    """Turn it on or off for this device, in the settings."""
    visitor.page.goto(f"{visitor.url}/#/account")
    there = visitor.page.get_by_role("switch", name="On this device")
    there.set_checked(on)
    if on:
        expect(visitor.page.get_by_role("button", name="Send a test")).to_be_visible()
    else:
        expect(visitor.page.get_by_role("button", name="Send a test")).to_have_count(0)


class Delivery:
    """The way from a push service to a browser."""

    def __init__(self, page: Page, url: str) -> None:
        self._url, self._page = url, page
        self._registrations: list[dict[str, Any]] = []
        self._browser: CDPSession = page.context.new_cdp_session(page)
        self._browser.on("ServiceWorker.workerRegistrationUpdated", self._updated)
        self._browser.send("ServiceWorker.enable")

    def _updated(self, event: dict[str, Any]) -> None:
        self._registrations += event["registrations"]

    def deliver(self, words: dict[str, Any]) -> None:
        while not self._registrations:
            self._page.wait_for_timeout(50)
        found = next(one for one in reversed(self._registrations) if not one["isDeleted"])
        message = {"origin": self._url, "registrationId": found["registrationId"], "data": json.dumps(words)}
        self._browser.send("ServiceWorker.deliverPushMessage", message)


def pushed_to(service: PushService, browser: Browser) -> list[dict[str, Any]]:
    return [one.words for one in service.pushed if one.browser is browser]


def shown(visitor: Visitor) -> Any:
    return visitor.page.evaluate(_SHOWN)


def member(visit: Door, node: Node, name: str, login: str) -> Visitor:
    """Somebody who has an account by now."""
    visitor = visit()
    visitor.page.goto(f"{node.url}/#/sign-up")
    sign_up(visitor, name, login)
    return visitor


def test_who_closed_the_page_is_told_on_the_device_that_they_chose(
    visit: Door, node: Node, service: PushService, room: str
) -> None:
    member(visit, node, "Bob", "bob").page.close()
    ada = visit("Ada", room)
    phone, browser = device_of(visit, service, node, "bob", "Bob", room)
    desk, other = device_of(visit, service, node, "bob", "Bob", room)
    switch(phone, True)
    assert phone.barriers() == []
    desk.page.goto(f"{node.url}/#/account")
    ada.say("while you look")
    expect(phone.page.get_by_role("link", name="1 unread")).to_be_visible()
    phone.page.get_by_role("button", name="Send a test").click()
    wait_for(lambda: pushed_to(service, browser), "no test arrived")
    assert [one["body"] for one in pushed_to(service, browser)] == ["Notifications arrive on this device."]
    desk.page.goto("about:blank")
    phone.page.goto("about:blank")
    ada.say("are you there?")
    # What they had not read when they left may come before it.
    wait_for(lambda: pushed_to(service, browser)[-1]["body"] == "are you there?", "nothing was pushed")
    assert pushed_to(service, browser)[-1]["title"] == f"Ada in {room.replace('_', ' ').capitalize()}"
    assert pushed_to(service, other) == [], "that device was not turned on"
    assert service.refused == []


def test_what_is_pushed_is_shown_and_a_press_opens_the_message(
    visit: Door, node: Node, service: PushService, room: str
) -> None:
    ada = visit("Ada", room)
    ada.say("are you there?", "hello?")
    bob = visit(worker=True)
    given(bob, service, node.url)
    bob.page.goto(f"{node.url}/#/room/lobby")
    bob.page.reload()
    bob.sign_in("Bob")
    works(bob)
    bob.go(room)
    bob.sees("are you there?", "hello?")
    is_kept(bob, "hello?")
    bob.go("lobby")
    offset = bob.page.evaluate(_OFFSET, [room, "are you there?"])
    delivery = Delivery(bob.page, node.url)
    words = {"room": room, "offset": offset, "title": "Ada in there", "body": "are you there?", "at": 1.0, "unread": 2}
    delivery.deliver({**words, "rooms": [room]})
    bob.page.wait_for_timeout(500)
    assert shown(bob) == [], "a page that somebody looks at tells by itself"
    [worker] = bob.context.service_workers
    worker.evaluate("() => { clients.matchAll = async () => [] }")
    delivery.deliver({**words, "rooms": [room]})
    wait_for(lambda: shown(bob), "nothing was shown")
    assert shown(bob) == [{"title": "Ada in there", "body": "are you there?", "tag": f"openline {room}"}]
    delivery.deliver({**words, "room": "lobby", "offset": 1, "rooms": ["lobby"]})
    wait_for(lambda: [one["tag"] for one in shown(bob)] == ["openline lobby"], "what was read stayed")
    worker.evaluate(
        """async ([room, offset]) => {
            delete clients.matchAll
            const notification = {data: {room, offset}, close() {}}
            dispatchEvent(Object.assign(new Event('notificationclick'), {notification, waitUntil() {}}))
        }""",
        [room, offset],
    )
    expect(bob.page).to_have_url(f"{node.url}/#/room/{room}/{offset}")
    expect(bob.message("are you there?")).to_be_in_viewport()


def test_whoever_signs_out_is_told_no_more(visit: Door, node: Node, service: PushService, room: str) -> None:
    member(visit, node, "Cleo", "cleo").page.close()
    ada = visit("Ada", room)
    cleo, browser = device_of(visit, service, node, "cleo", "Cleo", room)
    switch(cleo, True)
    switch(cleo, False)
    switch(cleo, True)
    cleo.page.get_by_role("button", name="Sign out", exact=True).click()
    expect(cleo.page.get_by_label("Sign-in name")).to_be_visible()
    assert cleo.page.evaluate("localStorage.getItem('test.subscribed')") is None
    dora, hers = device_of(visit, service, node, "cleo", "Cleo", room)
    switch(dora, True)
    operator(node, "revoke", _id(dora))
    expect(dora.page.get_by_label("Sign-in name")).to_be_visible()
    dora.complaints.clear()
    ada.say("anybody?")
    until(ada, "() => new Promise(resolve => setTimeout(() => resolve(true), 6000))")
    assert pushed_to(service, browser) == pushed_to(service, hers) == []


def _id(visitor: Visitor) -> str:
    found: str = json.loads(visitor.page.evaluate("localStorage.getItem('openline.account')"))["id"]
    return found


_PERMISSION = "Object.defineProperty(Notification, 'permission', {{get: () => '{}'}})"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_state_of_a_browser_is_explained(visit: Door, theme: str) -> None:
    narrow: Any = {"color_scheme": theme, "viewport": {"width": 320, "height": 640}}
    said = {
        "denied": "This browser was told not to show notifications",
        "default": "Also while no page of Openline is open",
    }
    for permission, words in said.items():
        ada = visit("Ada", worker=True, **narrow)
        ada.context.add_init_script(_PERMISSION.format(permission))
        ada.page.goto(f"{ada.url}/#/account")
        ada.page.reload()
        expect(ada.page.get_by_text(words)).to_be_visible()
        assert ada.barriers() == [] and not ada.scrolls_sideways() and ada.small_targets() == []
    none = visit("Bob", **narrow)
    none.page.goto(f"{none.url}/#/account")
    expect(none.page.get_by_text("shows no notifications while the page is closed")).to_be_visible()
    assert none.barriers() == [] and not none.scrolls_sideways() and none.small_targets() == []
