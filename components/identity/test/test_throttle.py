"""Who is wrong has to wait, and nobody else has."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.identity import throttle
from components.identity.api import TooManyTries
from components.identity.throttle import FREE, PER_ADDRESS, Throttle


def wait(doubted: Throttle, login: str = "ada", place: str = "here", known: bool = True, now: float = 0.0) -> float:
    """Be wrong once; 0, or the seconds to wait."""
    try:
        doubted.take(login, place, known, now)
    except TooManyTries as refusal:
        return float(str(refusal.fields["retry_after"]))
    return 0.0


def test_waits_grow_after_the_free_tries() -> None:
    doubted, now, waits = Throttle(), 0.0, []
    for _ in range(FREE + 9):
        while seconds := wait(doubted, now=now):
            waits.append(seconds)
            now += seconds
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]


def test_who_waits_less_than_told_waits_no_longer_for_it() -> None:
    doubted = Throttle()
    for _ in range(FREE):
        wait(doubted)
    assert [wait(doubted, now=now) for now in (0.2, 0.5, 0.9, 1.0)] == [0.8, 0.5, 0.1, 0.0]


def test_who_was_right_begins_anew() -> None:
    doubted = Throttle()
    for _ in range(FREE - 1):
        wait(doubted)
    doubted.right(doubted.take("ada", "here", True, 0.0))
    assert [wait(doubted) for _ in range(FREE + 1)] == [0.0] * FREE + [1.0]


def test_an_hour_later_it_begins_anew() -> None:
    doubted = Throttle()
    for _ in range(FREE):
        wait(doubted)
    assert [wait(doubted, now=3_600.0) for _ in range(FREE + 1)] == [0.0] * FREE + [1.0]


def test_many_at_once_are_as_many_one_after_the_other() -> None:
    doubted = Throttle()
    tried = [doubted.take("ada", "here", True, 0.0) for _ in range(FREE)]
    assert wait(doubted) == 1.0
    doubted.spare(tried[0])
    assert wait(doubted) == 0.0


def test_an_address_is_wrong_twenty_times_in_any_minute() -> None:
    doubted = Throttle()
    waits = [wait(doubted, login=f"p{number}", now=number / 10) for number in range(200)]
    assert waits.count(0.0) == PER_ADDRESS
    assert waits[PER_ADDRESS] == 58.0  # The first was at 0, this one is at 2.
    assert wait(doubted, "p0", "elsewhere", now=20.0) == 0.0
    assert wait(doubted, "fresh", now=60.0) == 0.0


def test_who_is_right_does_not_use_up_the_address() -> None:
    doubted = Throttle()
    for number in range(100):
        doubted.right(doubted.take(f"p{number}", "office", True, 0.0))
    assert wait(doubted, "ada", "office") == 0.0


def test_an_attack_from_everywhere_leaves_the_owner_alone_where_they_are_known() -> None:
    doubted = Throttle()
    waits = [wait(doubted, place=f"bot{number}", known=False) for number in range(150)]
    assert waits == [0.0] * throttle.STRANGERS + [6.0] * 50
    assert wait(doubted, place="home", known=True) == 0.0
    assert wait(doubted, place="hotel", known=False) == 6.0
    assert wait(doubted, place="hotel", known=False, now=6.0) == 0.0


def test_newcomers_are_as_many_as_may_be_wrong() -> None:
    doubted = Throttle()
    for _ in range(PER_ADDRESS):
        doubted.newcomer("here", 0.0)
    with pytest.raises(TooManyTries):
        doubted.newcomer("here", 1.0)
    doubted.newcomer("elsewhere", 1.0)
    assert wait(doubted) == 0.0


def test_a_clock_that_is_set_back_keeps_nobody_waiting() -> None:
    doubted = Throttle()
    for number in range(PER_ADDRESS):
        wait(doubted, login=f"p{number % 4}", now=100_000.0)
    assert wait(doubted, "p0", now=0.0) == 60.0
    assert wait(doubted, "p9", now=60.0) == 0.0


def test_who_is_refused_pushes_nobody_out_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST", 30)
    doubted = Throttle()
    for _ in range(FREE):
        wait(doubted, "ada", "there")
    for number in range(500):
        wait(doubted, f"p{number}", "here", known=False)
    assert wait(doubted, "ada", "there") == 1.0


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST", 10)
    recent: throttle.Recent[int, throttle.Wrong] = throttle.Recent(throttle.Wrong)
    for key in range(1_000):
        recent[key].take(0.0)
    assert len(recent._values) == 10


TRIES = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.sampled_from("xyz"), st.floats(0, 30), st.sampled_from(["right", "wrong"])),
    max_size=150,
)


@settings(max_examples=200)
@given(TRIES)
def test_nobody_gets_more_tries_than_the_bounds(tries: list[tuple[str, str, float, str]]) -> None:
    """Whoever tries whatever when: of any minute, and between two right ones, no more are wrong than is said above."""
    doubted, now = Throttle(), 0.0
    wrong: list[tuple[float, str, str]] = []
    in_a_row: Counter[tuple[str, str]] = Counter()
    for login, place, pause, outcome in tries:
        now += pause
        try:
            tried = doubted.take(login, place, True, now)
        except TooManyTries as refusal:
            assert 0 < float(str(refusal.fields["retry_after"])) <= 60
            continue
        if outcome == "right":
            doubted.right(tried)
            in_a_row[login, place] = 0
            continue
        before = [at for at, *pair in wrong if pair == [login, place]]
        if in_a_row[login, place] >= FREE:
            assert now - before[-1] >= min(2 ** (in_a_row[login, place] - FREE), 60)
        in_a_row[login, place] += 1
        wrong.append((now, login, place))
        assert sum(at > now - 60 and where == place for at, _, where in wrong) <= PER_ADDRESS
