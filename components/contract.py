"""The words in which a component declares what it offers. Knows neither Autobahn nor Twisted."""

import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Generic, Literal, Protocol, TypeVar, dataclass_transform

from pydantic import ConfigDict, Field

Request = TypeVar("Request")
Reply = TypeVar("Reply")
Shape = TypeVar("Shape")

GUEST, MEMBER, OPERATOR, COMPONENT = "guest", "member", "operator", "component"
ROLES = frozenset({GUEST, MEMBER, OPERATOR, COMPONENT})
PEOPLE = frozenset({GUEST, MEMBER, OPERATOR})
"""Everybody who signs in from outside the node."""
SERVICE = "service"
"""A component from outside, which an operator added: it has nothing to do with what is under `openline.`."""


@dataclass_transform(frozen_default=True)
def payload(cls: type[Shape]) -> type[Shape]:
    """Make a class a frozen dataclass that the wire parses strictly: unknown keys are refused."""
    made = dataclass(frozen=True)(cls)
    made.__pydantic_config__ = ConfigDict(extra="forbid", strict=True)  # type: ignore[attr-defined]
    return made


@payload
class Nothing:
    """A request or a reply without content."""


def covers(pattern: str, stream: str) -> bool:
    """Say whether a pattern is of a stream: an exact name, or `a.b.*` for all that begins with `a.b.`."""
    prefix, star, _ = pattern.partition("*")
    return stream.startswith(prefix) if star else stream == pattern


StreamPattern = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*(\.\*)?$")]
Patterns = Annotated[tuple[Annotated[StreamPattern, Field(max_length=200)], ...], Field(max_length=50)]


@payload
class Rights:
    """What somebody may beyond their role: patterns of streams, as their token says."""

    read: Patterns = ()
    publish: Patterns = ()

    def cover(self, action: Literal["read", "publish"], stream: str) -> bool:
        """Say whether they reach to this."""
        return any(covers(pattern, stream) for pattern in (self.read if action == "read" else self.publish))

    def include(self, others: "Rights") -> bool:
        """Say whether everything that others name is named here."""
        return {*self.read} >= {*others.read} and {*self.publish} >= {*others.publish}


NO_RIGHTS = Rights()


@dataclass(frozen=True)
class Caller:
    """Who is asking, as the router authenticated them."""

    id: str
    role: str
    name: str
    family: str = ""
    """The signed-in device that the session belongs to; only accounts have one."""
    rights: Rights = NO_RIGHTS
    session: int = field(default=0, compare=False)
    """The WAMP id of the session that asks, where it is known."""

    @property
    def author(self) -> "Author":
        """The caller, as the author of what they write."""
        return Author(self.id, self.name)


AUDIT = "openline.audit"
"""The stream of what was decided about people and components; nothing is taken out of it again."""
MAX_OFFSET = 2**53 - 1
"""The largest whole number that a page in a browser can tell from its neighbours."""

StreamName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$", max_length=200)]
EventType = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
Key = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,128}$")]
Offset = Annotated[int, Field(ge=0, le=MAX_OFFSET)]


@payload
class Author:
    """Who wrote an event: their id, and the name they went by at that time."""

    id: str
    name: str


@payload
class Event:
    """One event of a stream, the same on every transport. `time` is in seconds since 1970, UTC."""

    stream: str
    epoch: str
    offset: int
    time: float
    by: Author
    key: str | None
    type: str
    data: dict[str, Any]


@payload
class Appended:
    """Where an event stands. `duplicate` says that its key had been taken before, and nothing was appended."""

    epoch: str
    offset: int
    duplicate: bool


@payload
class Access:
    """May this person read from, or publish to, this stream? Asked of the component that owns it."""

    id: str
    role: str
    action: Literal["read", "publish"]
    stream: str


@payload
class Verdict:
    """The answer to an `Access`, with the rule that gave it."""

    allow: bool
    rule: str


@payload
class OfStream:
    """A stream."""

    stream: StreamName


@payload
class Belonging:
    """The ids of all who belong to a stream: the members of a room, say."""

    ids: list[str]


@dataclass(frozen=True)
class Route:
    """A procedure together with the coroutine that answers it."""

    procedure: "Procedure[Any, Any]"
    answer: Callable[[Caller, Any], Awaitable[Any]]


@dataclass(frozen=True)
class Procedure(Generic[Request, Reply]):
    """A URI that answers requests of one type with replies of another, for some roles."""

    uri: str
    request: type[Request]
    reply: type[Reply]
    callers: Collection[str] = field(kw_only=True)

    def by(self, answer: Callable[[Caller, Request], Awaitable[Reply]]) -> Route:
        """Name the coroutine that answers; mypy checks that it fits."""
        return Route(self, answer)


