"""The language of searches, read into values: words, "phrases", and filters such as `from:ada`. Pure.

Whatever is typed makes a `Query` or an `UnclearSearch` with a sentence that says what to change.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from components.room.api import UnclearSearch

from .words import words

MOST = 20
"""The most words, phrases and filters in one search."""
SHORTEST = 2
"""A last word of so many characters is also the beginning of longer ones."""
THINGS = ("link", "code", "file", "image")
"""What `has:` knows."""
ME = "me"

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_ITEM = re.compile(
    r'(?P<minus>-?)(?:(?P<name>from|in|before|after|has):(?:"(?P<quoted>[^"]*)"?|(?P<value>\S*))'
    r'|"(?P<phrase>[^"]*)"?|(?P<word>\S+))',
    re.IGNORECASE,
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Phrase:
    """Words that stand one after the other; with `prefix` the last may go on."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass
class Side:
    """What a message must have, or what it must not have."""

    phrases: list[Phrase] = field(default_factory=list)
    authors: list[Phrase] = field(default_factory=list)
    """Any of them."""
    mine: bool = False
    rooms: list[str] = field(default_factory=list)
    """Any of them, by name or title."""
    things: set[str] = field(default_factory=set)


@dataclass
class Query:
    """What to look for. Times are in seconds since 1970: from `since` on, and before `until`."""

    wanted: Side = field(default_factory=Side)
    unwanted: Side = field(default_factory=Side)
    since: float | None = None
    until: float | None = None

    @property
    def is_empty(self) -> bool:
        return self.wanted == Side() and self.since is None and self.until is None


def parse(text: str, zone: tzinfo) -> Query:
    """Read what somebody typed. Days begin and end in their time zone."""
    query = Query()
    items = list(_ITEM.finditer(text.translate(_QUOTES)))
    if len(items) > MOST:
        raise UnclearSearch(f"A search has at most {MOST} words and filters.")
    for item in items:
        _take(query, item, zone, is_last=item is items[-1])
    if query.wanted.mine and query.wanted.authors:
        raise UnclearSearch("from: takes me, or names, but not both in one search.")
    if query.is_empty:
        raise UnclearSearch(_NOTHING if query.unwanted == Side() else _ONLY_UNWANTED)
    return query


_NOTHING = "Type a word to look for."
_ONLY_UNWANTED = "Say what to look for, besides what to leave out."


def _take(query: Query, item: re.Match[str], zone: tzinfo, is_last: bool) -> None:
    side = query.unwanted if item["minus"] else query.wanted
    if item["name"] is None:
        prefix = is_last and item["word"] is not None and not item["minus"]
        side.phrases += _phrase(item["phrase"] if item["word"] is None else item["word"], prefix)
        return
    name = item["name"].lower()
    value = (item["value"] if item["quoted"] is None else item["quoted"]).strip()
    if name in ("before", "after"):
        _take_day(query, name, value, zone, bool(item["minus"]))
    else:
        _FILTERS[name](side, value)


def _phrase(text: str, prefix: bool = False) -> Iterator[Phrase]:
    """Make one phrase of what was written together; none where there is no word in it."""
    found = tuple(word.word for word in words(text))
    if found:
        yield Phrase(found, prefix and len(found[-1]) >= SHORTEST)


def _take_author(side: Side, value: str) -> None:
    if value.lower() == ME:
        side.mine = True
        return
    found = list(_phrase(value))
    if not found:
        raise UnclearSearch('from: needs a name, as in from:ada or from:"Ada Lovelace", or me.')
    side.authors += found


def _take_room(side: Side, value: str) -> None:
    room = value.lstrip("#").replace("\0", "")
    if not room:
        raise UnclearSearch("in: needs a room, as in in:lobby.")
    side.rooms.append(room)


def _take_thing(side: Side, value: str) -> None:
    if value.lower() not in THINGS:
        raise UnclearSearch(f"has: knows {' and '.join(THINGS)}, as in has:{THINGS[0]}.")
    side.things.add(value.lower())


_FILTERS = {"from": _take_author, "in": _take_room, "has": _take_thing}


def _take_day(query: Query, name: str, value: str, zone: tzinfo, minus: bool) -> None:
    """Neither the day `before:` nor the day `after:` names is searched itself."""
    if minus:
        raise UnclearSearch(
            f"Leave out the - of -{name}:, and say {'after' if name == 'before' else 'before'}: instead."
        )
    if name == "before":
        query.until = min(_begin(name, value, 0, zone), query.until or float("inf"))
    else:
        query.since = max(_begin(name, value, 1, zone), query.since or float("-inf"))


def _begin(name: str, value: str, later: int, zone: tzinfo) -> float:
    """Find when a day began, or one so many days later."""
    try:
        if not _DAY.fullmatch(value):
            raise ValueError
        day = date.fromisoformat(value) + timedelta(days=later)
        return datetime.combine(day, time(), zone).timestamp()
    except (ValueError, OverflowError):
        raise UnclearSearch(f"{name}: takes a day, as in {name}:2026-01-31.") from None
