"""`docs/how-to/monitor.md` names what there is."""

import re
from pathlib import Path

from prometheus_client import generate_latest

from router.edge.counters import REASONS, Counters

TEXT = (Path(__file__).parents[2] / "docs/how-to/monitor.md").read_text()


def test_every_metric_is_named_and_every_name_is_one() -> None:
    counters = Counters()
    counters.joined("websocket", "guest")
    there = set(re.findall(r"^(\w+)", generate_latest(counters.registry).decode(), re.MULTILINE))
    named = set(re.findall(r"\b((?:openline|process)_[a-z_]+)", TEXT))
    assert {family(name) for name in named} <= {family(name) for name in there}
    assert {family(name) for name in there if name.startswith("openline_")} <= {family(name) for name in named}


def family(name: str) -> str:
    """A histogram is three metrics, and one thing."""
    return re.sub(r"_(bucket|count|sum)$", "", name)


def test_every_reason_is_explained() -> None:
    assert [reason for reason in REASONS if f"`{reason}`" not in TEXT and not reason.startswith("request_")] == []
