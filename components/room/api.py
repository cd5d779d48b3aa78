"""What the room component offers on the wire, and all it offers.

A room is the stream `openline.room.<room>`. Its events, with their `data`:

- `room_created` `{title}`, always at offset 1
- `member_joined` `{}` and `member_left` `{}`, both by the member
- `member_kicked` `{id, name}`, by who removed that member
- `message_posted` `{text}`; the message's id is the event's offset
- `message_edited` `{message, text}`
- `message_deleted` `{message}`; the text is then gone from the log too

Reactions, threads, mentions and attachments will be further types of the same stream.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.contract import (
    COMPONENT,
    OPERATOR,
    PEOPLE,
    Access,
    Appended,
    Key,
    Offset,
    Procedure,
    Refusal,
    Topic,
    Verdict,
    payload,
)

LOBBY = "lobby"
MAX_TEXT = 5_000
MAX_TITLE = 80


def _not_a_topic(name: str) -> str:
    if name.startswith("on_"):
        raise ValueError("a room's name must not begin with on_")
    return name


RoomName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,39}$"), AfterValidator(_not_a_topic)]
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
Title = Annotated[str, Field(min_length=1, max_length=MAX_TITLE)]
Role = Literal["owner", "moderator", "member"]
"""What somebody is in a room. Owners say who is what; they and moderators see to it that people can talk there."""


def stream_of(room: str) -> str:
    """The stream on which everything that happens in a room is told."""
    return f"openline.room.{room}"


@payload
class Which:
    """A room."""

    room: RoomName


@payload
class NewRoom:
    """A room to open: its name in addresses, and its title for people (the name, unless given)."""

    room: RoomName
    title: Title | None = None


@payload
class Room:
    """A room as a list shows it. `members` is how many have joined; `joined` is whether the asker has."""

    room: str
    title: str
    stream: str
    members: int
    joined: bool


@payload
class Rooms:
    """Every room that the asker may see, by title."""

    rooms: list[Room]


@payload
class Kick:
    """A member to remove from a room, by their id."""

    room: RoomName
    person: Annotated[str, Field(min_length=1, max_length=200)]


@payload
class Everything:
    """All rooms."""


@payload
class Member:
    """Somebody who has joined a room; `since` in seconds since 1970, UTC."""

    id: str
    name: str
    since: float


@payload
class Members:
    """Who has joined a room, in the order in which they did."""

    members: list[Member]


@payload
class Post:
    """Words for a room. The same `key` is taken once."""

    room: RoomName
    text: Text
    key: Key | None = None


@payload
class Edit:
    """New words for a message of one's own; `message` is its offset."""

    room: RoomName
    message: Offset
    text: Text
    key: Key | None = None


@payload
class Delete:
    """A message of one's own to take back; `message` is its offset."""

    room: RoomName
    message: Offset
    key: Key | None = None


class NoSuchRoom(Refusal):
    """There is no room of this name."""


class RoomExists(Refusal):
    """There is a room of this name already."""


class NotAMember(Refusal):
    """Join the room first."""


class NoSuchMessage(Refusal):
    """There is no such message in this room."""


class NotYours(Refusal):
    """This message is somebody else's."""


class MessageDeleted(Refusal):
    """This message was deleted."""


class EmptyText(Refusal):
    """A message needs some text."""


CREATE = Procedure("openline.room.create", NewRoom, Room, callers=PEOPLE)
LIST = Procedure("openline.room.list", Everything, Rooms, callers=PEOPLE)
JOIN = Procedure("openline.room.join", Which, Room, callers=PEOPLE)
LEAVE = Procedure("openline.room.leave", Which, Room, callers=PEOPLE)
KICK = Procedure("openline.room.kick", Kick, Room, callers={OPERATOR})
MEMBERS = Procedure("openline.room.members", Which, Members, callers=PEOPLE)
POST = Procedure("openline.room.post", Post, Appended, callers=PEOPLE)
EDIT = Procedure("openline.room.edit", Edit, Appended, callers=PEOPLE)
DELETE = Procedure("openline.room.delete", Delete, Appended, callers=PEOPLE)
MAY = Procedure("openline.room.may", Access, Verdict, callers={COMPONENT})
ON_CREATED = Topic("openline.room.on_created", Room, readers=PEOPLE)
