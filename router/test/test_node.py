"""The router worker's watch over the supervisor of the components."""

import os
from pathlib import Path

from components import alive
from router.node import MOST_MISSES, Watch


class Ended(Exception):
    """The worker would end here."""


def end() -> None:
    raise Ended


def looks_until_the_end(watch: Watch) -> int:
    """Count the looks until the worker ends."""
    for look in range(1, 100):
        try:
            watch.look()
        except Ended:
            return look
    return 0


def test_a_supervisor_that_dies_is_missed_twice(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    held = alive.hold(lock)
    watch = Watch(lock, end)
    for _ in range(10):
        watch.look()
    os.close(held)
    assert looks_until_the_end(watch) == 2


def test_one_that_came_and_died_between_two_looks_is_missed_too(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    watch = Watch(lock, end)
    watch.look()
    os.close(alive.hold(lock))
    assert looks_until_the_end(watch) == 1


def test_who_held_it_in_another_life_did_not_come(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    os.close(alive.hold(lock))
    assert looks_until_the_end(Watch(lock, end)) == MOST_MISSES


def test_one_that_never_came_is_waited_for(tmp_path: Path) -> None:
    assert looks_until_the_end(Watch(tmp_path / "lock", end)) == MOST_MISSES


def test_one_that_comes_back_is_no_death(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    watch = Watch(lock, end)
    watch.look()
    alive.hold(lock)
    assert looks_until_the_end(watch) == 0
