"""Who searches when: searches wait for each other, so that they never keep all readers of the database busy."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeVar

from twisted.internet.defer import DeferredSemaphore

from components.room.api import TooManySearches

T = TypeVar("T")

AT_ONCE = 2
"""How many searches are done at once."""
EACH = 4
"""How many of one person's searches may be under way or waiting."""


class Turns:
    """Those who search, or wait for their turn."""

    def __init__(self) -> None:
        self._turns = DeferredSemaphore(AT_ONCE)
        self._searches: Counter[str] = Counter()

    async def take(self, person: str, search: Callable[[], Awaitable[T]]) -> T:
        """Search when it is this person's turn. Raises `TooManySearches`."""
        if self._searches[person] >= EACH:
            raise TooManySearches
        self._searches[person] += 1
        try:
            await self._turns.acquire()
            try:
                return await search()
            finally:
                self._turns.release()
        finally:
            self._searches -= Counter([person])
