"""Take rooms out of a node: a file for each, one for the people, and what messages name beside them."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import orjson
from sqlalchemy import ColumnElement, or_, select

from components.identity import exchange as identity
from components.identity.store import ACCOUNT
from components.room.api import stream_of
from components.room.exchange import form, taking
from components.room.store import INVITED, MEMBER
from components.stream.store import EVENT, STREAM

from .places import ABOUT, PEOPLE, Sink
from .store import Transact

Files = Callable[[str], Iterable[tuple[str, Iterable[bytes]]]]
"""(room) → its attachments, each as a name below `files/` and its bytes in parts. What stores them hands this in."""


class NoRoom(Exception):
    """There is no such room. The text is for the operator."""


def no_files(room: str) -> Iterable[tuple[str, Iterable[bytes]]]:
    """Nothing is attached to messages."""
    return ()


def rooms(transact: Transact, wanted: Sequence[str] | None, sink: Sink, files: Files = no_files) -> dict[str, int]:
    """Write some rooms, or all, and say how many events each has. Raises `NoRoom` before anything is written."""
    there: list[str] = transact(taking.names)
    if missing := sorted({*(wanted or ())} - {*there}):
        raise NoRoom(f"There is no room {missing[0]}.")
    chosen = there if wanted is None else [name for name in there if name in wanted]
    with sink.file(ABOUT) as file:
        about = {"format": "openline-export", "version": form.VERSION}
        file.write(orjson.dumps(about, option=orjson.OPT_SORT_KEYS) + b"\n")
    _people(transact, None if wanted is None else _concerned(chosen), sink)
    return {name: _room(transact, name, sink, files) for name in chosen}


def _room(transact: Transact, name: str, sink: Sink, files: Files) -> int:
    state = transact(partial(taking.state, room=name))
    count = 0
    with sink.file(f"rooms/{name}.jsonl") as file:
        for line in state:
            file.write(form.write(line))
        for event in taking.events(transact, name, state[0].head):
            file.write(form.write(event))
            count += 1
    for path, parts in files(name):
        with sink.file(f"files/{path}") as file:
            for part in parts:
                file.write(part)
    return count


def _people(transact: Transact, only: ColumnElement[bool] | None, sink: Sink) -> None:
    after = ""
    with sink.file(PEOPLE) as file:
        while page := transact(partial(identity.page, after=after, only=only)):
            for one in page:
                file.write(orjson.dumps(vars(one), option=orjson.OPT_SORT_KEYS) + b"\n")
            after = page[-1].id


def _concerned(chosen: Sequence[str]) -> ColumnElement[bool]:
    """Say who has to do with some rooms: who is in one, was asked in, or wrote something there."""
    members = select(MEMBER.c.person).where(MEMBER.c.room.in_(chosen))
    invited = select(INVITED.c.person).where(INVITED.c.room.in_(chosen))
    streams = select(STREAM.c.id).where(STREAM.c.name.in_([stream_of(name) for name in chosen]))
    authors = select(EVENT.c.by_id).where(EVENT.c.stream.in_(streams))
    return or_(*(ACCOUNT.c.id.in_(some) for some in (members, invited, authors)))
