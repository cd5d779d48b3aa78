"""The README's code does what it says: taken from its text, run in a browser, answered by a node."""

import re
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import jwt
import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from tests.support.driver import wait_until_served
from tests.support.node import ROOT, Node, wait_for

TEXT = (ROOT / "README.md").read_text()
CODE = {
    name: code
    for code in re.findall(r"```(?:js|python)\n(.*?)```", TEXT, re.DOTALL)
    for name in re.findall(r"\A(?://|#) (\S+)\n", code)
}
"""Each piece of code that says in its first line which file it is."""
SECRET = "a secret that a site and the node share"
IMPORTS = '{"imports": {"autobahn": "/vendor/autobahn.js"}}'
PAGE = f'<!doctype html><title>Hello</title><script type="importmap">{IMPORTS}</script>'


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    settings = yaml.safe_load(re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)[0])
    with TemporaryDirectory() as folder:
        web = Path(folder) / "web"
        for part in ("line", "vendor"):
            shutil.copytree(ROOT / "web" / part, web / part)
        yield from serve(Node(settings, web=web))


def serve(node: Node) -> Iterator[Node]:
    """Run a node with the README's component and pages."""
    for name, code in CODE.items():
        if name.startswith("greetings/"):
            write(node.folder / name, code)
        elif name.startswith("web/"):
            show(node, Path(name).stem, code)
    with node:
        wait_until_served(node.url)
        node.find("-m components mine")
        yield node


@pytest.fixture
def page(node: Node, chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def show(node: Node, name: str, script: str) -> None:
    """Put an empty page with one script among those that a node serves."""
    write(node.web / f"{name}.js", script)
    write(node.web / f"{name}.html", f'{PAGE}<script type="module" src="/{name}.js"></script>')


def test_autobahnjs_calls_a_procedure(page: Page, node: Node) -> None:
    page.goto(f"{node.url}/hello.html")
    expect(page.locator("body")).to_have_text("Lobby")


def test_the_line_talks_and_follows(page: Page, node: Node) -> None:
    page.goto(f"{node.url}/talk.html")
    expect(page.locator("body")).to_contain_text("Ada: message_posted")


def test_a_site_hands_the_token_of_its_user_on(page: Page, node: Node) -> None:
    [code] = re.findall(r"```js\n(.*?)```", (ROOT / "docs/how-to/your-users.md").read_text(), re.DOTALL)
    write(node.cbdir / "keys/host/shop.secret", SECRET)
    claims = {"sub": "42", "name": "Ada", "role": "member", "aud": "openline", "exp": int(time.time()) + 600}
    given = {"id": "42", "name": "Ada", "role": "member", "token": jwt.encode(claims, SECRET, "HS256")}
    wait_for(lambda: is_taken(node, given["token"]), "the key of the site is not taken up")
    page.route("**/shop/token", lambda route: route.fulfill(json=given))
    show(node, "shop", code)
    page.goto(f"{node.url}/shop.html")
    expect(page.locator("body")).to_have_text("here as Ada, member")


def is_taken(node: Node, token: str) -> bool:
    request = urllib.request.Request(f"{node.url}/streams/app.demo.x", headers={"Authorization": f"Bearer {token}"})
    try:
        urllib.request.urlopen(request, timeout=10)
    except urllib.error.HTTPError as answer:
        return answer.code != 401
    return True


def test_the_component_answers(page: Page, node: Node) -> None:
    call = CODE["web/hello.js"].replace(
        "session.call('openline.room.list')", "session.call('app.hello.greet', [], {name: 'Bob'})"
    )
    call = call.replace("const { rooms }", "const { text }").replace("rooms.map(room => room.title).join(', ')", "text")
    show(node, "greet", call)
    page.goto(f"{node.url}/greet.html")
    expect(page.locator("body")).to_have_text("Hello Bob, says Ada")


def test_it_fits_on_a_screen() -> None:
    component = CODE["greetings/hello/api.py"] + CODE["greetings/hello/component.py"]
    lines = [line for line in component.splitlines() if line.strip() and not line.startswith(("#", "from"))]
    assert len(lines) <= 20
