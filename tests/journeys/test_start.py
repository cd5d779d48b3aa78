"""Starting and stopping a node, with good files and bad ones."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.support.node import Node, free_port, wait_for
from tests.support.person import introduce


@pytest.mark.parametrize("supervised", [False, True], ids=["crossbar start", "openline run"])
def test_ctrl_c_ends_everything(supervised: bool) -> None:
    with Node(supervised=supervised) as node:
        assert introduce(node.url, "Ada").role == "guest"
        node.component_process()
        processes = node.processes()
        assert node.stop(seconds=15) == 0
        _, alive = psutil.wait_procs(processes, timeout=0)
        assert alive == []
        assert "Traceback" not in node.said()


def test_what_only_the_node_may_see_is_its_owners(tmp_path: Path) -> None:
    with Node() as node:
        node.component_process()
        for name in ("run", "keys", "data"):
            assert stat.S_IMODE((node.cbdir / name).stat().st_mode) == 0o700, name
        assert stat.S_IMODE((node.cbdir / "keys/token.key").stat().st_mode) == 0o600


def test_a_taken_port_is_said_and_not_tried_for_ever() -> None:
    with Node() as first:
        second = Node(supervised=True, environ={"PORT": str(first.port)})
        with pytest.raises(RuntimeError, match=str(first.port)):
            second.start()


BROKEN = [
    (
        "openline.yaml",
        "streams:\n  - match: app.demo.*\n    keep: {events: many}\n",
        "openline.yaml:3: streams[0].keep.events",
    ),
    ("openline.yaml", "guests:\n  allowed: perhaps\n", "openline.yaml:2: guests.allowed"),
    ("openline.yaml", "colour: red\n", "openline.yaml:1: colour"),
    ("openline.yaml", "streams: [\n", "openline.yaml:2"),
    ("config.yaml", "version: 2\nworkers:\n- type: rooter\n", "config.yaml:3"),
]


@pytest.mark.parametrize(("file", "text", "words"), BROKEN)
def test_a_broken_file_is_said_with_its_line(file: str, text: str, words: str) -> None:
    node = Node(supervised=True)
    (node.cbdir / file).write_text(text)
    checked = subprocess.run(
        [sys.executable, "-m", "openline", "check", "--cbdir", str(node.cbdir)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert checked.returncode == 1
    assert words in checked.stdout
    with pytest.raises(RuntimeError) as ended:
        node.start()
    assert words in str(ended.value)


@pytest.mark.parametrize(("file", "text", "words"), [case for case in BROKEN if case[0] == "openline.yaml"])
def test_crossbar_start_says_it_too(file: str, text: str, words: str) -> None:
    node = Node()
    (node.cbdir / file).write_text(text)
    with pytest.raises(RuntimeError) as ended:
        node.start()
    assert words in node.said()
    assert "the node ended" in str(ended.value)


def test_a_node_whose_supervisor_is_killed_does_not_stay() -> None:
    with Node(supervised=True) as node:
        processes = node.processes()
        os.kill(processes[0].pid, signal.SIGKILL)
        wait_for(lambda: not psutil.wait_procs(processes, timeout=0)[1], "somebody stayed")


@pytest.mark.parametrize("name", ["PORT", "OPENLINE_PORT"])
def test_the_port_is_where_the_environment_says(name: str) -> None:
    port = free_port()
    node = Node(environ={name: str(port)})
    node.port, node.url = port, f"http://127.0.0.1:{port}"
    with node:
        assert introduce(node.url, "Ada").name == "Ada"
