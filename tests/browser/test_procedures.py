"""The code of docs/how-to/browser-procedures.md does what it says: one page answers, another calls."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_readme import show
from tests.support.driver import wait_until_served
from tests.support.node import ROOT, Node

TEXT = (ROOT / "docs/how-to/browser-procedures.md").read_text()
CODE = re.findall(r"```js\n(// web/(\w+)\.js\n.*?)```", TEXT, re.DOTALL)


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with TemporaryDirectory() as folder:
        web = Path(folder) / "web"
        for part in ("line", "vendor"):
            shutil.copytree(ROOT / "web" / part, web / part)
        node = Node(web=web)
        for code, name in CODE:
            show(node, name, code)
        with node:
            wait_until_served(node.url)
            yield node


def test_one_page_calls_another(node: Node, chromium: Browser) -> None:
    ada, bob = chromium.new_page(), chromium.new_page()
    ada.goto(f"{node.url}/ring.html")
    expect(ada).to_have_title(re.compile(r"^client\.\d+\.ring$"))
    bob.goto(f"{node.url}/visit.html#{ada.title()}")
    expect(bob.locator("body")).to_have_text("Anybody home?")
    expect(ada.locator("body")).to_contain_text("rings: Anybody home?")
    for page in (ada, bob):
        page.close()
