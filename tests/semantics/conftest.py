"""The servers that every test here runs on, and the sessions that a test has joined."""

from collections.abc import Iterator

import pytest

from tests.support.node import Node

from .servers import PlainNode, Server, our_server, ours, wait_until_known
from .sessions import Sessions


@pytest.fixture(scope="session")
def plain() -> Iterator[Server]:
    """Crossbar as it comes."""
    with PlainNode() as node:
        server = Server(node, lambda authid, role: role)
        wait_until_known(server)
        yield server


@pytest.fixture(scope="session")
def our_node() -> Iterator[Node]:
    """This node."""
    with ours() as node:
        wait_until_known(our_server(node))
        yield node


@pytest.fixture(scope="session", params=["plain", "websocket", "longpoll"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each test runs on Crossbar as it comes, and on this node by each of its transports."""
    if request.param == "plain":
        found: Server = request.getfixturevalue("plain")
        return found
    return our_server(request.getfixturevalue("our_node"), polls=request.param == "longpoll")


@pytest.fixture
def join(server: Server) -> Iterator[Sessions]:
    """Join sessions that leave when the test ends."""
    with Sessions(server) as sessions:
        yield sessions
