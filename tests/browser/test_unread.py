"""What is new: the same on all devices of a person, and gone when they have read it."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Door
from tests.browser.visitor import Visitor

_TAKE_OVER = "session => localStorage.setItem('openline.session', session)"
_NOTIFICATIONS = """() => {
    const { dataset } = document.documentElement
    window.Notification = class {
        static permission = 'granted'
        constructor(title, {body}) { dataset.notified = `${dataset.notified ?? ''}${title}: ${body};` }
    }
}"""


def _entry(person: Visitor, title: str) -> Locator:
    return person.page.get_by_role("navigation", name="Rooms").get_by_role("link", name=re.compile(title))


def _title(room: str) -> str:
    return room.replace("_", " ").capitalize()


def _second_device(visit: Door, person: Visitor, room: str) -> Visitor:
    """The same guest in another browser."""
    other = visit()
    session = person.page.evaluate("localStorage.getItem('openline.session')")
    other.page.evaluate(_TAKE_OVER, session)
    other.go(room)
    other.page.reload()
    other.is_online()
    return other


def test_two_devices_of_one_person_agree(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    bob.is_online()
    desk = _second_device(visit, bob, "lobby")
    bob.go("lobby")
    ada.say("one", "two")
    for device in (bob, desk):
        expect(_entry(device, _title(room))).to_contain_text("2 unread")
        expect(device.page).to_have_title(re.compile(r"^\(2\) "))
    bob.go(room)
    expect(bob.message("two")).to_be_in_viewport()
    expect(_entry(desk, _title(room))).not_to_contain_text("unread")
    expect(desk.page).not_to_have_title(re.compile(r"^\("))
    ada.say("three")
    bob.sees("one", "two", "three")
    desk.page.reload()
    desk.is_online()
    expect(_entry(desk, _title(room))).to_be_visible()
    expect(_entry(desk, _title(room))).not_to_contain_text("unread")


def test_what_is_read_offline_is_read_everywhere_later(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    desk = _second_device(visit, bob, "lobby")
    bob.go("lobby")
    ada.say("one")
    expect(_entry(bob, _title(room))).to_contain_text("1 unread")
    bob.wire.cut()
    bob.is_offline()
    bob.go(room)
    expect(bob.message("one")).to_be_in_viewport()
    expect(_entry(desk, _title(room))).to_contain_text("1 unread")
    bob.wire.mend()
    expect(_entry(desk, _title(room))).not_to_contain_text("unread")


def test_a_muted_room_is_quiet_and_a_favourite_comes_first(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    desk = _second_device(visit, bob, "lobby")
    bob.page.get_by_role("button", name="Notifications and favourites").click()
    assert bob.barriers() == []
    bob.page.get_by_role("switch", name="Favourite").check()
    expect(desk.page.get_by_role("list", name="Favourites").get_by_role("link")).to_contain_text(_title(room))
    bob.page.get_by_role("switch", name="Muted").check()
    bob.page.get_by_role("button", name="Close").click()
    expect(_entry(desk, _title(room))).to_contain_text("muted")
    bob.go("lobby")
    ada.say("one")
    ada.go("lobby")
    ada.say(f"out of {room}")
    expect(bob.message(f"out of {room}")).to_be_visible()
    for device in (bob, desk):
        expect(_entry(device, _title(room))).not_to_contain_text("unread")


def test_from_the_end_one_goes_to_the_first_that_is_new(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    ada.say("the last that bob saw")
    expect(bob.message("bob saw")).to_be_in_viewport()
    bob.go("lobby")
    ada.say_many(room, [f"new {number:03}" for number in range(1, 421)])
    expect(_entry(bob, _title(room))).to_contain_text("420 unread")
    bob.page.reload()
    bob.is_online()
    bob.go(room)
    first = bob.page.get_by_role("button", name="First unread")
    first.click()
    mark = bob.page.locator(".unread")
    expect(mark).to_be_in_viewport()
    expect(mark.locator("xpath=following-sibling::li[@data-message][1]")).to_contain_text("new 001")
    expect(first).to_have_count(0)
    assert bob.barriers() == []


def test_everything_is_marked_as_read_by_two_keys(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    desk = _second_device(visit, bob, "lobby")
    bob.go("lobby")
    ada.say("one")
    expect(_entry(desk, _title(room))).to_contain_text("1 unread")
    bob.page.keyboard.press("Shift+Escape")
    for device in (bob, desk):
        expect(_entry(device, _title(room))).not_to_contain_text("unread")


def test_who_looks_elsewhere_is_notified_and_not_in_a_pause(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    bob.page.evaluate(_NOTIFICATIONS)
    ada.say("seen at once")
    expect(bob.message("seen at once")).to_be_visible()
    bob.page.goto(f"{bob.url}/#/account")
    ada.say("are you there?")
    told, first = bob.page.locator("html"), f"Ada in {_title(room)}: are you there?;"
    expect(told).to_have_attribute("data-notified", first)
    assert bob.barriers() == []
    bob.page.get_by_role("switch", name="Pause").check()
    expect(bob.page.get_by_text(re.compile("^Until "))).to_be_visible()
    ada.say("and now?")
    expect(_entry(bob, _title(room))).to_contain_text("2 unread")
    bob.page.get_by_role("switch", name="Pause").uncheck()
    expect(bob.page.get_by_text(re.compile("^Until "))).to_have_count(0)
    ada.say("back again?")
    expect(told).to_have_attribute("data-notified", f"{first}Ada in {_title(room)}: back again?;")
