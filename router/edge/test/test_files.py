"""Connections are files, of which a process may have so many."""

import resource

import pytest

from router.edge.files import SPARE, make_room

NO_BOUND = resource.RLIM_INFINITY


class System:
    """The bounds of a process."""

    def __init__(self, soft: int, hard: int) -> None:
        self.bounds = (soft, hard)

    def get(self, which: int) -> tuple[int, int]:
        return self.bounds

    def set(self, which: int, bounds: tuple[int, int]) -> None:
        assert NO_BOUND in (self.bounds[1], bounds[0]) or bounds[0] <= self.bounds[1]
        assert bounds[1] == self.bounds[1]
        self.bounds = bounds


@pytest.mark.parametrize(
    ("soft", "hard", "asked", "fit", "then"),
    [
        (1_024, 500_000, 15_000, 15_000, 15_000 + SPARE),
        (1_024, NO_BOUND, 15_000, 15_000, 15_000 + SPARE),
        (1_024, 4_096, 15_000, 4_096 - SPARE, 4_096),
        (1_024, 1_024, 15_000, 1_024 - SPARE, 1_024),
        (100, 100, 15_000, 1, 100),
        (100_000, 500_000, 15_000, 15_000, 100_000),
        (NO_BOUND, NO_BOUND, 15_000, 15_000, NO_BOUND),
    ],
)
def test_room_is_made_as_far_as_the_system_lets_us(
    monkeypatch: pytest.MonkeyPatch, soft: int, hard: int, asked: int, fit: int, then: int
) -> None:
    system = System(soft, hard)
    monkeypatch.setattr(resource, "getrlimit", system.get)
    monkeypatch.setattr(resource, "setrlimit", system.set)
    assert make_room(asked) == fit
    assert system.bounds == (then, hard)
