"""The router worker's own component: puts the locks on before any transport opens, and answers for sessions."""

import math
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from autobahn.twisted.wamp import ApplicationSession
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger

from components import alive, catalog
from components.contract import (
    AUDIT,
    COMPONENT,
    PEOPLE,
    SERVICE,
    Bus,
    Caller,
    Chore,
    Component,
    Declared,
    Nothing,
    Route,
    Unavailable,
)
from components.database import Database
from components.here import here, private_folder
from components.host import build, socket_url
from components.identity.api import ON_REVOKED
from components.keys import own_key
from components.permissions import Keys, Offer, Who, permissions
from components.settings import Settings
from components.settings_file import Places
from components.steady import lean, steady
from components.stream.api import PUBLISH
from components.wire import Hosted, Wire, connect, start_chores

from . import api, hooks, trust
from .attendance import Attendance
from .audit import Refusals
from .config_file import web_endpoint
from .edge.buckets import Allowances
from .edge.counters import Counters
from .edge.cut import Cut, Why
from .edge.door import Door
from .edge.drain import Drain
from .edge.edge import Edge, install
from .edge.expiry import Expiry
from .edge.joined import token_of
from .edge.journal import Journal
from .edge.monitor import ABOVE, Monitor
from .edge.ready import readiness
from .edge.router import EdgeRouter
from .edge.session import Session
from .edge.ticker import Ticker
from .guard import Guard
from .identity import authenticator
from .keys import Keyring
from .origin import home
from .revocations import Cutting, Revocations
from .tokens import Token, Tokens, hosts, lasting, longest
from .trust import Trust

IDENTITY = "identity"
PRESENCE = "presence"
WATCH = 2.0
"""Seconds between two looks at whether the components' supervisor is alive."""
KEYS = 1.0
"""Seconds between two looks at whether a component was added or removed."""
MOST_MISSES = 30
"""How often in a row it may be missed while it starts."""

log = Logger()


class Sessions(Component):
    """Says whose session is whose, to components, and that it is there, to everybody."""

    def __init__(self, router: Any, bus: Bus, guard: Guard, settings: Settings) -> None:
        self._router, self._bus, self._guard, self._settings = router, bus, guard, settings

    def routes(self) -> list[Route]:
        return [
            api.WHO.by(self.who),
            api.PING.by(self.ping),
            api.RENEW.by(self.renew),
            api.OFFER.by(self.offer),
            api.EXPLAIN.by(self.explain),
        ]

    async def ping(self, caller: Caller, nothing: Nothing) -> Nothing:
        """Answer, and that is all."""
        return nothing

    async def renew(self, caller: Caller, asked: api.Renewal) -> api.Renewed:
        """Have the caller's session last as long as a newer token."""
        session = hooks.session_of(self._router, caller.session)
        if not isinstance(session, Session):
            raise api.SessionGone
        try:
            is_different = session.renew(asked.token)
        except Cut as cut:
            raise (api.SignInAgain() if cut.why is Why.SIGNED_OUT else Unavailable(cut.words)) from cut
        if is_different:
            await self._bus.publish(api.ON_RENEWED, api.Session(caller.session))
        return api.Renewed(token_of(session).expires)

    async def who(self, caller: Caller, asked: api.Session) -> api.Person:
        """Answer for one session of this router."""
        session = hooks.session_of(self._router, asked.session)
        if session is None:
            raise api.SessionGone
        token = token_of(session)
        return api.Person(token.id, token.role, token.name, token.family, token.rights)

    async def offer(self, caller: Caller, offering: api.Offering) -> api.Offered:
        """Let others call a procedure of the session that asks."""
        uri, most = f"client.{caller.session}.{offering.name}", self._settings.limits.procedures
        if not self._router.calls.browsers.offer(uri, Offer(caller.id, offering.ids, offering.roles), most):
            raise api.TooManyOffers(limit=most)
        return api.Offered(uri)

    async def explain(self, caller: Caller, asked: api.Explain) -> api.Explanation:
        """Say for each session of somebody what it may, and by which rule."""
        tokens = [(session._session_id, token_of(session)) for session in hooks.sessions_of(self._router, asked.who)]
        if asked.role is not None:
            tokens = [(0, Token(asked.who, asked.who, asked.role, math.inf))]
        if not tokens:
            raise api.NobodyHere
        return api.Explanation([await self._explained(asked, session, token) for session, token in tokens])

    async def _explained(self, asked: api.Explain, session: int, token: Token) -> api.Explained:
        who = Who(token.id, token.role, token.rights, session)
        answer, remembered = await self._guard.explain(who, asked.action, asked.what, asked.match)
        return api.Explained(
            session,
            token.role,
            token.name,
            token.expires if math.isfinite(token.expires) else None,
            token.family,
            token.rights,
            answer.allow,
            answer.rule,
            remembered.rule if remembered else None,
        )


