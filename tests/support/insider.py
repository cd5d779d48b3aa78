"""A component of a running node that offers nothing: calls what only components may, and hears what only they hear."""

from collections.abc import Awaitable
from typing import Any

from twisted.internet.defer import Deferred

from components.contract import Component, Procedure, Reply, Request, Shape, Topic
from components.host import socket_url
from components.keys import COMMANDS, own_key
from components.wire import Wire, connect
from tests.support.node import Node
from tests.support.person import PATIENCE


class Insider:
    """Joined to the first router of a node until `leave`."""

    def __init__(self, reactor: Any, node: Node) -> None:
        self._reactor = reactor
        self._wire = Wire(["router1"], reactor)
        self._left: Deferred[None] = Deferred()
        self.joined: Deferred[None] = Deferred()
        url = socket_url(node.cbdir / "run", "router1")
        key = own_key(node.cbdir / "keys", COMMANDS)
        connection: Any = connect(url, "router1", "openline", key, self._wire, Component(), self._stay)
        self._connection: Deferred[Any] = connection.start(reactor)

    def _stay(self) -> Awaitable[None]:
        self.joined.callback(None)
        return self._left

    async def call(self, procedure: Procedure[Request, Reply], request: Request) -> Reply:
        return await self._wire.call(procedure, request)

    async def hear(self, topic: Topic[Shape], heard: list[dict[str, Any]]) -> None:
        """Note the events of a topic from now on."""
        await self._wire._any_session().subscribe(lambda **event: heard.append(event), topic.uri)

    async def leave(self) -> None:
        self._left.callback(None)
        await self._connection


async def insider(reactor: Any, node: Node) -> Insider:
    """Join a node."""
    made = Insider(reactor, node)
    await made.joined.addTimeout(PATIENCE, reactor)
    return made
