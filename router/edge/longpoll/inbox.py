"""What a client sends, each of its sends once and in their order, no faster than its session takes it."""

from collections import deque
from collections.abc import Callable, Iterable

from twisted.internet.defer import Deferred

from ..cut import Cut, Why
from ..ticker import Ticker, Timer

GAP = 5.0
"""Seconds that a numbered send waits for the one before it."""
AHEAD = 16
"""How many sends may wait for one before them."""
PATIENCE = 8.0
"""Seconds until a send is answered although the session is still held: AutobahnJS gives up after 12."""

Waiting = dict[Deferred[None], int]
"""Who waits, with the number of their send."""


class Inbox:
    """The messages of one client on their way to its session."""

    def __init__(self, receive: Callable[[bytes], None], limit: int, ticker: Ticker) -> None:
        self._receive, self._limit, self._ticker = receive, limit, ticker
        self._messages: deque[bytes] = deque()
        self._bytes = 0
        self._taken = 0
        self._early: Waiting = {}
        self._held: Waiting = {}
        self._hold: Timer | None = None

    async def take(self, number: int | None, messages: list[bytes]) -> None:
        """Take the messages of one send; a number that was taken before is not taken again.

        Raises `Cut(Why.GAP)` when the send before it does not come, and `Cut(Why.FLOOD)` when too much waits: then
        nothing was taken, and it may be sent again.
        """
        if number is not None and number > self._taken + 1:
            await self._turn(number)
        if number is None or number > self._taken:
            self._put(messages)
            self._taken = self._taken if number is None else number
            _call(waiting for waiting, its in self._early.items() if its <= self._taken + 1)
            self._work()
        if self._messages:
            await self._wait(self._held, 0, PATIENCE)

    def hold(self, seconds: float) -> None:
        """Hand out nothing for so long. What is sent meanwhile waits, and so does whoever sends it."""
        if self._hold is not None:
            self._hold.cancel()
        self._hold = self._ticker.later(seconds, self._release)

    def go_on(self) -> None:
        """End a hold."""
        if self._hold is not None:
            self._hold.cancel()
            self._release()

    def close(self) -> None:
        """Forget what waits, and let nobody wait any longer."""
        self._messages.clear()
        if self._hold is not None:
            self._hold.cancel()
        _call([*self._early, *self._held])

    def _put(self, messages: list[bytes]) -> None:
        size = sum(map(len, messages))
        if self._messages and self._bytes + size > self._limit:
            raise Cut(Why.FLOOD, retry_after=GAP)
        self._messages.extend(messages)
        self._bytes += size

    def _work(self) -> None:
        """Hand out what waits, as far as that is allowed."""
        while self._messages and self._hold is None:
            message = self._messages.popleft()
            self._bytes -= len(message)
            self._receive(message)
        if not self._messages:
            _call(self._held)

    def _release(self) -> None:
        self._hold = None
        self._work()

    async def _turn(self, number: int) -> None:
        """Wait for the sends before this one."""
        if len(self._early) < AHEAD:
            await self._wait(self._early, number, GAP)
        if number > self._taken + 1:
            raise Cut(Why.GAP)

    async def _wait(self, where: Waiting, number: int, seconds: float) -> None:
        """Wait to be called, but no longer than so."""
        waiting: Deferred[None] = Deferred()
        where[waiting] = number
        patience = self._ticker.later(seconds, lambda: _call([waiting]))
        try:
            await waiting
        finally:
            patience.cancel()
            del where[waiting]


def _call(waiting: Iterable[Deferred[None]]) -> None:
    """Let them go on. One of them may call the others."""
    for one in list(waiting):
        if not one.called:
            one.callback(None)
