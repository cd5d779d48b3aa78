"""People sign up, in and out, look after their accounts, and operators after everybody's."""

import itertools
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.conftest import Door, visits
from tests.browser.people import PASSWORD, at, grumbled, is_in, operator, sign_in, sign_up, wait_for_accounts
from tests.browser.visitor import Visitor
from tests.support.node import Node

NEW = "a pot of green paint"
PHONE: Any = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
_numbers = itertools.count(1)


@pytest.fixture(scope="module", autouse=True)
def accounts(node: Node) -> None:
    wait_for_accounts(node)


@pytest.fixture
def login() -> str:
    """A sign-in name that nobody has."""
    return f"ada{next(_numbers)}"


@pytest.fixture(scope="module")
def closed_node() -> Iterator[Node]:
    """A node for invited people, whose tokens last for five seconds."""
    settings = {"guests": {"allowed": False}, "accounts": {"sign_up": "invite", "access": "5s"}}
    with Node(settings) as one:
        wait_for_accounts(one)
        yield one


@pytest.fixture
def visit_mailing(chromium: Browser) -> Iterator[Door]:
    """Bring people to a node that mails links to new passwords."""
    with Node({"url": "https://line.example.com", "accounts": {"mail": "app.mail.send"}}) as one:
        wait_for_accounts(one)
        yield from visits(one, chromium)


@pytest.fixture
def visit_closed(closed_node: Node, chromium: Browser) -> Iterator[Door]:
    yield from visits(closed_node, chromium)


def _member(visit: Door, login: str, name: str = "Ada Lovelace", room: str = "lobby", **options: Any) -> Visitor:
    visitor = visit(room=room, **options)
    visitor.page.get_by_role("link", name="Create an account").click()
    sign_up(visitor, name, login)
    return visitor


def _operator(visit: Door, node: Node) -> Visitor:
    """Somebody whom a command made an operator, and who has set a password by the link that it printed."""
    number = next(_numbers)
    link = operator(node, "user", "add", f"boss{number}", "--role", "operator", "--name", f"Boss {number}")
    boss = visit()
    boss.page.goto(link)
    boss.page.get_by_label("New password").fill(PASSWORD)
    boss.page.keyboard.press("Enter")
    is_in(boss, f"Boss {number}")
    return boss


def test_sign_up_sign_out_and_in_again(visit: Door, room: str, login: str) -> None:
    ada = visit(room=room)
    page = ada.page
    page.get_by_role("link", name="Create an account").click()
    name = page.get_by_label("Your name")
    expect(name).to_be_focused()
    name.fill("Ada Lovelace")
    expect(page.get_by_label("Sign-in name")).to_have_value("ada.lovelace")
    sign_up(ada, "Ada Lovelace", login)
    title = room.replace("_", " ").capitalize()
    expect(page.get_by_role("heading", name=title, level=2)).to_be_visible()
    ada.say("before")
    page.reload()
    is_in(ada, "Ada Lovelace")
    ada.sees_as_sent("before")
    kept = page.evaluate("JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage}) + document.cookie")
    assert login in kept
    assert "eyJ" not in kept  # No token, and no cookie that a script can read.
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Sign-in name")).to_have_value(login)
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    page.reload()
    sign_in(ada, login, "Ada Lovelace")
    ada.sees_as_sent("before")


def test_what_is_wrong_stands_beside_its_field(visit: Door, login: str) -> None:
    _member(visit, login).page.close()
    ada = visit()
    page = ada.page
    page.get_by_role("link", name="Create an account").click()
    expect(page.get_by_label("Your name")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your name")).to_be_focused()
    expect(page.get_by_label("Your name")).to_have_accessible_description(re.compile("Enter a name"))
    expect(page.get_by_label("Password", exact=True)).to_have_accessible_description("Choose a password.")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Sign-in name").fill("not a login")
    page.get_by_label("Password", exact=True).fill("too short")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Sign-in name")).to_have_accessible_description(re.compile("2 to 32"))
    expect(page.get_by_label("Password", exact=True)).to_have_accessible_description(re.compile("at least 10"))
    page.get_by_label("Sign-in name").fill(login)
    page.get_by_label("Password", exact=True).fill("1234567890")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password", exact=True)).to_have_accessible_description(re.compile("tries first"))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Sign-in name")).to_be_focused()
    expect(page.get_by_label("Sign-in name")).to_have_accessible_description("Somebody has this name already.")
    grumbled(ada, 400, 409)


