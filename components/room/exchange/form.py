"""The form of an exported room: lines of JSON, each an object with a `kind`. docs/reference/export.md describes it.

First `room`, then its `member`s, `invited`, `sanction`s and `deed`s, then every `event` that its log keeps. What else
the node knows of a room (reactions, pins, mentions, the search index) follows from its events.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import orjson
from pydantic import Field, TypeAdapter, ValidationError

from components.contract import Author, EventType, Key, Offset, payload
from components.room.api import MAX_TEXT, Description, Emoji, Person, Role, RoomName, Subject

VERSION = 1
LONGEST = 2_097_152
"""Bytes of one line."""


class BadLine(Exception):
    """A line that cannot be used. The text says why, for the operator."""


Time = Annotated[float, Field(ge=0, lt=1e11)]


@payload
class RoomLine:
    """A room as it is. Its log has what is from `oldest` to `head`; `circle` stands for the people of a direct one."""

    kind: Literal["room"]
    name: RoomName
    title: Annotated[str, Field(max_length=2_000)]
    type: Literal["public", "private", "direct"]
    subject: Subject
    description: Description
    archived: bool
    slow: Annotated[int, Field(ge=0)]
    circle: str | None
    created: Time
    active: Time
    oldest: Annotated[int, Field(ge=1)]
    head: Offset


@payload
class MemberLine:
    """Somebody who has joined, since when, and as what. `spoke` is when they spoke last in a room that is slow."""

    kind: Literal["member"]
    person: Person
    name: str
    since: Time
    role: Role
    spoke: Time


@payload
class InvitedLine:
    """Somebody who may join, and who asked them in."""

    kind: Literal["invited"]
    person: Person
    by_id: str
    by_name: str
    at: Time


@payload
class SanctionLine:
    """Somebody who may not speak or come in, until a time or for good."""

    kind: Literal["sanction"]
    person: Person
    what: Literal["mute", "ban"]
    name: str
    why: str
    at: Time
    until: Time | None


@payload
class DeedLine:
    """What was done to keep the room in order."""

    kind: Literal["deed"]
    number: Annotated[int, Field(ge=1)]
    at: Time
    by_id: str
    by_name: str
    what: Annotated[str, Field(max_length=64)]
    person_id: str
    person_name: str
    why: str
    until: float | None
    message: Offset | None


@payload
class EventLine:
    """An event of the log. `of` is the message that an edit was of, where its words are gone."""

    kind: Literal["event"]
    offset: Annotated[int, Field(ge=1)]
    time: Time
    by: Author
    key: Key | None
    type: EventType
    data: dict[str, Any]
    of: Offset | None = None


State = MemberLine | InvitedLine | SanctionLine | DeedLine
Line = RoomLine | State | EventLine
_LINE: TypeAdapter[Line] = TypeAdapter(Annotated[Line, Field(discriminator="kind")])


def parse(written: bytes) -> Line:
    """Read one line. Raises `BadLine`."""
    if len(written) > LONGEST:
        raise BadLine(f"longer than {LONGEST} bytes")
    try:
        line = _LINE.validate_json(written)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise BadLine(f"{where}: {first['msg']}" if where else first["msg"]) from None
    if isinstance(line, EventLine):
        _check(line)
    return line


def is_room(name: str) -> bool:
    """Say whether a room may be called so."""
    try:
        _ROOM.validate_python(name)
    except ValidationError:
        return False
    return True


def write(line: Line) -> bytes:
    """Write one line, always in the same way."""
    values = {name: value for name, value in vars(line).items() if not (name == "of" and value is None)}
    return orjson.dumps(values, option=orjson.OPT_SORT_KEYS) + b"\n"


def _check(line: EventLine) -> None:
    """Refuse an event whose data is not what its type has. Where the words are gone, so is the rest."""
    shape = _SHAPES.get(line.type)
    if shape is None or (not line.data and line.type in ("message_posted", "message_edited")):
        return
    for name, (fits, wish) in shape.items():
        if name.endswith("?"):
            if (found := line.data.get(name[:-1])) is not None and not fits(found):
                raise BadLine(f"data.{name[:-1]}: expected {wish}")
        elif not fits(line.data.get(name)):
            raise BadLine(f"data.{name}: expected {wish}")


def _is_offset(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_TEXT


def _is_mentions(value: object) -> bool:
    return value == "room" or (isinstance(value, list) and all(isinstance(one, str) for one in value))


def _is_emoji(value: object) -> bool:
    try:
        _EMOJI.validate_python(value)
    except ValidationError:
        return False
    return True


_EMOJI: TypeAdapter[str] = TypeAdapter(Emoji)
_ROOM: TypeAdapter[str] = TypeAdapter(RoomName)
Shape = Mapping[str, tuple[Callable[[object], bool], str]]
_OFFSET, _TEXT = (_is_offset, "the offset of a message"), (_is_text, f"a text of 1 to {MAX_TEXT} characters")
_MENTIONS, _EMOJIS = (_is_mentions, "a list of ids, or `room`"), (_is_emoji, "one emoji")
_SHAPES: Mapping[str, Shape] = {
    "message_posted": {"text": _TEXT, "reply_to?": _OFFSET, "thread?": _OFFSET, "mentions?": _MENTIONS},
    "message_edited": {"message": _OFFSET, "text": _TEXT, "mentions?": _MENTIONS},
    "message_deleted": {"message": _OFFSET},
    "reacted": {"message": _OFFSET, "emoji": _EMOJIS},
    "unreacted": {"message": _OFFSET, "emoji": _EMOJIS},
    "pinned": {"message": _OFFSET},
    "unpinned": {"message": _OFFSET},
}
