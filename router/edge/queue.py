"""What waits for a client that reads slowly: bounded in bytes, with the `slow` rule of each stream."""

from collections import deque
from collections.abc import Callable
from functools import lru_cache

from components.settings import Settings, Slow

from .cut import Cut, Why

TOPICS = 4_096
"""For how many topics the rule is remembered."""
ROOM = 4
"""A queue that is full is brought down until one part in so many is free, so that looking through it pays."""

Rule = Callable[[str], Slow]
"""Topic → what happens to its events when a queue is full."""


def slow_rule(settings: Settings) -> Rule:
    """Make the rule of an edge. One is enough for all of its queues; each topic is looked up once."""

    @lru_cache(TOPICS)
    def rule(topic: str) -> Slow:
        space = settings.namespace(topic)
        return space.slow if space else "disconnect"

    return rule


class BoundedQueue:
    """Encoded messages in the order in which they leave: what a transport of any kind could not send yet."""

    __slots__ = ("_items", "_limit", "_rule", "bytes")

    def __init__(self, limit: int, rule: Rule) -> None:
        self._limit, self._rule = limit, rule
        self._items: deque[tuple[bytes, str | None]] = deque()
        self.bytes = 0
        """How much waits."""

    def __len__(self) -> int:
        return len(self._items)

    def put(self, data: bytes, topic: str | None) -> int:
        """Add one message; `topic` is that of an event. Says how many events were left out for it.

        Raises `Cut` when there is no room: the connection is to be closed.
        """
        full = self.bytes + len(data) > self._limit and self._items
        dropped = self._make_room(len(data), topic) if full else 0
        self._items.append((data, topic))
        self.bytes += len(data)
        return dropped

    def take(self, limit: int) -> list[bytes]:
        """Remove the next messages: one, and as many more as fit into so many bytes."""
        taken: list[bytes] = []
        size = 0
        while self._items and (not taken or size + len(self._items[0][0]) <= limit):
            data, _ = self._items.popleft()
            taken.append(data)
            size += len(data)
        self.bytes -= size
        return taken

    def clear(self) -> None:
        """Forget all that waits."""
        self._items.clear()
        self.bytes = 0

    def _make_room(self, coming: int, topic: str | None) -> int:
        """Leave out what the rules of the streams give up. Cuts off when that is little: it would be for each event."""
        surplus = self.bytes + coming - max(self._limit - self._limit // ROOM, coming)
        newest = {of: at for at, (_, of) in enumerate(self._items)} | {topic: len(self._items)}
        stays: deque[tuple[bytes, str | None]] = deque()
        for at, (data, of) in enumerate(self._items):
            rule = self._rule(of) if of is not None else "disconnect"
            if (rule == "drop_oldest" and surplus > 0) or (rule == "latest" and at < newest[of]):
                surplus -= len(data)
            else:
                stays.append((data, of))
        if surplus > 0:
            raise Cut(Why.SLOW)
        dropped = len(self._items) - len(stays)
        self._items = stays
        self.bytes = sum(len(data) for data, _ in stays)
        return dropped
