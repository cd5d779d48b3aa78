"""Everything that reaches into Crossbar 26.10 and Autobahn 26.10, each hook with its reason.

Each is checked when it is put in place: a Crossbar that moved what a hook holds on to ends the start with
`HookMoved`, rather than running a node without its locks.
"""

import sys
from pathlib import Path
from typing import Any, Protocol

from autobahn import util
from autobahn.twisted import rawsocket
from autobahn.wamp import serializer
from autobahn.wamp.exception import ProtocolError
from crossbar import _logging, _util
from crossbar.node import worker
from crossbar.router import role as role_module
from crossbar.router import router as router_module
from crossbar.router import session as session_module
from crossbar.router.auth.cryptosign import PendingAuthCryptosign
from crossbar.router.broker import Broker
from crossbar.router.dealer import Dealer
from crossbar.router.role import RouterRole
from crossbar.router.router import Router
from crossbar.router.session import RouterSession, RouterSessionFactory
from crossbar.worker import transport
from twisted.internet.defer import Deferred
from twisted.internet.tcp import Port
from twisted.web import server

from components.permissions import Who
from components.settings import Settings

from .component_session import ComponentSession, Refused
from .edge.broker import EdgeBroker
from .edge.calls import EdgeDealer
from .edge.codec import MAX_DEPTH, check_depth, check_forged, check_text
from .edge.counters import Counters
from .edge.cut import Cut
from .edge.door import Door
from .edge.entrance import Entrance
from .edge.joined import token_of
from .edge.router import EdgeRouter, named
from .edge.tls import certificate
from .edge.transport import cork, uncork
from .trust import Trust

_RECURSION_LIMIT = 1_000


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


def sessions_of(router: Router, authid: str) -> list[Any]:
    """Find the sessions of a person."""
    return list(router._authid_to_sessions.get(authid, ()))


def takes_sessions(router: Any) -> bool:
    """Say whether the worker's web transports are open, with all of their paths: Crossbar opens one after the other."""
    transports: Any = getattr(router._factory._worker, "transports", None)
    _expect(isinstance(transports, dict), "the transports of a router worker")
    webs = [each for each in transports.values() if each.type == "web"]
    return bool(webs) and all(path == "/" or path in web.root for web in webs for path in web.config["paths"])


def is_registered(router: Any, uri: str) -> bool:
    """Say whether somebody answers a procedure."""
    return registration(router, uri) is not None


def registration(router: Any, uri: str) -> object:
    """Name who answers a procedure; another name when they went and came back. `None` when nobody does."""
    found: Any = getattr(getattr(router._dealer, "_registration_map", None), "get_observation", None)
    _expect(found, "the dealer's registrations")
    observation = found(uri, "exact")
    return None if observation is None else observation.id


def quiet() -> None:
    """Stop writing down each session and each message for nobody to read.

    Crossbar colours, prints and formats what it would say of a message before it asks whether anybody listens: half
    of the router's CPU time. What comes and goes is in our own log, a line each (`router/edge/journal.py`).
    """
    for module in (_util, util):
        for name in ("hl", "hlid", "hlval", "hluserid", "hlcontract"):
            _replace(module, name, _as_it_is)
        _replace(module, "hltype", _name)
    for user in (router_module, role_module, session_module):
        _expect(hasattr(user, "pformat"), f"{user.__name__}.pformat")
        user.pformat = _as_it_is  # type: ignore[attr-defined]
    log: Any = Router.log
    _expect(hasattr(log, "_log_level") and hasattr(log, "set_log_level"), "the log of crossbar.router.router.Router")
    if log._log_level == "info":
        log.set_log_level("warn")


def _replace(module: Any, name: str, by: Any) -> None:
    """Give a function, which many have imported by now, another body."""
    found: Any = getattr(module, name, None)
    _expect(hasattr(found, "__code__"), f"{module.__name__}.{name}")
    found.__code__, found.__defaults__, found.__kwdefaults__ = by.__code__, by.__defaults__, by.__kwdefaults__


def _as_it_is(value: object, *_: object, **__: object) -> object:
    return value


def _name(value: object, *_: object, **__: object) -> object:
    return getattr(value, "__qualname__", value)


