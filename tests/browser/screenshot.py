"""Draw the pictures of the page that the README shows: `python -m tests.browser.screenshot`."""

from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.browser.chromium import launch
from tests.browser.visitor import Visitor
from tests.support.node import ROOT, Node

_SCREEN: ViewportSize = {"width": 1280, "height": 800}
_PHONE: ViewportSize = {"width": 390, "height": 760}
_ROOMS = {"Exhibition": "exhibition", "Library": "library", "Workshop": "workshop"}
_PLAN = "Morning! The **new exhibit** opens on Friday. What is left:\n\n- lights in room 2\n- the audio guide\n- labels"


def _talk(ada: Visitor, grace: Visitor) -> None:
    """Let two people talk about something."""
    _say(ada, grace, _PLAN, "lights in room 2")
    _say(grace, ada, "I take the lights.")
    _say(grace, ada, "The audio guide is ready, have a listen: https://example.org/guide")
    _say(ada, grace, "Lovely, thank you. The labels say `Difference Engine No. 2`, is that right?", "is that right?")
    _say(grace, ada, "It is. Built from the drawings of 1849, 8,000 parts, and it works.")
    _say(ada, grace, "Then we are done with everything but the labels")
    ada.act("done with everything", "Edit")
    ada.page.get_by_label("Edit message").fill("Then all that is left is printing them.")
    ada.page.keyboard.press("Enter")
    grace.message("printing them").wait_for()
    _say(grace, ada, "On my way to the printer")


def _say(speaker: Visitor, listener: Visitor, text: str, heard: str = "") -> None:
    speaker.say(text)
    listener.message(heard or text).wait_for()


def _enter(browser: Browser, url: str, name: str, viewport: ViewportSize) -> Visitor:
    context = browser.new_context(viewport=viewport, device_scale_factor=2, locale="en-GB")
    visitor = Visitor(context, url)
    visitor.go("lobby")
    visitor.sign_in(name)
    return visitor


def _draw(visitor: Visitor, folder: Path, name: str) -> None:
    """In both themes; with the mouse away, and nothing in the middle of a movement."""
    visitor.page.mouse.move(0, 0)
    visitor.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    visitor.page.screenshot(path=folder / f"{name}.png", animations="disabled")
    visitor.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    visitor.page.screenshot(path=folder / f"{name}-dark.png", animations="disabled")


def draw(folder: Path) -> None:
    """Start a node, talk, and draw what is seen: on a desktop for the README, and on a phone to be looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    with Node() as node, sync_playwright() as playwright:
        browser = launch(playwright)
        ada = _enter(browser, node.url, "Ada Lovelace", _SCREEN)
        for title, name in _ROOMS.items():
            ada.create_room(title, name)
        ada.go("lobby")
        grace = _enter(browser, node.url, "Grace Hopper", _PHONE)
        _talk(ada, grace)
        _draw(ada, folder, "screenshot")
        _draw(grace, folder, "screenshot-phone")
        browser.close()


if __name__ == "__main__":
    draw(ROOT / "docs")
