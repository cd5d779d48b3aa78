"""How many are let in, from where, and how fast."""

from ipaddress import ip_network
from typing import Any

import pytest

from components.settings import Connections, Limits, Rate, Settings
from router.edge.cut import Cut, Why
from router.edge.door import Door
from router.edge.transport import Visitor

BEHIND = "10.0.0.1"


class Refusals:
    """Remembers what was refused."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def refused(self, reason: str, address: str = "") -> None:
        assert address
        self.said.append(reason)


class Knocking:
    """A door with small limits, and a clock."""

    def __init__(self, address: int = 2, everybody: int = 100, new: Rate | None = None) -> None:
        connections = Connections(address=address, all=everybody, new=new or Rate(per_second=1000, burst=1000))
        settings = Settings(
            limits=Limits(connections=connections),
            proxies=[ip_network(f"{BEHIND}/32")],
            proxy_protocol=[ip_network("10.0.0.2/32")],
        )
        self.now, self.counters = 1.0, Refusals()
        ticker: Any = None
        self.door = Door(settings, self.counters, ticker, lambda: self.now)

    def enter(self, host: str = "192.0.2.1") -> str:
        return self.door.enter(host)

    def refused(self, host: str = "192.0.2.1") -> Cut:
        with pytest.raises(Cut) as refused:
            self.door.enter(host)
        assert refused.value.why is Why.CROWDED
        return refused.value


def test_so_many_at_once_from_one_address() -> None:
    at = Knocking(address=2)
    whose = [at.enter(), at.enter()]
    assert at.refused().retry_after == 5.0
    at.enter("192.0.2.2")
    at.door.leave(whose[0])
    at.enter()
    at.refused()
    assert at.counters.said == ["connections_address"] * 2


def test_so_many_in_all() -> None:
    at = Knocking(address=10, everybody=3)
    whose = [at.enter(f"192.0.2.{host}") for host in range(3)]
    at.refused("192.0.2.9")
    assert at.counters.said == ["connections_all"]
    at.door.leave(whose[0])
    at.enter("192.0.2.9")


def test_who_was_refused_takes_no_place() -> None:
    at = Knocking(address=1)
    whose = at.enter()
    for _ in range(10):
        at.refused()
    at.door.leave(whose)
    at.enter()


def test_so_fast_from_one_address_and_others_still_come_in() -> None:
    at = Knocking(address=100, new=Rate(per_second=2, burst=10))
    for _ in range(5):
        at.door.leave(at.enter())
    assert at.refused().retry_after == pytest.approx(1.0)
    assert at.counters.said == ["connections_new"]
    at.enter("192.0.2.2")
    at.now += 1.0
    at.enter()


def test_so_fast_from_everywhere() -> None:
    at = Knocking(address=100, new=Rate(per_second=2, burst=10))
    for host in range(10):
        at.enter(f"192.0.2.{host}")
    assert at.refused("192.0.2.99").retry_after == pytest.approx(0.5)
    at.now += 0.5
    at.enter("192.0.2.99")


def test_too_fast_leaves_no_trace_in_the_counts() -> None:
    at = Knocking(address=2, new=Rate(per_second=1, burst=2))
    whose = at.enter()
    for _ in range(5):
        at.refused()
    at.door.leave(whose)
    at.now += 100
    at.enter()


def test_a_proxy_of_ours_brings_as_many_as_it_likes() -> None:
    at = Knocking(address=2, everybody=50)
    for _ in range(50):
        at.enter(BEHIND)
    at.refused(BEHIND)
    assert at.counters.said == ["connections_all"]


def test_a_balancer_says_later_who_it_brings() -> None:
    at = Knocking(address=2)
    assert [at.enter("10.0.0.2") for _ in range(5)] == [""] * 5
    assert [at.door.count("192.0.2.1") for _ in range(2)] == ["192.0.2.1"] * 2
    with pytest.raises(Cut):
        at.door.count("192.0.2.1")
    at.door.leave("192.0.2.1")
    at.door.count("192.0.2.1")


def test_so_many_sessions_from_one_address() -> None:
    at = Knocking(address=2)
    tickets = [at.door.admit(Visitor("192.0.2.1")) for _ in range(2)]
    with pytest.raises(Cut) as refused:
        at.door.admit(Visitor("192.0.2.1"))
    assert (refused.value.why, refused.value.retry_after) == (Why.CROWDED, 5.0)
    at.door.admit(Visitor("192.0.2.2"))
    tickets[0].release()
    tickets[0].release()
    at.door.admit(Visitor("192.0.2.1"))
    with pytest.raises(Cut):
        at.door.admit(Visitor("192.0.2.1"))


def test_an_ipv6_network_is_one_address() -> None:
    at = Knocking(address=2)
    at.enter("2001:db8::1")
    at.enter("2001:db8::2")
    at.refused("2001:db8::3")
    at.enter("2001:db8:0:1::1")


def test_an_address_is_the_same_in_either_form() -> None:
    at = Knocking(address=2)
    at.enter("192.0.2.1")
    at.enter("::ffff:192.0.2.1")
    at.refused()
