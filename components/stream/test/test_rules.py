"""What a stream takes, and how much of it is kept."""

from typing import Any
from unittest import TestCase

from pydantic import ValidationError

from components.settings import Keep, Namespace, Settings
from components.stream.api import EventTooLarge, InvalidData, Publication, UnknownStream, UnknownType
from components.stream.rules import check, due, first_kept, validators

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
SETTINGS = Settings(
    streams=[
        Namespace(match="app.typed", types={"said": TEXT, "left": {}}),
        Namespace(match="app.small", max_event_bytes=20),
        Namespace(match="app.*"),
    ]
)
COMPILED = validators(SETTINGS.streams)


def keep(events: int | None, duration: str) -> Keep:
    return Keep.model_validate({"events": events, "for": duration})


class CheckTests(TestCase):
    """What is refused."""

    def check(self, stream: str, type: str, data: dict[str, Any]) -> None:
        check(SETTINGS, COMPILED, Publication(stream, type, data))

    def test_takes_what_fits(self) -> None:
        self.check("app.typed", "said", {"text": "a"})
        self.check("app.typed", "left", {"anything": 1})
        self.check("app.free", "whatever", {"text": 1})

    def test_a_stream_without_options(self) -> None:
        with self.assertRaises(UnknownStream):
            self.check("elsewhere.free", "said", {})

    def test_a_type_that_is_not_listed(self) -> None:
        with self.assertRaises(UnknownType) as refused:
            self.check("app.typed", "sung", {"text": "a"})
        self.assertEqual(refused.exception.fields, {"type": "sung", "types": ["left", "said"]})

    def test_data_that_does_not_fit_its_type_says_where(self) -> None:
        with self.assertRaises(InvalidData) as refused:
            self.check("app.typed", "said", {"text": 1})
        self.assertEqual(refused.exception.fields, {"path": "$.text"})
        self.assertEqual(refused.exception.message, "$.text: 1 is not of type 'string'")

    def test_a_complaint_about_long_data_is_short(self) -> None:
        with self.assertRaises(InvalidData) as refused:
            self.check("app.typed", "said", {"text": ["x" * 10_000]})
        self.assertLess(len(refused.exception.message), 300)

    def test_size_is_that_of_the_json(self) -> None:
        self.check("app.small", "said", {"text": "123456789"})
        with self.assertRaises(EventTooLarge) as refused:
            self.check("app.small", "said", {"text": "1234567890"})
        self.assertEqual(refused.exception.fields, {"size": 21, "limit": 20})
        with self.assertRaises(EventTooLarge):
            self.check("app.small", "said", {"text": "ü" * 5})

    def test_what_json_cannot_say(self) -> None:
        for data in ({"text": b"x"}, {"text": 2**70}, {"text": "\ud800"}):
            with self.assertRaises(InvalidData):
                self.check("app.free", "said", data)

    def test_a_schema_that_is_none_is_found_at_once(self) -> None:
        with self.assertRaisesRegex(ValidationError, "expected a JSON Schema"):
            Namespace(match="app.x", types={"said": {"type": "nonsense"}})


class RetentionTests(TestCase):
    """How much is kept. Event `n` is of the time `n`."""

    def first(self, kept: Keep, head: int = 10, now: float = 10.0, tail: range = range(1, 11)) -> int:
        return first_kept(kept, head, [(offset, float(offset)) for offset in tail], now)

    def test_by_count(self) -> None:
        self.assertEqual(self.first(keep(4, "forever")), 7)
        self.assertEqual(self.first(keep(10, "forever")), 1)
        self.assertEqual(self.first(keep(99, "forever")), 1)

    def test_by_age(self) -> None:
        self.assertEqual(self.first(keep(None, "3s")), 7)
        self.assertEqual(self.first(keep(None, "3s"), now=99.0), 11)

    def test_the_stricter_of_both(self) -> None:
        self.assertEqual(self.first(keep(4, "1s")), 9)
        self.assertEqual(self.first(keep(2, "5s")), 9)

    def test_everything(self) -> None:
        self.assertEqual(self.first(keep(None, "forever"), now=1e9), 1)

    def test_no_further_than_it_looks(self) -> None:
        self.assertEqual(self.first(keep(1, "forever"), tail=range(1, 5)), 5)

    def test_an_old_event_behind_a_younger_one_stays(self) -> None:
        tail = [(1, 5.0), (2, 1.0), (3, 9.0)]
        self.assertEqual(first_kept(keep(None, "5s"), 3, tail, 9.5), 1)

    def test_due(self) -> None:
        kept = keep(4, "5s")
        self.assertFalse(due(kept, head=4, oldest=1, time=1.0, now=6.0))
        self.assertTrue(due(kept, head=5, oldest=1, time=1.0, now=6.0))
        self.assertTrue(due(kept, head=4, oldest=1, time=1.0, now=6.1))
        self.assertFalse(due(kept, head=4, oldest=5, time=None, now=99.0))