class Node(ApplicationSession):
    """Started by `config.yaml` in each router worker, before its transports."""

    async def onJoin(self, details: object) -> None:  # noqa: N802
        settings, places = here()
        private_folder(places.run)
        name, worker = self.config.extra["router"], hooks.router_of(self)
        supervisor = Watch(places.run / alive.SUPERVISOR, hooks.reactor_of(worker).stop)
        reactor = hooks.reactor_of(worker)
        clock = steady(reactor)
        hooks.check_messages()
        hooks.answer_together()
        hooks.quiet()
        lean(reactor)
        counters = Counters()
        router = hooks.fit(worker, counters)
        wire = Wire([name], clock)
        known = let_in_by_key(settings, places, router, counters, reactor)
        guard = watch_over(router, catalog.declarations(settings), settings, known, wire, clock)
        cuts = Revocations(lasting(settings), IDENTITY not in catalog.names(settings))
        edge = open_edge(settings, places, router, reactor, counters, cuts, wire)
        edge.guard = guard
        hooks.listen_as_set(settings, edge.door)
        watch(settings, places, name, edge)
        alive.take_over(places.run / alive.router_lock(name))
        reactor.addSystemEventTrigger("before", "shutdown", Drain(edge).begin)
        await serve(self, router, wire, name, guard, settings)
        await hear_cuts(self, Cutting(router, cuts, wire.call), edge.ticker)
        tell_presence(settings, router, name, edge, wire)
        await tell_audit(settings, router, name, edge, clock)
        await host(settings, places, name, router, reactor)
        LoopingCall(supervisor.look).start(WATCH)
        start_chores([Chore(KEYS, known.watch)], clock)


def let_in_by_key(settings: Settings, places: Places, router: EdgeRouter, counters: Counters, reactor: Any) -> Trust:
    """Let in components that have a key, and nobody else; end the sessions of those whose key is removed."""
    known = Trust(places.keys, trust.own(settings), settings.realm)
    known.gone = partial(hooks.dismiss, router)
    trust.install(known)
    hooks.sign_in_by_key(router, known, counters.refused, settings.limits.hello, reactor)
    return known


def open_edge(
    settings: Settings,
    places: Places,
    router: EdgeRouter,
    reactor: Any,
    counters: Counters,
    cuts: Revocations,
    wire: Wire,
) -> Edge:
    """Make what all transports of this worker share, and what their resources find by `edge.edge()`."""
    ticker = Ticker(late=counters.lag)
    ticker.start(reactor)
    tokens = open_tokens(settings, places, ticker)
    expiry = Expiry(router.sessions)
    expiry.watch(ticker)
    edge = Edge(
        settings,
        router,
        reactor,
        authenticator(tokens, cuts),
        home=home(settings, settings.host or web_endpoint(places.folder)[0]),
        tokens=tokens,
        expiry=expiry,
        ask=wire.call,
        counters=counters,
        ticker=ticker,
        allowances=Allowances(settings.limits),
        journal=Journal(ticker),
        door=Door(settings, counters, ticker, time.monotonic),
    )
    counters.tell = edge.journal.refused
    install(edge)
    return edge


def open_tokens(settings: Settings, places: Places, ticker: Ticker) -> Tokens:
    """Make what signs and reads tokens, by the keys as they lie in their folder."""
    ring = Keyring(places.keys, longest(settings))
    ring.watch(ticker)
    return Tokens(lambda: ring.ring, hosts(settings))


