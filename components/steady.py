"""A reactor whose timers do not care what the wall clock does, and whose loop does no more than it must."""

import time
from collections.abc import Callable
from typing import Any

from twisted.python import log

_EVENTS = 512
"""How many events are taken in one look; the others wait for the next, which is at once."""


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


def lean(reactor: Any) -> None:
    """Take from Twisted's loop what every event pays for and nothing here uses.

    A log context is copied for each event of a socket, and room for an event of every connection is allocated for each
    look at them, which at 19,000 connections takes longer than the look.
    """
    log.callWithLogger = _call  # type: ignore[assignment]
    if hasattr(reactor, "_poller") and not isinstance(reactor._poller, _Poller):
        reactor._poller = _Poller(reactor._poller)


class _Poller:
    """An epoll object that makes room for so many events and no more."""

    def __init__(self, poller: Any) -> None:
        self._poll = poller.poll
        self.register, self.modify, self.unregister = poller.register, poller.modify, poller.unregister
        self.close, self.fileno = poller.close, poller.fileno

    def poll(self, timeout: float, most: int) -> Any:
        return self._poll(timeout, min(most, _EVENTS))


def _call(logger: object, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Do it; where it fails, write that down and go on."""
    try:
        return function(*args, **kwargs)
    except KeyboardInterrupt:
        raise
    except BaseException:
        log.err()  # type: ignore[no-untyped-call]
