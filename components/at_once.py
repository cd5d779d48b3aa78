"""Coroutines that are done at once, without the `Deferred` that waiting takes."""

from collections.abc import Coroutine, Generator
from types import coroutine
from typing import Any, TypeVar

from twisted.internet.defer import Deferred

Result = TypeVar("Result")


def begin(begun: Coroutine[Any, Any, Result]) -> "Result | Deferred[Result]":
    """Run a coroutine until it waits for something.

    One that never does gives its result here (or raises); most answers to calls are such, and a `Deferred` with its
    callbacks is a tenth of what those cost.
    """
    try:
        waits_for = begun.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    return Deferred.fromCoroutine(_go_on(begun, waits_for))


@coroutine
def _go_on(begun: Coroutine[Any, Any, Result], waits_for: Any) -> Generator[Any, Any, Result]:
    """Go on with a coroutine that waits for its first `Deferred`."""
    while True:
        try:
            try:
                result = yield waits_for
            except GeneratorExit:
                begun.close()
                raise
            except BaseException as error:
                waits_for = begun.throw(error)
            else:
                waits_for = begun.send(result)
        except StopIteration as done:
            value: Result = done.value
            return value
