"""A worker is ready when people can sign in and every component answers."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from twisted.internet.task import Clock

from components import alive
from components.settings import Settings
from components.settings_file import Places
from router import hooks
from router.edge.ready import Readiness, readiness
from tests.support.router import SETTINGS, MemoryRouter

PATHS: dict[str, object] = {"/": {}, "auth": {}, "ws": {}}


class Node:
    """A router in memory, in a worker whose ports we say are open, and the lock of a supervisor."""

    def __init__(self, folder: Path) -> None:
        self.memory = MemoryRouter(SETTINGS, Clock())
        self.router = self.memory.router
        self.transports: dict[str, Any] = {}
        self.router._factory._worker = SimpleNamespace(transports=self.transports)
        self.lock = folder / alive.SUPERVISOR
        self.held = alive.hold(self.lock)

    def open(self, *paths: str) -> None:
        self.transports["web"] = SimpleNamespace(type="web", root=paths, config={"paths": PATHS})

    def register(self, uri: str) -> None:
        self.memory.join("c", "component").register(lambda: None, uri)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    node = Node(tmp_path)
    yield node
    if node.held:
        os.close(node.held)


def test_ready(node: Node) -> None:
    node.open("auth", "ws")
    assert Readiness(node.router, node.lock).missing() == []


@pytest.mark.parametrize("opened", [(), ("auth",)])
def test_every_path_must_be_open(node: Node, opened: tuple[str, ...]) -> None:
    if opened:
        node.open(*opened)
    assert Readiness(node.router, node.lock).missing() == ["the web port is not open"]


def test_a_dead_supervisor_is_missed(node: Node) -> None:
    node.open("auth", "ws")
    os.close(node.held)
    node.held = 0
    assert Readiness(node.router, node.lock).missing() == ["the components' supervisor is not running"]


def test_what_a_component_declares_must_be_answered(node: Node) -> None:
    node.open("auth", "ws")
    ready = Readiness(node.router, node.lock, {"room": ["openline.room.join", "openline.room.post"], "stream": []})
    assert ready.missing() == ["the component room does not answer openline.room.join and 1 more"]
    node.register("openline.room.join")
    assert ready.missing() == ["the component room does not answer openline.room.post"]


def test_what_a_node_looks_for(tmp_path: Path) -> None:
    places = Places(tmp_path, tmp_path, tmp_path, tmp_path / "run", "")
    ready = readiness(Settings(), places, None)
    assert ready.supervisor == tmp_path / "run/components.lock"
    assert list(ready.procedures) == ["stream", "room", "identity", "presence", "hook", "push"]
    assert "openline.stream.publish" in ready.procedures["stream"]
    inside = readiness(Settings.model_validate({"processes": {"router": ["stream"]}}), places, None)
    assert inside.supervisor is None


def test_a_worker_built_differently_is_said_so(node: Node) -> None:
    node.router._factory._worker = None
    with pytest.raises(hooks.HookMoved):
        Readiness(node.router, None).missing()
