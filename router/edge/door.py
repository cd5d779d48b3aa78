"""The door of one router worker: how many may be inside, from where, and how fast they come in."""

from collections.abc import Callable
from typing import Any, Protocol

from components.settings import Rate, Settings

from . import address
from .buckets import Bucket, Buckets
from .cut import Cut, Why
from .transport import Visitor
from .visitors import visitor

__all__ = ["Door", "Ticket", "visitor"]

LATER = 5.0
"""Seconds after which somebody may leave, so that it is worth knocking again."""


class Refusals(Protocol):
    """Counts what was refused (`counters.Counters`)."""

    def refused(self, reason: str, address: str = "") -> None:
        """Count one, and whom it was."""


class Ticket:
    """A place inside, for as long as it is not given back."""

    __slots__ = ("_door", "_whose")

    def __init__(self, door: "Door", whose: str) -> None:
        self._door: Door | None = door
        self._whose = whose

    def release(self) -> None:
        """Give the place back. Harmless when repeated."""
        door, self._door = self._door, None
        if door is not None:
            door.gave_back(self._whose)


class Door:
    """Counts TCP connections and sessions, each by address. `now` is a monotonic clock.

    Connections of our own proxies carry many people, so no address is counted for them until a session is admitted
    that names one. One address is let in at half the pace of all, so that it cannot keep the others out.
    """

    def __init__(self, settings: Settings, counters: Refusals, ticker: Any, now: Callable[[], float]) -> None:
        self.settings, self.counters, self.ticker, self.now = settings, counters, ticker, now
        self._limits = settings.limits.connections
        new = self._limits.new
        self._new = Bucket(new)
        self._knocks = Buckets(Rate(per_second=new.per_second / 2, burst=max(1, new.burst // 2)))
        self._connections: dict[str, int] = {}
        self._sessions: dict[str, int] = {}
        self._inside = 0
        self.room = self._limits.all
        """How many fit in all."""
        self._is_closed = False
        self.bodies: dict[bytes, Any] = {}
        """What takes the bodies that are posted to a path as they come (`bodies.Take`)."""

    def enter(self, host: str) -> str:
        """Count a new TCP connection, to be told to `leave` under the name that is answered. Raises `Cut`."""
        if self._inside >= self.room:
            raise self._refuse("connections_all", host, LATER)
        whose = "" if address.among(host, self.settings.proxy_protocol) else self.count(host)
        if wait := self._new.take(self.now()):
            self._give_back(self._connections, whose)
            raise self._refuse("connections_new", host, wait)
        self._inside += 1
        return whose

    def count(self, host: str) -> str:
        """Count a connection for its address, which a PROXY header may tell later than that it came. Raises `Cut`."""
        if address.among(host, self.settings.proxies):
            return ""
        whose = address.neighbours(host)
        if self._connections.get(whose, 0) >= self._limits.address:
            raise self._refuse("connections_address", whose, LATER)
        if wait := self._knocks.take(whose, self.now()):
            raise self._refuse("connections_new", whose, wait)
        self._connections[whose] = self._connections.get(whose, 0) + 1
        return whose

    def leave(self, whose: str) -> None:
        """A connection has ended."""
        self._inside -= 1
        self._give_back(self._connections, whose)

    def close(self) -> None:
        """Have no more sessions begin: this router worker is about to end."""
        self._is_closed = True

    def check(self) -> None:
        """Raise `Cut` once it is closed."""
        if self._is_closed:
            raise Cut(Why.RESTART, retry_after=LATER)

    def admit(self, visitor: Visitor) -> Ticket:
        """Count a session for the address of whoever opens it. Raises `Cut`."""
        self.check()
        whose = address.neighbours(visitor.address)
        if self._sessions.get(whose, 0) >= self._limits.address:
            raise self._refuse("connections_address", whose, LATER)
        self._sessions[whose] = self._sessions.get(whose, 0) + 1
        return Ticket(self, whose)

    def gave_back(self, whose: str) -> None:
        """A ticket was given back."""
        self._give_back(self._sessions, whose)

    def _refuse(self, reason: str, whom: str, wait: float) -> Cut:
        self.counters.refused(reason, whom)
        return Cut(Why.CROWDED, retry_after=wait)

    @staticmethod
    def _give_back(counts: dict[str, int], whose: str) -> None:
        """Count one less. What came in by a proxy (an empty name) was never counted."""
        left = counts.pop(whose, 0) - 1
        if left > 0:
            counts[whose] = left