def test_a_wrong_password_and_its_wait(visit: Door, login: str) -> None:
    _member(visit, login).page.close()
    ada = visit()
    page, password = ada.page, ada.page.get_by_label("Password", exact=True)
    at(ada, "sign-in")
    page.get_by_label("Sign-in name").fill(login)
    button = page.get_by_role("button", name="Sign in")
    statuses = []
    while 429 not in statuses:
        password.fill("not my password")
        with page.expect_response("**/auth/signin") as answered:
            password.press("Enter")
        statuses.append(answered.value.status)
        if statuses == [401]:
            expect(password).to_have_accessible_description("This name and password do not belong together.")
            expect(password).to_be_focused()
    expect(page.get_by_role("alert").filter(has_text="wrong too often")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile(r"Try again in \d+ s"))).to_be_visible()
    expect(button).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="You can try again now.")).to_be_attached()
    sign_in(ada, login, "Ada Lovelace")
    grumbled(ada, *statuses)


def test_a_link_sets_a_new_password_once(visit: Door, node: Node, login: str) -> None:
    before = _member(visit, login)
    link = operator(node, "user", "reset", login)
    ada = visit()
    ada.page.goto(link)
    expect(ada.page.get_by_label("New password")).to_be_focused()
    ada.page.get_by_label("New password").fill(NEW)
    ada.page.keyboard.press("Enter")
    is_in(ada, "Ada Lovelace")
    expect(before.page.get_by_role("alert").filter(has_text="You were signed out here.")).to_be_visible()
    sign_in(before, login, "Ada Lovelace", NEW)
    late = visit()
    late.page.goto(link)
    late.page.get_by_label("New password").fill(NEW)
    late.page.keyboard.press("Enter")
    expect(late.page.get_by_role("alert").filter(has_text="This link is not valid")).to_be_visible()
    grumbled(before, 401)
    grumbled(late, 403)


def test_others_see_a_new_name_and_a_new_face(visit: Door, room: str, login: str) -> None:
    ada, bob = _member(visit, login, room=room), visit("Bob", room)
    ada.say("as Ada")
    bob.sees("as Ada")
    expect(bob.message("as Ada").locator(".avatar")).to_have_text("AL")
    at(ada, "account")
    expect(ada.page.get_by_role("heading", name="Your account", level=2)).to_be_focused()
    ada.page.get_by_label("Your name").fill("Countess")
    ada.page.get_by_role("radio", name="Violet").check()
    ada.page.get_by_role("button", name="Save").click()
    expect(ada.page.get_by_role("link", name="Your account: Countess")).to_be_visible()
    expect(bob.message("as Ada").locator(".avatar.tinted")).to_be_visible()
    ada.page.get_by_label("Image").set_input_files(_file(_picture(900, 600)))
    expect(ada.page.get_by_role("button", name="Remove image")).to_be_visible()
    ada.page.get_by_role("button", name="Save").click()
    expect(bob.message("as Ada").locator("img.avatar")).to_have_js_property("naturalWidth", 96)
    at(ada, f"room/{room}")
    ada.say("as Countess")
    expect(bob.message("as Countess").locator(".author")).to_have_text("Countess")
    assert ada.wire.connections == 1
    bob.page.reload()
    expect(bob.message("as Ada").locator("img.avatar")).to_be_visible()


def test_a_picture_that_is_none(visit: Door, login: str) -> None:
    ada = _member(visit, login)
    at(ada, "account")
    ada.page.get_by_label("Image").set_input_files(_file(b"no picture"))
    expect(ada.page.get_by_role("alert").filter(has_text="This picture cannot be read.")).to_be_visible()


def test_another_password(visit: Door, login: str) -> None:
    ada, phone = _member(visit, login), visit()
    at(phone, "sign-in")
    sign_in(phone, login, "Ada Lovelace")
    at(ada, "account")
    old, new = ada.page.get_by_label("Current password"), ada.page.get_by_label("New password")
    old.fill("not my password")
    new.fill(NEW)
    new.press("Enter")
    expect(old).to_have_accessible_description("This is not your password.")
    expect(old).to_be_focused()
    old.fill(PASSWORD)
    old.press("Enter")
    expect(ada.page.locator(".toast").filter(has_text="Your password is changed.")).to_be_visible()
    expect(phone.page.get_by_role("alert").filter(has_text="You were signed out here.")).to_be_visible()
    sign_in(phone, login, "Ada Lovelace", NEW)
    grumbled(phone, 401)


