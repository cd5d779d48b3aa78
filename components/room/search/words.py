"""Words as a search sees them: without case and accents, and where they stand in a text.

The index holds these words and nothing else, whatever database is below: so both find the same, and a word is made of
letters, digits, marks and symbols alone, never of anything that the language of an index gives a meaning to.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from unicodedata import category, combining, normalize

LONGEST = 64
"""How much of a word is told apart."""
_ACCENTS = 10
"""Canonical combining classes from here on are accents and points that people leave out; those below spell words."""
_ASCII = re.compile(r"[A-Za-z0-9]+")
_VARIATIONS = frozenset(map(chr, range(0xFE00, 0xFE10)))


class Word(NamedTuple):
    """A word, and from where to where it stands, in characters."""

    word: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """Find the words of a text. Where a script has no spaces, and for emoji, each character is one."""
    found = (Word(fold(text[start:end]), start, end) for start, end in _runs(text))
    return [word for word in found if word.word]


def fold(run: str) -> str:
    """Take case and accents away."""
    if run.isascii():
        return run.lower()[:LONGEST]
    plain = normalize("NFKD", normalize("NFKD", run).casefold())
    return "".join(filter(_is_kept, plain))[:LONGEST]


def _runs(text: str) -> Iterator[tuple[int, int]]:
    return (run.span() for run in _ASCII.finditer(text)) if text.isascii() else _runs_of_any(text)


def _runs_of_any(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    before = ""
    for at, kind in enumerate(map(_kind, text)):
        if kind == before == "word":
            continue
        if before:
            yield start, at
        start, before = at, kind
    if before:
        yield start, len(text)


@lru_cache(maxsize=10_000)
def _kind(character: str) -> str:
    if character in _VARIATIONS:
        return ""
    if _has_no_spaces(character) or category(character) == "So":
        return "alone"
    return "word" if category(character)[0] in "LNM" else ""


def _has_no_spaces(character: str) -> bool:
    """Say whether a character is of Chinese or Japanese."""
    return (
        "\u3040" <= character <= "\u30ff"
        or "\u3400" <= character <= "\u9fff"
        or "\uf900" <= character <= "\ufaff"
        or "\U00020000" <= character <= "\U0003ffff"
    )


@lru_cache(maxsize=10_000)
def _is_kept(character: str) -> bool:
    spells = category(character)[0] in "LNM" or category(character) == "So"
    return spells and combining(character) < _ACCENTS and character not in _VARIATIONS
