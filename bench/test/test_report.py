"""What was measured survives being kept, joined and written as Markdown."""

from pathlib import Path

from bench.report import report
from bench.results import Results, Run, load, together


def results(command: str, *runs: Run) -> Results:
    return Results({"processor": "a fast one"}, {"ws": "8.23.0"}, command, list(runs))


def measured(system: str, figure: float, round: int = 1) -> Run:
    return Run(round, "call here 1x64", system, "µs a call", figure, work=1_000, seconds=1.5, load=0.4)


def test_is_the_same_after_it_was_kept(tmp_path: Path) -> None:
    kept = results("python -m bench.run", measured("ws", 8.0), Run(1, "connect", "ws", flags=("core taken away",)))
    kept.save(tmp_path / "new/results.json")
    assert load(tmp_path / "new/results.json") == kept


def test_never_pairs_rounds_of_different_runs() -> None:
    joined = together([results("one", measured("ws", 8.0)), results("two", measured("openline", 4.0))])
    assert [run.round for run in joined.runs] == [1, 2]
    assert joined.command == "one\ntwo"


def test_writes_figures_ratios_goals_and_failures() -> None:
    rounds = [
        measured(name, figure, number)
        for name, figure in (("openline", 4.0), ("crossbar", 44.0))
        for number in (1, 2, 3)
    ]
    failed = Run(2, "call here 1x64", "ws", error="connection 0 was lost")
    written = report(results("python -m bench.run --rounds 3", *rounds, failed))
    assert "processor a fast one" in written
    assert "| call here 1x64 (µs a call) | **4.00** [4.00-4.00] | **44.0** [44.0-44.0] | - |" in written
    assert "| call here 1x64 (µs a call) | **11.0** [11.0-11.0] | - |" in written
    assert "| call here 1x64 | crossbar ≥ 10x | 11.0 | yes |" in written
    assert "* round 2, call here 1x64, ws: connection 0 was lost" in written
