"""Bodies that are taken as they come, not kept in memory until all is there."""

from collections.abc import Callable
from typing import Any, Protocol

from .events.problem import Problem

__all__ = ["Body", "Problem", "Take"]


class Body(Protocol):
    """The body of one request."""

    patience: float
    """Seconds after which it is asked whether it goes on."""

    def begin(self) -> None:
        """The headers were taken."""

    def take(self, data: bytes) -> None:
        """Take some bytes."""

    def goes_on(self) -> bool:
        """Say whether it is worth waiting for more."""


Take = Callable[[Any, Any, int | None, bytes], Body]
"""(request, channel, Content-Length, address) → what takes its body. Raises `Problem` to refuse it unread."""
