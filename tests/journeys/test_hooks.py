"""Webhooks through a real node: receivers that fail, dawdle and die, and the process killed in the middle of it."""

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.semantics.client import Client, Refused
from tests.semantics.servers import VOCABULARY, answering, our_server, ours
from tests.support.node import ROOT, Node, wait_for

_BOT = {"component": "helper", "name": "Helper", "rooms": ["lobby"], "commands": {"roll": "Roll a die"}}


class Receiver(http.server.ThreadingHTTPServer):
    """A program that is sent events. What it answers, and how long that takes, is set from outside."""

    daemon_threads = True

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.status, self.seconds = 200, 0.0
        super().__init__(("127.0.0.1", 0), _Taking)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/in"

    def texts(self) -> list[str]:
        """The words that were sent, as far as they were taken, each id once."""
        once = dict(self.heard)
        return [body["data"]["event"]["data"]["text"] for body in once.values() if body["type"] == "message_posted"]


class _Taking(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        time.sleep(self.server.seconds)
        if self.server.status == 200:
            self.server.heard.append((self.headers["webhook-id"], body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    pace = {"per_second": 1_000, "burst": 10_000}
    settings = {
        "processes": {"main": ["stream", "room"], "hooks": ["hook"], "router": [VOCABULARY]},
        "rooms": {"rate": pace, "bots": [_BOT]},
        "hooks": {"allow": ["127.0.0.0/8"], "rate": pace},
    }
    with ours(settings) as node:
        answering(our_server(node))
        ada = our_server(node).person("ada")
        wait_for(lambda: _answers(ada), "the hook component did not come up")
        ada.leave()
        yield node


@pytest.fixture
def ada(node: Node) -> Iterator[Client]:
    client = our_server(node).person("ada")
    yield client
    client.leave()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one
        one.shutdown()


def ask(client: Client, uri: str, **asked: object) -> Any:
    (answer,) = client.reply(client.call(f"openline.{uri}", [], asked))[3]
    return answer


def _answers(client: Client) -> bool:
    try:
        ask(client, "hook.list", room="lobby")
    except Refused as refused:
        return refused.uri.startswith("openline.hook.")
    return True


def post(node: Node, secret: str, **said: Any) -> tuple[int, str]:
    body = json.dumps(said).encode()
    request = urllib.request.Request(f"{node.url}/hooks/{secret}", body, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def say(client: Client, room: str, *texts: str) -> None:
    for text in texts:
        ask(client, "room.post", room=room, text=text)


def test_every_event_arrives_in_order_though_the_process_is_killed_again_and_again(
    node: Node, ada: Client, receiver: Receiver
) -> None:
    ask(ada, "room.create", room="killed")
    ask(ada, "hook.subscribe", room="killed", name="Out", url=receiver.url, types=["message_posted"])
    receiver.seconds = 0.02
    said = [f"word {n}" for n in range(60)]
    for n, text in enumerate(said):
        say(ada, "killed", text)
        if n % 20 == 10:
            wait_for(lambda: receiver.heard, "nothing was delivered")
            os.kill(node.find("components hooks").pid, signal.SIGKILL)
    wait_for(lambda: len(receiver.texts()) == len(said), "some events did not arrive")
    assert receiver.texts() == said, "they are in order, and those that came twice had the same id"


def test_one_that_fails_or_dawdles_keeps_nobody_waiting(node: Node, ada: Client, receiver: Receiver) -> None:
    ask(ada, "room.create", room="mixed")
    with Receiver() as failing, Receiver() as slow:
        failing.status, slow.seconds = 500, 60.0
        for one in (failing, slow, receiver):
            ask(ada, "hook.subscribe", room="mixed", name="Out", url=one.url, types=["message_posted"])
        say(ada, "mixed", "one", "two")
        wait_for(lambda: receiver.texts() == ["one", "two"], "a good receiver had to wait")
        shown = ask(ada, "hook.list", room="mixed")["outgoing"]
        assert [one["why"] for one in shown if one["url"] == failing.url] == ["It answered 500."]
        failing.status = 200
        wait_for(lambda: failing.texts() == ["one", "two"], "what failed was not sent again")
        failing.shutdown()
        slow.shutdown()


def test_a_program_speaks_and_is_told_what_is_wrong(node: Node, ada: Client) -> None:
    ask(ada, "room.create", room="spoken")
    made = ask(ada, "hook.make", room="spoken", name="Builds")
    assert post(node, made["secret"], text="*done*", icon_emoji=":tada:") == (200, "ok")
    (hit,) = ask(ada, "room.search", query="in:spoken done")["results"]
    assert (hit["by"]["name"], hit["snippet"]) == ("Builds", "**done**")
    assert post(node, made["secret"]) == (400, "no_text")
    assert post(node, "guessed", text="x") == (404, "no_service")
    ask(ada, "hook.revoke", hook=made["id"])
    assert post(node, made["secret"], text="x") == (404, "no_service")
    assert made["secret"] not in node.said()


def test_the_bot_of_the_examples_answers(node: Node, ada: Client) -> None:
    openline = [sys.executable, "-m", "openline", "component", "--cbdir", str(node.cbdir)]
    add = ["add", "helper", "--callers", "guest", "member", "operator", "component"]
    subprocess.run([*openline, *add], cwd=ROOT, check=True, capture_output=True)
    ask(ada, "room.join", room="lobby")
    assert "roll" in [one["name"] for one in ask(ada, "room.commands")["commands"]]
    with subprocess.Popen([sys.executable, str(ROOT / "examples/bot.py")], cwd=node.folder) as bot:
        try:
            wait_for(lambda: _roll(ada), "the bot did not come in")
            say(ada, "lobby", "Are you there, @Helper?")
            query = "in:lobby from:helper"
            found = wait_for(lambda: ask(ada, "room.search", query=query)["results"], "the bot did not answer")
            assert [one["snippet"] for one in found] == ["Hello ada! Type /roll, and I roll a die for you."]
        finally:
            bot.terminate()


def _roll(client: Client) -> bool:
    """Give the command, as the page does."""
    try:
        (answer,) = client.reply(client.call("app.helper.command_roll", [], {"room": "lobby", "text": "6"}))[3]
    except Refused:
        return False
    return answer["post"] in [f"🎲 {n}" for n in range(1, 7)]
