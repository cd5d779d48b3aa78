"""Print docs/reference/addresses.md: every procedure, topic and refusal that the node's `api` modules declare."""

from collections.abc import Iterator
from dataclasses import MISSING, fields
from importlib import import_module
from inspect import getdoc
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import orjson

from components.contract import Beside, Procedure, Refusal, Topic

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs/reference/addresses.md"
MODULES = (
    "components.stream.api",
    "components.room.api",
    "components.identity.api",
    "components.presence.api",
    "router.api",
)
_HEAD = """# Procedures, topics and errors

Made from the `api.py` of each component by `make reference`. Arguments and events are keyword arguments; a reply is one
object. An argument that may be left out has its default behind it. Every procedure may also refuse with
`openline.error.invalid_argument`, `.not_authorized`, `.unavailable` or `.internal`.
"""


def reference() -> str:
    """Print the whole page."""
    sections = [_section(import_module(name)) for name in MODULES]
    return "\n".join([_HEAD, *sections])


def _section(api: ModuleType) -> str:
    own = list(vars(api).values())
    procedures = [one for one in own if isinstance(one, Procedure)]
    topics = [one for one in own if isinstance(one, Topic)]
    refusals = [
        one for one in own if isinstance(one, type) and issubclass(one, Refusal) and one.__module__ == api.__name__
    ]
    about = (getdoc(api) or "").partition("\n\n")[2]
    lines = [
        f"## {api.__name__.split('.')[-2]}",
        "",
        *([about, ""] if about else []),
        *(line for one in procedures for line in _procedure(one)),
    ]
    lines += [f"**`{one.uri}`** is a topic, read by {_roles(one.readers)}: {_shape(one.event)}\n" for one in topics]
    lines += [
        f"**`{one.uri}.<name>`** is a topic beside the stream `{one.streams}.<name>`, read by whoever reads that: "
        f"{_shape(one.event)}\n"
        for one in own
        if isinstance(one, Beside)
    ]
    lines += ["| error | |", "|---|---|", *(f"| `{one.uri}` | {one.__doc__} |" for one in refusals), ""]
    return "\n".join(lines)


def _procedure(one: Any) -> Iterator[str]:
    yield f"### `{one.uri}`\n"
    yield f"Called by {_roles(one.callers)}. {_sentence(one.request)}\n"
    yield f"Takes {_shape(one.request)}\n"
    yield f"Answers {_shape(one.reply)} {_sentence(one.reply)}\n"


def _sentence(kind: type) -> str:
    return " ".join((getdoc(kind) or "").split("\n\n")[0].split())


def _roles(roles: Any) -> str:
    return ", ".join(sorted(roles))


def _shape(kind: Any) -> str:
    hints = get_type_hints(kind, include_extras=True)
    parts = [f"{one.name}: {_type(hints[one.name])}{_default(one)}" for one in fields(kind)]
    return f"`{{{', '.join(parts)}}}`."


def _default(one: Any) -> str:
    value = one.default if one.default_factory is MISSING else one.default_factory()
    return "" if value is MISSING else f" = {orjson.dumps(value).decode()}"


_NAMES = {str: "text", int: "whole number", float: "number", bool: "true or false", type(None): "null", Any: "anything"}


def _type(hint: Any) -> str:
    """Name a type as it looks on the wire."""
    if get_origin(hint) is Annotated:
        return _type(get_args(hint)[0])
    if get_origin(hint) is list or (get_origin(hint) is tuple and get_args(hint)[1] is ...):
        return f"list of {_type(get_args(hint)[0])}"
    if get_origin(hint) is dict:
        return f"object of {_type(get_args(hint)[1])}"
    if get_args(hint):
        return " or ".join(_type(one) if not isinstance(one, str) else one for one in get_args(hint))
    return _NAMES.get(hint) or str(hint.__name__)


if __name__ == "__main__":
    FILE.write_text(reference())
