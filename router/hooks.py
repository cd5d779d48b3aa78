"""Everything that reaches into Crossbar 26.10 and Autobahn 26.10, each hook with its reason.

Each is checked when it is put in place: a Crossbar that moved what a hook holds on to ends the start with
`HookMoved`, rather than running a node without its locks.
"""

import sys
from collections.abc import Callable
from typing import Any

from autobahn.wamp import message, serializer
from autobahn.wamp.exception import ProtocolError
from autobahn.websocket.types import ConnectionDeny
from crossbar.router import protocol
from crossbar.router.role import RouterRole
from crossbar.router.router import Router
from crossbar.router.session import RouterSessionFactory
from crossbar.worker import transport
from twisted.internet.defer import Deferred

from components.settings import Settings

from .origin import welcome

MAX_DEPTH = 32
"""How deep the values of a message may nest."""
_RECURSION_LIMIT = 1_000
_OPTIONS_AT = {
    kind.MESSAGE_TYPE: 3 if kind is message.Error else 2
    for kind in (
        message.Call,
        message.Cancel,
        message.Error,
        message.Publish,
        message.Register,
        message.Subscribe,
        message.Yield,
    )
}
"""Where the options or details stand in the messages that a client may send."""


class HookMoved(Exception):
    """This Crossbar or Autobahn is built differently from the one that the hooks were written for."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is not where it was in Crossbar 26.10.1: pin that version, or mend router/hooks.py")


def router_of(session: Any) -> Router:
    """The router that an in-worker session is joined to. Crossbar hands it out nowhere."""
    router = getattr(session._transport, "_router", None)
    if not isinstance(router, Router):
        raise HookMoved("the router of an in-worker session")
    return router


def reactor_of(router: Router) -> Any:
    """The reactor that a router runs on."""
    return router._factory._reactor


def session_of(router: Router, session_id: int) -> Any:
    """Find a session by its id, or `None`. The meta procedure that does it also shows cookies."""
    return router._session_id_to_session.get(session_id)


def add_session(router: Router, session: Any, authid: str, role: str, extra: dict[str, Any] | None = None) -> None:
    """Join a session to the router without a transport, as the worker does for its own components."""
    RouterSessionFactory(router._factory).add(session, router, authid=authid, authrole=role, authextra=extra)


def cut(router: Any, authid: str, topic: str) -> None:
    """End all subscriptions of a person to one topic. Crossbar asks whether they may only when they begin."""
    broker = router._broker
    _expect(hasattr(broker, "removeSubscriber"), "the broker's removeSubscriber")
    for session in list(router._session_id_to_session.values()):
        if session._authid == authid:
            for subscription in list(broker._session_to_subscriptions.get(session, ())):
                if subscription.uri == topic:
                    broker.removeSubscriber(subscription, session, reason="openline.error.not_authorized")


class GuardedRole(RouterRole):
    """A role whose rights are decided by `decide`. Crossbar's own caches answers by role, across users."""

    def __init__(self, router: Router, role: str, decide: "Decide") -> None:
        super().__init__(router, role)
        self._decide = decide

    def authorize(self, session: Any, uri: str, action: str, options: dict[str, Any]) -> "Deferred[dict[str, Any]]":
        asked = self._decide(session._authid, self.uri, action, uri, options.get("match") or "exact")
        return Deferred.fromCoroutine(asked).addCallback(_authorization)


Decide = Callable[[str, str, str, str, str], Any]
"""(id, role, action, uri, match) → coroutine of bool."""


def _authorization(allow: bool) -> dict[str, Any]:
    return {"allow": allow, "cache": False, "disclose": True}


def guard(router: Router, roles: list[str], decide: Decide) -> None:
    """Let `decide` answer for every role. The configuration gives each of them no right of its own."""
    _expect(hasattr(router, "_roles"), "the roles of a router")
    for role in roles:
        router.add_role(GuardedRole(router, role, decide))


