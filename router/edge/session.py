"""A client's WAMP session: it signs in, and what it sends is held against its limits."""

import time
from math import ceil
from typing import TYPE_CHECKING, Any

from autobahn import util
from autobahn.wamp.exception import InvalidUriError, ProtocolError

from .cut import Cut, Why
from .incoming import (
    ABORT,
    AUTHENTICATE,
    CALL,
    CHALLENGE,
    ERROR,
    GOODBYE,
    HELLO,
    PUBLISH,
    REGISTER,
    REQUESTS,
    SUBSCRIBE,
    TAKEN,
    WELCOME,
    roles,
)
from .joined import Joined
from .transport import Transport

if TYPE_CHECKING:
    from router.tokens import Token

    from .edge import Edge

_TOO_FAST = "openline.error.too_fast"
_TOO_MANY = {
    SUBSCRIBE: ("subscriptions", "openline.error.too_many_subscriptions", Why.SUBSCRIPTIONS.words),
    REGISTER: ("procedures", "openline.error.too_many_procedures", "This session answers too many procedures."),
}
"""What a session may have only so many of: the limit, and the error of who reaches it."""
_BAD_URI = "wamp.error.invalid_uri"
_LONGEST_FLOOD = 300.0
"""Seconds for which a connection may go on sending too much: who writes off a backlog at the limit is no attacker."""
_PAUSE = 5.0
"""Seconds without a refusal that end a flood."""
_MOST_JOINS = 20
"""How often one may sign in again on one connection."""


