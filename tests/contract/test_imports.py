"""Lint bans Autobahn and Crossbar by folder (pyproject.toml); this holds the wire and the router to the rest of it."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
BANNED = {"asyncio", "twisted.internet.reactor"}
ENTRIES = {"components/__main__.py", "router/node.py"}
"""Where a process begins: someone has to take the reactor that there is, and hand it on."""


def imported(file: Path) -> Iterator[str]:
    """List the full names that a module imports, at the top or inside a function."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{each.name}" for each in node.names)


def test_nothing_takes_the_global_reactor() -> None:
    sources = [file for folder in ("components", "openline", "router") for file in (ROOT / folder).rglob("*.py")]
    guilty = {
        f"{file.relative_to(ROOT)} imports {name}"
        for file in sources
        for name in imported(file)
        if (name in BANNED or name.startswith("asyncio.")) and str(file.relative_to(ROOT)) not in ENTRIES
    }
    assert sources and not guilty
