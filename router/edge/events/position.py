"""Positions in streams as text: the id of an event, what `Last-Event-ID` repeats, and what `?after=` takes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from components.contract import MAX_OFFSET, InvalidArgument

_ONE = re.compile(r"(?:(?P<epoch>[0-9A-Za-z_-]{0,32}):)?(?P<offset>[0-9]{1,16})")


@dataclass(frozen=True)
class Position:
    """An offset in a log. An epoch of "" is one that nobody knows yet, or that of a log without events."""

    epoch: str
    offset: int

    def __str__(self) -> str:
        return f"{self.epoch}:{self.offset}"

    def is_in(self, epoch: str, head: int) -> bool:
        """Say whether it can be of the log with this epoch and this newest event."""
        return self.epoch in ("", epoch) and self.offset <= head


def written(positions: Iterable[Position | None]) -> str:
    """Write down where a listener is in each of its streams, in their order: `<epoch>:<offset>,…`."""
    return ",".join("" if position is None else str(position) for position in positions)


def read(text: str, count: int) -> list[Position | None]:
    """Read positions in so many streams. One that is left out is `None`: wherever the log ends."""
    if not text:
        return [None] * count
    parts = text.split(",")
    if len(parts) != count:
        raise InvalidArgument(f"after: {len(parts)} positions do not fit {count} streams.", field="after")
    return [_one(part) if part else None for part in parts]


def _one(text: str) -> Position:
    found = _ONE.fullmatch(text)
    if found is None or int(found["offset"]) > MAX_OFFSET:
        raise InvalidArgument("after: a position is <epoch>:<offset>, or an offset.", field="after")
    return Position(found["epoch"] or "", int(found["offset"]))
