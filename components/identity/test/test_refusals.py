"""Wrong sign-ins are told of, and not more often than once a minute for each login."""

from components.identity.refusals import MOST_ADDRESSES, Refusals


def test_the_first_is_told_at_once_and_the_others_a_minute_later() -> None:
    refusals = Refusals()
    refusals.count("ada", "192.0.2.1")
    assert refusals.due(0.0) == [{"login": "ada", "count": 1, "addresses": ["192.0.2.1"]}]
    for number in range(10):
        refusals.count("ada", f"192.0.2.{number}")
        assert refusals.due(59.0) == []
    [told] = refusals.due(60.0)
    assert told["count"] == 10
    assert told["addresses"] == [f"192.0.2.{number}" for number in range(MOST_ADDRESSES)]


def test_logins_do_not_wait_for_each_other() -> None:
    refusals = Refusals()
    refusals.count("ada", "x")
    refusals.due(0.0)
    refusals.count("bob", "x")
    assert [told["login"] for told in refusals.due(1.0)] == ["bob"]


def test_a_quiet_login_is_forgotten() -> None:
    refusals = Refusals()
    refusals.count("ada", "x")
    refusals.due(0.0)
    assert refusals.due(60.0) == [] and refusals._counts == {}


def test_a_clock_that_is_set_back_holds_nothing_up() -> None:
    refusals = Refusals()
    refusals.count("ada", "x")
    refusals.due(1_000_000.0)
    refusals.count("ada", "x")
    assert len(refusals.due(0.0)) == 1
