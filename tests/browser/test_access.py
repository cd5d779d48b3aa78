"""Everybody can use the page: without a mouse, without seeing it, in the dark, and on a small screen."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Door
from tests.browser.visitor import Visitor

PHONE: Any = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
_RICH = "Some *words*, `code`, a [link](https://example.org):\n\n- one\n- two\n\n> quoted\n\n```\nlet x = 1\n```"


def _talk(visit: Door, room: str, **options: Any) -> Visitor:
    """Bring a room into a state in which all there is shows."""
    ada, bob = visit("Ada", room, **options), visit("Bob", room)
    ada.say(_RICH, "a second one", "gone")
    expect(bob.messages).to_have_count(3)
    bob.say("Hello Ada")
    expect(ada.messages).to_have_count(4)
    return ada


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barriers(visit: Door, room: str, scheme: str) -> None:
    stranger = visit(color_scheme=scheme)
    expect(stranger.page.get_by_label("Your name")).to_be_focused()
    stranger.page.keyboard.press("Enter")
    expect(stranger.page.get_by_role("alert").filter(has_text="Enter a name")).to_be_visible()
    assert not stranger.barriers()
    ada = _talk(visit, room, color_scheme=scheme)
    page = ada.page
    ada.wire.refused["openline.room.post"] = "Not today."
    ada.say("refused")
    expect(ada.message("refused")).to_contain_text("Not today.")
    ada.act("gone", "Delete")
    ada.message("Hello Ada").hover()
    assert not ada.barriers()
    ada.act("a second one", "Edit")
    assert not ada.barriers()
    page.keyboard.press("Escape")
    for button in ("who is in this room", "New room", "Go to a room", "Keyboard shortcuts"):
        page.get_by_role("button", name=button).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert not ada.barriers(), button
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("button", name=button)).to_be_focused()
    ada.wire.cut()
    ada.is_offline()
    assert not ada.barriers()


@pytest.mark.parametrize("width", [390, 320])
def test_a_small_screen(visit: Door, room: str, width: int) -> None:
    viewport: Any = {"width": width, "height": 640}
    stranger = visit(viewport=viewport, **PHONE)
    assert not stranger.scrolls_sideways()
    assert not stranger.small_targets()
    ada = _talk(visit, room, viewport=viewport, **PHONE)
    page = ada.page
    ada.say("x" * 200)
    ada.message("a second one").tap()
    expect(ada.message("a second one").get_by_role("button", name="Edit")).to_be_visible()
    assert not ada.scrolls_sideways()
    assert not ada.small_targets()
    assert not ada.barriers()
    ada.message("a second one").get_by_role("button", name="Edit").tap()
    assert not ada.scrolls_sideways()
    assert not ada.small_targets()
    page.get_by_role("button", name="Cancel").tap()
    page.get_by_role("button", name="who is in this room").tap()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert not ada.small_targets()
    page.get_by_role("button", name="Close").tap()
    page.get_by_role("link", name="All rooms").tap()
    expect(page.get_by_role("link", name="Lobby")).to_be_visible()
    expect(ada.composer).to_be_hidden()
    assert not ada.scrolls_sideways()
    assert not ada.small_targets()
    assert not ada.barriers()
    page.get_by_role("link", name="Lobby").tap()
    expect(ada.composer).to_be_visible()
    ada.wire.cut()
    ada.is_offline()
    assert not ada.scrolls_sideways()
    assert not ada.small_targets()


def test_the_keyboard_is_enough(visit: Door) -> None:
    ada = visit()
    page, keyboard = ada.page, ada.page.keyboard
    expect(page.get_by_label("Your name")).to_be_focused()
    keyboard.type("Ada")
    keyboard.press("Enter")
    ada.is_online()
    expect(ada.composer).to_be_focused()
    # A room, from its title to the first message.
    keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Room")).to_be_focused()
    keyboard.type("lob")
    expect(page.get_by_role("option", name="Lobby")).to_be_visible()
    keyboard.press("Enter")
    expect(ada.composer).to_be_focused()
    _tab_to(ada, "New room")
    keyboard.press("Enter")
    expect(page.get_by_label("Title")).to_be_focused()
    keyboard.type("Keys only")
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Keys only", level=2)).to_be_visible()
    expect(ada.composer).to_be_focused()
    keyboard.type("one")
    keyboard.press("Shift+Enter")
    keyboard.type("line two")
    keyboard.press("Enter")
    keyboard.type("next")
    keyboard.press("Enter")
    ada.sees_as_sent("one\nline two", "next")
    # Back through the messages, to the buttons of the first one.
    keyboard.press("Shift+Tab")
    keyboard.press("Shift+Tab")
    _tab_to(ada, "next", back=True)
    keyboard.press("ArrowUp")
    expect(ada.message("line two")).to_be_focused()
    _tab_to(ada, "Delete")
    keyboard.press("Enter")
    ada.sees("This message was deleted.", "next")
    _tab_to(ada, "Undo")
    keyboard.press("Enter")
    ada.sees("one\nline two", "next")
    # Help, and out of it again.
    ada.message("next").focus()
    keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    keyboard.press("Escape")
    expect(ada.message("next")).to_be_focused()
    keyboard.press("Escape")
    expect(ada.composer).to_be_focused()
    keyboard.type("Is ? a shortcut here")
    expect(ada.composer).to_have_value("Is ? a shortcut here")


def _tab_to(person: Visitor, words: str, back: bool = False) -> None:
    """Press Tab until the element that is called so, or says so, has the focus; it must be seen to have it."""
    for _ in range(40):
        person.page.keyboard.press("Shift+Tab" if back else "Tab")
        label, outline = person.page.evaluate(
            "[document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent,"
            " getComputedStyle(document.activeElement).outlineStyle]"
        )
        if words in label:
            assert outline != "none"
            return
    raise AssertionError(f"Tab does not reach {words}")


def test_the_first_tab_skips_to_the_message_field(visit: Door) -> None:
    ada = visit("Ada")
    ada.page.reload()
    ada.is_online()
    ada.page.evaluate("document.activeElement.blur()")
    ada.page.get_by_role("link", name="Skip to the message field").focus()
    ada.page.keyboard.press("Enter")
    expect(ada.composer).to_be_focused()


def test_an_input_method_may_use_enter(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    session = ada.context.new_cdp_session(ada.page)
    ada.composer.focus()
    session.send("Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3})
    ada.composer.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(ada.composer).to_have_value("にほん")
    session.send("Input.insertText", {"text": "日本"})
    ada.composer.press("Enter")
    ada.sees_as_sent("日本")


def test_colours_that_the_system_forces(visit: Door, room: str) -> None:
    ada = _talk(visit, room, forced_colors="active", reduced_motion="reduce")
    assert not ada.barriers()
    ada.act("a second one", "Copy text")
    expect(ada.page.locator(".toast")).to_be_visible()
