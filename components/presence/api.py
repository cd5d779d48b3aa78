"""What the presence component offers on the wire, and all it offers.

A person is here while at least one session of theirs lives, at whatever router worker; they leave when there was none
for `presence.grace`, so that a reload makes no noise. What a page shows of a room is a snapshot, and then changes with
a number each:

1. subscribe to `openline.presence.on_change.<room>`, and keep what comes;
2. call `openline.presence.read`, and show what it answers;
3. take every change of the same `epoch` whose `version` follows; leave out what is not newer. Where one is missing, or
   the `epoch` is another, read again; also after a reconnection, and when `openline.presence.on_started` comes.

Once more than 1,000 members of a room are here, `many` is true: nobody is named any more, and `count` is told at most
once a second. Both topics beside a room, `on_change` and `on_typing`, are heard by whoever may read the room.
"""

from typing import Annotated, Literal

from pydantic import Field

from components.contract import COMPONENT, PEOPLE, Beside, Nothing, Procedure, Refusal, Topic, payload
from components.notice import ATTENTION as ATTENTION

MOST = 1_000
"""How many people of one room are named."""
MAX_TEXT = 100
ROOMS = "openline.room"
"""What the streams begin with to whose members presence is told."""

RoomName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,39}$")]
Chosen = Literal["active", "away", "do_not_disturb"]
"""What somebody chose: to be shown as they are, as away, or as not to be disturbed."""
Text = Annotated[str, Field(max_length=MAX_TEXT)]


def stream_of(room: str) -> str:
    """Name the stream of a room."""
    return f"{ROOMS}.{room}"


@payload
class Which:
    """A room."""

    room: RoomName


@payload
class Entry:
    """Somebody who is here: how they are, on how many devices, and their words for it, until a time."""

    id: str
    state: Chosen
    devices: int
    text: str = ""
    until: float | None = None


@payload
class Snapshot:
    """Who of a room's members is here. Nobody is named where there are too `many`."""

    epoch: str
    version: int
    count: int
    many: bool
    people: list[Entry]


@payload
class Change:
    """What became of a snapshot: who came or is otherwise now, who left, and how many are here then."""

    epoch: str
    version: int
    count: int
    many: bool
    changed: list[Entry]
    left: list[str]


@payload
class Status:
    """How somebody wants to be shown; `until` in seconds since 1970, UTC, or for good."""

    state: Chosen = "active"
    text: Text = ""
    until: float | None = None


@payload
class Idle:
    """Whether nobody has touched the device of the session that asks for some minutes."""

    idle: bool


@payload
class Last:
    """When somebody was here the last time, in seconds since 1970, UTC."""

    id: str
    time: float


@payload
class Seen:
    """When those members of a room who are not here were the last time. Nobody, where a room has more than 1,000."""

    people: list[Last]


@payload
class Typing:
    """Somebody who is writing something. Forget it after five seconds, or when their message comes."""

    id: str
    name: str


@payload
class Here:
    """A session that is signed in: whose it is, and on which device."""

    session: int
    person: str
    device: str


@payload
class Gone:
    """A session that ended, so many seconds ago."""

    session: int
    person: str
    ago: float


@payload
class Report:
    """What came and went at a router worker since its last report; all there is, where it is `full`.

    Reports of one `run` of a router worker are numbered without a hole.
    """

    router: str
    run: str
    number: int
    full: bool
    here: list[Here]
    gone: list[Gone]


@payload
class Taken:
    """Whether a report was taken. Where not, the next one has to be full."""

    taken: bool


class NotAMember(Refusal):
    """Join the room first."""


class NotYet(Refusal):
    """It is not known yet who is here. Try again in a moment."""


class TimeIsOver(Refusal):
    """Choose a time that is still to come."""


READ = Procedure("openline.presence.read", Which, Snapshot, callers=PEOPLE)
SEEN = Procedure("openline.presence.seen", Which, Seen, callers=PEOPLE)
SET = Procedure("openline.presence.set", Status, Status, callers=PEOPLE)
STATUS = Procedure("openline.presence.status", Nothing, Status, callers=PEOPLE)
"""What the caller has chosen for themselves."""
IDLE = Procedure("openline.presence.idle", Idle, Nothing, callers=PEOPLE)
TYPING = Procedure("openline.presence.typing", Which, Nothing, callers=PEOPLE)
"""Tells the others in a room. A page says it at most every three seconds; what is said more often is not told."""
REPORT = Procedure("openline.presence.report", Report, Taken, callers={COMPONENT})
ON_STARTED = Topic("openline.presence.on_started", Nothing, readers=PEOPLE)
"""Presence was started anew, and knows who is here: read again."""
ON_CHANGE = Beside("openline.presence.on_change", Change, streams=ROOMS)
ON_TYPING = Beside("openline.presence.on_typing", Typing, streams=ROOMS)
