"""The page without a network: its files and what was loaded are there, and what is written is sent later."""

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Door, visits
from tests.browser.people import sign_up, wait_for_accounts
from tests.browser.visitor import Visitor
from tests.support.node import ROOT, Node, wait_for

_KEPT = """async () => {
    const kept = await new Promise((resolve, reject) => {
        const request = indexedDB.open('openline.shelf')
        request.onsuccess = () => resolve(request.result)
        request.onerror = () => reject(request.error)
    })
    if (!kept.objectStoreNames.contains('kept')) return []
    return new Promise(resolve => {
        const request = kept.transaction('kept').objectStore('kept').getAll()
        request.onsuccess = () => resolve(request.result)
    })
}"""


_CACHED = """
    const found = await (await caches.open(name)).match('room/rooms.js')
    return found !== undefined && (await found.text()).includes('// Third')
"""


def until(visitor: Visitor, script: str) -> None:
    """Wait until a script, which may take its time, says that something is so."""
    wait_for(lambda: visitor.page.evaluate(script), f"never so: {script}")


def works(visitor: Visitor) -> None:
    """The service worker has everything."""
    until(visitor, "async () => (await navigator.serviceWorker.ready).active.state === 'activated'")
    until(visitor, "() => navigator.serviceWorker.controller !== null")


def kept(visitor: Visitor) -> Any:
    return visitor.page.evaluate(_KEPT)


def is_kept(visitor: Visitor, text: str) -> None:
    """Wait until something is on the disk."""
    until(visitor, f"async () => JSON.stringify(await ({_KEPT})()).includes({json.dumps(text)})")


def forgive(visitor: Visitor) -> None:
    """A browser complains of every request that does not get through."""
    offline = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "WebSocket connection to", "Failed to load resource")
    visitor.complaints[:] = [one for one in visitor.complaints if not any(words in one for words in offline)]


