"""A client's WAMP session: sign-in, limits, and what the router asks of any session it knows."""

import time
from typing import TYPE_CHECKING, Any

import orjson
from autobahn import util
from autobahn.wamp import message
from autobahn.wamp.exception import InvalidUriError, ProtocolError
from autobahn.wamp.types import SessionDetails, TransportDetails

from .cut import Cut, Why
from .transport import Transport

if TYPE_CHECKING:
    from router.identity import Identity

    from .edge import Edge

HELLO, WELCOME, ABORT, CHALLENGE, AUTHENTICATE, GOODBYE = 1, 2, 3, 4, 5, 6
PUBLISH, SUBSCRIBE = message.Publish.MESSAGE_TYPE, message.Subscribe.MESSAGE_TYPE
_METHOD = "ticket"
_TOO_FAST = "openline.error.too_fast"
_TOO_MANY = "openline.error.too_many_subscriptions"
_BAD_URI = "wamp.error.invalid_uri"
_PATIENCE = 2_000
"""How many more of its requests than were taken a connection may have refused for sending too much."""
_LONGEST_HOLD = 5.0
_REQUESTS = {
    kind.MESSAGE_TYPE
    for kind in (
        message.Publish,
        message.Subscribe,
        message.Unsubscribe,
        message.Call,
        message.Register,
        message.Unregister,
    )
}
"""What can be answered with an error that says why."""
_MOST_JOINS = 20
"""How often one may sign in again on one connection."""
_TAKEN: dict[int, tuple[Any, str]] = {
    kind.MESSAGE_TYPE: (kind, name)
    for kind, name in (
        (message.Publish, "publish"),
        (message.Subscribe, "subscribe"),
        (message.Call, "call"),
        (message.Unsubscribe, "subscribe"),
        (message.Cancel, "call"),
        (message.Register, "subscribe"),
        (message.Unregister, "subscribe"),
        (message.Yield, "call"),
        (message.Error, "call"),
    )
}
"""What a client that has signed in may send, and from which allowance it is taken."""


