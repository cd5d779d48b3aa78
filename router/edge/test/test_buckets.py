"""How often one may do something, and what is remembered of whom."""

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.settings import Limits, Rate, Rates
from router.edge.buckets import Allowances, Bucket, Buckets


def bucket(per_second: float = 0.5, burst: int = 30) -> Bucket:
    return Bucket(Rate(per_second=per_second, burst=burst))


def test_so_many_are_given_at_once_and_the_next_is_told_when() -> None:
    one = bucket()
    assert [one.take(100.0) for _ in range(31)] == [0.0] * 30 + [2.0]
    assert one.take(101.5) == 0.5
    assert one.take(102.0) == 0.0


def test_who_keeps_asking_is_given_one_when_it_is_time() -> None:
    one = bucket(1 / 60, 1)
    one.take(1.0)
    assert all(one.take(1.0 + second) > 0 for second in range(1, 60))
    assert one.take(61.0) == 0.0


def test_a_clock_that_is_set_back_shuts_nobody_out_for_longer() -> None:
    one = bucket(1 / 60, 1)
    one.take(3600.0)
    assert one.take(0.0) == pytest.approx(60)
    assert one.take(61.0) == 0.0


def test_what_was_given_back_can_be_taken() -> None:
    one = bucket(burst=1)
    one.take(1.0)
    one.give_back()
    assert one.take(1.0) == 0.0


@given(st.lists(st.floats(0, 5), max_size=200), st.floats(0.1, 50), st.integers(1, 20))
def test_nobody_ever_gets_more_than_the_rate_allows(pauses: list[float], per_second: float, burst: int) -> None:
    one, now, taken = bucket(per_second, burst), 1000.0, 0
    for pause in pauses:
        now += pause
        wait = one.take(now)
        taken += wait == 0.0
        assert wait >= 0.0
    assert taken <= burst + per_second * (now - 1000.0) + 1e-6


@given(st.lists(st.floats(0, 2), max_size=60), st.floats(0.1, 50), st.integers(1, 5))
def test_who_waits_as_long_as_told_is_let_through(pauses: list[float], per_second: float, burst: int) -> None:
    one, now = bucket(per_second, burst), 1000.0
    for pause in pauses:
        now += pause
        if wait := one.take(now):
            now += wait + 1e-6
            assert one.take(now) == 0.0


def buckets(remembered: int) -> Buckets:
    return Buckets(Rate(per_second=1, burst=1), remembered)


def test_keys_do_not_stand_in_each_others_way() -> None:
    some = buckets(10)
    assert (some.take("a", 1.0), some.take("b", 1.0)) == (0.0, 0.0)
    assert some.take("a", 1.0) == 1.0


def test_of_those_that_nobody_uses_only_so_many_are_remembered() -> None:
    some = buckets(100)
    for key in range(1_000):
        some.take(str(key), 1.0)
    gc.collect()
    assert len(some) == 100


def test_a_bucket_with_nothing_to_remember_is_forgotten_first() -> None:
    some = buckets(3)
    some.take("empty", 1.0)
    some.of("full", 1.0)
    some.take("other", 1.0)
    some.take("new", 1.0)
    gc.collect()
    assert some.take("empty", 1.0) > 0


def test_nobody_gets_a_new_bucket_by_having_others_made_while_theirs_is_in_use() -> None:
    some = buckets(3)
    mine = some.of("me", 1.0)
    mine.take(1.0)
    for key in range(100):
        some.take(str(key), 1.0)
    gc.collect()
    assert some.of("me", 1.0) is mine


def limits() -> Limits:
    rate = Rate(per_second=1, burst=2)
    more = Rate(per_second=1, burst=3)
    most = Rate(per_second=1, burst=4)
    return Limits(calls=Rates(session=rate, user=more, address=most))


def test_a_session_is_bounded_by_itself_its_user_and_its_address() -> None:
    allowances = Allowances(limits())
    one, same_user = allowances.of("ada", "10.0.0.1"), allowances.of("ada", "10.0.0.1")
    neighbour, elsewhere = allowances.of("bob", "10.0.0.1"), allowances.of("bob", "10.0.0.2")
    assert [one.take("call", 1.0) for _ in range(3)] == [0.0, 0.0, 1.0]
    assert [same_user.take("call", 1.0) for _ in range(2)] == [0.0, 1.0]
    assert [neighbour.take("call", 1.0) for _ in range(2)] == [0.0, 1.0]
    assert elsewhere.take("call", 1.0) == 0.0


def test_who_is_refused_for_others_keeps_their_own() -> None:
    allowances = Allowances(limits())
    for name in ("ada", "bob"):
        other = allowances.of(name, "10.0.0.1")
        assert [other.take("call", 1.0) for _ in range(2)] == [0.0, 0.0]
    mine = allowances.of("eve", "10.0.0.1")
    assert [mine.take("call", 1.0) for _ in range(5)] == [1.0] * 5
    assert mine.take("call", 2.0) == 0.0
    assert allowances.of("eve", "10.0.0.9").take("call", 2.0) == 0.0


def test_kinds_are_counted_apart() -> None:
    one = Allowances(limits()).of("ada", "10.0.0.1")
    while not one.take("call", 1.0):
        pass
    assert (one.take("publish", 1.0), one.take("subscribe", 1.0)) == (0.0, 0.0)


def test_all_addresses_of_one_ipv6_network_are_one() -> None:
    allowances = Allowances(limits())
    for host in range(4):
        assert allowances.of(f"u{host}", f"2001:db8:0:1::{host}").take("call", 1.0) == 0.0
    assert allowances.of("u4", "2001:db8:0:1:ffff::4").take("call", 1.0) > 0
    assert allowances.of("u5", "2001:db8:0:2::1").take("call", 1.0) == 0.0
