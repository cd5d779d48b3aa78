"""Deadlines are kept by the monotonic clock, whatever the wall clock does."""

import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.logger import capturedLogs

from router.edge.ticker import STEP, Ticker


class Hands:
    """A clock that is moved by hand, and the ticker that goes by it."""

    def __init__(self, now: float = 1_000.1) -> None:
        self.now = now
        self.ticker = Ticker(lambda: self.now)
        self.called: list[str] = []

    def note(self, word: str) -> Callable[[], None]:
        return lambda: self.called.append(word)

    def advance(self, seconds: float) -> None:
        """Let time pass a step at a time."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(end, self.now + STEP)
            self.ticker.tick()


@pytest.fixture
def hands() -> Hands:
    return Hands()


def test_calls_once_when_it_is_time(hands: Hands) -> None:
    hands.ticker.later(10, hands.note("ping"))
    hands.advance(9.9)
    assert hands.called == []
    hands.advance(0.1 + 2 * STEP)
    assert hands.called == ["ping"]
    hands.advance(60)
    assert hands.called == ["ping"]


@given(start=st.floats(0, 1e6), waits=st.lists(st.floats(0, 20), max_size=5), pause=st.floats(0, 1))
def test_is_never_early_and_hardly_late(start: float, waits: list[float], pause: float) -> None:
    hands = Hands(start)
    hands.now += pause  # Since the last look.
    asked, seen = hands.now, []
    for wait in waits:
        hands.ticker.later(wait, lambda wait=wait: seen.append((wait, hands.now - asked)))  # type: ignore[misc]
    hands.advance(21)
    assert len(seen) == len(waits)
    assert all(wait - 1e-6 <= waited <= wait + 2 * STEP for wait, waited in seen)


def test_what_was_cancelled_is_not_called(hands: Hands) -> None:
    timer = hands.ticker.later(1, hands.note("ping"))
    timer.cancel()
    timer.cancel()
    hands.advance(5)
    assert hands.called == []


def test_a_call_may_cancel_the_next(hands: Hands) -> None:
    hands.ticker.later(1, lambda: later.cancel())
    later = hands.ticker.later(1, hands.note("ping"))
    hands.advance(5)
    assert hands.called == []


def test_calls_again_and_again_until_cancelled(hands: Hands) -> None:
    timer = hands.ticker.every(5, hands.note("beat"))
    hands.advance(16)
    assert hands.called == ["beat"] * 3
    timer.cancel()
    hands.advance(60)
    assert hands.called == ["beat"] * 3


def test_a_repeated_call_may_end_itself(hands: Hands) -> None:
    def once() -> None:
        hands.called.append("once")
        timer.cancel()

    timer = hands.ticker.every(5, once)
    hands.advance(60)
    assert hands.called == ["once"]


def test_what_is_asked_for_during_a_call_is_called(hands: Hands) -> None:
    hands.ticker.later(0, lambda: hands.ticker.later(0, hands.note("second")))
    hands.advance(1)
    assert hands.called == ["second"]


def test_a_failure_stops_nobody_else(hands: Hands) -> None:
    with capturedLogs() as logged:
        hands.ticker.every(1, lambda: [].pop())
        hands.ticker.later(1, hands.note("next"))
        hands.advance(2.5)
    assert hands.called == ["next"]
    assert len(logged) == 2


def test_a_long_sleep_makes_everything_due(hands: Hands) -> None:
    hands.ticker.later(7, hands.note("second"))
    hands.ticker.later(3, hands.note("first"))
    hands.now += 3_600
    hands.ticker.tick()
    assert hands.called == ["first", "second"]


CLOCK_SET_BACK = """
import time
real, ahead = time.time, [0]
time.time = lambda: real() + ahead[0]
from twisted.internet.epollreactor import EPollReactor
from router.edge.ticker import Ticker
reactor, late = EPollReactor(), []
ticker = Ticker(late=late.append)
ticker.start(reactor)
reactor.callLater(1, print, "Twisted")
ahead[0] = -3600
ticker.later(1, lambda: print("ticker"))
ticker.later(1, lambda: reactor.callLater(0, print, "at once"))  # As a connection is aborted.
ticker.later(2, reactor.stop)
reactor.addSystemEventTrigger("after", "shutdown", ticker.stop)
reactor.run()
assert late and all(seconds >= 0 for seconds in late)
"""


def test_goes_on_when_the_wall_clock_is_set_back() -> None:
    run = subprocess.run([sys.executable, "-c", CLOCK_SET_BACK], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout) == (0, "ticker\nat once\n"), run.stderr
