"""What is called from threads, done in the test's own thread while it waits."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.failure import Failure
from zope.interface import implementer

T = TypeVar("T")


@implementer(IReactorFromThreads)
class Pump:
    """The part of a reactor that threads see."""

    def __init__(self) -> None:
        self._calls: SimpleQueue[Callable[[], object]] = SimpleQueue()

    def callFromThread(self, callable: Callable[..., Any], *args: object, **kwargs: object) -> None:  # noqa: N802
        self._calls.put(lambda: callable(*args, **kwargs))

    def result(self, deferred: Deferred[T], patience: float = 60.0) -> T:
        """Wait for a result; raise what it failed with."""
        results: list[T | Failure] = []
        deferred.addBoth(results.append)
        while not results:
            try:
                self._calls.get(timeout=patience)()
            except Empty:
                raise AssertionError("nothing happened in time") from None
        if isinstance(results[0], Failure):
            results[0].raiseException()
        return results[0]

    def failure(self, deferred: Deferred[Any]) -> BaseException:
        """Wait for a failure."""
        try:
            result = self.result(deferred)
        except Exception as error:
            return error
        raise AssertionError(f"no failure, but {result!r}")
