"""Passwords as argon2id hashes, made off the reactor by two threads that give way to everybody else.

A hash costs 64 MiB and some hundred milliseconds, so there are never more than two at once, twenty wait, and who comes
then is told to come again. An unknown name costs the same as a known one: its password is compared with a hash that
nothing matches.
"""

import os
import secrets
import signal
from base64 import b64encode
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from threading import Condition, Thread, get_native_id
from typing import Protocol, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IReactorFromThreads
from twisted.python.failure import Failure

from .api import Busy

THREADS = 2
WAITING = 20
COME_AGAIN = 2.0
"""Seconds after which a queue that was full has room again."""
NICE = 10
"""How far hashing steps back behind whoever wants to say something (nice(2))."""
_LEAST_MEMORY, _LEAST_TIME = 19 * 1024, 2

Result = TypeVar("Result")


class Do(Protocol):
    """How work that takes long is done: `Threads.do` is one."""

    def __call__(self, work: Callable[[], Result]) -> Deferred[Result]: ...


@dataclass(frozen=True)
class Found:
    """Whether a password was right, and its hash with the parameters of today where they have changed."""

    right: bool
    rehashed: str | None = None


def hasher() -> PasswordHasher:
    """Take the parameters that argon2-cffi advises today, and no weaker ones than OWASP does."""
    advised = PasswordHasher()
    return PasswordHasher(max(advised.time_cost, _LEAST_TIME), max(advised.memory_cost, _LEAST_MEMORY))


class Passwords:
    """Hashes passwords, and compares them with hashes."""

    def __init__(self, do: Do, hasher: PasswordHasher) -> None:
        self._do, self._hasher = do, hasher
        self._nobody = matches_nothing(hasher)

    def hash(self, password: str) -> Deferred[str]:
        """Hash a password. Raises `Busy`."""
        return self._do(lambda: self._hasher.hash(password))

    def check(self, password: str, hash: str | None) -> Deferred[Found]:
        """Compare a password with a hash, or, at the same cost, with nothing. Raises `Busy`."""
        return self._do(lambda: self._check(password, hash or self._nobody))

    def _check(self, password: str, hash: str) -> Found:
        try:
            self._hasher.verify(hash, password)
        except (VerificationError, InvalidHashError):
            return Found(False)
        return Found(True, self._hasher.hash(password) if self._hasher.check_needs_rehash(hash) else None)


def matches_nothing(hasher: PasswordHasher) -> str:
    """Write a hash with the parameters of today that is chance instead of the hash of anything."""
    salt, tag = (_base64(secrets.token_bytes(length)) for length in (hasher.salt_len, hasher.hash_len))
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${tag}"


@cache
def common() -> frozenset[str]:
    """Read the passwords that everybody tries first, as far as they are long enough."""
    return frozenset((files(__package__) / "common.txt").read_text().split())


class Threads:
    """Threads for work that takes long. They begin with the first, and hold up no end of the process."""

    def __init__(self, reactor: IReactorFromThreads, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._reactor, self._threads, self._most = reactor, threads, waiting
        self._waiting: deque[Callable[[], None]] = deque()
        self._changed = Condition()
        self._idle, self._begun = threads, False

    def do(self, work: Callable[[], Result]) -> Deferred[Result]:
        """Do some work when a thread is free; `Busy` if too much of it waits."""
        done: Deferred[Result] = Deferred()
        with self._changed:
            if len(self._waiting) >= self._most + self._idle:
                return fail(Busy(retry_after=COME_AGAIN))
            self._waiting.append(lambda: self._finish(work, done))
            self._changed.notify()
            self._begin()
        return done

    def _begin(self) -> None:
        for _ in range(0 if self._begun else self._threads):
            Thread(target=self._serve, daemon=True).start()
        self._begun = True

    def _serve(self) -> None:
        # Both hold for this thread and for those that argon2 starts.
        os.setpriority(os.PRIO_PROCESS, get_native_id(), NICE)
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # Whoever waits for one gets it.
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                self._idle -= 1
                next_one = self._waiting.popleft()
            next_one()
            with self._changed:
                self._idle += 1

    def _finish(self, work: Callable[[], Result], done: Deferred[Result]) -> None:
        try:
            result: Result | Failure = work()
        except Exception:
            result = Failure()
        self._reactor.callFromThread(done.callback, result)


def _base64(value: bytes) -> str:
    return b64encode(value).decode().rstrip("=")