def test_a_device_is_signed_out_from_another(visit: Door, room: str, login: str) -> None:
    ada, lost = _member(visit, login, room=room), visit(room=room, user_agent=_AGENT)
    at(lost, "sign-in")
    sign_in(lost, login, "Ada Lovelace")
    at(ada, "account")
    expect(ada.page.get_by_role("listitem").filter(has_text="This device")).to_be_visible()
    ada.page.get_by_role("button", name="Sign out Firefox on Windows").click()
    expect(lost.page.get_by_role("alert").filter(has_text="You were signed out here.")).to_be_visible()
    expect(lost.page.get_by_label("Password", exact=True)).to_be_focused()
    expect(ada.page.get_by_role("listitem").filter(has_text="Firefox on Windows")).to_have_count(0)
    expect(ada.page.get_by_role("status").filter(has_text="Online")).to_be_attached()
    sign_in(lost, login, "Ada Lovelace")
    expect(lost.page.get_by_role("heading", name=room.replace("_", " ").capitalize(), level=2)).to_be_visible()
    grumbled(lost, 401)


def test_signing_out_signs_out_the_other_tabs(visit: Door, login: str) -> None:
    ada = _member(visit, login)
    first = ada.page
    second = ada.new_page()
    ada.go("lobby")
    is_in(ada, "Ada Lovelace")
    first.get_by_role("button", name="Sign out").click()
    expect(first.get_by_label("Password", exact=True)).to_be_visible()
    expect(second.get_by_role("alert").filter(has_text="Please sign in again.")).to_be_visible()


def test_signing_out_everywhere(visit: Door, login: str) -> None:
    ada, phone = _member(visit, login), visit()
    at(phone, "sign-in")
    sign_in(phone, login, "Ada Lovelace")
    at(ada, "account")
    ada.page.get_by_role("button", name="Sign out everywhere").click()
    for page in (ada.page, phone.page):
        expect(page.get_by_label("Password", exact=True)).to_be_visible()
    grumbled(phone, 401)


def test_a_guest_makes_an_account(visit: Door, room: str, login: str) -> None:
    ada = visit("Ada", room)
    ada.page.get_by_role("link", name="Your account").click()
    ada.page.get_by_role("link", name="Create an account").click()
    expect(ada.page.get_by_label("Your name")).to_have_value("Ada")
    ada.page.get_by_role("link", name="Back to the rooms").click()
    ada.is_online()
    at(ada, "sign-up")
    sign_up(ada, "Ada", login)
    expect(ada.page.get_by_role("heading", name=room.replace("_", " ").capitalize(), level=2)).to_be_visible()


def test_an_operator_changes_what_somebody_may_do(visit: Door, node: Node, login: str) -> None:
    ada, boss = _member(visit, login, f"Ada {login}"), _operator(visit, node)
    people = ada.page.get_by_role("link", name="People")
    boss.page.get_by_role("link", name="People").click()
    expect(people).to_have_count(0)
    boss.page.get_by_role("searchbox").fill(login)
    boss.page.get_by_role("button", name=f"Ada {login}").click()
    dialog = boss.page.get_by_role("dialog", name=f"Ada {login}")
    dialog.get_by_label("Role").select_option("operator")
    expect(dialog.get_by_role("status")).to_contain_text("The role is changed.")
    expect(people).to_be_visible()
    dialog.get_by_label("Role").select_option("member")
    expect(people).to_have_count(0)
    ada.is_online()
    dialog.get_by_role("button", name="Disable this account").click()
    expect(dialog.get_by_role("button", name="Enable this account")).to_be_visible()
    expect(ada.page.get_by_role("alert").filter(has_text="You were signed out here.")).to_be_visible()
    boss.page.keyboard.press("Escape")
    expect(boss.page.get_by_role("button", name=f"Ada {login}")).to_contain_text("Disabled")
    expect(boss.page.get_by_role("button", name=f"Ada {login}")).to_be_focused()
    grumbled(ada, 401)


def test_an_operator_makes_a_link_to_copy(visit: Door, node: Node, login: str) -> None:
    _member(visit, login, f"Ada {login}").page.close()
    boss = _operator(visit, node)
    boss.context.grant_permissions(["clipboard-read", "clipboard-write"])
    at(boss, "people")
    boss.page.get_by_role("searchbox").fill(login)
    boss.page.get_by_role("button", name=f"Ada {login}").click()
    boss.page.get_by_role("button", name="Make a link to a new password").click()
    boss.page.get_by_role("button", name="Copy").click()
    expect(boss.page.get_by_text("Copied")).to_be_visible()
    copied = boss.page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"{re.escape(node.url)}/#/reset/[\w-]+", copied)


