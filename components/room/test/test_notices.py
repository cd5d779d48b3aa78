"""Of what somebody wants to hear: the server's rule, held to the table that the page's rule is held to as well."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from components.room.api import Notices, Quiet
from components.room.notices import is_quiet, wants

TABLE = json.loads((Path(__file__).parents[3] / "tests/contract/notices.json").read_text())


def _notices(said: dict[str, Any]) -> Notices:
    quiet = said.get("quiet")
    return Notices(quiet=Quiet(**quiet) if quiet else None, paused=float(said.get("paused", 0)))


@pytest.mark.parametrize("row", TABLE["quiet"], ids=lambda row: row["why"])
def test_quiet(row: dict[str, Any]) -> None:
    at = datetime.fromisoformat(row["at"]).timestamp()
    assert is_quiet(_notices(row["notices"]), at) is row["is"]


@pytest.mark.parametrize("row", TABLE["wants"], ids=str)
def test_wants(row: dict[str, Any]) -> None:
    assert wants(row["own"], row["muted"], row["usual"], row["named"]) is row["is"]


def test_in_a_zone_that_nobody_knows_it_is_as_late_as_in_utc() -> None:
    assert is_quiet(Notices(quiet=Quiet(0, 1_439, "Atlantis/City")), 0.0)
