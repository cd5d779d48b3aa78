"""Rooms are made, found, entered and left."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Door


def test_a_new_room_is_in_everybodys_list(visit: Door) -> None:
    ada, bob = visit("Ada"), visit("Bob")
    ada.page.get_by_role("button", name="New room").click()
    ada.page.get_by_label("Title").fill("The Engine Room")
    expect(ada.page.get_by_label("Name in addresses")).to_have_value("the_engine_room")
    ada.page.get_by_role("button", name="Create room").click()
    expect(ada.page).to_have_url(re.compile("#/room/the_engine_room$"))
    bob.page.get_by_role("link", name="The Engine Room").click()
    expect(bob.page.get_by_role("heading", name="The Engine Room", level=2)).to_be_visible()
    ada.say("Welcome")
    bob.sees("Welcome")
    bob.page.reload()
    bob.sees("Welcome")
    expect(bob.page).to_have_title("The Engine Room · Openline")


def test_what_is_wrong_with_a_new_room_stands_beside_its_field(visit: Door, room: str) -> None:
    page = visit("Ada").page
    page.get_by_role("button", name="New room").click()
    create = page.get_by_role("button", name="Create room")
    title, name = page.get_by_label("Title"), page.get_by_label("Name in addresses")
    create.click()
    expect(title).to_be_focused()
    expect(title).to_have_accessible_description("Give the room a title.")
    title.fill("Something")
    name.fill("No Spaces")
    create.click()
    expect(name).to_be_focused()
    expect(name).to_have_accessible_description(re.compile("Use small letters"))
    name.fill("on_fire")
    create.click()
    expect(name).to_have_accessible_description(re.compile("must not begin with on_"))
    name.fill(room)
    create.click()
    expect(name).to_have_accessible_description(re.compile("There is a room of this name already"))


def test_members_come_and_go(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room)
    ada.say("Hello")
    bob.sees("Hello")
    members = ada.page.get_by_role("button", name="who is in this room")
    expect(members).to_have_text("3")
    members.click()
    people = ada.page.get_by_role("dialog").get_by_role("listitem")
    expect(people).to_have_text([re.compile("Maker"), re.compile("Ada"), re.compile("Bob")])
    bob.page.get_by_role("button", name="who is in this room").click()
    bob.page.get_by_role("button", name="Leave this room").click()
    expect(bob.page.get_by_role("heading", name="Lobby", level=2)).to_be_visible()
    expect(people).to_have_text([re.compile("Maker"), re.compile("Ada")])
    ada.page.keyboard.press("Escape")
    expect(members).to_be_focused()
    expect(members).to_have_text("2")
    expect(ada.page.get_by_text("Bob left")).to_be_visible()


def test_who_left_in_another_tab_may_come_back(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.say("Hello")
    ada.sees_as_sent("Hello")
    first, wire = ada.page, ada.wire
    other = ada.new_page()
    ada.go(room)
    ada.sees("Hello")
    other.get_by_role("button", name="who is in this room").click()
    other.get_by_role("button", name="Leave this room").click()
    expect(other.get_by_role("heading", name="Lobby", level=2)).to_be_visible()
    ada.page, ada.wire = first, wire
    expect(first.get_by_text("You are not in this room")).to_be_visible()
    first.get_by_role("button", name="Join the room").click()
    ada.sees("Hello")
    ada.say("Back again")
    ada.sees_as_sent("Hello", "Back again")


def test_unread_messages_are_counted_in_the_list(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.say("Hello")
    ada.sees_as_sent("Hello")
    bob = visit("Bob", room)
    bob.sees("Hello")
    link = bob.page.get_by_role("navigation").locator(f"a[href='#/room/{room}']")
    bob.page.get_by_role("link", name="Lobby").click()
    ada.say("One", "Two")
    expect(link).to_contain_text("2 unread")
    expect(bob.page).to_have_title(re.compile(r"^\(2\) Lobby"))
    bob.page.reload()
    expect(link).to_contain_text("unread")
    link.click()
    expect(bob.page.locator(".unread")).to_be_visible()
    bob.sees("Hello", "One", "Two")
    expect(link).not_to_contain_text("unread")


def test_a_room_that_does_not_exist(visit: Door) -> None:
    page = visit().page
    page.goto(f"{page.url.partition('#')[0]}#/room/nowhere")
    page.get_by_label("Your name").fill("Ada")
    page.keyboard.press("Enter")
    expect(page.get_by_text("This room does not exist")).to_be_visible()
    page.get_by_role("link", name="Go to the lobby").click()
    expect(page.get_by_role("textbox", name="Message", exact=True)).to_be_visible()


def test_a_draft_waits_in_its_room(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.composer.fill("half a thought")
    ada.page.get_by_role("link", name="Lobby").click()
    expect(ada.composer).to_have_value("")
    ada.page.go_back()
    expect(ada.composer).to_have_value("half a thought")
    ada.page.reload()
    expect(ada.composer).to_have_value("half a thought")
    ada.composer.press("Enter")
    ada.sees_as_sent("half a thought")
    ada.page.reload()
    expect(ada.composer).to_have_value("")
