"""What rooms, presence, identity and push ask of each other: who has something to hear, and who may be told of it.

Declared here, once, since components never import each other; each of them answers what its `api` takes from here.
"""

from typing import Annotated

from pydantic import Field

from .contract import COMPONENT, Offset, Procedure, payload

TOGETHER = 200
"""Of how many people, messages or devices one question is, at most."""

Id = Annotated[str, Field(min_length=1, max_length=200)]
Ids = Annotated[list[Id], Field(max_length=TOGETHER)]


@payload
class Lately:
    """People, and a span of time: after `since`, and not after `until`, in seconds since 1970, UTC."""

    people: Ids
    since: float
    until: float


@payload
class News:
    """Somebody's newest message in a room that they have not read and want to hear of; `named`: it mentions them."""

    person: str
    room: str
    offset: int
    time: float
    named: bool


@payload
class AllNews:
    """What there is to hear, at most one message for each person and room."""

    news: list[News]


@payload
class WhichNews:
    """A message, and who is to be told of it."""

    person: Id
    room: Id
    offset: Offset


@payload
class Asked:
    """What somebody is about to be told."""

    news: Annotated[list[WhichNews], Field(max_length=TOGETHER)]


@payload
class Notice:
    """What there is to tell of a message: its words now, who wrote it, and what the room is called for that person.

    `direct` says that it was said to them alone, or nearly. `unread` counts all that they have not read, without what
    they muted; `rooms` are where that is.
    """

    person: str
    room: str
    offset: int
    title: str
    by: str
    text: str
    direct: bool
    unread: int
    rooms: list[str]


@payload
class Notices:
    """What is still to be told; who has read a message meanwhile, or has left, is not in it."""

    notices: list[Notice]


@payload
class People:
    """Some people, by their ids."""

    people: Ids


@payload
class Attention:
    """Who of them uses a device at this moment, and who does not want to be disturbed."""

    looking: list[str]
    undisturbed: list[str]


@payload
class Families:
    """Devices on which somebody is signed in, by their ids."""

    families: Ids


NEWS = Procedure("openline.room.news", Lately, AllNews, callers={COMPONENT})
NOTICES = Procedure("openline.room.notices", Asked, Notices, callers={COMPONENT})
ATTENTION = Procedure("openline.presence.attention", People, Attention, callers={COMPONENT})
LIVING = Procedure("openline.identity.living", Families, Families, callers={COMPONENT})
"""Which of these devices are signed in still."""
