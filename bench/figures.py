"""The arithmetic of the report: medians with their spread, ratios paired by round, and what is left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from .results import Run

OUR = "openline"
A_A = 1.25
"""How far the two figures of one system in one round may be apart, as a ratio, either way."""
ENOUGH = 3
"""Fewer undisturbed rounds than this, and the disturbed ones count too: the report says so."""


@dataclass(frozen=True)
class Spread:
    """The middle of several figures, the least and the greatest. `doubtful`: disturbed rounds had to count."""

    middle: float
    least: float
    most: float
    count: int
    doubtful: bool = False


@dataclass(frozen=True)
class Table:
    """All figures of some runs, by scenario, system and round."""

    runs: Sequence[Run]

    def scenarios(self) -> list[str]:
        """Name every scenario, in the order in which they ran."""
        return list(dict.fromkeys(run.scenario for run in self.runs if not run.error))

    def systems(self) -> list[str]:
        """Name every system, ours first."""
        found = dict.fromkeys(run.system for run in sorted(self.runs, key=lambda run: (run.round, run.control)))
        return sorted(found, key=lambda name: name != OUR)

    def unit(self, scenario: str) -> str:
        """Say what the figures of a scenario count."""
        return next(run.unit for run in self.runs if run.scenario == scenario)

    def figures(self, scenario: str, system: str) -> Spread | None:
        """What a system took."""
        runs = self._of(scenario, system)
        good = [run for run in runs if self.is_clean(run)]
        return spread([run.figure for run in runs], [run.figure for run in good])

    def ratios(self, scenario: str, system: str) -> Spread | None:
        """How many times as much as ours a system took, round by round."""
        ours = {run.round: run for run in self._of(scenario, OUR)}
        pairs = [(run, ours[run.round]) for run in self._of(scenario, system) if run.round in ours]
        good = [pair for pair in pairs if self.is_clean(pair[0]) and self.is_clean(pair[1])]
        return spread([_ratio(pair) for pair in pairs], [_ratio(pair) for pair in good])

    def controls(self, scenario: str) -> dict[int, float]:
        """The second figure of a round's first system over its first one: 1 if nothing but chance is at work."""
        first = {(run.round, run.system): run.figure for run in self.runs if _is(run, scenario) and not run.control}
        again = [run for run in self.runs if _is(run, scenario) and run.control]
        return {
            run.round: run.figure / first[run.round, run.system] for run in again if (run.round, run.system) in first
        }

    def is_clean(self, run: Run) -> bool:
        """Say whether nothing disturbed a run, nor its round."""
        control = self.controls(run.scenario).get(run.round, 1.0)
        return not run.flags and 1 / A_A <= control <= A_A

    def _of(self, scenario: str, system: str) -> list[Run]:
        return [run for run in self.runs if _is(run, scenario) and run.system == system and not run.control]


def spread(everything: Iterable[float], clean: Sequence[float]) -> Spread | None:
    """Take the clean figures if there are enough of them, else all."""
    found = list(everything)
    doubtful = len(clean) < min(ENOUGH, len(found))
    counted = found if doubtful else list(clean)
    return Spread(median(counted), min(counted), max(counted), len(counted), doubtful) if counted else None


def _is(run: Run, scenario: str) -> bool:
    return run.scenario == scenario and not run.error


def _ratio(pair: tuple[Run, Run]) -> float:
    return pair[0].figure / pair[1].figure
