"""What was set out to be reached, as ratios to Openline and as figures of its own."""

from dataclasses import dataclass

from .figures import OUR, Table


@dataclass(frozen=True)
class Goal:
    """`system` takes at least `times` what Openline takes; or, without a system, Openline takes at most `figure`."""

    scenario: str
    """The beginning of its name."""
    system: str = ""
    times: float = 0.0
    figure: float = 0.0

    def words(self) -> str:
        """Say it in the table."""
        return f"{self.system} ≥ {self.times:g}x" if self.system else f"≤ {self.figure:g}"


GOALS = [
    Goal("fan-out 100 pipelined", "crossbar", 8),
    Goal("fan-out 1,000 pipelined", "crossbar", 8),
    Goal("fan-out 100 pipelined", "socketio", 3),
    Goal("fan-out 1,000 pipelined", "socketio", 3),
    Goal("fan-out 100 alone", "ws", 1),
    Goal("fan-out 1,000 alone", "ws", 1),
    Goal("call here", "crossbar", 10),
    Goal("call apart", "crossbar", 2),
    Goal("connect", figure=800),
    Goal("idle", figure=13),
]


@dataclass(frozen=True)
class Outcome:
    """How far a goal was reached in one scenario."""

    goal: Goal
    scenario: str
    found: float
    reached: bool


def outcomes(table: Table) -> list[Outcome]:
    """Hold every goal against every scenario that it speaks of, as far as it was measured."""
    pairs = [(goal, name) for goal in GOALS for name in table.scenarios() if name.startswith(goal.scenario)]
    found = [outcome(goal, name, table) for goal, name in pairs]
    return [one for one in found if one]


def outcome(goal: Goal, scenario: str, table: Table) -> Outcome | None:
    """Hold one goal against one scenario."""
    if goal.system:
        ratios = table.ratios(scenario, goal.system)
        return Outcome(goal, scenario, ratios.middle, ratios.middle >= goal.times) if ratios else None
    ours = table.figures(scenario, OUR)
    return Outcome(goal, scenario, ours.middle, ours.middle <= goal.figure) if ours else None