def log_by(observer: Any) -> None:
    """Have one observer write the log of the whole node, in the process that Crossbar's controller will be.

    Crossbar can say it in two ways and no others, and hides what components say where its own talk is hidden. It also
    publishes each line to a topic that nobody listens to, which costs more than the line.
    """
    for name in ("make_stdout_observer", "make_stderr_observer"):
        _expect(hasattr(_logging, name), f"crossbar._logging.{name}")
    _expect("_log_topic" in worker.WorkerProcess.__init__.__code__.co_names, "crossbar.node.worker's log topic")
    _logging.make_stdout_observer = lambda **_: observer
    _logging.make_stderr_observer = lambda **_: lambda event: None
    worker.WorkerProcess._log_topic = property(lambda self: None, lambda self, topic: None)  # type: ignore[assignment]


def add_session(router: Router, session: Any, authid: str, role: str, extra: dict[str, Any] | None = None) -> None:
    """Join a session to the router without a transport, as the worker does for its own components."""
    RouterSessionFactory(router._factory).add(session, router, authid=authid, authrole=role, authextra=extra)
    router._authid_to_sessions.setdefault(authid, set()).add(session)  # Crossbar does so for sessions from outside.


def cut(router: Any, authid: str, topic: str) -> None:
    """End all subscriptions of a person to one topic. Crossbar asks whether they may only when they begin."""
    broker = router._broker
    _expect(hasattr(broker, "removeSubscriber"), "the broker's removeSubscriber")
    for session in sessions_of(router, authid):
        for subscription in list(broker._session_to_subscriptions.get(session, ())):
            if subscription.uri == topic:
                broker.removeSubscriber(subscription, session, reason="openline.error.not_authorized")


def sign_in_by_key(router: Any, known: Trust, refused: Refused, seconds: float, reactor: Any) -> None:
    """Have components sign in as our session has it, on every transport that Crossbar itself serves.

    Crossbar's own writes down, unasked, all that strangers say, says nothing of whom it refuses, and waits for ever.
    """
    factory: Any = getattr(router._factory._worker, "_router_session_factory", None)
    _expect(isinstance(factory, RouterSessionFactory) and factory.session is RouterSession, "a worker's session class")
    factory.session = lambda routers: ComponentSession(routers, known, refused, seconds, reactor)
    log: Any = PendingAuthCryptosign.log
    _expect(hasattr(log, "set_log_level"), "the log of crossbar.router.auth.cryptosign")
    log.set_log_level("warn")


def dismiss(router: Any, name: str) -> None:
    """End the sessions of a component that came in with a key."""
    for session in list(router._authid_to_sessions.get(name, ())):
        if isinstance(session, ComponentSession):
            session.dismiss()


class GuardedRole(RouterRole):
    """A role whose rights are decided by a guard. Crossbar's own caches answers by role, across users."""

    def __init__(self, router: Router, role: str, guard: "Deciding") -> None:
        super().__init__(router, role)
        self._guard = guard
        self._known: dict[tuple[str, str, str], dict[str, Any] | None] = {}

    def known(self, action: str, uri: str, match: str) -> dict[str, Any] | None:
        """Answer at once, where that does not depend on who asks."""
        if len(uri) > _LONGEST_KNOWN:
            return self._answer(action, uri, match)
        asked = action, uri, match
        if asked not in self._known:
            if len(self._known) >= _KNOWN_ANSWERS:
                self._known.clear()  # Anybody may ask for what there is not.
            self._known[asked] = self._answer(action, uri, match)
        return self._known[asked]

    def _answer(self, action: str, uri: str, match: str) -> dict[str, Any] | None:
        answer: dict[str, Any] | None = _ANSWERS[self._guard.known(self.uri, action, uri, match)]
        return answer

    def authorize(self, session: Any, uri: str, action: str, options: dict[str, Any]) -> "Deferred[dict[str, Any]]":
        who = Who(session._authid, self.uri, token_of(session).rights, session._session_id)
        asked = self._guard.decide(who, named(action, options), uri, options.get("match") or "exact")
        return Deferred.fromCoroutine(asked).addCallback(_ANSWERS.__getitem__)


class Deciding(Protocol):
    """What decides every action (`router/guard.py`)."""

    def known(self, role: str, action: str, uri: str, match: str) -> bool | None:
        """Say what does not depend on who asks; `None` when it does."""

    async def decide(self, who: Who, action: str, uri: str, match: str) -> bool:
        """Say what one person may do."""


