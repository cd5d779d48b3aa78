"""Who may do what on a node as it comes: whoever changes that changes `permissions.txt`, and others read it."""

import difflib
from pathlib import Path

import pytest

from components import settings_file
from openline.permissions import table

ROOT = Path(__file__).parents[2]
SNAPSHOT = Path(__file__).parent / "permissions.txt"


def test_the_table_of_permissions_is_the_one_that_was_agreed_on() -> None:
    before = SNAPSHOT.read_text().splitlines()
    now = list(table(settings_file.load(ROOT / ".crossbar", {})))
    if before != now:
        diff = "\n".join(difflib.unified_diff(before, now, "agreed on", "now", lineterm=""))
        pytest.fail(
            f"{diff}\n\nIf people may do just that from now on:\n"
            ".venv/bin/openline permissions --cbdir .crossbar > tests/contract/permissions.txt"
        )
