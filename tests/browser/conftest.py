"""A real node, and people with real browsers in front of it."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.chromium import launch
from tests.browser.visitor import Visitor
from tests.support.node import Node

# For machines that are busy; nothing here is slow on purpose, but what is deleted can be taken back for 5 s.
expect.set_options(timeout=30_000)

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """One node for all tests; each talks in a room of its own."""
    with Node() as one:
        yield one


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


class Door:
    """Lets people in, and asks at the end what their browsers complained about."""

    def __init__(self, node: Node, browser: Browser) -> None:
        self._node = node
        self._browser = browser
        self.visitors: list[Visitor] = []

    def __call__(
        self, name: str = "", room: str = "lobby", wired: bool = True, worker: bool = False, **options: Any
    ) -> Visitor:
        """Open the page of a room in a browser of one's own; with a name, sign in.

        What a service worker asks for goes past the `Wire` of a page, so there is one only in tests that are about it.
        """
        context = self._browser.new_context(**options)
        if not worker:
            context.add_init_script("delete Navigator.prototype.serviceWorker")
        visitor = Visitor(context, self._node.url, wired=wired and not worker)
        self.visitors.append(visitor)
        visitor.go(room)
        if name:
            visitor.sign_in(name)
        return visitor


@pytest.fixture
def visit(node: Node, chromium: Browser) -> Iterator[Door]:
    """Bring people in."""
    yield from visits(node, chromium)


def visits(node: Node, chromium: Browser) -> Iterator[Door]:
    """Make a door to a node. Any error on a page or in its console fails the test."""
    door = Door(node, chromium)
    yield door
    complaints = [complaint for visitor in door.visitors for complaint in visitor.complaints]
    for visitor in door.visitors:
        visitor.context.close()
    assert not complaints


@pytest.fixture
def room(visit: Door, request: pytest.FixtureRequest) -> str:
    """A new room, and its name."""
    name = f"{request.function.__name__.removeprefix('test_')[:34]}_{next(_numbers)}"
    maker = visit("Maker")
    maker.create_room(name.replace("_", " ").capitalize(), name)
    maker.page.close()
    return name