_KNOWN_ANSWERS = 10_000
_LONGEST_KNOWN = 200
_ANSWERS: dict[bool | None, Any] = {
    True: {"allow": True, "cache": False, "disclose": True},
    False: {"allow": False, "cache": False, "disclose": True},
    None: None,
}


def guard(router: Router, roles: list[str], by: Deciding) -> None:
    """Let one guard answer for every role. The configuration gives each of them no right of its own."""
    _expect(hasattr(router, "_roles"), "the roles of a router")
    for role in roles:
        router.add_role(GuardedRole(router, role, by))


def fit(router: Any, counters: Counters) -> EdgeRouter:
    """Make a router that Crossbar has made one of ours: it routes at a tenth of the cost.

    Crossbar lets one name the classes of a router, but only in a program of one's own that starts the node.
    """
    broker, dealer = router._broker, router._dealer
    _expect(type(router) is Router and type(broker) is Broker and type(dealer) is Dealer, "a router's class")
    _expect(not broker._subscription_map._observation_id_to_observation, "a router without subscriptions")
    router.__class__, broker.__class__, dealer.__class__ = EdgeRouter, EdgeBroker, EdgeDealer
    broker.begin(counters)
    dealer.begin(counters)
    _tell_who_listens(router)
    fitted: EdgeRouter = router
    return fitted


def _tell_who_listens(router: Any) -> None:
    """Publish metaevents only where somebody subscribed to them: each costs as much as a call."""
    service = router._realm.session
    if service is not None:
        publish = service.publish

        def heard(topic: str, *args: Any, **kwargs: Any) -> Any:
            return publish(topic, *args, **kwargs) if router.events.is_heard(topic) else None

        service.publish = heard


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


def answer_together() -> None:
    """Let the answers of a component that come in one read leave in one write to each client.

    Components come in by Crossbar's rawsocket, which hands on one message after the other.
    """
    kind: Any = rawsocket.WampRawSocketServerProtocol
    taken: Any = getattr(kind, "dataReceived", None)
    _expect(taken, "autobahn's WampRawSocketServerProtocol.dataReceived")
    if taken is not _received_together:
        kind.taken_apart, kind.dataReceived = taken, _received_together


def _received_together(self: Any, data: bytes) -> None:
    began = cork()
    try:
        self.taken_apart(data)
    finally:
        if began:
            uncork()


def _checked(self: Any, payload: bytes) -> list[Any]:
    try:
        if not self.BINARY:
            check_text(payload, MAX_DEPTH)
        messages: list[Any] = self.unchecked(payload)
        for one in messages:
            check_depth(one, MAX_DEPTH)
            check_forged(one)
    except Cut as cut:
        raise ProtocolError(str(cut)) from cut
    return messages


def listen_as_set(settings: Settings, door: Door) -> None:
    """Listen where the settings say, and take in web connections past the door.

    Crossbar's file knows no default values, so `PORT`, `OPENLINE_PORT` and `OPENLINE_HOST` could not move the port. Its
    own bound on connections wraps each of them in two objects and drops who is too many without a word; its TLS speaks
    1.3 alone and reads the certificate once; its answers carry its version.
    """
    listen: Any = getattr(transport, "create_listening_port_from_config", None)
    _expect(listen, "crossbar.worker.transport.create_listening_port_from_config")
    _expect(hasattr(Port, "transport"), "the transport of Twisted's ports")
    server.version = b"Openline"

    def guarded(endpoint: dict[str, Any], cbdir: str, factory: Any, reactor: Any, *args: Any, **kwargs: Any) -> Any:
        if endpoint["type"] != "tcp" or not isinstance(factory, server.Site):
            return listen(endpoint, cbdir, factory, reactor, *args, **kwargs)
        entrance = Entrance(factory, door, certificate(settings.tls, Path(cbdir)), reactor)
        moved = {name: value for name, value in (("port", settings.port), ("interface", settings.host)) if value}
        kwargs.pop("max_connections", None)
        return listen({**endpoint, **moved}, cbdir, entrance, reactor, *args, **kwargs).addCallback(entrance.opened)

    transport.create_listening_port_from_config = guarded  # type: ignore[attr-defined, assignment]


def _expect(there: object, what: str) -> None:
    if not there:
        raise HookMoved(what)
