"""The edge of one router worker: what all its transports share."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from components.settings import Settings
from router.identity import Authenticate
from router.origin import Home
from router.tokens import Tokens

from .counters import Counters
from .expiry import Expiry
from .router import EdgeRouter
from .session import Session
from .transport import Transport


class Attending(Protocol):
    """Hears who comes and goes, to tell it elsewhere (`router/attendance.py`)."""

    def joined(self, session: Session) -> None:
        """A session has signed in."""

    def left(self, session: Session) -> None:
        """A session that had signed in has ended."""


class Nobody:
    """Tells nobody."""

    def joined(self, session: Session) -> None:
        pass

    def left(self, session: Session) -> None:
        pass


class Edge:
    """One policy for every transport. Made by `router.node.Node` before any port opens."""

    def __init__(
        self,
        settings: Settings,
        router: EdgeRouter,
        reactor: Any,
        authenticate: Authenticate,
        *,
        home: Home,
        tokens: Tokens,
        expiry: Expiry,
        ask: Callable[[Any, Any], Awaitable[Any]],
        counters: Counters,
        ticker: Any,
        allowances: Any,
        journal: Any,
        door: Any,
    ) -> None:
        self.settings, self.router, self.reactor, self.authenticate = settings, router, reactor, authenticate
        self.home = home
        self.tokens, self.expiry, self.ask = tokens, expiry, ask
        self.counters, self.ticker, self.allowances = counters, ticker, allowances
        self.journal, self.door = journal, door
        self.features = router.features()
        self.attendance: Attending = Nobody()
        self.guard: Any = None
        """What decides who may do what (`router.guard.Guard`)."""
        counters.queue_bytes = self._waiting

    def open(self, transport: Transport, before: int = 0) -> Session:
        """Begin a session on a transport, after so many others. It has until `limits.hello` to sign in."""
        session = Session(self, transport, before)
        transport.session = session
        return session

    def joined(self, session: Session) -> None:
        """A session has signed in."""
        assert session._transport is not None
        self.router.join(session)
        self.counters.joined(session._transport.kind, session._authrole or "")
        self.journal.joined(session)
        self.attendance.joined(session)

    def left(self, session: Session) -> None:
        """A session that had signed in has ended."""
        assert session._transport is not None
        self.counters.left(session._transport.kind, session._authrole or "")
        self.journal.left(session)
        self.attendance.left(session)
        self.router.leave(session)

    def _waiting(self) -> int:
        """How many bytes wait for clients that read slowly."""
        return sum(getattr(session._transport, "waiting", 0) for session in self.router.sessions())


class _Here:
    """The edge of this process."""

    edge: Edge | None = None


def install(made: Edge) -> None:
    """Make it the edge of this process."""
    _Here.edge = made


def edge() -> Edge:
    """The edge of this process, for Crossbar's `resource` services, which are handed nothing."""
    if _Here.edge is None:
        raise RuntimeError("config.yaml starts no router.node.Node before its transports")
    return _Here.edge
