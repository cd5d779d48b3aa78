"""The part of a message that shows why it was found, and where the words stand in it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .query import Phrase
from .words import Word, words

MOST = 240
"""The most characters of a message that are shown."""
LEAD = 60
"""The most characters before the first word that was found."""
_CUT = "…"


@dataclass(frozen=True)
class Snippet:
    """A text on one line, and the ranges in it that were looked for: from, and up to but without, in characters."""

    text: str
    marks: list[tuple[int, int]]


def snippet(text: str, phrases: Sequence[Phrase]) -> Snippet:
    """Cut out what surrounds the first words that were found."""
    line = re.sub(r"\s", " ", text)
    marks = _marks(words(line), phrases)
    if len(line) <= MOST:
        return Snippet(line, marks)
    start = _start(line, marks[0][0] if marks else 0)
    end = min(start + MOST, len(line))
    before, after = _CUT if start else "", _CUT if end < len(line) else ""
    move = len(before) - start
    shown = [(first + move, min(last, end) + move) for first, last in marks if first < end]
    return Snippet(before + line[start:end] + after, shown)


def _start(line: str, first: int) -> int:
    """Begin with a word, if there is one to begin with."""
    start = max(0, min(first - LEAD, len(line) - MOST))
    space = line.find(" ", start, first) if start else -1
    return space + 1 if space >= 0 else start


def _marks(found: Sequence[Word], phrases: Sequence[Phrase]) -> list[tuple[int, int]]:
    """Find where phrases stand; those that overlap are one."""
    places = sorted(place for phrase in phrases for place in _places(found, phrase))
    marks: list[tuple[int, int]] = []
    for start, end in places:
        if marks and start <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(end, marks[-1][1]))
        else:
            marks.append((start, end))
    return marks


def _places(found: Sequence[Word], phrase: Phrase) -> list[tuple[int, int]]:
    length = len(phrase.words)
    runs = (found[at : at + length] for at in range(len(found) - length + 1))
    return [(run[0].start, run[-1].end) for run in runs if _stands(run, phrase)]


def _stands(run: Sequence[Word], phrase: Phrase) -> bool:
    *first, last = (word.word for word in run)
    same = last.startswith(phrase.words[-1]) if phrase.prefix else last == phrase.words[-1]
    return same and (*first,) == phrase.words[:-1]
