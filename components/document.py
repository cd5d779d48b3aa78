"""A YAML text that knows the line of everything in it, so that a mistake can be named where it stands."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

Spot = tuple[str | int, ...]
"""Where a value stands: `("streams", 2, "keep")`."""


class Mistakes(Exception):
    """A text that cannot be used: one line a mistake, with where it is, what was expected and what stood there."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = list(lines)
        super().__init__("\n".join(self.lines))


class _Loader(yaml.SafeLoader):
    """Makes plain dicts: Crossbar, once imported, has taught `SafeLoader` to make others."""

    yaml_constructors = yaml.constructor.SafeConstructor.yaml_constructors


@dataclass(frozen=True)
class Document:
    """What a YAML text says, and on which lines."""

    name: str
    value: Any
    lines: Mapping[Spot, int]

    def say(self, spot: Spot, sentence: str) -> str:
        """Put a sentence with the place it is about. A key that is missing is a mistake of what should hold it."""
        nearest = spot
        while nearest not in self.lines:
            nearest = nearest[:-1]
        return ": ".join(filter(None, [f"{self.name}:{self.lines[nearest]}", show(spot), sentence]))


def read(text: str, name: str) -> Document:
    """Parse YAML. Raises `Mistakes` where it is none, or where a key stands twice, which YAML would let pass."""
    lines: dict[Spot, int] = {(): 1}
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if mistakes := list(_note(node, (), (), lines, name)):
            raise Mistakes(mistakes)
        return Document(name, loader.construct_document(node) if node else None, lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{name}:{mark.line + 1}: column {mark.column + 1}" if mark else name
        raise Mistakes([f"{place}: this is not YAML: {error.problem or error.context}"]) from None
    except yaml.YAMLError as error:
        raise Mistakes([f"{name}:1: this is not YAML: {' '.join(str(error).split())}"]) from None


def show(spot: Spot) -> str:
    """Write a place as people do: `streams[2].keep.for`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in spot).removeprefix(".")


def _note(
    node: yaml.Node | None, spot: Spot, around: tuple[yaml.Node, ...], lines: dict[Spot, int], name: str
) -> Iterator[str]:
    """Note the line of everything below a node, and tell of keys that stand twice and of what holds itself."""
    if node in around:
        yield f"{name}:{lines[spot]}: {show(spot)}: this holds itself"
        return
    for step, place, value in _children(node):
        inner = (*spot, step)
        line = place.start_mark.line + 1
        if inner in lines:
            yield f"{name}:{line}: {show(inner)}: stands twice, first on line {lines[inner]}"
        lines.setdefault(inner, line)
        yield from _note(value, inner, (*around, node) if node else around, lines, name)


def _children(node: yaml.Node | None) -> Iterator[tuple[str | int, yaml.Node, yaml.Node]]:
    """List what a node holds: its name or number, where that stands, and the value."""
    if isinstance(node, yaml.MappingNode):
        yield from ((key.value, key, value) for key, value in node.value if isinstance(key, yaml.ScalarNode))
    elif isinstance(node, yaml.SequenceNode):
        yield from ((index, value, value) for index, value in enumerate(node.value))
