"""The edge in memory: clients whose messages go through the real session, broker and dealer, without a socket."""

import time
from typing import Any

from twisted.internet.task import Clock

from components.settings import Settings
from components.wire import Wire
from router.edge import incoming
from router.edge.buckets import Allowances
from router.edge.codec import CODECS
from router.edge.cut import Cut
from router.edge.door import Door
from router.edge.edge import Edge
from router.edge.expiry import Expiry
from router.edge.journal import Journal
from router.edge.session import Session
from router.edge.ticker import Ticker
from router.edge.transport import Encoding, Transport, Visitor
from router.identity import authenticator, guest
from router.origin import Home
from router.revocations import Revocations
from router.tokens import Token, fixed

from .router import SETTINGS, MemoryRouter

KEYS = fixed(b"s" * 32)
ENCODING = Encoding(CODECS["wamp.2.json"], lambda payload, _: payload)
ROLES = {"caller": {"features": {"call_canceling": True}}, "subscriber": {}, "publisher": {}, "callee": {}}


class MemoryEdge:
    """An edge around a router in memory. Time stands still unless `clock` is advanced and `ticker.tick()` called."""

    def __init__(self, settings: Settings = SETTINGS, router: MemoryRouter | None = None) -> None:
        self.clock = Clock()
        self.router = router or MemoryRouter(settings, self.clock)
        self.ticker = Ticker(self.clock.seconds)
        counters = self.router.counters
        self.cuts = Revocations(1e9, is_open=True)
        self.now = time.time
        """The wall clock, by which tokens end."""
        self.expiry = Expiry(self.router.router.sessions, lambda: self.now())
        self.expiry.watch(self.ticker)
        self.edge = Edge(
            settings,
            self.router.router,
            self.clock,
            authenticator(KEYS, self.cuts),
            home=Home(settings.origins),
            tokens=KEYS,
            expiry=self.expiry,
            ask=Wire([self.router.name], self.clock).call,
            counters=counters,
            ticker=self.ticker,
            allowances=Allowances(settings.limits),
            journal=Journal(self.ticker),
            door=Door(settings, counters, self.ticker, self.clock.seconds),
        )

    def pass_time(self, seconds: float) -> None:
        """Let time go by."""
        self.clock.advance(seconds)
        self.ticker.tick()

    def client(self, name: str | None = None) -> "Client":
        """Connect somebody; with a name, sign them in as a guest."""
        client = Client(self.edge)
        if name is not None:
            client.enter(guest(name, time.time(), 1e9))
        return client


class Client(Transport):
    """The far end of a connection that is none: what was sent to it lies in `heard`."""

    kind = "memory"

    def __init__(self, edge: Edge) -> None:
        super().__init__(Visitor("192.0.2.1"), ENCODING)
        self.heard: list[list[Any]] = []
        self.cut: Cut | None = None
        self.held: list[float] = []
        edge.open(self)
        self._requests = 0

    @property
    def wamp(self) -> Session:
        """The session of the moment: after a GOODBYE it is another."""
        assert isinstance(self.session, Session)
        return self.session

    def write(self, data: bytes, topic: str | None) -> None:
        self.heard.append(ENCODING.codec.decode(data))

    def close(self, cut: Cut) -> None:
        self.cut = cut
        self.wamp.lost()

    def hold(self, seconds: float) -> None:
        self.held.append(seconds)

    def go_on(self) -> None:
        self.held.clear()

    def say(self, *raw: Any) -> None:
        """Send a message, as a transport hands it on."""
        try:
            self.wamp.receive(ENCODING.codec.encode(list(raw)))
        except Cut as cut:
            self.close(cut)

    def ask(self, kind: int, *rest: Any, **options: Any) -> list[Any]:
        """Send a request, and return what came back since."""
        self._requests += 1
        before = len(self.heard)
        self.say(kind, self._requests, options, *rest)
        return self.heard[before:]

    def enter(self, token: Token) -> None:
        """Sign in with a ticket."""
        self.say(1, "openline", {"authmethods": ["ticket"], "authid": token.id, "roles": ROLES})
        self.say(5, KEYS.sign(token), {})

    def join(self, token: Token) -> None:
        """Be somebody whom no ticket makes."""
        self.wamp._enter(token, incoming.roles(ROLES))

    def call(self, procedure: str, **payload: Any) -> list[Any]:
        """Call, and return the answer."""
        return self._last(self.ask(48, procedure, [], payload))

    def subscribe(self, topic: str) -> list[Any]:
        """Subscribe, and return the answer."""
        return self._last(self.ask(32, topic))

    @staticmethod
    def _last(heard: list[list[Any]]) -> list[Any]:
        return heard[-1] if heard else []

    def events(self) -> list[Any]:
        """The keyword arguments of all events so far."""
        return [raw[5] for raw in self.heard if raw[0] == 36]
