"""Bring rooms into a node. All of it is looked at before anything is written; each room is there as a whole, or not."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from itertools import islice
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError

from components.identity import exchange as identity
from components.identity.exchange import PersonLine
from components.room.exchange import bringing, form
from components.room.exchange.form import BadLine, EventLine, Line, RoomLine

from .places import ABOUT, PEOPLE, Source, rooms_in
from .store import Transact

PAGE = 500
_PERSON = TypeAdapter(PersonLine)
T = TypeVar("T")


class Refused(Exception):
    """What keeps an export from being brought in, a line each, for the operator. Nothing was written."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__("\n".join(reasons))


@dataclass
class Plan:
    """What would be brought in: rooms by the names that they have in the export, and what is in the way."""

    rooms: dict[str, RoomLine] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """The name that each has here."""
    marks: dict[str, str] = field(default_factory=dict)
    """What tells a room that was brought in from the same file before."""
    here: set[str] = field(default_factory=set)
    """Those that were."""
    people: int = 0
    reasons: list[str] = field(default_factory=list)


Told = Callable[[str, str, int], None]
"""Hears of each room that is there now: its name in the export, its name here, how many events it has."""


def plan(transact: Transact, source: Source, renamed: Mapping[str, str]) -> Plan:
    """Look at all of an export, and at what is here. Raises `Refused` if anything is wrong or in the way."""
    found = Plan()
    _check_about(source)
    files = rooms_in(source)
    found.reasons += [f"--as {name}=…: there is no room {name} in the export" for name in renamed.keys() - files.keys()]
    for name, file in files.items():
        room, found.marks[name] = _checked(source, name, file)
        found.rooms[name], found.names[name] = room, renamed.get(name, name)
        if transact(partial(bringing.is_here, name=found.names[name], mark=found.marks[name])):
            found.here.add(name)
        elif clash := transact(partial(bringing.clash, room=room, name=found.names[name])):
            found.reasons.append(f"{file}: {clash}")
    twice = [name for name in found.names.values() if list(found.names.values()).count(name) > 1]
    found.reasons += [f"two rooms would be called {name}" for name in sorted(set(twice))]
    for people in _batches(_people(source), PAGE):
        found.people += len(people)
        clashes = transact(partial(identity.clashes, people=people))
        found.reasons += [f"{PEOPLE}: {one}" for one in clashes]
    if found.reasons:
        raise Refused(found.reasons)
    return found


def bring(transact: Transact, source: Source, planned: Plan, told: Told = lambda *_: None) -> None:
    """Bring in what was planned. A room that somebody made meanwhile ends it, with those before it in place."""
    for people in _batches(_people(source), PAGE):
        transact(partial(identity.bring, people=people))
    files = rooms_in(source)
    for name, room in planned.rooms.items():
        here = planned.names[name]
        if name in planned.here:
            continue
        if clash := transact(partial(bringing.clash, room=room, name=here)):
            raise Refused([f"{files[name]}: {clash}"])
        _room(transact, _lines(source, files[name]), room, (here, planned.marks[name]))
        told(name, here, room.head - room.oldest + 1)


def _room(transact: Transact, lines: Iterator[Line], room: RoomLine, called: tuple[str, str]) -> None:
    name, mark = called
    while transact(partial(bringing.sweep, name=name)):
        pass
    transact(partial(bringing.begin, room=room, name=name))
    state: list[Line] = []
    for chunk in _batches(_events(lines, state), bringing.CHUNK):
        transact(partial(bringing.add_events, name=name, events=chunk))
    transact(partial(bringing.finish, room=room, name=name, state=state, mark=mark))


def _events(lines: Iterator[Line], state: list[Line]) -> Iterator[EventLine]:
    """Yield the events, and put what comes before them aside."""
    for line in lines:
        if isinstance(line, EventLine):
            yield line
        elif not isinstance(line, RoomLine):
            state.append(line)


def _checked(source: Source, name: str, file: str) -> tuple[RoomLine, str]:
    """Read all of a room's file once: its first line, and a mark of its bytes. Raises `Refused` with a bad line."""
    order, number, digest = bringing.Order(), 1, sha256()
    try:
        for written in _written(source, file):
            order.take(form.parse(written))
            digest.update(written)
            number += 1
        order.end()
    except BadLine as bad:
        raise Refused([f"{file}:{number}: {bad}"]) from None
    if order.room is None or order.room.name != name:
        raise Refused([f"{file}:1: this is another room than the file is called after"])
    return order.room, f"openline.import.{digest.hexdigest()}"


def _lines(source: Source, file: str) -> Iterator[Line]:
    return map(form.parse, _written(source, file))


def _written(source: Source, file: str) -> Iterator[bytes]:
    with source.file(file) as lines:
        while written := lines.readline(form.LONGEST + 1):
            yield written


def _people(source: Source) -> Iterator[PersonLine]:
    if PEOPLE not in source.names():
        return
    for number, written in enumerate(_written(source, PEOPLE), 1):
        try:
            yield _PERSON.validate_json(written)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"]))
            raise Refused([f"{PEOPLE}:{number}: {where}: {first['msg']}"]) from None


def _batches(some: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Take a few at a time."""
    iterator = iter(some)
    while batch := tuple(islice(iterator, size)):
        yield batch


def _check_about(source: Source) -> None:
    try:
        with source.file(ABOUT) as file:
            about: Any = orjson.loads(file.read(10_000))
    except (KeyError, OSError, orjson.JSONDecodeError):
        about = None
    if not isinstance(about, dict) or about.get("format") != "openline-export":
        raise Refused([f"{ABOUT}: this is no export of Openline"])
    if about.get("version") != form.VERSION:
        raise Refused([f"{ABOUT}: expected version {form.VERSION} of the format, found {about.get('version')}"])