@dataclass(frozen=True)
class Topic(Generic[Shape]):
    """A URI on which events of one type are published and forgotten."""

    uri: str
    event: type[Shape]
    readers: Collection[str] = field(kw_only=True)
    publishers: Collection[str] = field(kw_only=True, default=(COMPONENT,))


@dataclass(frozen=True)
class Beside(Generic[Shape]):
    """Topics that forget, one beside each of a component's streams; read by whoever may read that stream.

    The topic of `openline.room.lobby` is `<uri>.lobby`. Whoever may not read the stream any more hears no more of it.
    """

    uri: str
    event: type[Shape]
    streams: str = field(kw_only=True)
    """What the names of those streams begin with, such as `openline.room`."""

    def of(self, stream: str) -> Topic[Shape]:
        """Name the topic beside a stream."""
        return Topic(self.uri + stream.removeprefix(self.streams), self.event, readers=())

    def stream(self, uri: str) -> str | None:
        """Name the stream that a topic is beside; `None` where it is none of these."""
        name = uri.removeprefix(f"{self.uri}.")
        return None if name == uri else f"{self.streams}.{name}"


@payload
class CommandLine:
    """What somebody typed behind a command, in which room, and in which thread of it."""

    room: Annotated[str, Field(min_length=1, max_length=100)]
    text: Annotated[str, Field(max_length=5_000)] = ""
    thread: Offset | None = None


@payload
class CommandAnswer:
    """What a command gives: words that the page posts for who gave it, and words that only they see."""

    post: str = ""
    tell: str = ""


@dataclass(frozen=True)
class Command:
    """What people do by typing `/` and its name in a room: the page calls the procedure. Stands in an `api` module."""

    name: str
    procedure: Procedure[CommandLine, CommandAnswer]
    about: str
    hint: str = ""
    """What may stand behind the name, for people."""


Declared = Procedure[Any, Any] | Topic[Any] | Beside[Any]
"""What an `api` module consists of, besides its refusals and types."""


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class Refusal(Exception):
    """A request that was understood and will not be carried out.

    The docstring of a subclass is its sentence for people, unless one is given when it is raised; keyword
    arguments are its fields for programs. `RoomFull` in `components/room/api.py` is
    `openline.room.error.room_full` on the wire; one declared here is `openline.error.<name>`.
    """

    uri: ClassVar[str]

    def __init_subclass__(cls) -> None:
        package = cls.__module__.split(".")[-2]
        scope = "" if package == "components" else f"{package}."
        if "uri" not in vars(cls):
            cls.uri = f"openline.{scope}error.{_snake(cls.__name__)}"

    def __init__(self, message: str = "", **fields: object) -> None:
        self.message = message or (type(self).__doc__ or "").strip()
        self.fields = fields
        super().__init__(self.message)


class InvalidArgument(Refusal):
    """The request does not have the form that this procedure takes."""


class NotAuthorized(Refusal):
    """You may not do this."""


class Unavailable(Refusal):
    """This cannot be done right now. Try again in a moment."""


class Internal(Refusal):
    """Something went wrong on our side. It has been written down."""


class Bus(Protocol):
    """What a component says to the rest of the node."""

    def publish(self, topic: Topic[Shape], event: Shape) -> Awaitable[None]:
        """Tell every subscriber of a topic, on every router this component is joined to; who is away misses it."""

    def insist(self, topic: Topic[Shape], event: Shape) -> Awaitable[None]:
        """Tell it as `publish` does. Raises `Unavailable` unless every router took it, and acted on it."""

    def publish_event(self, stream: str, event: dict[str, Any]) -> Awaitable[None]:
        """Send a committed event of a stream to its followers. Raises `Unavailable` unless every router took it."""

    def call(self, procedure: Procedure[Request, Reply], request: Request) -> Awaitable[Reply]:
        """Ask another component. Raises its `Refusal`, or `Unavailable` when nobody answers."""


@dataclass(frozen=True)
class Chore:
    """Something a component does every so many seconds while it runs."""

    every: float
    do: Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Ear:
    """A topic that a component listens to. It hears each event once from every router."""

    topic: Topic[Any]
    hear: Callable[[Any], object]


def belonging(component: str) -> Procedure[OfStream, Belonging]:
    """Name the procedure with which a component says who belongs to a stream of its own."""
    return Procedure(f"openline.{component}.belonging", OfStream, Belonging, callers={COMPONENT})


def on_belonging(component: str) -> Topic[OfStream]:
    """Name the topic on which a component tells that others belong to a stream now."""
    return Topic(f"openline.{component}.on_belonging", OfStream, readers={COMPONENT})


class Component:
    """A component, as the wire sees it. Does nothing unless it says otherwise."""

    def routes(self) -> list[Route]:
        """Every procedure it answers."""
        return []

    def ears(self) -> list[Ear]:
        """What it listens to."""
        return []

    def chores(self) -> list[Chore]:
        """What it does in the background."""
        return []

    async def prepare(self) -> None:
        """What must be there before the first call is answered."""
