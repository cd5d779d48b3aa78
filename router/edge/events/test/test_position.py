"""Positions go into text and come back."""

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from components.contract import MAX_OFFSET, InvalidArgument
from router.edge.events.position import Position, read, written

EPOCHS = st.sampled_from(["", "k3v9", "0123456789ab"])
POSITIONS = st.builds(Position, EPOCHS, st.integers(0, MAX_OFFSET))


class Positions(SynchronousTestCase):
    """As ids of events, and after `?after=`."""

    @given(st.lists(st.none() | POSITIONS, min_size=1, max_size=32))
    def test_what_is_written_is_read(self, positions: list[Position | None]) -> None:
        text = written(positions)
        self.assertEqual(read(text, len(positions)), positions)
        self.assertLess(len(text), 1_100)

    def test_an_offset_alone_will_do(self) -> None:
        self.assertEqual(read("17", 1), [Position("", 17)])
        self.assertEqual(read("17,,e1:3", 3), [Position("", 17), None, Position("e1", 3)])

    def test_nothing_is_anywhere(self) -> None:
        self.assertEqual(read("", 3), [None, None, None])

    def test_what_is_no_position_is_refused_in_a_sentence(self) -> None:
        for text in (
            "x",
            "e1:",
            "e1:-1",
            "1:2:3",
            "e1:1 ",
            "e\u00e9:1",
            "9" * 16,
            "9" * 400,
            "\u0663",
            "1,2",
            ",",
            "*",
        ):
            refusal = self.assertRaises(InvalidArgument, read, text, 1)
            self.assertTrue(refusal.message.startswith("after: "), text)
            self.assertEqual(refusal.fields, {"field": "after"})
