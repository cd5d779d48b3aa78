"""Write what was measured as Markdown: `python -m bench.report build/bench/results.json … > report.md`."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from .figures import A_A, OUR, Spread, Table
from .goals import outcomes
from .results import Results, Run, load, together

METHOD = """\
Each figure is the median over rounds, with the least and the greatest in brackets. In a round all systems take their
turn, in an order that moves on from round to round; ratios are taken within a round. CPU time is what the scheduler
counted for all processes of the server, which had one core to themselves; the load came from another. Rounds that
something disturbed are left out: a generator at its limit, others on the two cores, a server that did not come to rest
before, or an A/A control (the same system twice in the round) outside of {low:.2f} to {high:.2f}. Where fewer than
three rounds were left, all of them count, and the figure has a †. Ratios between 0.6 and 1.5 are no difference."""


def main() -> None:
    sys.stdout.write(report(together([load(Path(name)) for name in sys.argv[1:]])))


def report(results: Results) -> str:
    """Write all of it."""
    table = Table(results.runs)
    parts = [
        "# What it costs",
        f"{_facts(results.machine)}.\n{_facts(results.versions)}.",
        "```console\n" + "".join(f"$ {line}\n" for line in results.command.splitlines()) + "```",
        METHOD.format(low=1 / A_A, high=A_A),
        "## Figures",
        _grid(table, table.systems(), table.figures),
        f"## Ratios: how many times as much as {OUR}",
        _grid(table, [name for name in table.systems() if name != OUR], table.ratios),
        "## Goals",
        _goals(table),
        "## Controls, and what was left out",
        _controls(table),
        *_errors(results.runs),
    ]
    return "\n\n".join(parts) + "\n"


def _facts(facts: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())


def _grid(table: Table, systems: list[str], look: Callable[[str, str], Spread | None]) -> str:
    def line(scenario: str) -> list[str]:
        return [f"{scenario} ({table.unit(scenario)})", *(_cell(look(scenario, system)) for system in systems)]

    return _rows(["scenario", *systems], (line(scenario) for scenario in table.scenarios()))


def _cell(found: Spread | None) -> str:
    if found is None:
        return "-"
    doubt = "†" if found.doubtful else ""
    return f"**{_short(found.middle)}**{doubt} [{_short(found.least)}-{_short(found.most)}]"


def _short(figure: float) -> str:
    return f"{figure:.0f}" if abs(figure) >= 100 else f"{figure:.1f}" if abs(figure) >= 10 else f"{figure:.2f}"


def _goals(table: Table) -> str:
    lines = [
        [one.scenario, one.goal.words(), _short(one.found), "yes" if one.reached else "no"] for one in outcomes(table)
    ]
    return _rows(["scenario", "goal", "found", "reached"], lines)


def _controls(table: Table) -> str:
    lines = []
    for scenario in table.scenarios():
        runs = [run for run in table.runs if run.scenario == scenario and not run.control and not run.error]
        ratios = table.controls(scenario).values()
        control = f"{min(ratios):.2f}-{max(ratios):.2f}" if ratios else "-"
        busiest = max(run.load for run in runs)
        left_out = sum(not table.is_clean(run) for run in runs)
        lines.append([scenario, control, f"{busiest:.0%}", f"{left_out} of {len(runs)}", _reasons(runs)])
    return _rows(["scenario", "A/A", "generator, at most", "disturbed runs", "by"], lines)


def _reasons(runs: Iterable[Run]) -> str:
    flags = [flag for run in runs for flag in run.flags]
    return ", ".join(f"{flag} ({flags.count(flag)})" for flag in dict.fromkeys(flags)) or "-"


def _errors(runs: Iterable[Run]) -> list[str]:
    lines = [f"* round {run.round}, {run.scenario}, {run.system}: {run.error}" for run in runs if run.error]
    return ["## What failed", "\n".join(lines)] if lines else []


def _rows(head: list[str], lines: Iterable[list[str]]) -> str:
    marks = ["---", *("--:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, marks, *lines])


if __name__ == "__main__":
    main()
