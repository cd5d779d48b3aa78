"""Coroutines that are done at once, and others."""

import pytest
from twisted.internet.defer import CancelledError, Deferred

from components.at_once import begin


async def add(first: Deferred[int], second: Deferred[int]) -> int:
    return await first + await second


async def seven() -> int:
    return 7


async def fail() -> int:
    raise ValueError("no")


def test_what_waits_for_nothing_is_done_at_once() -> None:
    assert begin(seven()) == 7
    with pytest.raises(ValueError, match="no"):
        begin(fail())


def test_what_waits_is_done_later() -> None:
    first: Deferred[int] = Deferred()
    second: Deferred[int] = Deferred()
    result = begin(add(first, second))
    assert isinstance(result, Deferred)
    got: list[int] = []
    result.addCallback(got.append)
    first.callback(1)
    assert got == []
    second.callback(2)
    assert got == [3]


def test_a_failure_comes_to_where_it_is_waited_for() -> None:
    async def careful(wanted: Deferred[int]) -> int:
        try:
            return await wanted
        except ZeroDivisionError:
            return await Deferred.fromCoroutine(seven())

    wanted: Deferred[int] = Deferred()
    result = begin(careful(wanted))
    assert isinstance(result, Deferred)
    wanted.errback(ZeroDivisionError())
    assert result.result == 7


def test_it_can_be_cancelled() -> None:
    cancelled: list[object] = []
    wanted: Deferred[int] = Deferred(cancelled.append)
    result = begin(add(wanted, Deferred()))
    assert isinstance(result, Deferred)
    failures: list[object] = []
    result.addErrback(lambda failure: failures.append(failure.check(CancelledError)))
    result.cancel()
    assert len(cancelled) == 1
    assert failures == [CancelledError]
