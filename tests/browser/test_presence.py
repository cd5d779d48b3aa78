"""People see who is here, how they are, and who is typing."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Door
from tests.browser.visitor import Visitor

_RECORD = """() => {
    window.seen = []
    const look = () => [...document.querySelectorAll('.members li')].forEach(one => {
        const now = `${one.querySelector('bdi').textContent} ${one.querySelector('.presence-dot')?.dataset.state}`
        if (!window.seen.includes(now)) window.seen.push(now)
    })
    look()
    const all = {subtree: true, childList: true, attributes: true}
    new MutationObserver(look).observe(document.querySelector('.members'), all)
}"""


def who(visitor: Visitor) -> Locator:
    """Open the list of who is in the room."""
    visitor.page.get_by_role("button", name="who is in this room").click()
    return visitor.page.get_by_role("dialog").get_by_role("listitem")


def person(people: Locator, name: str) -> Locator:
    return people.filter(has=people.page.get_by_text(name, exact=True))


def top_of_composer(page: Page) -> float:
    box = page.get_by_role("textbox", name="Message", exact=True).bounding_box()
    assert box
    return box["y"]


def test_typing_is_seen_until_the_message_comes_and_moves_nothing(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    before = top_of_composer(bob.page)
    typing = bob.page.get_by_text("Ada is typing")
    ada.composer.press_sequentially("Hello ")
    expect(typing).to_be_visible()
    assert top_of_composer(bob.page) == before
    expect(ada.page.get_by_text("is typing")).to_have_count(0)
    ada.composer.press("Enter")
    bob.sees("Hello")
    expect(typing).to_have_count(0)
    assert top_of_composer(bob.page) == before
    for name in ("Cy", "Dee"):
        visit(name, room).composer.press_sequentially("Well, ")
    expect(bob.page.get_by_text("are typing")).to_be_visible()
    expect(bob.page.get_by_text(re.compile("typing"))).to_have_count(0)


def test_a_reload_makes_no_noise_and_two_devices_count_once(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    people = who(ada)
    expect(person(people, "Bob")).to_contain_text("Active")
    ada.page.evaluate(_RECORD)
    bob.page.reload()
    bob.is_online()
    first = bob.page
    bob.new_page()
    bob.go(room)
    bob.is_online()
    expect(person(people, "Bob")).to_have_count(1)
    expect(ada.page.get_by_text("2 here now").or_(ada.page.get_by_text("3 here now"))).to_be_visible()
    first.close()
    expect(person(people, "Bob")).to_contain_text("Active")
    bob.page.close()
    expect(person(people, "Bob")).to_contain_text("Offline")
    expect(person(people, "Bob")).to_contain_text("Last seen just now")
    seen = [one for one in ada.page.evaluate("window.seen") if one.startswith("Bob")]
    assert seen == ["Bob active", "Bob gone"], "in this order, and each of it once"


def test_what_somebody_says_of_themselves_is_seen_by_others_and_on_their_other_devices(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    people = who(ada)
    bob.page.get_by_role("button", name="Your status: Active").click()
    bob.page.get_by_role("radio", name="Do not disturb").check()
    bob.page.get_by_label("What are you up to?").fill("Writing <b>the</b> report")
    bob.page.get_by_label("How long").select_option("For an hour")
    assert not bob.barriers()
    bob.page.get_by_role("button", name="Save").click()
    expect(person(people, "Bob")).to_contain_text("Do not disturb: Writing <b>the</b> report")
    assert not ada.barriers()
    expect(bob.page.get_by_role("button", name="Your status: Do not disturb")).to_be_visible()
    bob.page.reload()
    bob.page.get_by_role("button", name="Your status: Do not disturb").click()
    expect(bob.page.get_by_label("What are you up to?")).to_have_value("Writing <b>the</b> report")
    bob.page.get_by_role("radio", name="Active").check()
    bob.page.get_by_label("What are you up to?").fill("")
    bob.page.get_by_role("button", name="Save").click()
    expect(person(people, "Bob")).not_to_contain_text("report")
    expect(person(people, "Bob")).to_contain_text("Active")