class Session(Joined):
    """One client, whatever its transport."""

    __slots__ = ("_allowance", "_flooding", "_joins", "_refused", "_state", "_timer")

    def __init__(self, edge: "Edge", transport: Transport, joins: int = 0) -> None:
        """`joins` says how many sessions there have been on the connection before."""
        super().__init__(edge, transport)
        self._allowance: Any = None
        self._refused = self._flooding = float("-inf")
        """When it was last told to wait, and since when that goes on."""
        self._joins = joins
        self._state = HELLO
        self._timer = edge.ticker.later(edge.settings.limits.hello, self._out_of_time)

    # ---- from the transport

    def receive(self, payload: bytes) -> None:
        """Take one encoded message of the client. Raises `Cut`: close, saying why."""
        transport = self._transport
        if transport is None:
            return
        edge = self._edge
        edge.counters.messages_in += 1
        raw = transport.encoding.codec.decode(payload, edge.settings.limits.depth)
        if self._session_id is None:
            self._greet(raw)
        else:
            self._take(raw)

    def lost(self) -> None:
        """The connection is gone. Harmless when repeated."""
        if self._transport is not None:
            self._stop_timer()
            self._leave()
            self._transport = None

    def admit(self, token: str, said: dict[str, Any]) -> None:
        """Sign in without a HELLO, for a transport that speaks no WAMP to its client. Raises `Cut(Why.SIGNED_OUT)`."""
        self._enter(self._edge.authenticate(token, None), said)

    # ---- signing in

    def _greet(self, raw: list[Any]) -> None:
        """Take a message before the session is joined: HELLO, then AUTHENTICATE, and nothing else."""
        if raw[0] == HELLO and self._state == HELLO:
            self._hello(raw)
        elif raw[0] == AUTHENTICATE and self._state == AUTHENTICATE:
            self._authenticate(raw)
        elif raw[0] == ABORT:
            raise Cut(Why.DONE)
        else:
            raise Cut(Why.OUT_OF_TURN)

    def _hello(self, raw: list[Any]) -> None:
        if len(raw) != 3 or not isinstance(raw[1], str) or not isinstance(raw[2], dict):
            raise Cut(Why.MALFORMED)
        asked = raw[2]
        self._session_roles = roles(asked.get("roles"))
        if raw[1] != self._edge.settings.realm:
            return self._abort("wamp.error.no_such_realm", "There is no such realm here.", Why.MALFORMED)
        methods = asked.get("authmethods")
        if not isinstance(methods, list) or self._authmethod not in methods:
            return self._abort("wamp.error.no_auth_method", "Sign in with a ticket.", Why.MALFORMED)
        self._authid = asked["authid"] if isinstance(asked.get("authid"), str) else None
        self._state = AUTHENTICATE
        self._say([CHALLENGE, self._authmethod, {}])

    def _authenticate(self, raw: list[Any]) -> None:
        try:
            if len(raw) < 2 or not isinstance(raw[1], str):
                raise Cut(Why.MALFORMED)
            who = self._edge.authenticate(raw[1], self._authid)
        except Cut as cut:
            if cut.why is not Why.SIGNED_OUT:
                raise
            return self._abort("wamp.error.not_authorized", cut.words)
        self._enter(who, self._session_roles)
        self._say([WELCOME, self._session_id, self._welcome()])

    def _enter(self, who: "Token", said: dict[str, Any]) -> None:
        """Join the router. Raises `Cut`."""
        assert self._transport is not None
        self._edge.door.check()
        if wait := self._edge.allowances.sign_in(self._transport.visitor.address, time.monotonic()):
            raise Cut(Why.FLOOD, retry_after=wait)
        self._stop_timer()
        self.token, self._authid, self._authrole = who, who.id, who.role
        self._session_roles = said
        self._session_id = util.id()
        self._since = time.monotonic()
        self._allowance = self._edge.allowances.of(self._authid, self._transport.visitor.address)
        self._edge.expiry.expect(who)
        self._edge.joined(self)

    def _welcome(self) -> dict[str, Any]:
        return {
            "realm": self._realm,
            "authid": self._authid,
            "authrole": self._authrole,
            "authmethod": self._authmethod,
            "authprovider": self._authprovider,
            "authextra": self._authextra,
            "roles": self._edge.features,
        }

    def _abort(self, error: str, words: str, why: Why = Why.SIGNED_OUT) -> None:
        """Refuse a sign-in. The client closes the connection, or time does."""
        self._state = ABORT
        self._count(why.name.lower())
        self._say([ABORT, {"message": words}, error])

    def _out_of_time(self) -> None:
        self._timer = None
        if self._transport is not None and self._session_id is None:
            self._transport.close(Cut(Why.NO_HELLO))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # ---- signed in

    def _take(self, raw: list[Any]) -> None:
        kind = raw[0]
        if kind not in TAKEN:
            return self._other(kind)
        if wait := self._allowance.take(TAKEN[kind][1], time.monotonic()):
            return self._too_fast(raw, wait)
        if kind == CALL and self._answered(raw):
            return self._wait_for_answers()
        taken = self._parse(raw)
        if kind in _TOO_MANY and self._is_full(kind):
            limit, error, words = _TOO_MANY[kind]
            self._count(limit)
            self._refuse(raw, error, {"message": words})
        elif taken is not None:
            self._process(taken)
            if kind == CALL:
                self._wait_for_answers()

    def _other(self, kind: int) -> None:
        if kind != GOODBYE:
            raise Cut(Why.OUT_OF_TURN)
        self._goodbye()

    def _parse(self, raw: list[Any]) -> Any:
        """Make Autobahn's message of it, or answer that its address is none. Raises `Cut`."""
        try:
            return TAKEN[raw[0]][0].parse(raw)
        except InvalidUriError as error:
            if raw[0] not in REQUESTS:
                raise Cut(Why.MALFORMED) from error
            self._refuse(raw, _BAD_URI, {"message": "This address is none: a.b.c, of small letters and digits."})
        except Exception as error:  # Autobahn checks some of it by assertions.
            raise Cut(Why.MALFORMED) from error

    def _answered(self, raw: list[Any]) -> bool:
        try:
            return self._edge.router.calls.answer_plain(self, raw)
        except ProtocolError as error:
            raise Cut(Why.MALFORMED) from error

    def _process(self, taken: Any) -> None:
        try:
            self._edge.router.process(self, taken)
        except ProtocolError as error:
            raise Cut(Why.MALFORMED) from error

    def _wait_for_answers(self) -> None:
        """Take nothing more while components are busy with so many calls of this session: others want an answer too."""
        calls = self._edge.router.calls
        if self._transport is not None and calls.underway(self) >= self._edge.settings.limits.underway:
            self._transport.hold(1.0)
            calls.tell_when_fewer(self)

    def fewer(self) -> None:
        """Go on: some of the calls were answered."""
        if self._transport is not None:
            self._transport.go_on()

    def _is_full(self, kind: int) -> bool:
        router, limits = self._edge.router, self._edge.settings.limits
        if kind == REGISTER:
            return router.calls.registrations(self) >= limits.procedures
        return router.events.subscriptions(self) >= limits.subscriptions

    def _too_fast(self, raw: list[Any], wait: float) -> None:
        """Say how long to wait, and take nothing more from the connection for so long.

        It cannot be seen whether a connection that is not read from has ended, so that does not go on for ever.
        """
        now = self._edge.ticker.now
        if now - self._refused > _PAUSE:
            self._flooding = now
        self._refused = now
        self._count("flood")
        if now - self._flooding > _LONGEST_FLOOD:
            raise Cut(Why.FLOOD, retry_after=wait)
        assert self._transport is not None
        self._transport.hold(wait)
        self._refuse(raw, _TOO_FAST, {"message": Why.FLOOD.words, "retry_after": ceil(wait * 1_000) / 1_000})

    def _refuse(self, raw: list[Any], error: str, fields: dict[str, Any]) -> None:
        """Answer a request with an error; what wants no answer gets none."""
        if len(raw) < 3 or not isinstance(raw[1], int) or (raw[0] == PUBLISH and not isinstance(raw[2], dict)):
            raise Cut(Why.MALFORMED)
        if raw[0] in REQUESTS and (raw[0] != PUBLISH or raw[2].get("acknowledge")):
            self._say([ERROR, raw[0], raw[1], {}, error, [], fields])

    def _count(self, reason: str) -> None:
        assert self._transport is not None
        self._edge.counters.refused(reason, self._transport.visitor.address)

    def _goodbye(self) -> None:
        """Answer a GOODBYE, leave, and make room for another session on this connection (WAMP spec §Session Closing).

        For another: what this one still waits for is not to be handed to whoever signs in next.
        """
        self._say([GOODBYE, {}, "wamp.close.goodbye_and_out"])
        self._leave()
        transport, self._transport = self._transport, None
        assert transport is not None
        self._edge.open(transport, self._joins + 1)
        if self._joins == _MOST_JOINS:
            raise Cut(Why.FLOOD)

    def _leave(self) -> None:
        if self._session_id is not None:
            try:
                self._edge.left(self)
            finally:
                self._session_id = None

    def _say(self, raw: list[Any]) -> None:
        transport = self._transport
        if transport is not None:
            if transport.audiences:
                self._edge.router.events.flush_for(transport)
            transport.write(transport.encoding.write(raw), None)

    # ---- from the router

    def leave(self, reason: str | None = None, message: str | None = None) -> None:
        """End the session from the router's side, as `wamp.session.kill` does."""
        self._say([GOODBYE, {"message": message} if message else {}, reason or "wamp.close.killed"])
        self._edge.router.events.silence(self)
        # Crossbar is going through a list that we are in.
        self._edge.reactor.callLater(0, self._dismiss, Cut(Why.SIGNED_OUT))

    def end(self, cut: Cut) -> None:
        self._edge.router.events.silence(self)
        self._dismiss(cut)

    def renew(self, ticket: str) -> bool:
        """Go on with another token of the same person, who may do no less. Says whether they go by another name now.

        Raises `Cut`. What was allowed by the token until now is not looked at again, so a token that takes something
        away asks for a new session.
        """
        before, token = self.token, self._edge.authenticate(ticket, self._authid)
        assert before is not None
        if token.role != before.role or not token.rights.include(before.rights):
            raise Cut(Why.SIGNED_OUT)
        self.token, self.caller = token, None
        self._edge.expiry.expect(token)
        return (token.name, token.family, token.rights) != (before.name, before.family, before.rights)

    def _dismiss(self, cut: Cut) -> None:
        self._leave()
        if self._transport is not None:
            self._transport.close(cut)
