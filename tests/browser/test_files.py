"""Files in messages, as people bring them and see them: picked, dropped, pasted, lost on the way, and looked at."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, Route, expect

from components.room.files.test.pictures import photo, picture
from tests.browser.conftest import Door, visits
from tests.browser.visitor import Visitor
from tests.support.node import Node

PLAN = picture("PNG", (1_500, 1_000))


@pytest.fixture
def pair(node: Node, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[tuple[Visitor, Visitor, Door]]:
    """Ada, who made a room, and Bob, who came."""
    for door in visits(node, chromium):
        name = re.sub(r"\W+", "_", request.node.name.removeprefix("test_"))[:38].strip("_")
        ada = door("Ada")
        ada.create_room(name.replace("_", " ").capitalize(), name)
        yield ada, door("Bob", name), door


def pick(person: Visitor, *files: tuple[str, bytes]) -> None:
    payloads: list[FilePayload] = [{"name": name, "mimeType": kind(name), "buffer": data} for name, data in files]
    person.page.locator("#composer").locator("xpath=ancestor::form").locator("input[type=file]").set_input_files(
        payloads
    )


def kind(name: str) -> str:
    return "image/png" if name.endswith("png") else "image/jpeg" if name.endswith("jpg") else "text/plain"


def chip(person: Visitor, name: str) -> Locator:
    return person.page.get_by_role("list", name="Files to send").get_by_role("listitem").filter(has_text=name)


def arrived(person: Visitor, count: int) -> None:
    expect(person.page.locator(".chip[data-state=done]")).to_have_count(count)


def shown(person: Visitor, name: str) -> Locator:
    return person.page.get_by_role("button", name=f"{name}: show the picture").locator("img")


def is_loaded(image: Locator) -> None:
    expect(image).to_be_visible()
    image.page.wait_for_function("one => one.complete && one.naturalWidth > 0", arg=image.element_handle())


_GIVE = """([selector, kind, name, text]) => {
    const data = new DataTransfer()
    data.items.add(new File([text], name, {type: 'text/plain'}))
    const to = document.querySelector(selector)
    const how = {bubbles: true, cancelable: true}
    const each = kind === 'paste' ? [new ClipboardEvent('paste', {clipboardData: data, ...how})]
        : ['dragenter', 'dragover', ...(kind === 'drop' ? ['drop'] : [])]
            .map(name => new DragEvent(name, {dataTransfer: data, ...how}))
    for (const event of each) to.dispatchEvent(event)
}"""


def give(page: Page, how: str, name: str, to: str) -> None:
    """Drag, drop or paste a file."""
    page.evaluate(_GIVE, [to, how, name, "hello"])


def test_pictures_and_files_are_picked_sent_and_seen(pair: tuple[Visitor, Visitor, Door]) -> None:
    ada, bob, _ = pair
    pick(ada, ("night_plan.png", PLAN), ("beach.jpg", photo()), ("notes.txt", b"all of it"))
    arrived(ada, 3)
    expect(chip(ada, "notes.txt")).to_contain_text("9 bytes")
    ada.composer.fill("The plan")
    ada.composer.press("Enter")
    for person in (ada, bob):
        is_loaded(shown(person, "night plan"))
        is_loaded(shown(person, "beach"))
        expect(person.page.get_by_role("link", name="notes.txt")).to_contain_text("9 bytes")
        assert shown(person, "night plan").bounding_box() and person.barriers() == []
    box = shown(bob, "night plan").bounding_box()
    assert box is not None and (round(box["width"]), round(box["height"])) == (360, 240)
    expect(ada.page.get_by_role("list", name="Files to send")).to_have_count(0)
    with bob.page.expect_download() as saving:
        bob.page.get_by_role("link", name="notes.txt").click()
    assert saving.value.path().read_bytes() == b"all of it"
    assert ada.complaints == bob.complaints == []


def test_files_alone_are_a_message_and_are_found(pair: tuple[Visitor, Visitor, Door]) -> None:
    ada, bob, _ = pair
    pick(ada, ("budget.txt", b"1"))
    arrived(ada, 1)
    ada.page.get_by_role("button", name="Send", exact=True).click()
    expect(bob.page.get_by_role("link", name="budget.txt")).to_be_visible()
    bob.page.get_by_role("button", name="Search messages").first.click()
    bob.page.locator("#search-field").fill("has:file budget")
    bob.page.locator("#search-field").press("Enter")
    expect(bob.page.get_by_role("listbox", name="Messages found").get_by_role("option")).to_contain_text("budget.txt")


def test_files_are_dropped_and_pasted(pair: tuple[Visitor, Visitor, Door]) -> None:
    ada, _, _ = pair
    give(ada.page, "drag", "a.txt", ".log")
    expect(ada.page.locator(".composer-box[data-over]")).to_be_visible()
    give(ada.page, "drop", "dropped.txt", ".log")
    give(ada.page, "paste", "pasted.txt", "#composer")
    arrived(ada, 2)
    expect(chip(ada, "dropped.txt")).to_be_visible()
    expect(ada.page.locator(".composer-box[data-over]")).to_have_count(0)
    ada.page.get_by_role("button", name="Remove pasted.txt").click()
    arrived(ada, 1)
    assert ada.barriers() == []


def test_a_message_waits_for_its_files_and_may_be_taken_back(pair: tuple[Visitor, Visitor, Door]) -> None:
    ada, bob, _ = pair
    held: list[Route] = []
    ada.page.route("**/files?*", lambda route: held.append(route))
    pick(ada, ("slow.txt", b"slow"))
    expect(chip(ada, "slow.txt").get_by_role("progressbar", name="Sending slow.txt")).to_be_visible()
    ada.composer.fill("With a file")
    ada.composer.press("Enter")
    note = ada.page.get_by_text("Sent when its files are there")
    expect(note).to_be_visible()
    expect(ada.composer).to_have_value("")
    ada.page.get_by_role("button", name="Take back").click()
    expect(ada.composer).to_have_value("With a file")
    expect(chip(ada, "slow.txt")).to_be_visible()
    ada.composer.press("Enter")
    ada.say("Meanwhile")
    bob.sees("Meanwhile")
    held[0].continue_()
    bob.sees("Meanwhile", "With a file")
    expect(bob.page.get_by_role("link", name="slow.txt")).to_be_visible()
    expect(note).to_have_count(0)


def test_what_a_lost_connection_stopped_is_tried_again(pair: tuple[Visitor, Visitor, Door]) -> None:
    ada, bob, _ = pair
    ada.page.route("**/files?*", lambda route: route.abort("internetdisconnected"))
    pick(ada, ("train.txt", b"tunnel"), ("other.txt", b"x"))
    expect(chip(ada, "train.txt").get_by_role("alert")).to_have_text("The connection was lost.")
    assert ada.barriers() == []
    ada.page.unroute("**/files?*")
    chip(ada, "train.txt").get_by_role("button", name="Try again").click()
    arrived(ada, 1)
    ada.page.get_by_role("button", name="Remove other.txt").click()
    ada.composer.fill("Out of the tunnel")
    ada.composer.press("Enter")
    expect(bob.page.get_by_role("link", name="train.txt")).to_be_visible()


def test_what_is_refused_says_why(pair: tuple[Visitor, Visitor, Door]) -> None:
    ada, _, _ = pair
    pick(ada, ("broken.jpg", photo()[:100]))
    expect(chip(ada, "broken.jpg").get_by_role("alert")).to_contain_text("cannot be opened")
    expect(chip(ada, "broken.jpg").get_by_role("button", name="Try again")).to_have_count(0)
    ada.complaints.clear()  # The browser writes down every 400.


def test_pictures_are_looked_at_by_keys(pair: tuple[Visitor, Visitor, Door]) -> None:
    ada, bob, _ = pair
    for number in (1, 2):
        pick(ada, (f"photo_{number}.png", picture("PNG", (800 + number, 600))))
        arrived(ada, 1)
        ada.composer.press("Enter")
    is_loaded(shown(bob, "photo 2"))
    shown(bob, "photo 1").click()
    viewer = bob.page.get_by_role("dialog", name="photo_1.png")
    expect(viewer.get_by_text("1 of 2 · 801")).to_be_visible()
    is_loaded(viewer.get_by_role("img", name="photo 1"))
    bob.page.keyboard.press("ArrowRight")
    expect(bob.page.get_by_role("dialog", name="photo_2.png")).to_be_visible()
    assert bob.barriers() == []
    bob.page.keyboard.press("Escape")
    expect(bob.page.get_by_role("dialog")).to_have_count(0)
    expect(bob.page.get_by_role("button", name="photo 1: show the picture")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_small_screen(pair: tuple[Visitor, Visitor, Door], scheme: str) -> None:
    ada, _, _ = pair
    ada.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    ada.page.set_viewport_size({"width": 320, "height": 640})
    pick(ada, ("plan.png", PLAN), ("a very long name of a file that goes on and on.txt", b"x" * 20))
    arrived(ada, 2)
    assert not ada.scrolls_sideways() and ada.small_targets() == [] and ada.barriers() == []
    ada.composer.press("Enter")
    is_loaded(shown(ada, "plan"))
    assert not ada.scrolls_sideways() and ada.small_targets() == [] and ada.barriers() == []
