"""The client of a session that lives in this process: asks in WAMP, and hears what the router sends."""

from typing import Any

from autobahn.wamp.role import RoleSubscriberFeatures
from twisted.internet.defer import CancelledError, Deferred

from ..cut import Cut
from ..edge import Edge
from ..transport import Transport, Visitor
from . import problem
from .form import ENCODING

PATIENCE = 35.0
"""Seconds that an answer may take; a component gives up after 30."""
_ROLES = {"subscriber": RoleSubscriberFeatures(subscription_revocation=True)}
"""What it understands, and would say in a HELLO: that a subscription is taken away."""
_ERROR, _SUBSCRIBE, _SUBSCRIBED, _UNSUBSCRIBED, _EVENT, _CALL, _RESULT = 8, 32, 33, 35, 36, 48, 50


class Client(Transport):
    """Carries one session's messages no further than to itself."""

    kind = "events"

    def __init__(self, edge: Edge, visitor: Visitor) -> None:
        super().__init__(visitor, ENCODING)
        self.edge = edge
        self.cut: Cut | None = None
        """Why the session was ended, once it was."""
        self.is_over = False
        self.topics: dict[int, str] = {}
        """Subscriptions, by their ids."""
        self._asked: dict[int, Deferred[Any]] = {}
        self._waiting: set[Deferred[Any]] = set()
        self._last = 0
        self._place: Any = None

    def enter(self, token: str) -> None:
        """Open the session, and sign in. Raises `Cut`."""
        self._place = self.edge.door.admit(self.visitor)
        session = self.edge.open(self)
        session.admit(token, _ROLES)

    def leave(self) -> None:
        """End it. Whoever waits for something of it is canceled. Harmless when repeated."""
        if self.is_over:
            return
        self.is_over = True
        if self.session is not None:
            self.session.lost()
        if self._place is not None:
            self._place.release()
        for one in list(self._waiting):
            one.cancel()

    def wait(self) -> "Deferred[Any]":
        """Make something to wait for while the session lasts."""
        if self.is_over:
            raise CancelledError
        one: Deferred[Any] = Deferred()
        self._waiting.add(one)

        def over(result: Any) -> Any:
            self._waiting.discard(one)
            return result

        return one.addBoth(over)

    async def call(self, procedure: str, **fields: Any) -> Any:
        """Call a procedure. Raises `Problem`."""
        return await self._ask([_CALL, {}, procedure, [], fields])

    async def subscribe(self, topic: str) -> None:
        """Subscribe to a topic, once. Raises `Problem`."""
        if topic not in self.topics.values():
            self.topics[await self._ask([_SUBSCRIBE, {}, topic])] = topic

    # ---- what a listener makes of it

    def heard(self, topic: str, data: bytes) -> None:
        """Take an event, as `ENCODING` wrote it."""

    def revoked(self, topic: str, reason: str) -> None:
        """A subscription was taken away."""

    # ---- from the router

    def send(self, message: Any) -> None:
        self._told(message.marshal())

    def write(self, data: bytes, topic: str | None) -> None:
        if topic is not None:
            self.heard(topic, data)
        else:
            self._told(self.encoding.codec.decode(data))

    def close(self, cut: Cut) -> None:
        self.cut = self.cut or cut
        self.leave()

    def hold(self, seconds: float) -> None:
        """Our own client waits as the refusals tell it to."""

    def go_on(self) -> None:
        """It never stopped."""

    def _ask(self, raw: list[Any]) -> "Deferred[Any]":
        asked = self.wait()
        self._last = number = self._last + 1
        self._asked[number] = asked
        timer = self.edge.ticker.later(PATIENCE, lambda: self._fail(number, "openline.error.unavailable", {}))

        def over(result: Any) -> Any:
            timer.cancel()
            self._asked.pop(number, None)
            return result

        asked.addBoth(over)
        self._tell([raw[0], number, *raw[1:]])
        return asked

    def _tell(self, raw: list[Any]) -> None:
        assert self.session is not None
        try:
            self.session.receive(self.encoding.codec.encode(raw))
        except Cut as cut:
            self.close(cut)

    def _told(self, raw: list[Any]) -> None:
        """Take a message of the router."""
        kind = raw[0]
        if kind == _RESULT:
            self._answer(raw[1], raw[3][0] if len(raw) > 3 and raw[3] else {})
        elif kind == _SUBSCRIBED:
            self._answer(raw[1], raw[2])
        elif kind == _ERROR:
            self._fail(raw[2], raw[4], raw[6] if len(raw) > 6 else {})
        elif kind == _EVENT:
            self.heard(self.topics.get(raw[1], ""), self.encoding.codec.encode(raw))
        elif kind == _UNSUBSCRIBED and raw[1] == 0:
            details = raw[2] if len(raw) > 2 else {}
            self.revoked(self.topics.pop(details.get("subscription", 0), ""), details.get("reason") or "")

    def _answer(self, number: int, result: Any) -> None:
        asked = self._asked.get(number)
        if asked is not None:
            asked.callback(result)

    def _fail(self, number: int, uri: str, fields: dict[str, Any]) -> None:
        asked = self._asked.get(number)
        if asked is not None:
            asked.errback(problem.of_error(uri, fields))
