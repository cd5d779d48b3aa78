"""Rooms out of a node that runs, into one that never did, and into one that runs too."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openline.exchange.slack.test.builder import SlackExport
from tests.semantics.client import Client
from tests.semantics.servers import answering, our_server, ours
from tests.support.node import ROOT, Node


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with ours() as node:
        answering(our_server(node))
        yield node


def ask(client: Client, uri: str, **asked: object) -> Any:
    (answer,) = client.reply(client.call(f"openline.room.{uri}", [], asked))[3]
    return answer


def openline(node: Node, verb: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "openline", verb, "--cbdir", str(node.cbdir), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)


def done(node: Node, verb: str, *arguments: object) -> str:
    finished = openline(node, verb, *arguments)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def test_rooms_move_to_another_node_and_are_the_same(node: Node, tmp_path: Path) -> None:
    ada = our_server(node).person("ada")
    ask(ada, "create", room="moved")
    for n in range(20):
        ask(ada, "post", room="moved", text=f"word {n}")
    ask(ada, "react", room="moved", message=3, emoji="🎉")
    ada.leave()
    assert "moved: 23 events" in done(node, "export", "--all", "--to", tmp_path / "one")
    with ours() as other:
        assert "would come in" in done(other, "import", tmp_path / "one", "--dry-run")
        assert "moved: 23 events" in done(other, "import", tmp_path / "one")
        done(other, "export", "--all", "--to", tmp_path / "two")
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.json*"))
    assert len(files) >= 4
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file
    refused = openline(node, "import", tmp_path / "one")
    assert refused.returncode == 1 and "there is a room moved already" in refused.stdout
    done(node, "export", "moved", "--to", tmp_path / "moved.zip")
    done(node, "import", tmp_path / "moved.zip", "--as", "moved=again")
    ada = our_server(node).person("ada")
    ask(ada, "post", room="again", text="it lives on")
    found = [hit["snippet"] for hit in ask(ada, "search", query="in:again")["results"]]
    assert found[:2] == ["it lives on", "word 19"]
    ada.leave()


def test_people_talk_while_many_events_come_in(node: Node, tmp_path: Path) -> None:
    export = SlackExport()
    export.user("U1", "grace", real="Grace Hopper")
    export.channel("history", "U1")
    for n in range(4_000):
        export.message("history", "U1", f"message {n}", f"{1704100000 + n}.000100")
    archive = export.written(tmp_path / "slack.zip")
    ada = our_server(node).person("ada")
    ask(ada, "create", room="talk")
    command = [sys.executable, "-m", "openline", "import", "--cbdir", str(node.cbdir), "slack", str(archive)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as importing:
        said = 0
        while importing.poll() is None:
            ask(ada, "post", room="talk", text=f"meanwhile {said}")
            said += 1
        assert importing.stdout and "history: 4001 events" in importing.stdout.read()
    assert importing.returncode == 0 and said > 5
    ask(ada, "join", room="history")
    found = ask(ada, "search", query="in:history from:grace", limit=1)["results"]
    assert [hit["snippet"] for hit in found] == ["message 3999"]
    ada.leave()