def test_a_link_is_asked_for_where_it_is_mailed(visit: Door, visit_mailing: Door) -> None:
    elsewhere = visit()
    at(elsewhere, "forgot")
    expect(elsewhere.page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(elsewhere.page.get_by_role("link", name="Forgot your password?")).to_have_count(0)
    ada = visit_mailing(viewport={"width": 320, "height": 640}, **PHONE)
    page = ada.page
    at(ada, "sign-in")
    page.get_by_label("Sign-in name").fill("ada")
    _fits(ada, "sign-in")
    page.get_by_role("link", name="Forgot your password?").tap()
    expect(page.get_by_role("heading", name="Forgot your password?")).to_be_visible()
    expect(page.get_by_label("Sign-in name")).to_have_value("ada")
    page.get_by_label("Sign-in name").fill("ada@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Sign-in name")).to_have_accessible_description(re.compile("2 to 32"))
    grumbled(ada, 400)
    page.get_by_label("Sign-in name").fill("ada")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="If there is such an account")).to_be_focused()
    _fits(ada, "forgot")
    assert not ada.barriers()


def test_where_only_invited_people_come_in(visit_closed: Door, closed_node: Node, login: str) -> None:
    boss = _operator(visit_closed, closed_node)
    at(boss, "people")
    boss.page.get_by_role("button", name="Invite").click()
    boss.page.get_by_role("button", name="Make a link").click()
    link = boss.page.get_by_label("Invitation").input_value()
    stranger = visit_closed()
    expect(stranger.page.get_by_label("Sign-in name")).to_be_focused()
    expect(stranger.page.get_by_role("link", name="Go on as a guest")).to_have_count(0)
    stranger.page.get_by_role("link", name="Create an account").click()
    stranger.page.get_by_label("Invitation").fill("no such code")
    stranger.page.get_by_label("Your name").fill("Eve")
    stranger.page.get_by_label("Password", exact=True).fill(PASSWORD)
    stranger.page.keyboard.press("Enter")
    expect(stranger.page.get_by_label("Sign-in name")).to_have_value("eve")
    expect(stranger.page.get_by_label("Invitation")).to_have_accessible_description(re.compile("not valid"))
    grumbled(stranger, 403)
    ada = visit_closed()
    ada.page.goto(link)
    expect(ada.page.get_by_role("heading", name="You are invited")).to_be_visible()
    sign_up(ada, "Ada", login)
    late = visit_closed()
    late.page.goto(link)
    late.page.get_by_label("Your name").fill("Late")
    late.page.get_by_label("Password", exact=True).fill(PASSWORD)
    late.page.keyboard.press("Enter")
    expect(late.page.get_by_role("alert").filter(has_text="This invitation is not valid")).to_be_visible()
    grumbled(late, 403)


def test_tokens_are_renewed_on_the_connection(visit_closed: Door, closed_node: Node) -> None:
    ada, bob = _operator(visit_closed, closed_node), _operator(visit_closed, closed_node)
    said = []
    for number in range(4):  # Each token is good for five seconds.
        with ada.page.expect_response("**/auth/refresh") as answered:
            said.append(f"before {number}")
            ada.say(said[-1])
        assert answered.value.ok
        said.append(f"after {number}")
        ada.say(said[-1])
    for person in (ada, bob):
        person.sees_as_sent(*said)
        assert person.wire.connections == 1


def test_tabs_renew_one_cookie_between_them(visit_closed: Door, closed_node: Node) -> None:
    ada = _operator(visit_closed, closed_node)
    pages = [ada.page, ada.new_page(), ada.new_page()]
    for page in pages[1:]:
        page.goto(closed_node.url)
    for _ in range(3):
        for page in pages:
            with page.expect_response("**/auth/refresh") as answered:
                pass
            assert answered.value.ok
    for page in pages:
        expect(page.get_by_role("status").filter(has_text="Online")).to_be_attached()


