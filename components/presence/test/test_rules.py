"""What is told of a room: whoever takes every change has what a new snapshot says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.presence import api, rules
from components.presence.api import Change, Entry, Snapshot, Status
from components.presence.typists import Typists


class Reader:
    """Takes what is told, by the rules that the API names."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.take(snapshot)

    def take(self, snapshot: Snapshot) -> None:
        self.version, self.count, self.many = snapshot.version, snapshot.count, snapshot.many
        self.people = {one.id: one for one in snapshot.people}

    def hear(self, change: Change) -> bool:
        """Take a change. `False` where there is a hole before it."""
        if change.version != self.version + 1:
            return change.version <= self.version
        self.version, self.count, self.many = change.version, change.count, change.many
        self.people |= {one.id: one for one in change.changed}
        for id in change.left:
            del self.people[id]
        if change.many:
            self.people = {}
        return True

    def knows(self, snapshot: Snapshot) -> bool:
        people = {one.id: one for one in snapshot.people}
        return (self.version, self.count, self.many, self.people) == (
            snapshot.version,
            snapshot.count,
            snapshot.many,
            people,
        )


PEOPLE = st.sampled_from("abcde")
ENTRIES = st.none() | st.builds(Entry, st.just(""), st.sampled_from(["active", "away"]), st.integers(1, 2))
STEPS = st.lists(st.tuples(PEOPLE, ENTRIES, st.booleans()), max_size=30)


@given(steps=STEPS, members=st.sets(PEOPLE), others=st.sets(PEOPLE), most=st.integers(1, 6))
def test_who_takes_every_change_knows_what_a_snapshot_says(
    steps: list[tuple[str, Entry | None, bool]], members: set[str], others: set[str], most: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "MOST", most)
        patch.setattr(rules, "FEW", most - 1)
        here: dict[str, Entry] = {}
        view = rules.View("e", members, here.get)
        reader, late = Reader(view.snapshot()), Reader(view.snapshot())
        for number, (id, entry, is_lost) in enumerate(steps):
            here.pop(id, None)
            if entry is not None:
                here[id] = Entry(id, entry.state, entry.devices)
            due = {id} if number != 10 else {id, *view.let_in(others)}
            change = view.update(due)
            if change is not None and not reader.hear(change):
                reader.take(view.snapshot())
            if change is not None and not is_lost and not late.hear(change):
                late.take(view.snapshot())
            assert reader.knows(view.snapshot())
        assert late.hear(view.interrupt()) is False, "whoever missed something is told that they did"
        shown = {id for id in here if id in view.members}
        assert view.snapshot().count == len(shown)


def test_what_did_not_change_is_not_told() -> None:
    view = rules.View("e", ["a"], {"a": Entry("a", "active", 1)}.get)
    assert view.update({"a", "b"}) is None


def test_beyond_so_many_nobody_is_named_until_they_are_few_again() -> None:
    here = {str(number): Entry(str(number), "active", 1) for number in range(api.MOST)}
    view = rules.View("e", [*here, "x"], here.get)
    assert len(view.snapshot().people) == api.MOST
    here["x"] = Entry("x", "active", 1)
    assert view.update({"x"}) == Change("e", 2, api.MOST + 1, True, [], [])
    assert view.snapshot() == Snapshot("e", 2, api.MOST + 1, True, [])
    for id in list(here)[: api.MOST - rules.FEW + 1]:
        del here[id]
    change = view.update(map(str, range(api.MOST)))
    assert change == Change("e", 4, rules.FEW, False, [], []), "a hole: everybody reads who they are"
    assert len(view.snapshot().people) == rules.FEW


def test_who_chose_nothing_is_away_while_they_use_no_device() -> None:
    states = {state: rules.entry("a", 1, True, Status(state)).state for state in ("active", "away", "do_not_disturb")}
    assert states == {"active": "away", "away": "away", "do_not_disturb": "do_not_disturb"}
    assert rules.entry("a", 2, False, Status("active", "Lunch", 5.0)) == Entry("a", "active", 2, "Lunch", 5.0)


def test_a_status_ends_in_the_future_and_has_no_empty_space_around_it() -> None:
    assert rules.chosen(Status("away", "  at  lunch ", 10.0), 9.0) == Status("away", "at lunch", 10.0)
    with pytest.raises(api.TimeIsOver):
        rules.chosen(Status("away", "", 10.0), 10.0)
    assert rules.over({"a": Status("away", "", 10.0), "b": Status("away")}, 10.0) == {"a"}


def test_typing_is_told_so_often_and_of_so_many() -> None:
    typists = Typists()
    assert [typists.tell("lobby", "ada", at) for at in (0.0, 1.0, 2.5, 4.9, 5.0)] == [True, False, True, False, True]
    others = ["bob", "eve", "dan", "kim", "lea"]
    assert [typists.tell("lobby", id, 6.0) for id in others] == [True, True, True, False, False]
    assert typists.tell("other", "kim", 6.0)
    assert typists.tell("lobby", "ada", 8.0), "who was told goes on to be"
    assert typists.tell("lobby", "kim", 11.1)
    typists.forget(20.0)
    assert typists.tell("lobby", "lea", 20.0)