def watch(settings: Settings, places: Places, name: str, edge: Edge) -> None:
    """Answer operators on a port of its own, if they want that."""
    if settings.monitor is not None:
        _, web = web_endpoint(places.folder)
        port = settings.monitor.port or (settings.port or web) + ABOVE
        missing = readiness(settings, places, edge.router).missing
        monitor = Monitor(edge.counters, missing, edge.reactor, edge.ticker)
        monitor.start(settings.monitor.host, port + settings.routers.index(name))


def watch_over(
    router: EdgeRouter, declared: Iterable[Declared], settings: Settings, keys: Keys, wire: Wire, clock: IReactorTime
) -> Guard:
    """Hold all that anybody does on a router against the permissions."""
    table = permissions(declared, settings, keys, router.calls.browsers.offered)
    guard = Guard(table, wire.call, partial(hooks.registration, router), clock)
    hooks.guard(router, sorted({*PEOPLE, COMPONENT, SERVICE}), guard)
    return guard


async def serve(session: Any, router: Any, wire: Wire, name: str, guard: Guard, settings: Settings) -> None:
    """Answer for the sessions of a router, and end the subscriptions of who may not read any more."""

    def lost(id: str, stream: str) -> None:
        guard.lost(id, stream)
        for topic in (stream, *guard.beside(stream)):
            hooks.cut(router, id, topic)

    await wire.serve(name, session, Sessions(router, wire, guard, settings), router.calls.offer)
    await session.subscribe(lost, api.ON_ACCESS_LOST.uri)


async def hear_cuts(session: Any, cutting: Cutting, ticker: Ticker) -> None:
    """End the sessions of those who are signed out elsewhere, and refuse their tokens."""
    await session.subscribe(cutting.cut, ON_REVOKED.uri)
    cutting.watch(ticker)


def tell_presence(settings: Settings, router: EdgeRouter, name: str, edge: Edge, wire: Wire) -> None:
    """Tell the presence component who is here, if the node has one."""
    if PRESENCE in catalog.names(settings):
        attendance = Attendance(name, settings.presence, wire.call, partial(hooks.registration, router))
        attendance.watch(edge.ticker)
        edge.attendance = attendance


async def tell_audit(settings: Settings, router: EdgeRouter, name: str, edge: Edge, clock: IReactorTime) -> None:
    """Tell the audit trail of refusals, in the name of this router worker."""
    if settings.namespace(AUDIT) is None:
        return
    wire = Wire([name], clock)
    session = Hosted(settings.realm, wire, name, Component())
    hooks.add_session(router, session, name, COMPONENT)
    await session.served
    refusals = Refusals(clock, partial(wire.call, PUBLISH))

    def tell(reason: str, address: str) -> None:
        edge.journal.refused(reason, address)
        refusals.refused(reason, address)

    edge.counters.tell = tell


async def host(settings: Settings, places: Places, name: str, router: EdgeRouter, reactor: Any) -> None:
    """Serve the components that are to live in the router worker: here directly, on other routers by socket."""
    members = settings.processes.get(catalog.ROUTER, [])
    if not members:
        return
    private_folder(places.data)
    clock = steady(reactor)
    db = Database.open(places.database, reactor)
    for member in members:
        wire = Wire(settings.routers, clock)
        component = await build(member, db, wire, settings, clock)
        session = Hosted(settings.realm, wire, name, component, router.calls.offer)
        hooks.add_session(router, session, member, COMPONENT)
        await session.served
        for other in set(settings.routers) - {name}:
            url, key = socket_url(places.run, other), own_key(places.keys, member)
            connect(url, other, settings.realm, key, wire, component).start(reactor)


class Watch:
    """Ends the worker, and so the node, when the components' supervisor has died: nobody else would notice."""

    def __init__(self, lock: Path, end: Callable[[], None]) -> None:
        self._lock, self._end = lock, end
        self._before = alive.holder(lock)
        self._came = False
        self._missed = 0

    def look(self) -> None:
        """Look once. Two misses in a row are a death; one that has not come yet has a minute to start."""
        held = alive.is_held(self._lock)
        self._came = self._came or held or alive.holder(self._lock) != self._before
        self._missed = 0 if held else self._missed + 1
        if self._missed == (2 if self._came else MOST_MISSES):
            log.critical("the components' supervisor is not running: this router worker ends, to be started anew")
            self._end()