def test_the_keyboard_is_enough(visit: Door, login: str) -> None:
    ada = visit()
    page, keyboard = ada.page, ada.page.keyboard
    expect(page.get_by_label("Your name")).to_be_focused()
    _press_at(page, "Create an account")
    expect(page.get_by_label("Your name")).to_be_focused()
    keyboard.type("Ada")
    keyboard.press("Tab")
    keyboard.press("Control+a")
    keyboard.type(login)
    keyboard.press("Tab")
    keyboard.type(PASSWORD)
    _press_at(page, "Show password")
    expect(page.get_by_label("Password", exact=True)).to_have_attribute("type", "text")
    _press_at(page, "Create account")
    is_in(ada, "Ada")
    _press_at(page, "Your account: Ada")
    expect(page.get_by_role("heading", name="Your account", level=2)).to_be_focused()
    expect(page.get_by_role("radio", name="As at first")).to_be_visible()
    keyboard.press("Tab")
    expect(page.get_by_role("radio", name="As at first")).to_be_focused()
    keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="Red")).to_be_checked()
    _press_at(page, "Save")
    expect(page.locator(".toast").filter(has_text="Saved")).to_be_visible()
    _press_at(page, "Sign out here")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    keyboard.type(PASSWORD)
    keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your account", level=2)).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barriers(visit: Door, node: Node, scheme: str) -> None:
    stranger = visit(color_scheme=scheme)
    for place, button in [
        ("sign-in", "Sign in"),
        ("sign-up", "Create account"),
        ("reset/x", "Set password"),
        ("guest", "Continue"),
    ]:
        at(stranger, place)
        stranger.page.get_by_role("button", name=button).click()
        expect(stranger.page.locator("[aria-invalid]").first).to_be_visible()
        assert not stranger.barriers(), place
    boss = _operator(visit, node)
    boss.page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
    _walk(boss, lambda place: _has_no_barriers(boss, place))


@pytest.mark.parametrize("width", [390, 320])
def test_a_small_screen(visit: Door, node: Node, width: int) -> None:
    viewport: Any = {"width": width, "height": 640}
    stranger = visit(viewport=viewport, **PHONE)
    for place in ("sign-in", "sign-up", "invite/x", "reset/x", "guest"):
        at(stranger, place)
        expect(stranger.page.get_by_role("heading", level=1)).to_be_visible()
        _fits(stranger, place)
    link = operator(
        node, "user", "add", f"tiny{width}", "--role", "operator", "--name", "Wolfeschlegelsteinhausen-Bergerdorff Sr."
    )
    stranger.page.goto(link)
    stranger.page.get_by_label("New password").fill(PASSWORD)
    stranger.page.keyboard.press("Enter")
    stranger.is_online()
    _walk(stranger, lambda place: _fits(stranger, place))
    at(stranger, "account")
    stranger.page.get_by_role("link", name="All rooms").tap()
    stranger.page.get_by_role("link", name="People").tap()
    expect(stranger.page.get_by_role("heading", name="People", level=2)).to_be_focused()


def _walk(boss: Visitor, look: Callable[[str], None]) -> None:
    """Go through the pages of somebody who is in, and look at each."""
    page = boss.page
    at(boss, "account")
    expect(page.get_by_text("This device")).to_be_visible()
    look("account")
    at(boss, "people")
    expect(page.get_by_role("list").get_by_text("Operator").first).to_be_visible()
    look("people")
    page.get_by_role("button", name=re.compile(r"\byou\b")).click()
    page.get_by_role("button", name="Make a link to a new password").click()
    expect(page.get_by_label("Link to a new password")).to_be_visible()
    look("person")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Invite").click()
    look("invite")
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("Invitation")).to_be_visible()
    look("invited")
    page.keyboard.press("Escape")


def _has_no_barriers(visitor: Visitor, place: str) -> None:
    assert not visitor.barriers(), place


def _fits(visitor: Visitor, place: str) -> None:
    assert not visitor.scrolls_sideways(), place
    assert not visitor.small_targets(), place


def _press_at(page: Page, name: str) -> None:
    """Press Tab until the element of this name has the focus, and Enter there."""
    for _ in range(60):
        page.keyboard.press("Tab")
        found = page.evaluate(_FOCUSED)
        if name in found:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab does not reach {name}")


_FOCUSED = """() => {
    const one = document.activeElement
    return one === document.body ? '' : one.ariaLabel ?? one.textContent
}"""
_AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def _file(content: bytes) -> FilePayload:
    return {"name": "me.png", "mimeType": "image/png", "buffer": content}


def _picture(width: int, height: int) -> bytes:
    """A PNG of noise, which packs badly."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((x * y * 7 + x * 13 + y * 31) % 256 for x in range(width * 3)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
