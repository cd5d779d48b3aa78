"""A chain of secrets: the newest one works, one that was just replaced leads to it, and any other ends the family."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.identity.api import GRACE
from components.identity.family import (
    ABSOLUTE,
    MOST_STEPS,
    Family,
    Fresh,
    Held,
    Replayed,
    digest,
    opened,
    parse,
    successor,
    turned,
)

FIRST = "f" * 64
FRESH = Fresh("f_1", Held("m" * 32, FIRST))


def family() -> Family:
    return opened(FRESH, "u_ada", "Firefox", "192.0.2.1", 0.0)


@pytest.mark.parametrize("shown", ["", ".", "a.", ".b", "abc", "ä.b"])
def test_rubbish_is_nothing_that_a_device_holds(shown: str) -> None:
    assert parse(shown) is None


def test_what_a_device_holds_is_read_as_it_was_written() -> None:
    assert parse(str(FRESH.held)) == FRESH.held


def test_a_family_keeps_neither_mark_nor_secret() -> None:
    newer, secret = turned(family(), FIRST, "salt", 5.0)
    assert newer.mark == digest(FRESH.held.mark) and newer.current == digest(secret)
    assert not [part for part in (FIRST, secret, FRESH.held.mark) if part in repr(newer)]


def test_it_lives_for_as_long_as_it_is_used_and_no_longer_than_ninety_days() -> None:
    assert family().lives(9.0, idle=10.0) and not family().lives(10.0, idle=10.0)
    used = turned(family(), FIRST, "salt", 9.0)[0]
    assert used.lives(18.0, idle=10.0)
    assert used.expires(idle=2 * ABSOLUTE) == ABSOLUTE


def test_however_quickly_it_is_used_so_many_steps_are_remembered() -> None:
    one, secret = family(), FIRST
    for number in range(3 * MOST_STEPS):
        one, secret = turned(one, secret, f"salt{number}", 1.0)
    assert len(one.steps) == MOST_STEPS
    with pytest.raises(Replayed):
        turned(one, FIRST, "salt", 1.0)


def test_a_successor_needs_the_secret_and_the_salt() -> None:
    assert len({successor(secret, salt) for secret in (FIRST, "g" * 64) for salt in ("a", "b")}) == 4


@dataclass
class Model:
    """What a family should do, plainly: every secret there was, and when it was replaced."""

    secrets: list[str]
    replaced: list[float] = field(default_factory=list)

    def use(self, number: int, now: float) -> str | None:
        """Say what a use of one of the secrets should come to; `None` is the end."""
        if number == len(self.replaced):
            return "turns"
        return "is given the newest" if now <= self.replaced[number] + GRACE else None


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0, 15)), max_size=30))
def test_it_does_what_the_plain_model_does(uses: list[tuple[int, float]]) -> None:
    """Any of the last secrets is shown again after any pause."""
    one, model, now = family(), Model([FIRST]), 0.0
    for number, (back, pause) in enumerate(uses):
        now += pause
        which = max(0, len(model.secrets) - 1 - back)
        expected = model.use(which, now)
        if expected is None:
            with pytest.raises(Replayed):
                turned(one, model.secrets[which], f"salt{number}", now)
            return
        newer, secret = turned(one, model.secrets[which], f"salt{number}", now)
        if expected == "turns":
            assert secret not in model.secrets and newer.used == now
            model.secrets.append(secret)
            model.replaced.append(now)
        else:
            assert secret == model.secrets[-1] and newer is one
        one = newer
