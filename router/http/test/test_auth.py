"""How many come in from one address."""

import pytest
from twisted.internet.task import Clock

from router.http.auth import TooManyGuests, Turnstile


def turnstile(clock: Clock, per_minute: int = 30, addresses: int = 10) -> Turnstile:
    return Turnstile(per_minute, clock.seconds, addresses)


def test_so_many_enter_at_once_and_the_next_is_told_when() -> None:
    one = turnstile(Clock())
    for _ in range(30):
        one.enter("10.0.0.1")
    with pytest.raises(TooManyGuests) as refused:
        one.enter("10.0.0.1")
    assert refused.value.fields == {"retry_after": 2.0}


def test_addresses_do_not_stand_in_each_others_way() -> None:
    one = turnstile(Clock(), per_minute=1)
    one.enter("10.0.0.1")
    one.enter("10.0.0.2")


def test_who_keeps_knocking_enters_when_it_is_time() -> None:
    clock = Clock()
    one = turnstile(clock, per_minute=1)
    one.enter("10.0.0.1")
    for _ in range(59):
        clock.advance(1)
        with pytest.raises(TooManyGuests):
            one.enter("10.0.0.1")
    clock.advance(1)
    one.enter("10.0.0.1")


def test_a_clock_that_is_set_back_shuts_nobody_out_for_longer() -> None:
    clock = Clock()
    clock.advance(3600)
    one = turnstile(clock, per_minute=1)
    one.enter("10.0.0.1")
    clock.rightNow -= 3600
    with pytest.raises(TooManyGuests):
        one.enter("10.0.0.1")
    clock.advance(61)
    one.enter("10.0.0.1")


def test_only_so_many_addresses_are_remembered() -> None:
    one = turnstile(Clock(), per_minute=1, addresses=2)
    for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.1"):
        one.enter(address)
    with pytest.raises(TooManyGuests):
        one.enter("10.0.0.3")