def test_what_was_loaded_is_read_without_a_network_and_what_is_written_is_sent_later(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room, worker=True)
    ada.say("the train leaves at ten", "from platform two")
    bob.sees("the train leaves at ten", "from platform two")
    works(bob)
    is_kept(bob, "platform two")
    bob.context.set_offline(True)
    bob.page.reload()
    bob.is_offline()
    bob.sees("the train leaves at ten", "from platform two")
    expect(bob.page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Lobby")).to_be_visible()
    expect(bob.page.get_by_role("heading", level=2, name=room.replace("_", " ").capitalize())).to_be_visible()
    assert bob.barriers() == []
    bob.say("I am in the tunnel")
    bob.page.reload()
    bob.is_offline()
    bob.sees("the train leaves at ten", "from platform two", "I am in the tunnel")
    ada.say("hurry")
    bob.context.set_offline(False)
    bob.page.evaluate("dispatchEvent(new Event('online'))")
    bob.is_online()
    for person in (ada, bob):
        person.sees_as_sent("the train leaves at ten", "from platform two", "hurry", "I am in the tunnel")
    forgive(bob)


def test_a_room_of_which_much_was_missed_begins_anew(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room, worker=True)
    ada.say("long ago")
    bob.sees("long ago")
    works(bob)
    is_kept(bob, "long ago")
    bob.context.set_offline(True)
    bob.page.reload()
    bob.is_offline()
    bob.sees("long ago")
    ada.say_many(room, [f"number {number}" for number in range(320)])
    expect(ada.message("number 319")).to_be_visible()
    bob.context.set_offline(False)
    bob.page.evaluate("dispatchEvent(new Event('online'))")
    bob.is_online()
    expect(bob.message("number 319")).to_be_visible()
    expect(bob.page.get_by_role("button", name="First unread")).to_be_visible()
    expect(bob.message("long ago")).to_have_count(0)
    forgive(bob)


def test_what_is_deleted_is_not_kept(visit: Door, room: str) -> None:
    ada, bob = visit("Ada", room), visit("Bob", room, worker=True)
    ada.say("a secret", "no secret")
    bob.sees("a secret", "no secret")
    is_kept(bob, "a secret")
    ada.act("a secret", "Delete")
    expect(bob.message("a secret")).to_have_count(0)
    until(bob, f"async () => !JSON.stringify(await ({_KEPT})()).includes('a secret')")
    is_kept(bob, "no secret")


def test_nothing_is_left_of_who_signs_out(node: Node, visit: Door) -> None:
    wait_for_accounts(node)
    ada = visit(worker=True)
    ada.page.goto(f"{node.url}/#/sign-up")
    sign_up(ada, "Ada", "ada_offline")
    ada.say("for the two of us")
    is_kept(ada, "for the two of us")
    text = json.dumps(kept(ada))
    assert "token" not in text and "refresh" not in text
    ada.page.get_by_role("button", name="Sign out").click()
    expect(ada.page.get_by_label("Sign-in name")).to_be_visible()
    until(ada, f"async () => (await ({_KEPT})()).length === 0")


@pytest.fixture(scope="module")
def own_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node whose pages are ours to change."""
    web = tmp_path_factory.mktemp("site") / "web"
    copytree(ROOT / "web", web, ignore=ignore_patterns("node_modules", "test"))
    with Node(web=web) as one:
        yield one


@pytest.fixture
def visit_own(own_site: Node, chromium: Browser) -> Iterator[Door]:
    yield from visits(own_site, chromium)


def put(site: Path, title: str) -> None:
    """Publish another version."""
    page = site / "index.html"
    page.write_text(page.read_text().replace("Openline needs JavaScript", f"{title} needs JavaScript"))
    (site / "room/rooms.js").write_text((site / "room/rooms.js").read_text() + f"\n// {title}\n")


def test_another_version_is_there_at_the_next_load_and_whoever_has_the_page_open_is_told(
    own_site: Node, visit_own: Door
) -> None:
    ada = visit_own("Ada", worker=True)
    works(ada)
    put(own_site.web, "Second")
    ada.page.reload()
    ada.is_online()
    source = "async () => (await fetch('room/rooms.js')).text()"
    assert "// Second" in ada.page.evaluate(source), "at the very next load"
    until(ada, "async () => (await caches.keys()).length === 1")
    expect(ada.page.get_by_role("button", name="A new version is there")).to_have_count(0)
    until(ada, "async () => !(await navigator.serviceWorker.getRegistration()).installing")
    put(own_site.web, "Third")
    ada.page.evaluate("async () => { await (await navigator.serviceWorker.getRegistration()).update() }")
    newer = ada.page.get_by_role("button", name="A new version is there")
    expect(newer).to_be_visible()
    assert ada.barriers() == []
    until(ada, f"async () => {{ const [name] = await caches.keys(); {_CACHED} }}")
    newer.click()
    ada.is_online()
    expect(newer).to_have_count(0)
    ada.context.set_offline(True)
    ada.page.reload()
    ada.is_offline()
    assert "// Third" in ada.page.evaluate(source)
    forgive(ada)


def test_the_page_can_be_installed(visit: Door) -> None:
    ada = visit("Ada", worker=True)
    works(ada)
    browser = ada.context.new_cdp_session(ada.page)
    manifest = browser.send("Page.getAppManifest")
    assert manifest["errors"] == [] and manifest["url"].endswith("/manifest.webmanifest")
    assert json.loads(manifest["data"])["display"] == "standalone"
    errors = browser.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert [one["errorId"] for one in errors if one["errorId"] != "in-incognito"] == []
    for icon in json.loads(manifest["data"])["icons"]:
        assert ada.page.evaluate("async url => (await fetch(url)).ok", icon["src"]), icon


def test_who_may_install_it_finds_that_below_the_rooms(visit: Door) -> None:
    ada = visit("Ada")
    ada.page.evaluate("""() => {
        const offer = new Event('beforeinstallprompt', {cancelable: true})
        offer.prompt = async () => { document.documentElement.dataset.prompted = 'yes' }
        dispatchEvent(offer)
    }""")
    install = ada.page.get_by_role("button", name="Install Openline")
    expect(install).to_be_visible()
    assert ada.barriers() == []
    install.click()
    expect(ada.page.locator("html")).to_have_attribute("data-prompted", "yes")
    expect(install).to_have_count(0)
