"""Somebody took a copy of a cookie: what it is good for once its owner has gone on, and how the owner learns of it."""

from collections.abc import Iterator
from copy import copy

import pytest

from tests.semantics.client import Client
from tests.semantics.wires import Gone, WebSocket
from tests.support.browser import Browser, Step
from tests.support.clock import WallClock
from tests.support.node import Node, wait_for

PASSWORD = "correct horse battery staple"
COOKIE = "openline"
LATER = 30
"""Seconds: more than two tabs, or an answer that was lost, are given."""


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> WallClock:
    return WallClock(tmp_path_factory.mktemp("clock"))


@pytest.fixture(scope="module")
def node(clock: WallClock) -> Iterator[Node]:
    node = Node(environ=clock.environ)
    clock.give_to(node.folder)
    with node:
        yield node


def sign_up(node: Node, login: str) -> tuple[Browser, Step]:
    browser = Browser()
    account = {"login": login, "password": PASSWORD}
    return browser, wait_for(lambda: _signed_up(node, browser, account), "nobody could sign up")


def _signed_up(node: Node, browser: Browser, account: dict[str, str]) -> Step | None:
    step = browser.post(f"{node.url}/auth/signup", account)
    return step if step.status == 200 else None


def copied(browser: Browser) -> Browser:
    """Take the cookie of somebody's browser into another one."""
    cookie, thief = browser.cookie(COOKIE), Browser()
    assert cookie is not None
    thief.jar.set_cookie(copy(cookie))
    return thief


def refresh(node: Node, browser: Browser) -> Step:
    return browser.post(f"{node.url}/auth/refresh", {})


def test_a_copy_that_comes_late_ends_the_device_and_its_sessions(node: Node, clock: WallClock) -> None:
    ada, signed_up = sign_up(node, "ada")
    line = Client(WebSocket(f"ws://127.0.0.1:{node.port}/ws", "json"), "json")
    line.join("openline", signed_up.content["id"], "ticket", signed_up.content["token"])
    thief = copied(ada)
    assert refresh(node, ada).status == 200
    clock.set_back(-LATER)
    replayed = refresh(node, thief)
    assert (replayed.status, replayed.content["error"]) == (401, "openline.identity.error.signed_out")
    assert thief.cookie(COOKIE) is None
    with pytest.raises(Gone):
        line.hear()
    assert refresh(node, ada).status == 401, "its owner has to sign in again, and so learns of it"
    assert refresh(node, thief).status == 401
    again = ada.post(f"{node.url}/auth/signin", {"login": "ada", "password": PASSWORD})
    assert again.status == 200 and again.content["id"] == signed_up.content["id"]


def test_a_thief_who_comes_first_is_found_out_by_the_owner(node: Node, clock: WallClock) -> None:
    bob, _ = sign_up(node, "bob")
    thief = copied(bob)
    assert refresh(node, thief).status == 200
    clock.set_back(-LATER)
    assert refresh(node, bob).status == 401
    assert refresh(node, thief).status == 401


def test_two_tabs_at_once_are_no_thieves(node: Node) -> None:
    cy, _ = sign_up(node, "cy")
    tab = copied(cy)
    assert refresh(node, cy).status == refresh(node, tab).status == 200
    assert cy.cookie(COOKIE).value == tab.cookie(COOKIE).value  # type: ignore[union-attr]
    assert refresh(node, cy).status == 200
