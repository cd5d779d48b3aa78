"""Timers and the wall clock are two things."""

import time
from typing import Any

from twisted.internet.task import Clock

from components.steady import steady


class Reactor(Clock):
    """A reactor that goes by the wall clock, as Twisted's do."""

    def __init__(self) -> None:
        super().__init__()
        self.rightNow = time.time()


def test_timers_go_by_the_monotonic_clock_and_components_by_the_wall() -> None:
    reactor = Reactor()
    pending: Any = reactor.callLater(10, list)
    clock = steady(reactor)
    assert abs(reactor.seconds() - time.monotonic()) < 1
    assert abs(pending.getTime() - time.monotonic() - 10) < 1
    assert abs(clock.seconds() - time.time()) < 1
    assert clock.callLater == reactor.callLater


def test_once_is_enough() -> None:
    reactor = Reactor()
    steady(reactor)
    pending = reactor.callLater(10, list)
    then = pending.getTime()
    steady(reactor)
    assert pending.getTime() == then
