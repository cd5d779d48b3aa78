"""Empties a router worker before it ends: nobody new comes in, and everybody is told to come back.

Nobody is told before what they asked is answered. What is committed meanwhile, and they do not hear of any more, they
read from the log when they are back.
"""

import random
from collections.abc import Callable
from functools import partial

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from .cut import Cut, Why
from .edge import Edge
from .joined import Joined

PACE = 500.0
"""How many are told in a second, so that not all of them knock elsewhere at once."""
LONGEST_SPREAD = 5.0
"""Seconds in which all are told, however many there are."""
PATIENCE = 5.0
"""Seconds more that components have to answer what was asked before."""
LINGER = 0.5
"""Seconds that the last words have to leave."""

log = Logger()


class Drain:
    """Ends the sessions of one edge, each in its turn."""

    def __init__(self, edge: Edge, chance: Callable[[], float] = random.random) -> None:
        self._edge, self._chance = edge, chance
        self._left: set[Joined] = set()
        self._is_over = False
        self.done: Deferred[None] = Deferred()
        """Fires once nobody is left, or time is up."""

    def begin(self) -> "Deferred[None]":
        """Let nobody in any more, and tell everybody. Called before the reactor ends, which waits for the answer."""
        edge = self._edge
        edge.door.close()
        self._left = {one for one in edge.router.sessions() if isinstance(one, Joined)}
        if not self._left:
            self._end()
            return self.done
        log.info("{count} sessions are told to come back", count=len(self._left))
        spread = min(LONGEST_SPREAD, len(self._left) / PACE)
        for session in self._left:
            edge.ticker.later(self._chance() * spread, partial(self._tell, session))
        edge.ticker.later(spread + PATIENCE, self._out_of_time)
        return self.done

    def _tell(self, session: Joined) -> None:
        """Tell one to come back, once all that it asked is answered, and all that it was asked."""
        if session not in self._left:
            return
        calls = self._edge.router.calls
        if session._session_id is not None and (calls.underway(session) or calls.is_asked(session)):
            self._edge.ticker.later(0.0, partial(self._tell, session))
            return
        self._left.discard(session)
        session.end(Cut(Why.RESTART, retry_after=1.0 + self._chance()))
        if not self._left:
            self._edge.ticker.later(LINGER, self._end)

    def _out_of_time(self) -> None:
        if self._left:
            log.warn("{count} sessions were ended before what they asked was answered", count=len(self._left))
        for session in list(self._left):
            self._left.discard(session)
            session.end(Cut(Why.RESTART, retry_after=1.0))
        self._edge.ticker.later(LINGER, self._end)

    def _end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self.done.callback(None)
