"""What the `api` modules declare, what is served, and what the pages use are the same."""

import ast
import re
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from twisted.internet.task import Clock

from components import catalog
from components.contract import ROLES, SERVICE, Beside, Component, Procedure, Refusal, Topic
from components.given import Given
from components.permissions import permissions
from components.streams import Streams
from router.guard import Guard
from router.node import Sessions
from tests.support.bus import MemoryBus
from tests.support.database import MemoryDatabase
from tests.support.router import SETTINGS

ROOT = Path(__file__).parents[2]
DECLARED = list(catalog.declarations(SETTINGS))
PROCEDURES = {one.uri: one for one in DECLARED if isinstance(one, Procedure)}
TOPICS = {one.uri: one for one in DECLARED if isinstance(one, Topic)}
BESIDES = {one.uri for one in DECLARED if isinstance(one, Beside)}
URI = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")
IN_A_PAGE = re.compile(r"""['"`](openline\.[a-z_]+\.[a-z_]+)['"`]""")
RESERVED = {"topic", "procedure", "options"}
"""Names of Autobahn's own arguments: a field that is called so would not reach the wire."""


def components() -> list[Component]:
    db, bus, clock = MemoryDatabase(), MemoryBus(), Clock()
    given = Given(db, Streams(db, bus, clock, SETTINGS), bus, clock, SETTINGS)
    built = [import_module(f"{catalog.package(name)}.component").build(given) for name in catalog.names(SETTINGS)]
    return [*built, Sessions(None, bus, Guard(permissions((), SETTINGS), bus.call, lambda _: None, clock), SETTINGS)]


def pages() -> list[Path]:
    scripts = [path for path in (ROOT / "web").rglob("*.js")]
    return [path for path in scripts if not {"vendor", "node_modules", "test"} & set(path.relative_to(ROOT).parts)]


def test_every_declared_procedure_is_served_once_and_nothing_else_is() -> None:
    served = [route.procedure.uri for component in components() for route in component.routes()]
    assert sorted(served) == sorted(PROCEDURES)


def test_every_address_a_page_uses_is_declared() -> None:
    used = {uri: path for path in pages() for uri in IN_A_PAGE.findall(path.read_text())}
    assert used, "the pages use nothing?"
    allowed = PROCEDURES.keys() | TOPICS.keys() | BESIDES | {"openline.error.unavailable", "openline.error.internal"}
    undeclared = {uri: path for uri, path in used.items() if uri not in allowed and ".error" not in uri}
    assert undeclared == {}


@pytest.mark.parametrize("one", DECLARED, ids=lambda one: one.uri)
def test_addresses_and_fields_are_well_formed(one: Any) -> None:
    assert URI.match(one.uri)
    kinds = [one.request, one.reply] if isinstance(one, Procedure) else [one.event]
    for kind in kinds:
        assert not RESERVED & set(get_type_hints(kind)), kind
        assert kind.__doc__
    if isinstance(one, Beside):
        assert URI.match(one.of(f"{one.streams}.one").uri)
        return
    roles = set(one.readers) if isinstance(one, Topic) else set(one.callers)
    assert roles <= ROLES | {SERVICE}


def refusals(kind: type[Refusal] = Refusal) -> list[type[Refusal]]:
    return [one for below in kind.__subclasses__() for one in (below, *refusals(below))]


def test_every_refusal_has_a_name_of_its_own_and_a_sentence() -> None:
    ours = [one for one in refusals() if ".test." not in one.__module__]
    assert len({one.uri for one in ours}) == len(ours)
    for one in ours:
        assert re.match(r"^openline\.([a-z]+\.)?error\.[a-z_]+$", one.uri)
        assert one.__doc__ and one.__doc__.strip().endswith("."), one


@pytest.mark.parametrize("path", sorted((ROOT / "components").glob("*/api.py")), ids=lambda path: path.parent.name)
def test_what_is_declared_rests_on_little(path: Path) -> None:
    known = {"typing", "collections.abc", "re", "pydantic", "components", "components.contract", "components.notice"}
    assert imported(path) <= known


@pytest.mark.parametrize("path", sorted((ROOT / "components").glob("*/rules.py")), ids=lambda path: path.parent.name)
def test_rules_know_no_wire_no_database_and_no_clock(path: Path) -> None:
    forbidden = {
        "twisted",
        "autobahn",
        "crossbar",
        "sqlalchemy",
        "time",
        "os",
        "components.database",
        "components.wire",
    }
    assert not {name for name in imported(path) if name in forbidden or name.split(".")[0] in forbidden}


@pytest.mark.parametrize(
    "path", sorted((ROOT / "components").glob("[!t]*/*.py")), ids=lambda path: "/".join(path.parts[-2:])
)
def test_components_do_not_know_each_other(path: Path) -> None:
    own, others = (
        path.parent.name,
        {f"components.{folder.name}" for folder in (ROOT / "components").iterdir() if folder.is_dir()},
    )
    for name in imported(path):
        package = ".".join(name.split(".")[:2])
        assert package not in others - {f"components.{own}"}, f"{path} imports {name}"


def imported(path: Path) -> set[str]:
    """The modules that a file imports by their full names."""
    tree = ast.parse(path.read_text())
    named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return named | {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module and not node.level
    }
