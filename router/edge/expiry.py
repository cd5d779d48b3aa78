"""Ends sessions when their tokens do: looks through them only when the first of them may be due.

A timer for each would cost more memory than all else that an idle connection needs. A token ends by the wall clock, as
it is read; so does its session.
"""

import math
import time
from collections.abc import Callable, Iterable
from typing import Any

from router.tokens import Token

from .cut import Cut, Why
from .joined import Joined

LOOK = 1.0
"""Seconds between two looks, and so how much too late a session may end."""


class Expiry:
    """Knows when the next session may be over."""

    def __init__(self, sessions: Callable[[], Iterable[Any]], now: Callable[[], float] = time.time) -> None:
        self._sessions, self._now = sessions, now
        self._next = math.inf

    def watch(self, ticker: Any) -> None:
        """Look from time to time."""
        ticker.every(LOOK, self.look)

    def expect(self, token: Token) -> None:
        """A session is now good until its token ends."""
        self._next = min(self._next, token.expires)

    def look(self) -> None:
        """End what is over."""
        now = self._now()
        if now < self._next:
            return
        ends = [(one.token.expires, one) for one in self._sessions() if isinstance(one, Joined) and one.token]
        self._next = min((expires for expires, _ in ends if expires > now), default=math.inf)
        for expires, one in ends:
            if expires <= now:
                one.end(Cut(Why.SIGNED_OUT))
