"""Small things that people take for granted (`docs/reference/page.md`), where no other test shows them."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Door


def test_the_banner_counts_down_and_tries_now(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.wire.cut()
    ada.is_offline()
    banner = ada.page.locator(".banner")
    expect(banner).to_contain_text(re.compile(r"Next try in \d+ s|Connecting"))
    ada.wire.mend()
    banner.get_by_role("button", name="Try now").click()
    expect(banner).to_have_count(0)
    ada.is_online()


def test_times_are_short_and_whole_on_demand(visit: Door, room: str) -> None:
    ada = visit("Ada", room, locale="en-GB")
    ada.say("now")
    expect(ada.page.locator(".divider").first).to_have_text("Today")
    time = ada.message("now").locator("time")
    expect(time).to_have_text("just now")
    expect(time).to_have_attribute("title", re.compile(r"\w+day.* 20\d\d at \d+:\d\d"))
    expect(time).to_have_attribute("datetime", re.compile(r"^20\d\d-\d\d-\d\dT"))


def test_a_toast_waits_while_it_is_looked_at(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.page.clock.install()
    ada.say("gone soon")
    ada.sees_as_sent("gone soon")
    ada.act("gone soon", "Delete")
    toast = ada.page.locator(".toast")
    toast.hover()
    ada.page.clock.fast_forward(8_000)
    expect(toast).to_be_visible()
    ada.page.mouse.move(5, 5)
    ada.page.clock.fast_forward(6_000)
    expect(toast).to_have_count(0)


def test_what_a_screen_reader_finds(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.say("Hello")
    ada.sees_as_sent("Hello")
    expect(ada.page.get_by_role("main")).to_match_aria_snapshot(
        """
        - main:
          - link "Skip to the message field"
          - heading /What a screen reader finds/ [level=1]
          - navigation "Rooms":
            - heading "Rooms" [level=2]
        """
    )
    expect(ada.page.locator(".room-view")).to_match_aria_snapshot("""
        - region:
          - heading [level=2]
          - button "Search messages"
          - button "About this room"
          - button "Notifications and favourites"
          - button "Pinned messages"
          - button /who is in this room/
          - list "Messages":
            - listitem:
              - paragraph: Hello
          - textbox "Message"
          - log "New messages"
        """)
    ada.page.get_by_role("button", name="Go to a room").click()
    expect(ada.page.get_by_role("dialog", name="Go to a room")).to_match_aria_snapshot("""
        - dialog "Go to a room":
          - heading "Go to a room" [level=2]
          - button "Close"
          - combobox "Room"
          - listbox "Rooms":
            - option
        """)
