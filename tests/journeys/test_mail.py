"""Somebody forgot their password: a component of the site mails them a link, and they come in with a new one."""

import json
import re
import socketserver
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from components.keys import COMMANDS, own_key
from tests.journeys.test_components import add, enter, openline, program, running
from tests.semantics.client import Refused
from tests.support.node import Node, wait_for

SETTINGS = {"url": "https://line.example.com", "accounts": {"mail": "app.mail.send"}}
NEW = "a pot of green paint"


class Letterbox(socketserver.ThreadingTCPServer):
    """Takes mail by SMTP (RFC 5321), for whomever it is."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Postman)
        self.letters: list[tuple[str, str]] = []
        """To whom, and what."""


class Postman(socketserver.StreamRequestHandler):
    server: Letterbox

    def handle(self) -> None:
        self.say("220 here")
        to = ""
        while (line := self.hear()) and line != "QUIT":
            to = line if line.startswith("RCPT") else to
            if line != "DATA":
                self.say("250 yes")
                continue
            self.say("354 go on")
            self.server.letters.append((to, "\n".join(iter(self.hear, "."))))
            self.say("250 taken")
        self.say("221 bye")

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())

    def hear(self) -> str:
        return self.rfile.readline().decode().strip()


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    with Letterbox() as box:
        threading.Thread(target=box.serve_forever, daemon=True).start()
        yield box
        box.shutdown()


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with Node(SETTINGS) as node:
        yield node


def ask(node: Node, what: str, **body: str) -> Any:
    """Post to the node as a page does."""
    request = urllib.request.Request(
        f"{node.url}/auth/{what}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def is_there(node: Node) -> bool:
    """Say whether the component takes mail: for somebody whose address it does not know."""
    mail = {"id": "u_1", "login": "nobody", "name": "Nobody", "kind": "reset", "link": "https://a.b", "expires": 0.0}
    client = enter(node, own_key(node.cbdir / "keys", COMMANDS))
    with suppress(Refused):
        client.reply(client.call("app.mail.send", [], mail))
        return True
    return False


def test_the_program_of_the_how_to_mails_a_link_that_sets_a_password(node: Node, letterbox: Letterbox) -> None:
    said = openline(node, "user", "add", "ada", "--name", "Ada Lovelace")
    ask(node, "reset", code=said.strip().rpartition("/")[2], password="tin of blue paint")
    add(node, "mail", "--register", "app.mail.*", "--callers", "component")

    assert ask(node, "forgot", login="ada") == {}  # Nobody sends mail yet.
    failed = "app.mail.send did not take a link to a new password: openline.error."
    wait_for(lambda: failed in node.said(), "the log does not say that it was not sent")

    text = program("accounts.md", "# mail.py").replace("port=25", f"port={letterbox.server_address[1]}")
    with running(node, text):
        wait_for(lambda: is_there(node), "the component did not come in")
        assert ask(node, "forgot", login="nobody") == {}
        assert ask(node, "forgot", login="Ada") == {}
        (to, mail), *_ = wait_for(lambda: letterbox.letters, "no mail came")
    assert "ada@example.com" in to
    [code] = re.findall(r"^https://line\.example\.com/#/reset/([\w-]+)$", mail, re.MULTILINE)
    assert ask(node, "reset", code=code, password=NEW)["login"] == "ada"
    assert ask(node, "signin", login="ada", password=NEW)["name"] == "Ada Lovelace"
    assert code not in node.said()
