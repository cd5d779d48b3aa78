"""What the hook component offers on the wire, and all it offers.

An incoming webhook is an address at `/hooks/` to which a program posts what is said in one room. An outgoing one is an
address of somebody else's, to which the events of one room (or of all public ones) are posted as JSON, signed. What a
webhook says is an event by `hook_<id>`, with that as the `program` of the message.
"""

from typing import Annotated, Literal

from pydantic import Field

from components.contract import (
    COMPONENT,
    PEOPLE,
    Author,
    EventType,
    Key,
    Nothing,
    Procedure,
    Refusal,
    payload,
)

MOST = 20
"""How many webhooks of each direction a room has."""
MAX_TEXT = 5_000
"""How long a message is at most, in characters."""

RoomName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,39}$")]
Name = Annotated[str, Field(min_length=1, max_length=40)]
Icon = Annotated[str, Field(max_length=16)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9]{1,40}$")]
Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=2_000)]


@payload
class Which:
    """A room; none is all public ones together, which operators see to."""

    room: RoomName | None = None


@payload
class WhichHook:
    """A webhook, by its id."""

    hook: Id


@payload
class NewIncoming:
    """An incoming webhook to make: how it is called where it speaks, its emoji or letter, and if it may call @room."""

    room: RoomName
    name: Name
    icon: Icon = ""
    everybody: bool = False


@payload
class NewOutgoing:
    """An outgoing webhook to make: where to post, which types of events (none named: all), after which first word.

    Without a room it is for all public ones, and only operators make it.
    """

    room: RoomName | None
    name: Name
    url: Url
    types: Annotated[tuple[EventType, ...], Field(max_length=30)] = ()
    trigger: Annotated[str, Field(max_length=40)] = ""


@payload
class Made:
    """A webhook that was made, and its secret, which is told once: the end of an address, or what signs events."""

    id: str
    secret: str


@payload
class Incoming:
    """An incoming webhook. Times in seconds since 1970, UTC."""

    id: str
    room: str
    name: str
    icon: str
    everybody: bool
    by: Author
    created: float
    used: float | None


@payload
class Outgoing:
    """An outgoing webhook, and how it is doing.

    It is `failing` since a time, and tried again at `next`; or `paused`, after three days or since its address is gone.
    """

    id: str
    room: str | None
    name: str
    url: str
    types: list[str]
    trigger: str
    by: Author
    created: float
    state: Literal["working", "failing", "paused"]
    since: float | None
    next: float | None
    why: str


@payload
class Hooks:
    """The webhooks of a room, oldest first: who moderates it sees the incoming ones, owners see both."""

    incoming: list[Incoming]
    outgoing: list[Outgoing]


@payload
class Delivery:
    """One time that something was posted: to which room's which event (0: a trial), and what came of it.

    `status` is what was answered over HTTP, if anything was; `why` says what was wrong, `seconds` how long it took.
    """

    number: int
    at: float
    room: str
    offset: int
    type: str
    status: int | None
    why: str
    seconds: float


@payload
class Deliveries:
    """What was posted lately, the latest first."""

    deliveries: list[Delivery]


@payload
class Deliver:
    """What a program posts: words, and maybe a name and icon in place of the webhook's. The same key is taken once."""

    secret: Annotated[str, Field(max_length=200)]
    text: str
    name: Annotated[str, Field(max_length=200)] = ""
    icon: Icon = ""
    key: Key | None = None


class NoSuchHook(Refusal):
    """There is no such webhook, or not any more."""


class NotForYou(Refusal):
    """Only those who look after this room may do this."""


class TooManyHooks(Refusal):
    """There are many webhooks in this room already. Revoke one first."""


class NotReachable(Refusal):
    """This address cannot be posted to."""


class NotTaken(Refusal):
    """The room does not take this."""


class TooFast(Refusal):
    """That was much at once. Wait a moment."""


MAKE = Procedure("openline.hook.make", NewIncoming, Made, callers=PEOPLE)
SUBSCRIBE = Procedure("openline.hook.subscribe", NewOutgoing, Made, callers=PEOPLE)
LIST = Procedure("openline.hook.list", Which, Hooks, callers=PEOPLE)
REVOKE = Procedure("openline.hook.revoke", WhichHook, Nothing, callers=PEOPLE)
ROTATE = Procedure("openline.hook.rotate", WhichHook, Made, callers=PEOPLE)
TRY = Procedure("openline.hook.try", WhichHook, Delivery, callers=PEOPLE)
RESUME = Procedure("openline.hook.resume", WhichHook, Nothing, callers=PEOPLE)
DELIVERIES = Procedure("openline.hook.deliveries", WhichHook, Deliveries, callers=PEOPLE)
DELIVER = Procedure("openline.hook.deliver", Deliver, Nothing, callers={COMPONENT})
