"""What was measured, as it is kept in a file."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Run:
    """One figure of one system in one round. `figure` is in `unit`: the less the better."""

    round: int
    scenario: str
    system: str
    unit: str = ""
    figure: float = 0.0
    control: bool = False
    """The same system a second time in the same round, for the A/A control."""
    work: int = 0
    seconds: float = 0.0
    load: float = 0.0
    """Share of its core that the generator used."""
    flags: tuple[str, ...] = ()
    """What disturbed it."""
    error: str = ""
    """Why there is no figure."""


@dataclass(frozen=True)
class Results:
    """All runs, and what they ran on."""

    machine: dict[str, str]
    versions: dict[str, str]
    command: str
    runs: list[Run] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Write all of it down."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")


def load(path: Path) -> Results:
    """Read what was written down."""
    raw: dict[str, Any] = json.loads(path.read_text())
    runs = [Run(**{**run, "flags": tuple(run["flags"])}) for run in raw.pop("runs")]
    return Results(**raw, runs=runs)


def together(all_results: Sequence[Results]) -> Results:
    """Join what was measured one after the other on one machine. Rounds are numbered on, so that none meets another."""
    versions: dict[str, str] = {}
    runs: list[Run] = []
    for one in all_results:
        versions.update(one.versions)
        last = max((run.round for run in runs), default=0)
        runs += [replace(run, round=last + run.round) for run in one.runs]
    return Results(all_results[0].machine, versions, "\n".join(one.command for one in all_results), runs)
