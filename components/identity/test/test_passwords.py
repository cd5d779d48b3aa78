"""Passwords are hashed as is advised, by two threads and no more, whoever asks."""

import threading
from collections.abc import Callable, Iterator
from queue import Queue
from typing import Any, cast

import pytest
from argon2 import PasswordHasher, extract_parameters
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorFromThreads

from components.identity.api import Busy
from components.identity.passwords import THREADS, WAITING, Found, Passwords, Threads, hasher, matches_nothing
from components.identity.test.world import CHEAP, PASSWORD, at_once


class Reactor:
    """Takes what threads hand over, when it is told to."""

    def __init__(self) -> None:
        self._handed: Queue[Callable[[], object]] = Queue()

    def callFromThread(self, call: Callable[..., object], *args: object) -> None:  # noqa: N802
        self._handed.put(lambda: call(*args))

    def turn(self) -> None:
        self._handed.get(timeout=30)()


@pytest.fixture
def reactor() -> Iterator[Reactor]:
    yield Reactor()


def threads(reactor: Reactor) -> Threads:
    return Threads(cast(IReactorFromThreads, reactor))


def result(answer: "Deferred[Any]") -> Any:
    found: list[Any] = []
    answer.addBoth(found.append)
    assert found, "no answer yet"
    return found[0]


def test_the_parameters_are_advised_ones() -> None:
    advised = extract_parameters(result(Passwords(at_once, hasher()).hash(PASSWORD)))
    assert advised.memory_cost >= 19 * 1024 and advised.time_cost >= 2
    assert hasher().check_needs_rehash(PasswordHasher().hash("x")) is False


def test_a_password_is_right_or_wrong() -> None:
    passwords = Passwords(at_once, CHEAP)
    hash = result(passwords.hash(PASSWORD))
    assert result(passwords.check(PASSWORD, hash)) == Found(True)
    for password, against in [("wrong", hash), (PASSWORD, None), ("", None), (PASSWORD, "not a hash")]:
        assert result(passwords.check(password, against)) == Found(False)


def test_a_hash_of_other_parameters_is_made_anew_when_the_password_is_right() -> None:
    old = CHEAP.hash(PASSWORD)
    dearer = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    found = result(Passwords(at_once, dearer).check(PASSWORD, old))
    assert found.right and dearer.verify(found.rehashed, PASSWORD)
    assert result(Passwords(at_once, dearer).check("wrong", old)) == Found(False)


def test_what_matches_nothing_costs_what_any_other_hash_does() -> None:
    """An unknown name is compared with a whole hash, of the parameters of today."""
    for one in (CHEAP, hasher()):
        assert extract_parameters(matches_nothing(one)) == extract_parameters(one.hash(PASSWORD))
    assert matches_nothing(CHEAP) != matches_nothing(CHEAP)


def test_two_are_hashed_at_once_and_the_reactor_is_not_kept(reactor: Reactor) -> None:
    both = threading.Barrier(THREADS, timeout=30)
    pool = threads(reactor)
    main = threading.get_ident()

    def meet() -> int:
        both.wait()
        return threading.get_ident()

    answers = [pool.do(meet) for _ in range(THREADS)]
    for _ in answers:
        reactor.turn()
    assert len({main, *(result(one) for one in answers)}) == THREADS + 1


def test_twenty_wait_and_who_comes_then_is_told_to_come_again(reactor: Reactor) -> None:
    go, pool = threading.Event(), threads(reactor)
    answers = [pool.do(go.wait) for _ in range(THREADS + WAITING)]
    refused = result(pool.do(go.wait))
    assert refused.check(Busy) and refused.value.fields == {"retry_after": 2.0}
    go.set()
    for _ in answers:
        reactor.turn()
    assert [result(one) for one in answers] == [True] * len(answers)
    after = pool.do(lambda: "there is room again")
    reactor.turn()
    assert result(after) == "there is room again"


def test_what_fails_fails_for_who_asked_and_the_thread_goes_on(reactor: Reactor) -> None:
    pool = threads(reactor)
    for _ in range(2 * THREADS):
        failed = pool.do(lambda: 1 // 0)
        reactor.turn()
        assert result(failed).check(ZeroDivisionError)
    passwords = Passwords(pool.do, CHEAP)
    hashed = passwords.hash(PASSWORD)
    reactor.turn()
    assert CHEAP.verify(result(hashed), PASSWORD)
