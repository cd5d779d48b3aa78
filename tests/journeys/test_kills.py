"""Nothing that was acknowledged is lost, and nothing is shown twice, whatever is killed meanwhile."""

from collections.abc import Callable

import pytest

from tests.support.driver import Driver
from tests.support.node import Node, wait_for

PEOPLE_WAIT = 25
"""Messages that must get through before and after each kill: half a second's worth."""


def kill_component_process(node: Node) -> None:
    node.component_process().kill()


def kill_supervisor(node: Node) -> None:
    node.supervisor().kill()


def kill_router_worker(node: Node) -> None:
    node.router_worker().kill()


def kill_whole_node(node: Node) -> None:
    for process in [node.controller(), *node.controller().children(recursive=True)]:
        process.kill()


KILLS: list[Callable[[Node], None]] = [kill_component_process, kill_router_worker, kill_whole_node, kill_supervisor]


@pytest.mark.parametrize("where", ["processes of their own", "the router worker"])
def test_nothing_is_lost_when_processes_are_killed(where: str) -> None:
    settings = {"processes": {"main": ["stream"], "router": ["room"]}} if where == "the router worker" else {}
    with Node(settings, supervised=True) as node:
        followers = [Driver(node.url, "Bob"), Driver(node.url, "Cy")]
        writer = Driver(node.url, "Ada", what="write")
        people = [writer, *followers]
        try:
            for kill in KILLS:
                some_get_through(writer)
                kill(node)
                some_get_through(writer)
            writer.finish()
            head = max(writer.each("offset"))
            for follower in followers:
                follower.wait_until_shown(head)
        finally:
            for person in people:
                person.stop()
        log = the_log(node)
    assert writer.each("refused") == []
    sent, acknowledged = writer.each("sent"), writer.each("acked")
    assert sorted(acknowledged) == sorted(sent), "each message is answered once"
    keys = [event["key"] for event in log if event["key"]]
    assert keys == sent, "the log has each message once, in the order in which they were written"
    assert [event["offset"] for event in log] == list(range(1, len(log) + 1))
    for follower in followers:
        assert follower.shown() == list(range(1, len(follower.shown()) + 1)), "each offset once and in order"
        assert len(follower.shown()) >= head
        assert False not in follower.each("recovered")


def some_get_through(writer: Driver) -> None:
    """Wait until so many more messages are acknowledged."""
    before = len(writer.each("acked"))
    wait_for(lambda: len(writer.each("acked")) >= before + PEOPLE_WAIT, "nothing gets through")


def the_log(node: Node) -> list[dict[str, object]]:
    """Read the whole room, as somebody who comes late."""
    late = Driver(node.url, "Late")
    try:
        wait_for(lambda: "live" in late.each("state"), "the late one did not catch up")
        events = [said for said in late.said if "shown" in said]
    finally:
        late.stop()
    return [{"offset": event["shown"], "key": event["key"]} for event in events]