class Session:
    """One client, as Crossbar's broker and dealer see it; the names with underscores are what they ask for."""

    __slots__ = (
        "_allowance",
        "_authextra",
        "_authid",
        "_authrole",
        "_edge",
        "_joins",
        "_refused",
        "_session_id",
        "_session_roles",
        "_since",
        "_state",
        "_timer",
        "_transport",
    )
    _authmethod = _METHOD
    _authprovider = "openline"
    _session_id: int | None

    def __init__(self, edge: "Edge", transport: Transport) -> None:
        self._edge = edge
        self._transport: Transport | None = transport
        self._session_id = None
        self._authid: str | None = None
        self._authrole: str | None = None
        self._authextra: dict[str, Any] | None = None
        self._session_roles: dict[str, Any] = {}
        self._allowance: Any = None
        self._refused = self._joins = 0
        self._since = 0.0
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

    def admit(self, token: str, roles: dict[str, Any]) -> None:
        """Sign in without a HELLO, for a transport that speaks no WAMP to its client. Raises `Cut(Why.SIGNED_OUT)`."""
        self._enter(self._edge.authenticate(token, None), roles)

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
        self._session_roles = _roles(asked.get("roles"))
        if raw[1] != self._edge.settings.realm:
            return self._abort("wamp.error.no_such_realm", "There is no such realm here.")
        methods = asked.get("authmethods")
        if not isinstance(methods, list) or _METHOD not in methods:
            return self._abort("wamp.error.no_auth_method", "Sign in with a ticket.")
        self._authid = asked["authid"] if isinstance(asked.get("authid"), str) else None
        self._state = AUTHENTICATE
        self._say([CHALLENGE, _METHOD, {}])

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

    def _enter(self, who: "Identity", roles: dict[str, Any]) -> None:
        """Join the router."""
        assert self._transport is not None
        self._stop_timer()
        self._authid, self._authrole, self._authextra = who.id, who.role, who.extra
        self._session_roles = roles
        self._session_id = util.id()
        self._since = time.monotonic()
        self._allowance = self._edge.allowances.of(self._authid, self._transport.visitor.address)
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

    def _abort(self, error: str, words: str) -> None:
        """Refuse a sign-in. The client closes the connection, or time does."""
        self._state = ABORT
        self._count("signed_out")
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
        known = _TAKEN.get(kind)
        if known is None:
            if kind == GOODBYE:
                return self._goodbye()
            raise Cut(Why.OUT_OF_TURN)
        if wait := self._allowance.take(known[1], time.monotonic()):
            return self._too_fast(raw, wait)
        if self._refused:
            self._refused -= 1
        try:
            taken = known[0].parse(raw)
        except InvalidUriError as error:
            if kind not in _REQUESTS:
                raise Cut(Why.MALFORMED) from error
            return self._refuse(raw, _BAD_URI, {"message": "This address is none: a.b.c, of small letters and digits."})
        except Exception as error:  # Autobahn checks some of it by assertions.
            raise Cut(Why.MALFORMED) from error
        if kind == SUBSCRIBE and self._is_full():
            self._count("subscriptions")
            return self._refuse(raw, _TOO_MANY, {"message": Why.SUBSCRIPTIONS.words})
        self._process(taken)

    def _process(self, taken: Any) -> None:
        try:
            self._edge.router.process(self, taken)
        except ProtocolError as error:
            raise Cut(Why.MALFORMED) from error

    def _is_full(self) -> bool:
        return self._edge.router.events.subscriptions(self) >= self._edge.settings.limits.subscriptions

    def _too_fast(self, raw: list[Any], wait: float) -> None:
        """Say how long to wait, and take nothing more from the connection for longer and longer."""
        self._refused += 1
        self._count("flood")
        if self._refused > _PATIENCE:
            raise Cut(Why.FLOOD, retry_after=wait)
        assert self._transport is not None
        self._transport.hold(min(_LONGEST_HOLD, wait * self._refused))
        self._refuse(raw, _TOO_FAST, {"message": Why.FLOOD.words, "retry_after": round(wait, 3)})

    def _refuse(self, raw: list[Any], error: str, fields: dict[str, Any]) -> None:
        """Answer a request with an error; what wants no answer gets none."""
        if len(raw) < 3 or not isinstance(raw[1], int) or (raw[0] == PUBLISH and not isinstance(raw[2], dict)):
            raise Cut(Why.MALFORMED)
        if raw[0] in _REQUESTS and (raw[0] != PUBLISH or raw[2].get("acknowledge")):
            self._say([message.Error.MESSAGE_TYPE, raw[0], raw[1], {}, error, [], fields])

    def _count(self, reason: str) -> None:
        assert self._transport is not None
        self._edge.counters.refused(reason, self._transport.visitor.address)

    def _goodbye(self) -> None:
        """Answer a GOODBYE, leave, and be ready for another HELLO on this connection (WAMP spec §Session Closing)."""
        self._say([GOODBYE, {}, "wamp.close.goodbye_and_out"])
        self._leave()
        self._joins += 1
        if self._joins == _MOST_JOINS:
            raise Cut(Why.FLOOD)
        self._timer = self._edge.ticker.later(self._edge.settings.limits.hello, self._out_of_time)

    def _leave(self) -> None:
        if self._session_id is not None:
            self._edge.left(self)
            self._session_id = None
            self._state = HELLO

    def _say(self, raw: list[Any]) -> None:
        transport = self._transport
        if transport is not None:
            if transport.audiences:
                self._edge.router.events.flush_for(transport)
            transport.write(transport.encoding.write(raw), None)

    # ---- what Crossbar asks of a session

    @property
    def _realm(self) -> str:
        return self._edge.settings.realm

    @property
    def _testaments(self) -> dict[str, list[Any]]:
        return {"destroyed": [], "detached": []}

    @property
    def authrole(self) -> str | None:
        """The role that it signed in with."""
        return self._authrole

    @property
    def lasted(self) -> float:
        """Seconds since it joined."""
        return time.monotonic() - self._since

    @property
    def session_details(self) -> SessionDetails:
        """Made when it is asked for: most sessions live without ever being looked at."""
        return SessionDetails(
            realm=self._realm,
            session=self._session_id,
            authid=self._authid,
            authrole=self._authrole,
            authmethod=self._authmethod,
            authprovider=self._authprovider,
            authextra=dict(self._authextra or {}),
            transport=TransportDetails(peer=self._transport.visitor.address if self._transport else None),
        )

    _session_details = session_details

    def leave(self, reason: str | None = None, message: str | None = None) -> None:
        """End the session from the router's side, as `wamp.session.kill` does."""
        self._say([GOODBYE, {"message": message} if message else {}, reason or "wamp.close.killed"])
        self._edge.router.events.silence(self)
        self._edge.reactor.callLater(0, self._dismiss)  # Crossbar is going through a list that we are in.

    def _dismiss(self) -> None:
        self._leave()
        if self._transport is not None:
            self._transport.close(Cut(Why.SIGNED_OUT))


_KNOWN_ROLES: dict[bytes, dict[str, Any]] = {}
"""What clients say of themselves, made once for each kind of client."""


def _roles(said: object) -> dict[str, Any]:
    """Read the roles of a HELLO."""
    try:
        key = orjson.dumps(said)
        found = _KNOWN_ROLES.get(key)
        if found is None:
            found = message.Hello.parse([HELLO, "realm", {"roles": said}]).roles
            if len(_KNOWN_ROLES) < 256:
                _KNOWN_ROLES[key] = found
    except (ProtocolError, TypeError) as error:
        raise Cut(Why.MALFORMED) from error
    return found
