"""What a client is sent: answers to its polls, numbered, each kept until it is known to have arrived."""

from dataclasses import dataclass

from ..cut import Cut, Why
from ..queue import BoundedQueue, Rule

ANSWER_BYTES = 262_144
"""How much one answer carries at most, unless a single message is larger."""


@dataclass(frozen=True)
class Messages:
    """What one answer carries."""

    number: int
    body: bytes


class Outbox:
    """The messages to one client, on their way into the answers to its polls."""

    def __init__(self, limit: int, rule: Rule, batched: bool) -> None:
        self._queue = BoundedQueue(limit, rule)
        self._at_once = ANSWER_BYTES if batched else 0
        self._number = 0
        self._kept: Messages | None = None

    @property
    def waiting(self) -> int:
        """How many bytes wait for the client, or for its acknowledgement."""
        return self._queue.bytes + (len(self._kept.body) if self._kept else 0)

    def put(self, data: bytes, topic: str | None) -> int:
        """Add one message. Says how many events were left out for it; raises `Cut` when there is no room."""
        return self._queue.put(data, topic)

    def acknowledge(self, number: int | None) -> bool:
        """Learn which answer arrived last; `None` is whichever was the last. Says no to a poll of yesterday.

        Such a poll was overtaken by a later one, and nobody waits for it. Raises `Cut` for an answer that never was.
        """
        if number is not None and number > self._number:
            raise Cut(Why.GAP)
        if number is None or number == self._number:
            self._kept = None
            return True
        return self._kept is not None and number == self._number - 1

    def next(self) -> Messages | None:
        """Give what was not acknowledged once more, or else what waits."""
        if self._kept is None and self._queue:
            self._number += 1
            self._kept = Messages(self._number, b"".join(self._queue.take(self._at_once)))
        return self._kept

    def clear(self) -> None:
        """Forget everything."""
        self._queue.clear()
        self._kept = None
