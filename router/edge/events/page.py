"""Reads one page of a stream, for who asks now and then."""

from dataclasses import dataclass
from typing import Any

from components.stream.api import READ

from .client import Client
from .position import Position


@dataclass(frozen=True)
class Wanted:
    """Which events: those after a position and before an offset, oldest first unless `reverse`."""

    stream: str
    after: Position | None = None
    before: int | None = None
    limit: int | None = None
    reverse: bool = False

    def arguments(self) -> dict[str, Any]:
        """Say it to `openline.stream.read`."""
        after = None if self.after is None else self.after.offset
        known = {"after": after, "before": self.before, "limit": self.limit}
        given = {name: value for name, value in known.items() if value is not None}
        return {"stream": self.stream, "reverse": self.reverse, **given}


async def read_page(client: Client, wanted: Wanted) -> dict[str, Any]:
    """Read a page. Where the log is not the one that the position is of, or reaches back no further than beyond it,
    `recovered` is false and the page begins with the oldest event that is kept. Raises `Problem`.
    """
    page: dict[str, Any] = await client.call(READ.uri, **wanted.arguments())
    if wanted.after is None or continues(wanted.after, page):
        return {**page, "recovered": True}
    begin = {**wanted.arguments(), "after": page["oldest"] - 1}
    return {**await client.call(READ.uri, **begin), "recovered": False}


def continues(after: Position, page: dict[str, Any]) -> bool:
    """Say whether what follows a position in a log follows it without a gap."""
    return after.is_in(page["epoch"], page["head"]) and page["oldest"] <= after.offset + 1
