"""Messages are searched for, and found where they were said."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Door
from tests.browser.visitor import Visitor


def _field(person: Visitor) -> Locator:
    return person.page.get_by_role("combobox", name="Search messages")


def _results(person: Visitor) -> Locator:
    return person.page.get_by_role("listbox", name="Messages found").get_by_role("option")


def _words(count: int) -> list[str]:
    return [f"needle {number:03} in the hay" for number in range(1, count + 1)]


def test_a_result_leads_into_the_history_and_there_is_a_way_back(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.say_many(room, ["The *treasure* map", *_words(150)])
    bob = visit("Bob", room)
    expect(bob.message("needle 150")).to_be_in_viewport()
    bob.composer.blur()
    bob.page.keyboard.press("/")
    expect(_field(bob)).to_be_focused()
    bob.page.keyboard.type(f"from:ada in:{room} treas")
    expect(_results(bob)).to_have_count(1)
    expect(_results(bob).locator("mark")).to_have_text(["treasure"])
    bob.page.keyboard.press("Enter")
    expect(bob.message("treasure")).to_be_in_viewport()
    expect(bob.message("treasure")).to_be_focused()
    expect(bob.page).to_have_url(re.compile(rf"#/room/{room}/\d+$"))
    ada.say("something new")
    expect(bob.message("treasure")).to_be_in_viewport()
    bob.page.get_by_role("button", name="1 new message").click()
    expect(bob.message("something new")).to_be_in_viewport()
    expect(bob.page).to_have_url(re.compile(f"#/room/{room}$"))
    _results(bob).click()
    expect(bob.message("treasure")).to_be_focused()
    bob.page.reload()
    expect(bob.message("treasure")).to_be_in_viewport()
    bob.page.get_by_role("button", name="Newest messages").click()
    expect(bob.message("something new")).to_be_in_viewport()


def test_by_keyboard_page_by_page_newest_first(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.say_many(room, _words(25))
    expect(ada.message("needle 025")).to_be_in_viewport()
    ada.page.keyboard.press("Control+Shift+F")
    ada.page.keyboard.type(f'in:{room} "needle 0"')
    expect(ada.page.get_by_text("Nothing found", exact=True)).to_be_visible()
    _field(ada).fill(f"in:{room} needle")
    expect(_results(ada)).to_have_count(20)
    expect(_results(ada).nth(0)).to_contain_text("needle 025")
    ada.page.get_by_role("button", name="Load more").click()
    expect(_results(ada)).to_have_count(25)
    expect(ada.page.get_by_role("button", name="Load more")).to_have_count(0)
    _field(ada).focus()
    for _ in range(2):
        ada.page.keyboard.press("ArrowDown")
    ada.page.keyboard.press("ArrowUp")
    expect(_results(ada).nth(1)).to_have_attribute("aria-selected", "true")
    ada.page.keyboard.press("Enter")
    expect(ada.message("needle 024")).to_be_focused()
    ada.page.keyboard.press("/")
    ada.page.keyboard.press("Escape")
    expect(_field(ada)).to_have_count(0)
    expect(ada.composer).to_be_focused()


def test_what_is_deleted_is_gone_and_what_is_wrong_is_said(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob")
    ada.say("a secret <b>recipe</b>")
    ada.sees_as_sent("a secret <b>recipe</b>")
    ada.page.get_by_role("button", name="Search messages").first.click()
    _field(ada).fill(f"in:{room} recipe")
    expect(_results(ada)).to_contain_text(["a secret <b>recipe</b>"])
    bob.page.get_by_role("button", name="Search messages").first.click()
    _field(bob).fill(f"in:{room} recipe")
    expect(bob.page.get_by_text("Nothing found", exact=True)).to_be_visible()
    _field(bob).fill("before:yesterday")
    expect(bob.page.locator(".search-note")).to_have_text("before: takes a day, as in before:2026-01-31.")
    _field(bob).fill("")
    bob.page.get_by_role("button", name="has:link").click()
    expect(_field(bob)).to_have_value("has:link")
    ada.act("recipe", "Delete")
    expect(ada.page.get_by_text("Message deleted")).to_have_count(0)
    _field(ada).fill(f"in:{room} recip")
    expect(ada.page.get_by_text("Nothing found", exact=True)).to_be_visible()
    ada.wire.cut()
    ada.is_offline()
    _field(ada).fill("recipe")
    expect(ada.page.get_by_role("alert").filter(has_text="There is no connection")).to_be_visible()
    ada.wire.mend()
    ada.page.get_by_role("button", name="Try").first.click()
    ada.is_online()
    ada.page.get_by_role("button", name="Try again").click()
    expect(ada.page.get_by_text("Nothing found", exact=True)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_and_no_barriers(visit: Door, room: str, scheme: str) -> None:
    ada = visit("Ada", room, color_scheme=scheme, viewport={"width": 320, "height": 640})
    ada.say_many(room, ["The treasure map", *_words(30)])
    expect(ada.message("needle 030")).to_be_in_viewport()
    ada.page.get_by_role("button", name="Search messages").click()
    assert not ada.barriers()
    _field(ada).fill(f"in:{room} treasure")
    expect(_results(ada)).to_have_count(1)
    assert not ada.barriers()
    assert not ada.small_targets()
    assert not ada.scrolls_sideways()
    _results(ada).click()
    expect(ada.message("treasure")).to_be_in_viewport()
    expect(_field(ada)).to_have_count(0)
    assert not ada.barriers()
    ada.page.set_viewport_size({"width": 1280, "height": 800})
    ada.page.get_by_role("button", name="Search messages").first.click()
    expect(_results(ada)).to_have_count(1)
    assert not ada.barriers()
