"""A long room, and a place far from its end: by a link, by a thread, and by scrolling."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Door
from tests.browser.visitor import Visitor

COUNT = 900
_READ = """() => {
    window.asked = []
    const send = WebSocket.prototype.send
    WebSocket.prototype.send = function (data) {
        if (String(data).includes('openline.stream.read')) window.asked.push(JSON.parse(data)[5])
        return send.call(this, data)
    }
}"""
_TOP = "row => row.getBoundingClientRect().top"


def _words(count: int) -> list[str]:
    return [f"message {number:04}" for number in range(1, count + 1)]


@pytest.fixture
def ada(visit: Door, room: str) -> Visitor:
    ada = visit("Ada", room)
    ada.say_many(room, _words(COUNT))
    return ada


def _place(person: Visitor, text: str) -> int:
    """Find the offset of a message, as a link to it names it."""
    person.page.evaluate("navigator.clipboard.writeText = async text => { window.copied = text }")
    person.message(text).focus()
    person.page.keyboard.press("l")
    return int(person.page.evaluate("window.copied").rsplit("/", 1)[1])


def test_a_far_message_is_shown_without_all_between(visit: Door, room: str, ada: Visitor) -> None:
    expect(ada.message(f"message {COUNT:04}")).to_be_visible()
    target = _place(ada, f"message {COUNT:04}") - COUNT + 100
    bob = visit("Bob", room)
    expect(bob.message(f"message {COUNT:04}")).to_be_in_viewport()
    bob.page.evaluate(_READ)
    bob.page.evaluate("hash => { location.hash = hash }", f"#/room/{room}/{target}")
    expect(bob.message("message 0100")).to_be_focused()
    expect(bob.message("message 0100")).to_be_in_viewport()
    assert len(bob.page.evaluate("window.asked")) <= 3
    ada.say("meanwhile")
    newest = bob.page.get_by_role("button", name=re.compile("Newest messages|new message"))
    expect(newest).to_be_visible()
    _scroll_down_to(bob, "message 0300")
    assert [one.strip() for one in bob.messages.all_inner_texts()] == _between(bob)
    newest.click()
    expect(bob.message("meanwhile")).to_be_in_viewport()
    assert bob.messages.count() <= 300


def test_what_happened_to_far_messages_is_seen(visit: Door, room: str, ada: Visitor) -> None:
    target = _place(ada, f"message {COUNT:04}") - COUNT + 60
    bob = visit(room=f"{room}/{target}")
    bob.sign_in("Bob")
    row = bob.message("message 0060")
    expect(row).to_be_focused()
    bob.page.keyboard.press("+")
    bob.page.get_by_role("option").first.click()
    expect(row.get_by_role("button", name=re.compile("you reacted"))).to_be_visible()
    ada.page.goto(f"{ada.url}/#/room/{room}/{target}")
    expect(ada.message("message 0060").get_by_role("button", name=re.compile("Bob reacted"))).to_be_visible()
    ada.message("message 0060").focus()
    ada.page.keyboard.press("e")
    ada.page.get_by_label("Edit message").fill("corrected 0060")
    ada.page.keyboard.press("Enter")
    expect(bob.message("corrected 0060")).to_be_visible()
    bob.page.reload()
    expect(bob.message("corrected 0060")).to_be_in_viewport()
    bob.page.keyboard.press("t")
    thread = bob.page.get_by_role("complementary", name="Thread")
    expect(thread.locator("[data-message]")).to_contain_text("corrected 0060")


def test_going_up_moves_nothing(visit: Door, room: str, ada: Visitor) -> None:
    bob = visit("Bob", room)
    expect(bob.message(f"message {COUNT:04}")).to_be_in_viewport()
    log = bob.page.locator(".log")
    for _ in range(6):
        first = bob.messages.first.inner_text().strip()
        seen = bob.messages.nth(20).inner_text().strip()
        log.evaluate("log => { log.scrollTop = 300 }")
        before = bob.message(seen).evaluate(_TOP)
        expect(bob.messages.first).not_to_have_text(first)
        assert abs(bob.message(seen).evaluate(_TOP) - before) < 2


def test_opens_at_the_first_of_many_that_are_new(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    ada.say("read")
    expect(bob.message("read")).to_be_in_viewport()
    bob.page.goto("about:blank")
    ada.say_many(room, _words(280))
    bob.go(room)
    expect(bob.page.locator(".unread")).to_be_in_viewport()
    expect(bob.message("message 0001")).to_be_in_viewport()


def _scroll_down_to(person: Visitor, text: str) -> None:
    for _ in range(200):
        if person.message(text).count():
            return
        person.page.locator(".log").evaluate("log => { log.scrollTop += 2000 }")
        person.page.wait_for_timeout(30)
    raise AssertionError(f"{text} did not come")


def _between(person: Visitor) -> list[str]:
    """The messages from the first to the last that is drawn."""
    first, last = (int(one.inner_text().strip()[-4:]) for one in (person.messages.first, person.messages.last))
    return _words(last)[first - 1 :]
