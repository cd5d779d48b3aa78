"""A moderator acts on somebody who is typing; a private room is entered by its link, and two people talk alone."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Door
from tests.browser.visitor import Visitor


def open_member(moderator: Visitor, name: str) -> None:
    moderator.page.get_by_role("button", name="who is in this room").click()
    moderator.page.get_by_role("dialog").get_by_role("button", name=name).click()


def act(moderator: Visitor, name: str, what: str, why: str) -> None:
    """Find a member among the others, and do something about them."""
    open_member(moderator, name)
    sheet = moderator.page.get_by_role("dialog")
    sheet.get_by_role("button", name=f"{what}…").click()
    sheet.get_by_label("Reason").fill(why)
    sheet.get_by_role("button", name=what, exact=True).click()
    expect(moderator.page.get_by_role("status").filter(has_text=f"{name} is")).to_be_visible()
    moderator.page.keyboard.press("Escape")


def from_desk(moderator: Visitor, section: str, button: str | re.Pattern[str]) -> None:
    """Do something about what stands on the moderators' desk."""
    moderator.page.get_by_role("button", name="About this room").click()
    moderator.page.get_by_role("button", name="Moderation").click()
    moderator.page.get_by_role("list", name=section).get_by_role("button", name=button).first.click()


def new_room(owner: Visitor, title: str, private: bool = False) -> None:
    page = owner.page
    page.get_by_role("button", name="New room").click()
    page.get_by_label("Title").fill(title)
    if private:
        page.get_by_role("radio", name="Private").check()
    page.get_by_role("button", name="Create room").click()
    expect(page.get_by_role("heading", name=title, level=2)).to_be_visible()


def test_who_is_typing_is_muted_and_banned_and_told_why(visit: Door) -> None:
    ada = visit("Ada")
    new_room(ada, "Moderated")
    bob = visit("Bob", "moderated")
    bob.say("Buy this")
    ada.sees("Buy this")
    bob.composer.press_sequentially("And th")
    act(ada, "Bob", "Mute", "advertising")
    expect(bob.page.get_by_text(re.compile(r"You are muted until .*: advertising"))).to_be_visible()
    expect(bob.composer).to_be_focused()
    expect(bob.composer).to_have_value("And th")
    bob.composer.press("Enter")
    bob.sees("Buy this")
    assert bob.barriers() == []
    from_desk(ada, "Muted and banned", "Lift for Bob")
    expect(bob.page.get_by_text("You are muted")).to_be_hidden()
    ada.page.keyboard.press("Escape")
    bob.composer.press_sequentially("at")
    bob.composer.press("Enter")
    ada.sees("Buy this", "And that")
    act(ada, "Bob", "Ban", "enough")
    expect(bob.page.get_by_text("You are banned from this room")).to_be_visible()
    bob.page.reload()
    expect(bob.page.get_by_text("Reason: enough")).to_be_visible()
    expect(ada.page.get_by_role("button", name="who is in this room")).to_have_text("1")


def test_a_reported_message_is_deleted_and_the_tombstone_says_by_whom(visit: Door) -> None:
    ada = visit("Ada")
    new_room(ada, "Reports")
    bob, cleo = visit("Bob", "reports"), visit("Cleo", "reports")
    bob.say("Rude words")
    cleo.sees("Rude words")
    cleo.act("Rude words", "Report")
    cleo.page.get_by_label("Reason").fill("insults")
    cleo.page.get_by_role("dialog").get_by_role("button", name="Report").click()
    expect(ada.page.get_by_text("A message was reported in Reports.")).to_be_visible()
    from_desk(ada, "Reports", "Delete the message")
    expect(ada.page.get_by_text("Nothing is reported.")).to_be_visible()
    assert ada.barriers() == []
    bob.sees("Ada deleted this message: insults")


def test_a_slow_room_says_how_long_to_wait(visit: Door) -> None:
    ada = visit("Ada")
    new_room(ada, "Slow room")
    bob = visit("Bob", "slow_room")
    page = ada.page
    page.get_by_role("button", name="About this room").click()
    page.get_by_role("button", name="Room settings").click()
    page.get_by_label("Topic").fill("One at a time")
    page.get_by_label(re.compile("Slow mode")).select_option("1 minute")
    page.get_by_role("button", name="Save").click()
    expect(bob.page.get_by_text("One at a time")).to_be_visible()
    bob.say("first")
    bob.sees_as_sent("first")
    bob.composer.fill("second")
    expect(bob.page.get_by_text(re.compile(r"one message every 1 minute\. \d+ s left"))).to_be_visible()
    expect(bob.page.get_by_role("button", name="Send")).to_be_disabled()
    ada.say("one", "two")
    ada.sees_as_sent("first", "one", "two")


def test_a_private_room_is_entered_by_its_link_and_by_nobody_else(visit: Door) -> None:
    ada = visit("Ada")
    new_room(ada, "Surprise party", private=True)
    page = ada.page
    page.get_by_role("button", name="About this room").click()
    page.get_by_role("button", name="Invite people").click()
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Invitation").input_value()
    assert ada.barriers() == []
    bob, cleo = visit(), visit("Cleo")
    bob.page.goto(link)
    come_in(bob, "Bob")
    expect(bob.page.get_by_role("heading", name="Surprise party")).to_be_visible()
    assert bob.barriers() == []
    bob.page.get_by_role("button", name="Join the room").click()
    bob.say("I bring cake")
    page.keyboard.press("Escape")
    ada.sees("I bring cake")
    expect(cleo.page.get_by_role("link", name="Surprise party")).to_have_count(0)
    cleo.page.goto(page.url)
    expect(cleo.page.get_by_text("This room does not exist")).to_be_visible()


def come_in(visitor: Visitor, name: str) -> None:
    """Give a name where a link led to."""
    visitor.page.get_by_label("Your name").fill(name)
    visitor.page.keyboard.press("Enter")


def test_two_people_talk_alone(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    open_member(ada, "Bob")
    ada.page.get_by_role("button", name="Talk to them alone").click()
    expect(ada.page.get_by_role("heading", name="Bob", level=2)).to_be_visible()
    ada.say("Psst")
    expect(bob.page.get_by_text("Ada wants to talk to you.")).to_be_visible()
    bob.page.get_by_role("link", name=re.compile(r"\bAda\b")).click()
    bob.sees("Psst")
    bob.say("Yes?")
    ada.sees("Psst", "Yes?")


def test_rooms_are_found_by_their_topic(visit: Door) -> None:
    ada, bob = visit("Ada"), visit("Bob")
    new_room(ada, "Aviary")
    ada.page.get_by_role("button", name="About this room").click()
    ada.page.get_by_role("button", name="Room settings").click()
    ada.page.get_by_label("Topic").fill("Nuthatches and wrens")
    ada.page.get_by_role("button", name="Save").click()
    expect(ada.page.get_by_text("Nuthatches and wrens")).to_be_visible()
    bob.page.get_by_role("button", name="Browse rooms").click()
    bob.page.get_by_role("searchbox", name="Search rooms").fill("nuthatch")
    browse = bob.page.get_by_role("dialog", name="Browse rooms")
    found = browse.get_by_role("list", name="Rooms").get_by_role("listitem")
    expect(found).to_have_count(1)
    assert bob.barriers() == []
    bob.page.get_by_role("button", name="Join Aviary").click()
    expect(bob.page.get_by_role("heading", name="Aviary", level=2)).to_be_visible()
