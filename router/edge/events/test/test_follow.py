"""Whatever arrives, in whatever order, comes out once and in order, or after a word that something is missing."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from twisted.trial.unittest import SynchronousTestCase

from router.edge.events.follow import ROOM, Entry, Follow, Page
from router.edge.events.position import Position

STREAM = "app.demo.news"


@dataclass
class Log:
    """A log as the database has it."""

    epoch: str
    entries: list[Entry] = field(default_factory=list)
    oldest: int = 1

    @property
    def head(self) -> int:
        return len(self.entries)

    def append(self, size: int = 1) -> Entry:
        entry = Entry(self.epoch, self.head + 1, b"x" * size)
        self.entries.append(entry)
        return entry

    def page(self, after: int, most: int) -> Page:
        kept = [entry for entry in self.entries if entry.offset >= self.oldest and entry.offset > after]
        return Page(self.epoch if self.entries else "", self.head, self.oldest, kept[:most])


class Machine(RuleBasedStateMachine):
    """A follower of a stream whose events are published, lost, doubled and overtaken, while pages are read."""

    shrinks = False
    """Whether the log is cut and reset too."""

    @initialize(written=st.integers(0, 6), begin=st.none() | st.integers(0, 6), knows=st.booleans())
    def start(self, written: int, begin: int | None, knows: bool) -> None:
        self.epochs = 1
        self.log = Log("e1")
        for _ in range(written):
            self.log.append()
        where = None if begin is None else Position("e1" if knows and written else "", min(begin, written))
        self.follow = Follow(STREAM, where)
        self.head = Position("e1" if written else "", self.log.head)
        self.begun = False
        self.under_way: list[Entry] = []
        self.page: Page | None = None
        self.begin = written if begin is None else min(begin, written)
        self.shown: list[Entry | Position] = []

    @precondition(lambda self: not self.begun)
    @rule()
    def begins(self) -> None:
        self.head = Position(self.log.epoch if self.log.entries else "", self.log.head)
        if self.follow.position is None:
            self.begin = self.log.head
        self.follow.begin(self.head)
        self.begun = True

    @rule(count=st.integers(1, 4), size=st.sampled_from([1, ROOM // 3]))
    def publish(self, count: int, size: int) -> None:
        self.under_way += [self.log.append(size) for _ in range(count)]

    @precondition(lambda self: self.under_way)
    @rule(data=st.data(), again=st.booleans())
    def arrives(self, data: st.DataObject, again: bool) -> None:
        at = data.draw(st.integers(0, len(self.under_way) - 1))
        entry = self.under_way[at] if again else self.under_way.pop(at)
        if not self.begun:
            self.follow.skip()  # As a listener does before it knows where it is.
        else:
            self.shown += self.follow.arrived(entry)

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def is_lost(self, data: st.DataObject) -> None:
        self.under_way.pop(data.draw(st.integers(0, len(self.under_way) - 1)))

    @rule()
    def is_skipped(self) -> None:
        self.follow.skip()

    @precondition(lambda self: self.begun and self.page is None and self.follow.must_read)
    @rule(most=st.integers(1, 5))
    def reads(self, most: int) -> None:
        self.page = self.log.page(self.follow.start_reading(), most)

    @precondition(lambda self: self.page is not None)
    @rule(failed=st.booleans())
    def has_read(self, failed: bool) -> None:
        page, self.page = self.page, None
        if failed:
            self.follow.stop_reading()
        else:
            assert page is not None
            self._take(page)

    def _take(self, page: Page) -> None:
        broken, entries = self.follow.read(page)
        self.shown += [*([broken] if broken else []), *entries]

    @precondition(lambda self: self.shrinks)
    @rule(count=st.integers(1, 4))
    def is_cut(self, count: int) -> None:
        self.log.oldest = min(self.log.head + 1, self.log.oldest + count)

    @precondition(lambda self: self.shrinks)
    @rule(written=st.integers(0, 4))
    def is_reset(self, written: int) -> None:
        self.epochs += 1
        self.log = Log(f"e{self.epochs}")
        for _ in range(written):
            self.log.append()

    @invariant()
    def each_once_and_in_order(self) -> None:
        if not hasattr(self, "shown"):
            return
        last: Entry | Position | None = None
        for one in self.shown:
            if isinstance(one, Entry) and last is not None:
                assert one.offset == last.offset + 1, self.shown
                assert last.epoch in ("", one.epoch), self.shown
            elif isinstance(one, Entry):
                assert one.offset == self.begin + 1, (self.begin, self.shown)
            last = one

    def teardown(self) -> None:
        """What was lost last is found when the newest event comes once more."""
        if not hasattr(self, "shown"):
            return
        if not self.begun:
            self.begins()
        if self.page is not None:
            self.has_read(False)
        if self.log.entries:
            self.shown += self.follow.arrived(self.log.entries[-1])  # The sweep does that.
        else:
            self.follow.must_read = True
        turns = 0
        while self.follow.must_read or self.follow.has_hole:
            turns += 1
            assert turns <= self.log.head + 4, "it never stops reading"
            self._take(self.log.page(self.follow.start_reading(), 3))
        self.each_once_and_in_order()
        assert self.follow.position == Position(self.log.epoch if self.log.entries else "", self.log.head)
        if not self.shrinks:
            assert [one.offset for one in self.shown] == list(range(self.begin + 1, self.log.head + 1))


class Shrinking(Machine):
    """The log forgets its oldest events, and is lost, too."""

    shrinks = True


NothingLost: Any = Machine.TestCase
NothingLostSilently: Any = Shrinking.TestCase


def entry(offset: int, epoch: str = "e1") -> Entry:
    return Entry(epoch, offset, b"x")


class InAWord(SynchronousTestCase):
    """What each step does, by example."""

    def follow(self, offset: int, epoch: str = "e1") -> Follow:
        follow = Follow(STREAM, None)
        follow.begin(Position(epoch, offset))
        return follow

    def test_what_comes_next_is_handed_out_at_once(self) -> None:
        follow = self.follow(4)
        self.assertEqual(follow.arrived(entry(5)), [entry(5)])
        self.assertEqual(follow.position, Position("e1", 5))
        self.assertFalse(follow.must_read or follow.has_hole)

    def test_what_was_overtaken_is_waited_for(self) -> None:
        follow = self.follow(4)
        self.assertEqual(follow.arrived(entry(6)), [])
        self.assertTrue(follow.has_hole)
        self.assertEqual(follow.arrived(entry(5)), [entry(5), entry(6)])
        self.assertFalse(follow.has_hole)

    def test_nothing_is_handed_out_while_the_log_is_read(self) -> None:
        follow = self.follow(4)
        self.assertEqual(follow.start_reading(), 4)
        self.assertEqual(follow.arrived(entry(5)), [])
        self.assertEqual(follow.read(Page("e1", 4, 1, [])), (None, [entry(5)]))
        self.assertFalse(follow.must_read)

    def test_a_log_that_does_not_reach_back_is_no_recovery(self) -> None:
        follow = Follow(STREAM, Position("e1", 3))
        follow.begin(Position("e1", 9))
        self.assertTrue(follow.must_read)
        self.assertEqual(follow.start_reading(), 3)
        self.assertEqual(follow.read(Page("e1", 9, 8, [entry(8), entry(9)])), (Position("e1", 7), [entry(8), entry(9)]))
        self.assertEqual(follow.position, Position("e1", 9))

    def test_another_log_is_read_from_its_oldest_event(self) -> None:
        follow = self.follow(9)
        self.assertEqual(follow.arrived(entry(3, "e2")), [])
        self.assertTrue(follow.must_read)
        self.assertEqual(follow.start_reading(), 9)
        self.assertEqual(follow.read(Page("e2", 3, 2, [])), (Position("e2", 1), []))
        self.assertEqual(follow.start_reading(), 1)
        page = Page("e2", 3, 2, [entry(2, "e2"), entry(3, "e2")])
        self.assertEqual(follow.read(page), (None, page.entries))

    def test_a_log_that_was_lost_and_not_begun_again_is_told_of_once(self) -> None:
        follow = self.follow(9)
        follow.start_reading()
        self.assertEqual(follow.read(Page("", 0, 1, [])), (Position("", 0), []))
        self.assertFalse(follow.must_read)
        self.assertEqual(follow.arrived(entry(1, "e2")), [entry(1, "e2")])

    def test_what_was_handed_out_is_dropped(self) -> None:
        follow = self.follow(4)
        for offset in (4, 5, 5, 1):
            follow.arrived(entry(offset))
        self.assertEqual(follow.position, Position("e1", 5))
        self.assertFalse(follow.has_hole)

    def test_a_reading_that_failed_is_to_be_done_again(self) -> None:
        follow = self.follow(4)
        follow.start_reading()
        follow.stop_reading()
        self.assertTrue(follow.must_read)
        self.assertEqual(follow.arrived(entry(5)), [entry(5)])

    def test_what_is_in_no_log_is_waited_for_once(self) -> None:
        follow = self.follow(4)
        follow.arrived(entry(1_000))
        follow.start_reading()
        self.assertEqual(follow.read(Page("e1", 4, 1, [])), (None, []))
        self.assertFalse(follow.must_read or follow.has_hole)

    def test_what_had_no_room_while_the_log_was_read_is_read_too(self) -> None:
        follow = self.follow(4)
        follow.start_reading()
        for offset in range(5, 60):
            follow.arrived(Entry("e1", offset, b"x" * 8_000))
        follow.read(Page("e1", 4, 1, []))
        self.assertTrue(follow.must_read)
        self.assertFalse(follow.has_hole)

    def test_a_log_that_is_begun_while_its_end_is_read_is_read_too(self) -> None:
        follow = self.follow(4)
        follow.start_reading()
        follow.arrived(entry(1, "e2"))
        self.assertEqual(follow.read(Page("", 0, 1, [])), (Position("", 0), []))
        self.assertTrue(follow.must_read)

    def test_what_waits_is_bounded(self) -> None:
        follow = self.follow(4)
        for offset in range(6, 60):
            follow.arrived(Entry("e1", offset, b"x" * 8_000))
        self.assertTrue(follow.must_read)
        self.assertLessEqual(follow._bytes, ROOM)

    def test_who_takes_nothing_keeps_nothing(self) -> None:
        follow = self.follow(4)
        follow.arrived(entry(6))
        follow.skip()
        self.assertFalse(follow.has_hole)
        self.assertTrue(follow.must_read)

    @given(st.lists(st.integers(1, 30), max_size=60))
    def test_the_order_of_arrival_is_of_no_matter(self, order: list[int]) -> None:
        follow = self.follow(0, "")
        shown = [one.offset for offset in order for one in follow.arrived(entry(offset))]
        complete = 0
        while complete + 1 in order:
            complete += 1
        self.assertEqual(shown, list(range(1, complete + 1)))
