"""People with accounts, and the operator's terminal."""

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request

from playwright.sync_api import expect

from tests.browser.visitor import Visitor
from tests.support.node import Node, wait_for

PASSWORD = "tin of blue paint"


def operator(node: Node, *words: str) -> str:
    """Give a command to a running node; the last line of what it says, with the address that the tests go by."""
    environ = {**os.environ, "OPENLINE_DIR": str(node.cbdir)}
    done = subprocess.run(
        [sys.executable, "-m", "openline", *words], capture_output=True, text=True, check=True, env=environ
    )
    return done.stdout.strip().splitlines()[-1].replace("localhost", "127.0.0.1")


def wait_for_accounts(node: Node) -> None:
    """Wait until sign-ins are answered: the component may come up a moment after the pages."""

    def answers() -> bool:
        body = json.dumps({"code": "none", "password": PASSWORD}).encode()
        request = urllib.request.Request(f"{node.url}/auth/reset", body, {"Content-Type": "application/json"})
        try:
            urllib.request.urlopen(request, timeout=5)
        except urllib.error.HTTPError as answer:
            return answer.code == 403
        return False

    wait_for(answers, "nobody answers for accounts")


def sign_up(visitor: Visitor, name: str, login: str) -> None:
    """Fill in the form that is on the page, which leads to the room that was asked for."""
    page = visitor.page
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Sign-in name").fill(login)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    is_in(visitor, name)


def sign_in(visitor: Visitor, login: str, name: str, password: str = PASSWORD) -> None:
    page = visitor.page
    page.get_by_label("Sign-in name").fill(login)
    page.get_by_label("Password", exact=True).fill(password)
    page.keyboard.press("Enter")
    is_in(visitor, name)


def is_in(visitor: Visitor, name: str) -> None:
    visitor.is_online()
    expect(visitor.page.get_by_role("link", name=f"Your account: {name}")).to_be_attached()


def at(visitor: Visitor, place: str) -> None:
    """Go to another page without loading it anew."""
    visitor.page.evaluate("place => { location.hash = place }", f"#/{place}")


def grumbled(visitor: Visitor, *statuses: int) -> None:
    """The browser complained about these answers, which were refusals, and of nothing else."""
    found = [re.search(r"status of (\d+)", complaint) for complaint in visitor.complaints]
    assert [one and int(one[1]) for one in found] == [*statuses], visitor.complaints
    visitor.complaints.clear()
