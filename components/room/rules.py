"""The rules of a room: values in; new values, or a refusal, out. No I/O, no clock."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from components.contract import InvalidArgument

from .api import (
    DIRECT,
    MAX_EMOJI,
    MAX_PINS,
    Change,
    EmptyText,
    LastOwner,
    Member,
    MessageDeleted,
    Muted,
    NoSuchPerson,
    NotAMember,
    NotAModerator,
    NotAnOwner,
    NotAThread,
    NotToThem,
    NotYours,
    Role,
    RoomArchived,
    SeveralPeople,
    SlowMode,
    TooLateToEdit,
    TooManyPins,
    TooManyReactions,
)

_RANK = {"owner": 2, "moderator": 1, "member": 0}


@dataclass(frozen=True)
class Message:
    """What the rules need to know of a message: whose it is, and whether it is still there."""

    author: str
    deleted: bool


def spoken(text: str) -> str:
    """Take the words of a message without the empty space around them; there must be some."""
    words = text.strip()
    if not words:
        raise EmptyText
    return words


def must_be_member(joined: bool) -> None:
    """Only who has joined may speak."""
    if not joined:
        raise NotAMember


def must_be_changeable(message: Message, by: str) -> None:
    """Only its author changes a message, and only while it is there."""
    if message.author != by:
        raise NotYours
    must_be_there(message)


def must_be_there(message: Message) -> None:
    """Nothing more happens to what was deleted."""
    if message.deleted:
        raise MessageDeleted


@dataclass(frozen=True)
class Standing:
    """What somebody is in a room, if anything, and whether they run the node: then they may do what owners may."""

    role: Role | None
    operator: bool = False

    @property
    def moderates(self) -> bool:
        return self.operator or self.role in ("owner", "moderator")

    @property
    def owns(self) -> bool:
        return self.operator or self.role == "owner"

    def must_moderate(self) -> None:
        if not self.moderates:
            raise NotAModerator

    def must_own(self) -> None:
        if not self.owns:
            raise NotAnOwner

    def must_outrank(self, role: Role | None) -> None:
        """Nobody keeps those in order who are as much as they are, but operators do."""
        self.must_moderate()
        if not self.operator and _RANK[self.role or "member"] <= _RANK[role or "member"]:
            raise NotToThem


@dataclass(frozen=True)
class Voice:
    """What decides whether a member may speak: the room's pace, and what was done about them. Times in seconds."""

    archived: bool
    slow: int
    spoke: float
    moderates: bool
    muted: bool = False
    until: float | None = None
    why: str = ""

    def must_be_free(self, now: float) -> None:
        """The room takes words, and theirs."""
        if self.archived:
            raise RoomArchived
        if self.muted and (self.until is None or self.until > now):
            raise Muted(until=self.until, why=self.why, retry_after=wait(self.until, now))

    def must_have_waited(self, now: float) -> None:
        """It is their turn again, where there is a pace. A clock that was set back keeps nobody waiting longer."""
        left = min(self.spoke + self.slow - now, self.slow)
        if not self.moderates and left > 0:
            raise SlowMode(seconds=self.slow, retry_after=max(0.1, round(left, 1)))


def wait(until: float | None, now: float) -> float | None:
    """Say for how many seconds something holds still that ends, if it does."""
    return None if until is None else round(until - now, 1)


def until(seconds: int | None, now: float) -> float | None:
    """Say when something ends that is for some seconds, or for good."""
    return None if seconds is None else now + seconds


def heir(members: Sequence[Member]) -> Member | None:
    """Find who owns a room whose last owner went: of moderators, or else of all, who came first. They come in order."""
    if any(member.role == "owner" for member in members):
        return None
    return next((member for member in members if member.role == "moderator"), members[0] if members else None)


def must_leave_an_owner(members: Sequence[Member], but: str) -> None:
    """Nobody takes the last owner's role away."""
    if not any(member.role == "owner" and member.id != but for member in members):
        raise LastOwner


def changes(change: Change) -> dict[str, object]:
    """Take what is to be different, without the empty space around it."""
    words = {name: getattr(change, name) for name in ("title", "subject", "description")}
    taken = {name: text.strip() for name, text in words.items() if text is not None}
    if taken.get("title") == "":
        raise InvalidArgument("A room has a title.", field="title")
    if "subject" in taken:
        taken["subject"] = " ".join(taken["subject"].split())
    return {**taken, **({} if change.slow is None else {"slow": change.slow})}


def circle(people: Sequence[str]) -> str:
    """Name a set of people, however they are listed."""
    return sha256("\n".join(sorted(people)).encode()).hexdigest()


def company(of: str, others: Sequence[str], known: Mapping[str, str]) -> dict[str, str]:
    """Name those with whom somebody talks directly; they know each other from a room."""
    wanted = [person for person in dict.fromkeys(others) if person != of]
    if not 1 <= len(wanted) < DIRECT:
        raise InvalidArgument(f"A direct conversation has 2 to {DIRECT} people.", field="people")
    if missing := [person for person in wanted if person not in known]:
        raise NoSuchPerson(person=missing[0])
    return {person: known[person] for person in wanted}


def who_is(wanted: str, known: Mapping[str, str]) -> tuple[str, str]:
    """Find the one person of an id or a name: `(id, name)`."""
    if wanted in known:
        return wanted, known[wanted]
    found = [(id, name) for id, name in known.items() if name.casefold() == wanted.strip().casefold()]
    if len(found) > 1:
        raise SeveralPeople(people=[{"id": id, "name": name} for id, name in found[:20]])
    if not found:
        raise NoSuchPerson(person=wanted)
    return found[0]


def must_be_in_time(posted: float, now: float, window: float | None) -> None:
    """Words stay as they are once others have had time to rely on them."""
    if window is not None and now - posted > window:
        raise TooLateToEdit(seconds=window)


def must_be_a_root(data: Mapping[str, object]) -> None:
    """A thread has no threads."""
    if "thread" in data:
        raise NotAThread


def must_take_emoji(present: Collection[str], emoji: str) -> None:
    """A message has only so many different reactions; more of those it has are always taken."""
    if emoji not in present and len(present) >= MAX_EMOJI:
        raise TooManyReactions


def must_take_pin(pins: int) -> None:
    if pins >= MAX_PINS:
        raise TooManyPins
