"""A reactor whose timers do not care what the wall clock does."""

import time
from typing import Any


def steady(reactor: Any) -> Any:
    """Let a reactor's timers go by the monotonic clock, and return the clock that components tell the time by.

    Twisted's timers go by `time.time()`: set back by an hour, none of them is called for an hour.
    """
    ahead = time.monotonic() - reactor.seconds()
    if abs(ahead) > 1:  # Not when it was done already.
        for call in reactor.getDelayedCalls():
            call.time += ahead
        reactor.seconds = time.monotonic
    return WallClock(reactor)


class WallClock:
    """A reactor that says what time it is: `seconds` since 1970, as events carry it."""

    seconds = staticmethod(time.time)

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)
