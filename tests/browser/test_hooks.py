"""An owner lets programs speak in a room, and hear what happens there."""

import json
import re
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Door
from tests.browser.visitor import Visitor
from tests.support.node import Node


def open_hooks(owner: Visitor) -> Locator:
    owner.page.get_by_role("button", name="About this room").click()
    owner.page.get_by_role("button", name="Webhooks").click()
    return owner.page.get_by_role("dialog", name="Webhooks")


def owner_of(visit: Door, name: str, **options: Any) -> Visitor:
    ada = visit("Ada", **options)
    ada.create_room(name.capitalize(), name)
    return ada


def post(address: str, **said: object) -> tuple[int, str]:
    request = urllib.request.Request(address, json.dumps(said).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status, answer.read().decode()


def test_a_program_speaks_by_an_address_until_it_is_revoked(visit: Door, node: Node) -> None:
    ada = owner_of(visit, "builds")
    bob = visit("Bob", "builds")
    dialog = open_hooks(ada)
    maker = dialog.get_by_role("form", name="Let a program speak")
    maker.get_by_label("Name").fill("Build server")
    maker.get_by_label("Emoji or letter").fill("🚧")
    maker.get_by_label("Name").press("Enter")
    address = dialog.get_by_label("Its address").input_value()
    assert re.fullmatch(re.escape(node.url) + r"/hooks/[\w-]{43}", address)
    assert post(address, text="*It* works, @Bob", username="Tests") == (200, "ok")
    bob.sees("It works, @Bob")
    row = bob.message("It works")
    expect(row.locator(".author")).to_have_text("Tests")
    expect(row.locator(".message-head .badge")).to_have_text("App")
    expect(row.locator(".avatar")).to_have_text("🚧")
    expect(row.get_by_text("mentions you")).to_be_attached()
    ada.page.keyboard.press("Escape")
    dialog = open_hooks(ada)
    expect(dialog.get_by_role("list", name="Programs that speak here")).to_contain_text("Last used")
    expect(dialog.get_by_text(address)).to_have_count(0)
    dialog.get_by_role("button", name="Revoke Build server").click()
    dialog.get_by_role("button", name="Really revoke Build server").click()
    expect(dialog.get_by_text("No program speaks here.")).to_be_visible()
    with pytest.raises(urllib.error.HTTPError) as gone:
        post(address, text="still here?")
    assert (gone.value.code, gone.value.read()) == (404, b"no_service")
    bob.sees("It works, @Bob")


def test_an_owner_sees_what_was_sent_and_changes_the_secret(visit: Door) -> None:
    ada = owner_of(visit, "archive")
    dialog = open_hooks(ada)
    maker = dialog.get_by_role("form", name="Let a program hear")
    maker.get_by_role("button", name="Post to this address").click()
    expect(maker.get_by_label("Name")).to_have_accessible_description("Give it a name.")
    maker.get_by_label("Name").fill("Archive")
    maker.get_by_label("Address").fill("http://127.0.0.1:9/in")
    maker.get_by_label("Of").select_option("Messages")
    maker.get_by_role("button", name="Post to this address").click()
    secret = dialog.get_by_label("Signing secret")
    expect(secret).to_have_value(re.compile("^whsec_"))
    before = secret.input_value()
    dialog.get_by_role("button", name="Try Archive").click()
    expect(dialog.get_by_role("status").filter(has_text="This address is not public")).to_be_visible()
    dialog.get_by_role("button", name="What was sent to Archive").click()
    expect(dialog.get_by_role("list", name="Sent to Archive").get_by_role("listitem")).to_have_count(1)
    dialog.get_by_role("button", name="New secret for Archive").click()
    expect(secret).not_to_have_value(before)


def test_members_do_not_see_to_webhooks(visit: Door) -> None:
    owner_of(visit, "quiet")
    bob = visit("Bob", "quiet")
    bob.page.get_by_role("button", name="About this room").click()
    expect(bob.page.get_by_role("button", name="Webhooks")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_from_the_dialog(visit: Door, scheme: str) -> None:
    ada = owner_of(visit, f"hooks_{scheme}", color_scheme=scheme, has_touch=True)
    ada.page.set_viewport_size({"width": 320, "height": 700})
    dialog = open_hooks(ada)
    for form, button in (("Let a program speak", "Make an address"), ("Let a program hear", "Post to this address")):
        maker = dialog.get_by_role("form", name=form)
        maker.get_by_label("Name").fill("A program with quite a long name")
        if form.endswith("hear"):
            maker.get_by_label("Address").fill("http://127.0.0.1:9/in")
        maker.get_by_role("button", name=button).click()
    expect(dialog.get_by_label("Signing secret")).to_be_visible()
    dialog.get_by_role("button", name="Try A program").click()
    dialog.get_by_role("button", name="What was sent to").click()
    expect(dialog.get_by_role("list", name="Sent to A program")).to_be_visible()
    assert ada.barriers() == []
    assert not ada.scrolls_sideways()
