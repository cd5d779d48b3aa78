"""Somebody on the line: signs in over HTTP, joins by WebSocket, calls, posts and follows, as a page would."""

import json
import urllib.request
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from autobahn.twisted.wamp import ApplicationSession
from autobahn.twisted.websocket import WampWebSocketClientFactory
from autobahn.wamp.message import Unsubscribed
from autobahn.wamp.serializer import CBORSerializer, JsonSerializer, MsgPackSerializer
from autobahn.wamp.types import ComponentConfig
from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.threads import deferToThread

SERIALIZERS = {"json": JsonSerializer, "msgpack": MsgPackSerializer, "cbor": CBORSerializer}
PATIENCE = 20
"""Seconds until a wait is given up."""


@dataclass(frozen=True)
class Pass:
    """What a guest was given at the door."""

    token: str
    id: str
    name: str
    role: str
    expires: float


def introduce(url: str, name: str) -> Pass:
    """Get a guest's token."""
    body = json.dumps({"name": name}).encode()
    request = urllib.request.Request(f"{url}/auth/guest", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return Pass(**json.load(answer))


class Session(ApplicationSession):
    """A WAMP session that signs in with a ticket. `joined` fires with it, or fails with the reason it was left."""

    def __init__(self, realm: str, authid: str | None, ticket: str) -> None:
        super().__init__(ComponentConfig(realm))
        self._ticket, self._as = ticket, authid
        self.joined: Deferred[Session] = Deferred()
        """Fires when the node has let it in, or fails with `Refused`."""
        self.ended: Deferred[str] = Deferred()
        """Fires when the connection is gone."""

    def onConnect(self) -> None:  # noqa: N802
        self.join(self.config.realm, ["ticket"], self._as)

    def onChallenge(self, challenge: object) -> str:  # noqa: N802
        return self._ticket

    def onJoin(self, details: object) -> None:  # noqa: N802
        self.joined.callback(self)

    def onLeave(self, details: Any) -> None:  # noqa: N802
        if not self.joined.called:
            self.joined.errback(Refused(details.reason, details.message))
        self.disconnect()

    def onMessage(self, msg: Any) -> None:  # noqa: N802
        """Take the end of a subscription as the router's word. Autobahn announces that it can, and hangs up."""
        if not (isinstance(msg, Unsubscribed) and msg.request == 0):
            super().onMessage(msg)

    def lost(self) -> None:
        """Hear that the connection has ended, however it did."""
        if not self.joined.called:
            self.joined.errback(Refused("lost", None))
        if not self.ended.called:
            self.ended.callback("lost")


class Refused(Exception):
    """The node did not let this session in."""


async def connect(
    reactor: Any, port: int, authid: str | None, ticket: str, serializer: str = "json", **headers: str
) -> Session:
    """Open one session over WebSocket."""
    session = Session("openline", authid, ticket)
    factory = WampWebSocketClientFactory(
        lambda: session,
        url=f"ws://127.0.0.1:{port}/ws",
        headers=headers or None,
        serializers=[SERIALIZERS[serializer]()],
    )
    wire: Any = await HostnameEndpoint(reactor, b"127.0.0.1", port).connect(factory)
    wire.is_closed.addCallback(lambda _: session.lost())
    return await session.joined.addTimeout(PATIENCE, reactor)


async def sign_in(reactor: Any, url: str, name: str) -> Session:
    """Come in as a guest."""
    given = await deferToThread(introduce, url, name)
    return await connect(reactor, int(url.rsplit(":", 1)[1]), given.id, given.token)


async def available(reactor: Any, call: Callable[[], Any], seconds: float = 30.0, more: Collection[str] = ()) -> Any:
    """Call until the components are there to answer. `more` are errors for which it is called again, too."""
    from autobahn.wamp.exception import ApplicationError

    away = {"wamp.error.no_such_procedure", "openline.error.unavailable", "wamp.error.authorization_failed", *more}
    deadline = reactor.seconds() + seconds
    while True:
        try:
            return await call()
        except ApplicationError as error:
            if error.error not in away or reactor.seconds() > deadline:
                raise
        pause: Deferred[None] = Deferred()
        reactor.callLater(0.1, pause.callback, None)
        await pause
