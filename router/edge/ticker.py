"""Deadlines by the dozen thousand, coarse and cheap, that don't care whether the wall clock jumps.

Twisted's `callLater` goes by `time.time()`: when that is set back an hour, nothing is called for an hour.
"""

import math
import time
from collections.abc import Callable
from threading import Thread

from twisted.internet.interfaces import IReactorFromThreads
from twisted.logger import Logger

STEP = 0.25
"""Seconds between two looks. A call is up to twice as much late, never early."""

_log = Logger()


class Timer:
    """Something that will be called, unless it is cancelled before."""

    __slots__ = ("call",)

    def __init__(self, call: Callable[[], object]) -> None:
        self.call: Callable[[], object] | None = call

    def cancel(self) -> None:
        """Don't call. Harmless when it was called or cancelled already."""
        self.call = None


class Ticker:
    """The deadlines of one process. A thread of its own wakes the reactor; the calls are made by the reactor's."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, late: Callable[[float], object] = lambda seconds: None
    ) -> None:
        self._clock, self._late = clock, late
        self._due: dict[int, list[Timer]] = {}
        self._last = math.floor(clock() / STEP)
        self._asked = 0.0
        self._running = self._waiting = False
        self.now = clock()
        """Monotonic seconds at the last look: costs nothing, and is right but for one step."""

    def later(self, seconds: float, call: Callable[[], object]) -> Timer:
        """Have something called once, after so long."""
        timer = Timer(call)
        self._add(timer, self._clock() + seconds)
        return timer

    def every(self, seconds: float, call: Callable[[], object]) -> Timer:
        """Have something called again and again."""
        timer = Timer(lambda: None)

        def again() -> None:
            timer.call = again
            self._add(timer, self._clock() + seconds)
            call()

        timer.call = again
        self._add(timer, self._clock() + seconds)
        return timer

    def start(self, reactor: IReactorFromThreads) -> None:
        """Begin to look."""
        self._running = True
        Thread(target=self._wake, args=(reactor,), name="ticker", daemon=True).start()

    def stop(self) -> None:
        """Call nothing any more."""
        self._running = False

    def tick(self) -> None:
        """Call what is due. Tests do this themselves."""
        self.now = self._clock()
        reached = math.floor(self.now / STEP)
        steps = range(self._last + 1, reached + 1)
        self._last = max(self._last, reached)
        for step in steps:
            for timer in self._due.pop(step, ()):
                self._fire(timer)

    def _add(self, timer: Timer, deadline: float) -> None:
        step = max(math.ceil(deadline / STEP), self._last + 1)
        self._due.setdefault(step, []).append(timer)

    @staticmethod
    def _fire(timer: Timer) -> None:
        call, timer.call = timer.call, None
        if call:
            try:
                call()
            except Exception:
                _log.failure("A timer failed.")

    def _wake(self, reactor: IReactorFromThreads) -> None:
        """Ask the reactor to look, once it has looked. Runs in the thread; sleeping goes by the monotonic clock."""
        while self._running:
            time.sleep(STEP)
            if not self._waiting:
                self._waiting, self._asked = True, self._clock()
                reactor.callFromThread(self._look)

    def _look(self) -> None:
        self._waiting = False
        self._late(self._clock() - self._asked)
        if self._running:
            self.tick()
