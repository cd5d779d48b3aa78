"""What other components ask of rooms: who is what there, to have something said, to have somebody told."""

from typing import Annotated, Any, Literal

from pydantic import Field

from .contract import COMPONENT, Appended, Author, Key, Nothing, Offset, Procedure, payload

Name = Annotated[str, Field(min_length=1, max_length=100)]


@payload
class InRoom:
    """A room, and somebody with their role on the node."""

    room: Name
    id: str
    role: str


@payload
class Standing:
    """What somebody may in a room that is there for them, and what it is called."""

    title: str
    kind: Literal["public", "private", "direct"]
    moderates: bool
    owns: bool


@payload
class Saying:
    """Words of a program for a room. `program` is what it is known by here; the same `key` is taken once.

    `icon` is an emoji or a letter. With `everybody` it may call the whole room by @room.
    """

    room: Name
    text: str
    by: Author
    program: str
    icon: str = ""
    everybody: bool = False
    key: Key | None = None
    thread: Offset | None = None


@payload
class Telling:
    """What the owners of a room are told, or one person, on streams of their own."""

    what: str
    data: dict[str, Any]
    room: str = ""
    person: str = ""


@payload
class Names:
    """Rooms, by their names."""

    rooms: list[str]


def stream_of(room: str) -> str:
    """The stream on which everything that happens in a room is told."""
    return f"openline.room.{room}"


STANDING = Procedure("openline.room.standing", InRoom, Standing, callers={COMPONENT})
SAY = Procedure("openline.room.say", Saying, Appended, callers={COMPONENT})
TELL = Procedure("openline.room.tell", Telling, Nothing, callers={COMPONENT})
PUBLIC = Procedure("openline.room.public", Nothing, Names, callers={COMPONENT})
