"""What two people do with messages besides writing them: reply, react, pin, call each other, look back."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.conftest import Door, visits
from tests.browser.visitor import Visitor
from tests.support.node import Node


@pytest.fixture
def pair(node: Node, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[tuple[Visitor, Visitor, str]]:
    """Ada, who made a room, and Bob, who came."""
    for door in visits(node, chromium):
        name = request.function.__name__.removeprefix("test_")[:38]
        ada = door("Ada")
        ada.create_room(name.replace("_", " ").capitalize(), name)
        bob = door("Bob", name)
        yield ada, bob, name


def main(person: Visitor) -> Locator:
    return person.page.get_by_role("list", name="Messages", exact=True)


def thread(person: Visitor) -> Locator:
    return person.page.get_by_role("complementary", name="Thread")


def pill(person: Visitor, text: str, words: str | re.Pattern[str]) -> Locator:
    return person.message(text).get_by_role("button", name=words)


def test_reactions_are_seen_at_once_and_survive_a_tunnel(pair: tuple[Visitor, Visitor, str]) -> None:
    ada, bob, _ = pair
    ada.say("Shall we?")
    bob.sees("Shall we?")
    bob.act("Shall we?", "Add reaction")
    picker = bob.page.get_by_role("dialog", name="Add a reaction")
    picker.get_by_role("combobox").fill("tada")
    expect(picker.get_by_role("option")).to_have_count(1)
    bob.page.keyboard.press("Enter")
    theirs = pill(ada, "Shall we?", "Bob reacted with 🎉")
    expect(theirs).to_contain_text("🎉1")
    ada.wire.cut()
    ada.is_offline()
    theirs.click()
    expect(pill(ada, "Shall we?", re.compile("you reacted with 🎉"))).to_have_attribute("aria-pressed", "true")
    expect(pill(bob, "Shall we?", re.compile("🎉"))).to_contain_text("🎉1 you")
    ada.wire.mend()
    expect(pill(bob, "Shall we?", "you and Ada reacted with 🎉")).to_contain_text("🎉2")
    pill(bob, "Shall we?", re.compile("🎉")).click()
    expect(pill(ada, "Shall we?", re.compile("🎉 ?1 you reacted"))).to_be_visible()
    assert ada.barriers() == []


def test_a_reply_quotes_and_leads_back(pair: tuple[Visitor, Visitor, str]) -> None:
    ada, bob, _ = pair
    ada.say("Where do we *meet*?")
    ada.say(*[f"Line {n}" for n in range(30)])
    bob.message("Where do we").focus()
    bob.page.keyboard.press("r")
    expect(bob.composer).to_be_focused()
    expect(bob.page.get_by_text("Replying to Ada")).to_be_visible()
    bob.page.keyboard.type("At the station")
    bob.page.keyboard.press("Enter")
    quote = ada.message("At the station").get_by_role("button", name="In reply to")
    expect(quote).to_contain_text("Where do we meet?")
    ada.page.set_viewport_size({"width": 320, "height": 640})
    expect(ada.page.get_by_role("button", name="Send", exact=True)).to_be_in_viewport(ratio=1)
    quote.click()
    expect(ada.message("Where do we meet").first).to_be_focused()
    expect(ada.message("Where do we meet").first).to_be_in_viewport()
    bob.act("At the station", "Edit")
    bob.page.get_by_label("Edit message").fill("At the harbour")
    bob.page.keyboard.press("Enter")
    ada.message("At the harbour").get_by_role("button", name="(edited)").click()
    texts = ada.page.get_by_role("dialog", name="Edits of this message").locator(".words")
    expect(texts).to_have_text(["At the harbour", "At the station"])


def test_a_thread_stands_beside_the_room(pair: tuple[Visitor, Visitor, str]) -> None:
    ada, bob, _ = pair
    ada.say("Plans", "```python\nreturn True\n```")
    expect(bob.message("return True").locator(".hljs-keyword")).to_have_text("return")
    bob.message("Plans").focus()
    bob.page.keyboard.press("t")
    expect(thread(bob).get_by_role("textbox", name="Reply in the thread")).to_be_focused()
    bob.page.keyboard.type("Only here")
    bob.page.keyboard.press("Enter")
    expect(thread(bob).locator(".words")).to_have_text(["Plans", "Only here"])
    replies = main(ada).get_by_role("button", name="1 reply")
    expect(replies).to_be_visible()
    expect(main(ada).locator(".words")).to_have_text(["Plans", re.compile("return True")])
    replies.click()
    expect(thread(ada).locator(".words")).to_have_text(["Plans", "Only here"])
    ada.page.keyboard.type("Seen")
    ada.page.keyboard.press("Enter")
    expect(thread(bob).locator(".words")).to_have_text(["Plans", "Only here", "Seen"])
    expect(main(bob).get_by_role("button", name="2 replies")).to_be_visible()
    assert ada.barriers() == []
    ada.page.set_viewport_size({"width": 320, "height": 640})
    assert not ada.scrolls_sideways()
    ada.page.keyboard.press("Escape")
    expect(thread(ada)).to_have_count(0)


def test_who_is_called_sees_it_and_what_is_pinned_is_found(pair: tuple[Visitor, Visitor, str]) -> None:
    ada, bob, name = pair
    ada.composer.press_sequentially("Look, @b")
    expect(ada.page.get_by_role("option", name="Bob")).to_have_attribute("aria-selected", "true")
    ada.composer.press("Tab")
    expect(ada.composer).to_have_value("Look, @Bob ")
    ada.page.keyboard.type("here")
    ada.page.keyboard.press("Enter")
    bob.sees("Look, @Bob here")
    expect(bob.message("Look")).to_have_attribute("data-named", "")
    expect(ada.message("Look")).not_to_have_attribute("data-named", "")
    ada.composer.press_sequentially("/shr")
    ada.composer.press("Enter")
    ada.page.keyboard.type("who knows")
    ada.page.keyboard.press("Enter")
    bob.sees("Look, @Bob here", r"who knows ¯\_(ツ)_/¯")
    ada.act("Look", "Pin")
    expect(bob.message("Look")).to_contain_text("Pinned by Ada")
    ada.say_many(name, [f"Filler {n}" for n in range(400)])
    expect(bob.message("Filler 399")).to_be_attached()
    bob.page.reload()
    expect(bob.message("Filler 399")).to_be_attached()
    bob.page.get_by_role("button", name="Pinned messages").click()
    pins = bob.page.get_by_role("dialog", name="Pinned messages")
    expect(pins.get_by_role("listitem")).to_contain_text(["Look, @Bob here"])
    assert bob.barriers() == []
    pins.get_by_role("button", name="Show in the room").click()
    expect(bob.message("Look, @Bob here")).to_be_focused()


def test_a_link_opens_the_room_at_a_message(visit: Door, pair: tuple[Visitor, Visitor, str]) -> None:
    ada, bob, name = pair
    ada.say("Remember this")
    ada.sees_as_sent("Remember this")
    ada.say_many(name, [f"Filler {n}" for n in range(120)])
    expect(ada.message("Filler 119")).to_be_attached()
    ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ada.message("Remember this").focus()
    ada.page.keyboard.press("l")
    expect(ada.page.get_by_text("Link copied")).to_be_visible()
    link = ada.page.evaluate("navigator.clipboard.readText()")
    assert re.search(rf"#/room/{name}/\d+$", link)
    bob.page.goto(link)
    bob.page.reload()
    expect(bob.message("Remember this")).to_be_focused()
    expect(bob.message("Remember this")).to_be_in_viewport()
