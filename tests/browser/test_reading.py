"""Long rooms: where reading begins, and that nothing moves under the reader."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Door
from tests.browser.visitor import Visitor

_BELOW = "log => log.scrollHeight - log.scrollTop - log.clientHeight"
_TOP = "row => row.getBoundingClientRect().top"


def _words(count: int, first: int = 1) -> list[str]:
    return [f"message {number:03}" for number in range(first, first + count)]


def _below(person: Visitor) -> float:
    below: float = person.page.locator(".log").evaluate(_BELOW)
    return below


def _to_top(person: Visitor) -> None:
    person.page.locator(".log").evaluate("log => { log.scrollTop = 0 }")


def test_opens_at_the_end_and_stays_there(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.say_many(room, _words(80))
    bob = visit("Bob", room)
    expect(bob.message("message 080")).to_be_in_viewport()
    assert _below(bob) < 1
    ada.say("and then\nthree\nmore lines")
    expect(bob.message("more lines")).to_be_in_viewport(ratio=1)
    bob.page.set_viewport_size({"width": 700, "height": 400})
    expect(bob.message("more lines")).to_be_in_viewport(ratio=1)


def test_older_pages_come_without_a_jump(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.say_many(room, _words(130))
    bob = visit("Bob", room)
    expect(bob.message("message 130")).to_be_in_viewport()
    expect(bob.message("message 001")).to_have_count(0)
    oldest = bob.messages.first.inner_text().strip()
    row = bob.message(oldest)
    bob.page.locator(".log").evaluate("log => { log.scrollTop = 60 }")
    before = row.evaluate(_TOP)
    expect(bob.messages.first).not_to_have_text(oldest)
    assert abs(row.evaluate(_TOP) - before) < 2
    while not bob.message("message 001").count():
        _to_top(bob)
        bob.page.wait_for_timeout(20)
    _to_top(bob)
    bob.sees_as_sent(*_words(130))
    expect(bob.page.get_by_text("This is where the room begins")).to_be_visible()


def test_a_very_long_room_draws_only_a_part(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.say_many(room, _words(700))
    bob = visit("Bob", room)
    while not bob.page.get_by_text("This is where the room begins").count():
        _to_top(bob)
        bob.page.wait_for_timeout(20)
    shown = bob.messages.all_inner_texts()
    assert len(shown) <= 300
    assert [text.strip() for text in shown] == _words(len(shown))
    bob.page.get_by_role("button", name="Newest messages").click()
    expect(bob.message("message 700")).to_be_in_viewport()
    assert bob.messages.count() <= 300


def test_new_messages_are_counted_for_who_reads_above(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    ada.say_many(room, _words(40))
    expect(bob.message("message 040")).to_be_in_viewport()
    bob.page.locator(".log").evaluate("log => { log.scrollTop = 200 }")
    top = bob.page.locator(".log").evaluate("log => log.scrollTop")
    ada.say("one more")
    new = bob.page.get_by_role("button", name=re.compile("new message"))
    expect(new).to_have_text("1 new message")
    ada.say("two more")
    expect(new).to_have_text("2 new messages")
    assert bob.page.locator(".log").evaluate("log => log.scrollTop") == top
    new.click()
    expect(bob.message("two more")).to_be_in_viewport()
    expect(new).to_have_count(0)


def test_the_unread_mark(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    ada.say_many(room, _words(30))
    expect(bob.message("message 030")).to_be_in_viewport()
    bob.page.goto("about:blank")
    ada.say_many(room, _words(90, 31))
    bob.new_page()
    bob.go(room)
    mark = bob.page.locator(".unread")
    expect(mark).to_be_in_viewport()
    following = mark.locator("xpath=following-sibling::li[@data-message][1]")
    expect(following).to_contain_text("message 031")
    expect(bob.page.get_by_role("button", name="90 new messages")).to_be_visible()
    bob.page.get_by_role("button", name="90 new messages").click()
    expect(bob.message("message 120")).to_be_in_viewport()
    bob.page.reload()
    expect(bob.message("message 120")).to_be_in_viewport()
    expect(mark).to_have_count(0)


def test_new_messages_are_read_aloud_and_history_is_not(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.say("long ago")
    bob = visit("Bob", room)
    bob.sees("long ago")
    aloud = bob.page.get_by_role("log")
    expect(aloud).to_be_empty()
    ada.say("just now")
    expect(aloud).to_have_text("Ada: just now")


def test_who_writes_while_reading_above_sees_what_they_wrote(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.say_many(room, _words(40))
    expect(ada.message("message 040")).to_be_in_viewport()
    ada.page.locator(".log").evaluate("log => { log.scrollTop = 200 }")
    expect(ada.message("message 040")).not_to_be_in_viewport()
    ada.say("my answer")
    expect(ada.message("my answer")).to_be_in_viewport()
