"""A line for each who comes and goes; few for those who are refused; nothing that is nobody's business."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.logger import LogEvent, Logger, formatEvent

from router.edge.journal import Journal


@dataclass
class FakeTransport:
    kind: str = "websocket"
    visitor: Any = field(default_factory=lambda: FakeVisitor())


@dataclass
class FakeVisitor:
    address: str = "203.0.113.9"


@dataclass
class FakeSession:
    _authid: str = "u_7f"
    _authrole: str = "guest"
    _authextra: dict[str, Any] = field(default_factory=lambda: {"name": "Ada Secret"})
    _session_id: int = 4711
    _transport: FakeTransport = field(default_factory=FakeTransport)
    lasted: float = 12.34567


class Later:
    """Twisted's clock, as a ticker."""

    def __init__(self) -> None:
        self.clock = Clock()

    def later(self, seconds: float, call: Any) -> object:
        return self.clock.callLater(seconds, call)


class Book:
    """A journal, and what it wrote."""

    def __init__(self) -> None:
        self.events: list[LogEvent] = []
        later = Later()
        self.clock = later.clock
        self.journal = Journal(later, Logger(observer=self.events.append))  # type: ignore[arg-type]

    def rows(self) -> list[str]:
        return [formatEvent(event) for event in self.events]


@pytest.fixture
def book() -> Book:
    return Book()


def test_one_line_for_a_join_and_one_for_the_end(book: Book) -> None:
    session = FakeSession()
    book.journal.joined(session)
    book.journal.left(session)
    assert book.rows() == [
        "u_7f (guest) joined by websocket from 203.0.113.9, session 4711",
        "u_7f (guest) left after 12.3 s by websocket from 203.0.113.9, session 4711",
    ]
    fields = {key: value for key, value in book.events[1].items() if not key.startswith("log_")}
    assert fields == {
        "id": "u_7f",
        "role": "guest",
        "transport": "websocket",
        "address": "203.0.113.9",
        "session": 4711,
        "seconds": 12.346,
    }


def test_the_first_refusal_is_written_at_once_and_the_rest_counted(book: Book) -> None:
    for number in range(1, 1_001):
        book.journal.refused("malformed", f"10.0.0.{number % 250}")
    assert book.rows() == ["refused: malformed, from 10.0.0.1"]
    book.clock.advance(1)
    assert book.rows()[1:] == ["refused: malformed, 999 times, last from 10.0.0.0"]
    assert book.events[1]["count"] == 999


def test_ten_thousand_refusals_in_ten_seconds_are_a_dozen_lines(book: Book) -> None:
    for _ in range(10_000):
        book.journal.refused("malformed", "10.0.0.1")
        book.clock.advance(0.001)
    book.clock.pump([1, 1])
    assert len(book.events) <= 12
    assert sum(event["count"] for event in book.events) == 10_000


def test_after_a_quiet_second_the_next_is_written_at_once(book: Book) -> None:
    book.journal.refused("slow", "10.0.0.1")
    book.clock.pump([1, 1])
    assert not book.clock.getDelayedCalls(), "nothing is left to wait for"
    book.journal.refused("slow", "10.0.0.2")
    assert book.rows() == ["refused: slow, from 10.0.0.1", "refused: slow, from 10.0.0.2"]


def test_reasons_are_counted_apart(book: Book) -> None:
    book.journal.refused("slow", "10.0.0.1")
    book.journal.refused("flood", "10.0.0.1")
    assert book.rows() == ["refused: slow, from 10.0.0.1", "refused: flood, from 10.0.0.1"]


def test_an_address_that_is_not_known_is_not_named(book: Book) -> None:
    book.journal.refused("slow")
    book.journal.refused("slow")
    book.journal.refused("slow")
    book.clock.advance(1)
    assert book.rows() == ["refused: slow", "refused: slow, 2 times"]
