"""Puts what arrives of one stream, live and in pages, in any order, twice or not at all, back into one line. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .position import Position

ROOM = 65_536
"""How many bytes of live events wait at most for those before them; the log has the others."""


class Entry(NamedTuple):
    """An event, with what is written of it."""

    epoch: str
    offset: int
    frame: bytes


@dataclass(frozen=True)
class Page:
    """What a reading of the log brought: events that follow a position, as far as they are kept."""

    epoch: str
    head: int
    oldest: int
    entries: Sequence[Entry]


class Follow:
    """Where a listener is in one stream: when the log must be read, and what to hand out, each event once and in order.

    `must_read` may be set at any time, when what has arrived is known not to be all.
    """

    def __init__(self, stream: str, position: Position | None) -> None:
        self.stream = stream
        self.position = position
        """Of the last event that was handed out; `None` until `begin`."""
        self.must_read = False
        self._reading = False
        self._waiting: dict[int, Entry] = {}
        self._bytes = 0

    @property
    def has_hole(self) -> bool:
        """Whether something has arrived that is not the next."""
        return bool(self._waiting)

    def begin(self, head: Position) -> None:
        """Learn where the log ends, from an answer that was asked for once the subscription stood."""
        if self.position is None or (self.position.offset == head.offset and self.position.epoch in ("", head.epoch)):
            self.position = head
        else:
            self.must_read = True

    def arrived(self, entry: Entry) -> list[Entry]:
        """Take a live event, and hand out what it completes."""
        at = self.position
        if at is None or at.epoch not in ("", entry.epoch):
            self.must_read = True
        elif entry.offset > at.offset:
            self._keep(entry)
            if not self._reading:
                return self._line_up()
        return []

    def skip(self) -> None:
        """Forget what waits, and leave it to the log: the listener takes nothing just now."""
        self.must_read = True
        self._forget()

    def start_reading(self) -> int:
        """Begin to read the log, which has what waits too. Gives the offset after which to read.

        Nothing is handed out until it is done.
        """
        self.must_read, self._reading = False, True
        self._forget()
        return self.position.offset if self.position else 0

    def stop_reading(self) -> None:
        """The reading failed. It must be done again."""
        self.must_read, self._reading = True, False

    def read(self, page: Page) -> tuple[Position | None, list[Entry]]:
        """Take a page, and hand out what it brought. A position means: this does not continue what was handed out, but
        begins after there.
        """
        assert self.position is not None
        self._reading = False
        if not self.position.is_in(page.epoch, page.head):
            # Another log: begin with the oldest that it has. These events follow an offset that means nothing in it.
            begin = Position(page.epoch, page.oldest - 1)
            self._move(begin)
            self.must_read = self.must_read or page.oldest <= page.head
            return begin, [] if self.must_read else self._line_up()
        first = page.entries[0].offset if page.entries else page.head + 1
        begin = Position(page.epoch, max(self.position.offset, first - 1))
        is_gap = begin.offset > self.position.offset
        self._move(Position(page.epoch, page.entries[-1].offset) if page.entries else begin)
        entries = [*page.entries, *self._line_up()]
        self.must_read = self.must_read or self.position.offset < page.head
        return begin if is_gap else None, entries

    def _keep(self, entry: Entry) -> None:
        if self._bytes + len(entry.frame) > ROOM and self._waiting:
            self.must_read = True
        elif entry.offset not in self._waiting:
            self._waiting[entry.offset] = entry
            self._bytes += len(entry.frame)

    def _line_up(self) -> list[Entry]:
        """Take what comes next out of what waits."""
        assert self.position is not None
        lined_up = []
        while entry := self._waiting.pop(self.position.offset + 1, None):
            self._bytes -= len(entry.frame)
            if not self.position.is_in(entry.epoch, entry.offset):
                self.must_read = True
                break
            self.position = Position(entry.epoch, entry.offset)
            lined_up.append(entry)
        return lined_up

    def _move(self, position: Position) -> None:
        """Stand elsewhere, and drop what waits and comes before that."""
        self.position = position
        waiting = list(self._waiting.values())
        self._forget()
        for entry in waiting:
            if entry.offset > position.offset:
                self._keep(entry)

    def _forget(self) -> None:
        self._waiting.clear()
        self._bytes = 0
