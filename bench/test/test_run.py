"""Who comes when."""

import argparse

import pytest

from bench.run import among, batches, turned


def test_another_system_comes_first_in_each_round() -> None:
    assert [turned(["a", "b", "c"], number) for number in (1, 2, 3, 4)] == [
        ["a", "b", "c"],
        ["b", "c", "a"],
        ["c", "a", "b"],
        ["a", "b", "c"],
    ]


def test_memory_is_measured_on_servers_that_did_nothing_before() -> None:
    assert batches(["fanout", "idle", "call"]) == [["fanout", "call"], ["idle"]]
    assert batches(["idle"]) == [["idle"]]


def test_refuses_what_it_does_not_know() -> None:
    assert among({"ws", "sink"})("ws,sink") == ["ws", "sink"]
    with pytest.raises(argparse.ArgumentTypeError, match="vax: choose from"):
        among({"ws"})("ws,vax")
