"""The report's arithmetic: what counts, what is left out, and which figures are held against each other."""

import pytest

from bench.figures import Spread, Table, spread
from bench.goals import Goal, outcome
from bench.results import Run


def run(round: int, system: str, figure: float, control: bool = False, flags: tuple[str, ...] = ()) -> Run:
    return Run(round, "call", system, "µs a call", figure, control, flags=flags)


def test_takes_the_middle_the_least_and_the_most() -> None:
    table = Table([run(number, "ws", figure) for number, figure in enumerate([4.0, 1.0, 3.0, 2.0], 1)])
    assert table.figures("call", "ws") == Spread(2.5, 1.0, 4.0, 4)


def test_pairs_ratios_by_round() -> None:
    ours = [run(1, "openline", 1.0), run(2, "openline", 10.0), run(3, "openline", 2.0)]
    theirs = [run(3, "ws", 6.0), run(1, "ws", 2.0), run(2, "ws", 20.0), run(4, "ws", 900.0)]
    assert Table([*ours, *theirs]).ratios("call", "ws") == Spread(2.0, 2.0, 3.0, 3)


def test_leaves_out_what_was_disturbed() -> None:
    good = [run(number, "ws", 5.0) for number in (1, 2, 3)]
    table = Table([*good, run(4, "ws", 50.0, flags=("others beside the server",))])
    assert table.figures("call", "ws") == Spread(5.0, 5.0, 5.0, 3)


def test_leaves_out_both_of_a_pair() -> None:
    ours = [run(number, "openline", 1.0) for number in (1, 2, 3)]
    ours.append(run(4, "openline", 9.0, flags=("core taken away",)))
    table = Table([*ours, *(run(number, "ws", 2.0) for number in (1, 2, 3, 4))])
    assert table.ratios("call", "ws") == Spread(2.0, 2.0, 2.0, 3)


@pytest.mark.parametrize(("again", "counted"), [(12.4, 4), (12.6, 3), (8.1, 4), (7.9, 3)])
def test_leaves_out_rounds_whose_control_is_out_of_range(again: float, counted: int) -> None:
    runs = [run(number, "ws", 10.0) for number in (1, 2, 3, 4)]
    found = Table([*runs, run(4, "ws", again, control=True)]).figures("call", "ws")
    assert found is not None and found.count == counted


def test_a_control_counts_for_all_systems_of_its_round_and_is_no_figure() -> None:
    runs = [run(number, name, 10.0) for name in ("openline", "ws") for number in (1, 2, 3, 4)]
    table = Table([*runs, run(2, "openline", 30.0, control=True)])
    assert table.controls("call") == {2: 3.0}
    assert table.figures("call", "ws") == Spread(10.0, 10.0, 10.0, 3)
    assert table.figures("call", "openline") == Spread(10.0, 10.0, 10.0, 3)


def test_says_so_when_too_little_is_left() -> None:
    assert spread([1.0, 2.0, 9.0, 9.5], [1.0, 2.0]) == Spread(5.5, 1.0, 9.5, 4, doubtful=True)
    assert spread([1.0, 2.0], [1.0, 2.0]) == Spread(1.5, 1.0, 2.0, 2, doubtful=False)
    assert spread([], []) is None


def test_a_run_that_failed_has_no_figure() -> None:
    failed = Run(2, "call", "ws", error="connection 3 heard event 5 after 3")
    assert Table([run(1, "ws", 4.0), failed]).figures("call", "ws") == Spread(4.0, 4.0, 4.0, 1)


def test_holds_goals_against_ratios_and_against_figures() -> None:
    runs = [run(number, name, figure) for name, figure in (("openline", 2.0), ("ws", 5.0)) for number in (1, 2, 3)]
    table = Table(runs)
    found = [
        outcome(goal, "call", table)
        for goal in (
            Goal("call", "ws", 2.5),
            Goal("call", "ws", 3),
            Goal("call", figure=2),
            Goal("call", figure=1.9),
        )
    ]
    assert [one.reached for one in found if one] == [True, False, True, False]
    assert outcome(Goal("call", "crossbar", 2), "call", table) is None
