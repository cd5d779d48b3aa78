"""Threads for what blocks: opening pictures, and writing files. Few at once, and not many that wait."""

from collections.abc import Callable
from typing import Any, TypeVar

from twisted.internet.defer import Deferred, fail
from twisted.internet.threads import deferToThreadPool
from twisted.python.threadpool import ThreadPool

from .api import NoRoomForFiles

Result = TypeVar("Result")
AT_ONCE = 2
"""A picture may take a few hundred megabytes while it is open."""
WAITING = 200
LATER = 3.0
"""Seconds after which it is worth another try."""


class Threads:
    """Does work when a thread is free. They begin with the first, and end with the reactor."""

    def __init__(self, reactor: Any, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._reactor, self._most = reactor, at_once + waiting
        self._pool = ThreadPool(0, at_once, "files")
        self._begun, self._under_way = False, 0

    def do(self, work: Callable[..., Result], *args: object) -> "Deferred[Result]":
        """Do some work. Raises `NoRoomForFiles` if too much of it waits."""
        if self._under_way >= self._most:
            return fail(NoRoomForFiles(retry_after=LATER))
        self._begin()
        self._under_way += 1
        done: Deferred[Result] = deferToThreadPool(self._reactor, self._pool, work, *args)
        return done.addBoth(self._over)

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._pool.start()
            self._reactor.addSystemEventTrigger("during", "shutdown", self._pool.stop)

    def _over(self, result: Any) -> Any:
        self._under_way -= 1
        return result