def check_messages() -> None:
    """Refuse messages that forge a caller or nest deeper than anything honest, whatever the serializer.

    `forward_for` makes Crossbar disclose whoever the sender writes there. Deep nesting freezes the router's JSON
    decoder, overflows its stack (Crossbar raises the recursion limit to 100,000) and cuts off the component whose
    CBOR decoder it reaches.
    """
    sys.setrecursionlimit(_RECURSION_LIMIT)
    for name in ("JsonObjectSerializer", "MsgPackObjectSerializer", "CBORObjectSerializer"):
        kind: Any = getattr(serializer, name, None)
        _expect(hasattr(kind, "unserialize"), f"autobahn's {name}.unserialize")
        if not hasattr(kind, "unchecked"):
            kind.unchecked = kind.unserialize
            kind.unserialize = _checked


def _checked(self: Any, payload: bytes) -> list[Any]:
    if not self.BINARY and payload.count(b"[") + payload.count(b"{") > MAX_DEPTH and _text_depth(payload) > MAX_DEPTH:
        raise ProtocolError(f"nested deeper than {MAX_DEPTH}")
    messages: list[Any] = self.unchecked(payload)
    for one in messages:
        check_message(one)
    return messages


def check_message(raw: Any) -> None:
    """Raise `ProtocolError` for a decoded message that must not reach the router."""
    if _deeper(raw, MAX_DEPTH):
        raise ProtocolError(f"nested deeper than {MAX_DEPTH}")
    if isinstance(raw, list) and raw:
        at = _OPTIONS_AT.get(raw[0], 0) if isinstance(raw[0], int) else 0
        if at and len(raw) > at and isinstance(raw[at], dict) and "forward_for" in raw[at]:
            raise ProtocolError("forward_for is not for clients")


def _text_depth(payload: bytes) -> int:
    """Bound how deep JSON text nests, before it is parsed. Brackets in strings count too, unless they are closed."""
    depth = deepest = 0
    inside = escaped = False
    for byte in payload:
        if inside:
            inside = escaped or byte != 0x22
            escaped = byte == 0x5C and not escaped
        elif byte == 0x22:
            inside = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _deeper(value: Any, limit: int) -> bool:
    """Say whether lists and dicts nest deeper than a limit. Goes no deeper than that itself."""
    if isinstance(value, dict):
        return limit == 0 or any(_deeper(one, limit - 1) for one in value.values())
    if isinstance(value, list | tuple):
        return limit == 0 or any(_deeper(one, limit - 1) for one in value)
    return False


def same_origin_only(settings: Settings) -> None:
    """Take WebSockets from pages of this site alone. Crossbar compares with a fixed list, not with the host."""
    kind: Any = protocol.WampWebSocketServerProtocol
    _expect(hasattr(kind, "onConnect"), "crossbar.router.protocol.WampWebSocketServerProtocol.onConnect")
    connect = kind.onConnect

    def checked(self: Any, request: Any) -> Any:
        if not welcome(request.headers.get("origin"), request.headers.get("host"), settings.origins):
            raise ConnectionDeny(ConnectionDeny.FORBIDDEN, "Connect from a page of this site.")
        return connect(self, request)

    kind.onConnect = checked


def listen_as_set(settings: Settings) -> None:
    """Let `PORT`, `OPENLINE_PORT` and `OPENLINE_HOST` move the web port; Crossbar's file knows no default values."""
    listen: Any = getattr(transport, "create_listening_port_from_config", None)
    _expect(listen, "crossbar.worker.transport.create_listening_port_from_config")

    def moved(endpoint: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        changes = {"port": settings.port, "interface": settings.host} if endpoint["type"] == "tcp" else {}
        return listen({**endpoint, **{name: value for name, value in changes.items() if value}}, *args, **kwargs)

    transport.create_listening_port_from_config = moved  # type: ignore[attr-defined, assignment]


def _expect(there: object, what: str) -> None:
    if not there:
        raise HookMoved(what)
