"""Whom words mention: `@` and a name of somebody in the room, or `@room`. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal

ROOM: Literal["room"] = "room"
MOST = 50
"""How many places in one message are looked at."""
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_AT = re.compile(r"(?<![\w@])@(?=\w)")

Mentions = Sequence[str] | Literal["room"]
"""Ids in the order in which they are named, or everybody."""


def mentioned(text: str, people: Iterable[tuple[str, str]], *, everybody: bool) -> Mentions:
    """Find the ids of those who are named: people are (id, name). What stands in code is nobody's name.

    The longest name counts: `@Ada Bell` is not Ada. `everybody` says whether the author may call the whole room.
    """
    named: dict[str, list[str]] = {}
    for id, name in people:
        named.setdefault(name.casefold(), []).append(id)
    words = _CODE.sub(" ", text).casefold()
    longest = max(map(len, [*named, ROOM]))
    found: dict[str, None] = {}
    for at in [match.end() for match in _AT.finditer(words)][:MOST]:
        name = _name_at(words[at : at + longest + 1], {*named, ROOM} if everybody else named)
        if name == ROOM and everybody:
            return ROOM
        found |= dict.fromkeys(named.get(name, []))
    return list(found)


def _name_at(words: str, names: Iterable[str]) -> str:
    """Find the longest name with which words begin, if they go on with something else than a letter."""
    fits = [name for name in names if words.startswith(name) and not re.match(r"\w", words[len(name) :])]
    return max(fits, key=len, default="")
