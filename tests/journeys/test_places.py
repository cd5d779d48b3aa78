"""The same node with its parts elsewhere: another database, several router workers."""

from copy import deepcopy
from typing import Any

import yaml

from tests.support.driver import Driver
from tests.support.node import Node, free_port, wait_for
from tests.support.postgres import postgres


def talk(writer_at: str, follower_at: str) -> None:
    """Somebody writes for a while, and somebody else sees all of it."""
    follower, writer = Driver(follower_at, "Bob"), Driver(writer_at, "Ada", what="write")
    try:
        wait_for(lambda: len(writer.each("acked")) > 20, "nothing gets through")
        writer.finish()
        follower.wait_until_shown(max(writer.each("offset")))
    finally:
        writer.stop()
        follower.stop()
    assert writer.each("acked") == writer.each("sent")
    assert follower.shown() == list(range(1, len(follower.shown()) + 1))


def test_one_setting_chooses_postgresql() -> None:
    url = postgres().database().render_as_string(hide_password=False)
    with Node({"database": url}) as node:
        talk(node.url, node.url)
        assert not (node.cbdir / "data/openline.sqlite").exists()
        assert "Traceback" not in node.said()


def second_router(node: Node) -> str:
    """Give a node one more router worker, with a port of its own; answers with its address."""
    path = node.cbdir / "config.yaml"
    config: dict[str, Any] = yaml.safe_load(path.read_text())
    first = config["workers"][0]
    second = yaml.safe_load(yaml.safe_dump(deepcopy(first)).replace("router1", "router2"))
    port = free_port()
    second["transports"][1]["endpoint"]["port"] = port
    config["workers"].insert(1, second)
    path.write_text(yaml.safe_dump(config))
    return f"http://127.0.0.1:{port}"


def test_people_on_different_router_workers_meet() -> None:
    node = Node({"routers": ["router1", "router2"]})
    other = second_router(node)
    with node:
        talk(node.url, other)
        talk(other, node.url)
