"""Every view of the page: in both themes, on small screens and in large letters, in forced colours, and for axe."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Door
from tests.browser.people import at, sign_up, wait_for_accounts
from tests.browser.visitor import Visitor
from tests.support.node import Node

View = Callable[[Visitor], None]
ASIDE = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
_NAMELESS = """() => [...document.querySelectorAll('button, a, input, textarea, select, [role=option]')]
    .filter(one => one.checkVisibility({visibilityProperty: true}))
    .filter(one => !(one.getAttribute('aria-label') ?? one.labels?.[0]?.textContent ?? one.textContent).trim())
    .map(one => one.outerHTML.slice(0, 120))"""
_OUTSIDE = """() => [...document.querySelectorAll('main *, dialog[open] *')]
    .filter(one => one.checkVisibility({visibilityProperty: true, opacityProperty: true}))
    .filter(one => !one.closest('.hidden, .skip, .words pre, svg, .answering-words'))
    .map(one => [one.getBoundingClientRect(), one])
    .filter(([{left, right, width}]) => width > 0 && (right > innerWidth + 1 || left < -1))
    .map(([{left, right}, one]) => `${left}..${right}: ${one.outerHTML.slice(0, 120)}`).slice(0, 3)"""
_MOVING = """() => document.getAnimations().filter(one => one.playState === 'running')
    .map(one => one.animationName ?? 'transition')"""


def _press(button: str | re.Pattern[str]) -> View:
    return lambda person: person.page.get_by_role("button", name=button).first.click()


def _list(button: str) -> View:
    """Press what stands beside the rooms, which are a page of their own on a phone."""

    def view(person: Visitor) -> None:
        at(person, "rooms")
        _press(button)(person)

    return view


def _about(button: str) -> View:
    def view(person: Visitor) -> None:
        _press("About this room")(person)
        _press(button)(person)

    return view


def _act(action: str, text: str = "a second one") -> View:
    def view(person: Visitor) -> None:
        person.message(text).first.focus()
        person.message(text).first.get_by_role("button", name=action, exact=True).click()

    return view


def _key(key: str) -> View:
    def view(person: Visitor) -> None:
        person.message("a second one").first.focus()
        person.page.keyboard.press(key)

    return view


def _at(place: str) -> View:
    return lambda person: at(person, place)


def _room(person: Visitor) -> None:
    """A room in which all there is shows."""


def _moderated(person: Visitor) -> None:
    person.page.get_by_role("button", name="who is in this room").click()
    person.page.get_by_role("dialog").get_by_role("button", name="Bob").click()


def _empty(person: Visitor) -> None:
    at(person, "rooms")
    person.create_room("Nothing yet", f"nothing_{id(person)}")


def _searched(person: Visitor) -> None:
    _key("Control+Shift+f")(person)
    person.page.get_by_role("combobox", name="Search messages").fill("second")
    expect(person.page.get_by_role("option").first).to_be_visible()


def _completed(person: Visitor) -> None:
    person.composer.fill("")
    person.composer.press_sequentially("@B")
    expect(person.page.get_by_role("option").first).to_be_visible()


def _offline(person: Visitor) -> None:
    person.wire.cut()
    person.is_offline()


INSIDE: dict[str, View] = {
    "room": _room,
    "empty room": _empty,
    "rooms": _at("rooms"),
    "thread": _act("Thread"),
    "reply": _act("Reply"),
    "edit": _act("Edit"),
    "emoji picker": _act("Add reaction"),
    "edits of a message": _press("(edited)"),
    "pins": _press("Pinned messages"),
    "members": _press("who is in this room"),
    "a member": _moderated,
    "about the room": _press("About this room"),
    "invite": _about("Invite people"),
    "room settings": _about("Room settings"),
    "moderation": _about("Moderation"),
    "one's own of a room": _press("Notifications and favourites"),
    "new room": _list("New room"),
    "browse": _list("Browse rooms"),
    "switcher": _key("Control+k"),
    "shortcuts": _key("?"),
    "status": _list("Your status"),
    "search": _key("Control+Shift+f"),
    "what was found": _searched,
    "completion": _completed,
    "account": _at("account"),
    "no such room": _at("room/no_such_room_at_all"),
    "no invitation": _at("join/nothing"),
    "offline": _offline,
}
"""How to come to each view from a room in which one is the owner."""
OUTSIDE = ["guest", "sign-in", "sign-up", "forgot", "reset/none", "invite/none"]


@pytest.fixture(scope="module", autouse=True)
def accounts(node: Node) -> None:
    wait_for_accounts(node)


def _owner(visit: Door, room: str, **options: Any) -> Visitor:
    """Bring in the owner of a room in which people talk, with an account."""
    ada, bob = visit(room="lobby", **options), visit("Bob")
    ada.page.get_by_role("link", name="Create an account").click()
    sign_up(ada, "Ada Lovelace", room)
    _create(ada, room)
    bob.go(room)
    bob.is_online()
    bob.say("Look at https://example.org and `this`:\n\n```python\nreturn [1, 2, 3]\n```", "x" * 120)
    ada.say("a first one", "a second one")
    expect(bob.message("a second one")).to_be_visible()
    ada.message("a first one").focus()
    ada.page.keyboard.press("e")
    ada.page.get_by_label("Edit message").fill("a first one, corrected")
    ada.page.keyboard.press("Enter")
    ada.message("a second one").focus()
    ada.page.keyboard.press("p")
    bob.act("a second one", "Thread")
    bob.page.get_by_role("textbox", name="Reply in the thread").fill("an answer")
    bob.page.keyboard.press("Enter")
    expect(ada.page.get_by_role("button", name="1 reply")).to_be_visible()
    bob.page.close()
    return ada


def _create(ada: Visitor, room: str) -> None:
    """By hand on a desktop; on a phone from the list of rooms."""
    at(ada, "rooms")
    ada.create_room("All there is", room)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_view_has_barriers(visit: Door, scheme: str) -> None:
    ada = _owner(visit, f"views_{scheme}", color_scheme=scheme)
    assert _found(ada, f"views_{scheme}", lambda: ada.barriers() + _nameless(ada)) == {}


@pytest.mark.parametrize(("name", "viewport"), [("phone", (320, 640)), ("zoom", (640, 400))])
def test_no_view_is_too_wide(visit: Door, name: str, viewport: tuple[int, int]) -> None:
    """320 px, and 1280 by 800 at 200 %."""
    ada = _owner(visit, f"views_{name}")
    ada.page.set_viewport_size({"width": viewport[0], "height": viewport[1]})

    def wide() -> list[str]:
        outside: list[str] = ada.page.evaluate(_OUTSIDE)
        return outside + (["scrolls sideways"] if ada.scrolls_sideways() else [])

    assert _found(ada, f"views_{name}", wide) == {}


def test_no_view_depends_on_colours_or_movement(visit: Door) -> None:
    ada = _owner(visit, "views_forced", forced_colors="active", reduced_motion="reduce")
    assert _found(ada, "views_forced", lambda: ada.barriers() + _moving(ada)) == {}


@pytest.mark.parametrize("place", OUTSIDE)
def test_no_way_in_has_barriers(visit: Door, place: str) -> None:
    for scheme in ("light", "dark"):
        stranger = visit(color_scheme=scheme, viewport={"width": 320, "height": 640})
        at(stranger, place)
        expect(stranger.page.get_by_role("heading", level=1)).to_be_visible()
        assert stranger.barriers() + _nameless(stranger) == []
        assert not stranger.scrolls_sideways()


def _found(person: Visitor, room: str, faults: Callable[[], list[str]]) -> dict[str, list[str]]:
    """Go through all views; what was found in each that has faults."""
    found: dict[str, list[str]] = {}
    for name, view in INSIDE.items():
        _begin(person, room)
        try:
            view(person)
            person.page.wait_for_timeout(300)
            wrong = faults()
        except Exception as error:  # One view that cannot be reached hides nothing of the others.
            wrong = [str(error)[:400]]
        if wrong:
            found[name] = wrong
    return found


def _begin(person: Visitor, room: str) -> None:
    """Close what is open, and go back to the room."""
    person.page.keyboard.press("Escape")
    person.page.goto("about:blank")
    person.go(room)
    person.is_online()
    expect(person.message("a second one").first).to_be_visible()


def _nameless(person: Visitor) -> list[str]:
    nameless: list[str] = person.page.evaluate(_NAMELESS)
    return nameless


def _moving(person: Visitor) -> list[str]:
    moving: list[str] = person.page.evaluate(_MOVING)
    return moving
