"""A name is given once, and stays until its owner signs out."""

import json

from playwright.sync_api import expect

from tests.browser.conftest import Door
from tests.browser.visitor import Visitor


def _session(person: Visitor) -> dict[str, str]:
    session: dict[str, str] = json.loads(person.page.evaluate("localStorage.getItem('openline.session')"))
    return session


def test_a_name_is_needed_and_remembered(visit: Door) -> None:
    ada = visit()
    name = ada.page.get_by_label("Your name")
    expect(name).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(name).to_be_focused()
    expect(name).to_have_accessible_description("Enter a name, so that others know who is talking.")
    ada.sign_in("Ada")
    ada.page.reload()
    ada.is_online()
    expect(ada.page.locator(".me")).to_contain_text("Ada")


def test_the_node_says_what_is_wrong_with_a_name(visit: Door) -> None:
    ada = visit()
    name = ada.page.get_by_label("Your name")
    name.fill("\u200b\u200b")
    ada.page.keyboard.press("Enter")
    expect(name).to_have_accessible_description("A name has only characters that can be seen.")
    assert ["400" in complaint for complaint in ada.complaints] == [True]
    ada.complaints.clear()


def test_a_token_that_is_refused_is_replaced_under_the_same_name(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.say("before")
    ada.sees_as_sent("before")
    old = _session(ada)
    ada.page.evaluate("token => localStorage.setItem('openline.session', token)", json.dumps({**old, "token": "stale"}))
    ada.page.reload()
    ada.is_online()
    new = _session(ada)
    assert new["name"] == "Ada"
    assert new["id"] != old["id"]
    ada.say("after")
    ada.sees_as_sent("before", "after")


def test_signing_out(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.page.get_by_role("button", name="Sign out").click()
    expect(ada.page.get_by_label("Your name")).to_be_focused()
    ada.page.reload()
    ada.sign_in("Countess")
    expect(ada.page.locator(".me")).to_contain_text("Countess")


def test_signing_out_warns_of_words_that_were_not_sent(visit: Door, room: str) -> None:
    ada = visit("Ada", room)
    ada.wire.cut()
    ada.is_offline()
    ada.say("unsent")
    ada.page.get_by_role("button", name="Sign out").click()
    dialog = ada.page.get_by_role("dialog", name="Sign out?")
    expect(dialog).to_contain_text("One message has not been sent yet")
    dialog.get_by_role("button", name="Stay").click()
    ada.sees("unsent")
    ada.page.get_by_role("button", name="Sign out").click()
    dialog.get_by_role("button", name="Discard and sign out").click()
    ada.wire.mend()
    expect(ada.page.get_by_label("Your name")).to_be_visible()
    ada.sign_in("Bob")
    ada.say("sent")
    ada.sees_as_sent("sent")


def test_the_theme_is_chosen_and_remembered(visit: Door) -> None:
    ada = visit("Ada", color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = ada.page.evaluate(ground)
    ada.page.get_by_role("button", name="Use the dark theme").click()
    dark = ada.page.evaluate(ground)
    assert dark != light
    ada.page.reload()
    ada.is_online()
    assert ada.page.evaluate(ground) == dark
    ada.page.get_by_role("button", name="Use the light theme").click()
    ada.page.reload()
    ada.is_online()
    assert ada.page.evaluate(ground) == light
