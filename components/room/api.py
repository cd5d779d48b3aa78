"""What the room component offers on the wire, and all it offers.

A room is the stream `openline.room.<room>`. Its events, with their `data`:

- `room_created` `{title}`, always at offset 1
- `member_joined` `{}` and `member_left` `{}`, both by the member
- `member_kicked` `{id, name}`, by who removed that member
- `message_posted` `{text}`; the message's id is the event's offset. It may have a `reply_to`, the message that it
  quotes; a `thread`, the message at which that thread begins; `mentions`, the ids of those it names, or the word
  `room` for everybody; and `files`, each as `{id, name, type, size, width, height, thumb}`. With files there may be no
  words: then `text` is empty. What a program said (a webhook, a bot) has its id as `program`, and maybe an `icon`
- `message_edited` `{message, text}`, with the `mentions` of the new text
- `message_deleted` `{message}`, with its `thread` if it was said in one; the text is then gone from the log too. By
  whom else than its author: a moderator, who says `why`
- `reacted` and `unreacted` `{message, emoji}`
- `pinned` and `unpinned` `{message}`
- `room_changed` with what is different: `title`, `subject`, `description`, `slow` (seconds between a member's messages)
- `room_archived` `{}` and `room_unarchived` `{}`
- `role_changed` `{id, name, role}`; `member_invited` `{id, name}`
- `member_muted` and `member_banned` `{id, name, until, why}`, where an `until` of null is for good; `member_unmuted`
  and `member_unbanned` `{id, name}`. A member who is banned was kicked right before

What a person has to know of rooms that they are not in is told on a stream of their own, which `openline.room.list`
names: `room_opened` `{room}` (a direct room with them), `room_invited` `{room, title}`, and for those who moderate a
room `message_reported` `{room, message}`; for its owners `hook_paused` `{room, hook, name}` (a webhook was given up).

A room is public, private or direct. Private ones are entered by invitation, direct ones are opened for two to eight
people, and neither is there for anybody else. Who makes a room owns it. When the last owner goes, whoever has been a
moderator for longest owns it, else whoever has been a member for longest. Operators of the node may do in any room what
owners may, but do not read private and direct ones unless they are in them.

What is one person's alone (how far they have read, what they like and mute) is told on a topic of theirs that forgets,
which `openline.room.mine` names as `feed`. Its events are those rooms that are different now, `{rooms}`, and the
`notices` where those are.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components import rooms
from components.contract import (
    COMPONENT,
    PEOPLE,
    Access,
    Appended,
    Author,
    Command,
    CommandAnswer,
    CommandLine,
    Event,
    Key,
    Nothing,
    Offset,
    Procedure,
    Refusal,
    Topic,
    Verdict,
    belonging,
    on_belonging,
    payload,
)
from components.notice import NEWS as NEWS
from components.notice import NOTICES as NOTICES

from .emoji import one_emoji
from .files import api as of_files
from .files.api import MAX_FILES, FileId

LOBBY = "lobby"
MAX_TEXT = 5_000
MAX_TITLE = 80
MAX_TOPIC = 250
MAX_DESCRIPTION = 2_000
MAX_WHY = 250
DIRECT = 8
"""How many people talk in a direct room, at most."""
SLOWEST = 21_600
"""How many seconds there may be between two messages of a member, at most."""
LONGEST = 10 * 365 * 86_400
"""For how many seconds somebody is muted or banned who is not for good, at most."""
MAX_SEARCH = 300
MAX_FOUND = 50
MAX_EMOJI = 20
"""How many different emoji a message may have as reactions."""
MAX_PINS = 50
"""How many messages may be pinned in a room."""
MAX_VERSIONS = 100
"""How many texts of one message are shown."""
MAX_SPAN = 300
"""Over how many offsets changes are asked for, at most."""
MAX_CHANGES = 200
"""How many changes are told at once."""


def _not_a_topic(name: str) -> str:
    if name.startswith(("on_", PERSONAL)):
        raise ValueError(f"a room's name must not begin with on_ or {PERSONAL}")
    return name


PERSONAL = "for_"
"""How the last word of a stream begins that is one person's."""


RoomName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,39}$"), AfterValidator(_not_a_topic)]
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
Title = Annotated[str, Field(min_length=1, max_length=MAX_TITLE)]
Kind = Literal["public", "private", "direct"]
Person = Annotated[str, Field(min_length=1, max_length=200)]
Why = Annotated[str, Field(max_length=MAX_WHY)]
Subject = Annotated[str, Field(max_length=MAX_TOPIC)]
Description = Annotated[str, Field(max_length=MAX_DESCRIPTION)]
Id = Annotated[str, Field(pattern=r"^[a-z0-9]{1,40}$")]
Seconds = Annotated[int, Field(ge=1, le=LONGEST)]
Role = Literal["owner", "moderator", "member"]
"""What somebody is in a room. Owners say who is what; they and moderators see to it that people can talk there."""
Emoji = Annotated[str, Field(min_length=1, max_length=16), AfterValidator(one_emoji)]


def stream_of(room: str) -> str:
    """The stream on which everything that happens in a room is told."""
    return f"openline.room.{room}"


FEED = "openline.room.mine."
"""How the topics begin of which each is one person's; no room's stream does."""


@payload
class Which:
    """A room."""

    room: RoomName


@payload
class NewRoom:
    """A room to open: its name in addresses, and its title for people (the name, unless given).

    A private room has a title and no name of its own: it is given one that nobody can guess.
    """

    room: RoomName | None = None
    title: Title | None = None
    kind: Literal["public", "private"] = "public"
    subject: Subject = ""


@payload
class Room:
    """A room as a list shows it. `members` is how many have joined; `joined` is whether the asker has, `role` as what.

    `invited` is whether they may join a room into which not everybody may. A direct room has the names of the others
    for a title. `slow` is how many seconds there are between two messages of a member.
    """

    room: str
    title: str
    stream: str
    members: int
    joined: bool
    kind: Kind = "public"
    subject: str = ""
    description: str = ""
    archived: bool = False
    slow: int = 0
    role: Role | None = None
    invited: bool = False
    mute: "Mute | None" = None


@payload
class Mute:
    """Until when somebody does not speak (null: for good), and why. Joining tells oneself of it."""

    until: float | None
    why: str


@payload
class Rooms:
    """Every room that the asker may see, by title. `personal` is the stream on which they are told of others.

    `edit` is for how many seconds members may edit what they posted; null is for ever.
    """

    rooms: list[Room]
    personal: str = ""
    edit: float | None = None


@payload
class Browse:
    """Public rooms to list, by title: those with some words in their title, name or subject; after a `next`."""

    words: Annotated[str, Field(max_length=100)] = ""
    after: RoomName | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    archived: bool = False


@payload
class Found:
    """Some rooms, and where the next ones begin if there are more."""

    rooms: list[Room]
    next: str | None = None


@payload
class Change:
    """What is to be different about a room. Who is no owner archives nothing."""

    room: RoomName
    title: Title | None = None
    subject: Subject | None = None
    description: Description | None = None
    slow: Annotated[int, Field(ge=0, le=SLOWEST)] | None = None
    archived: bool | None = None


@payload
class People:
    """With whom somebody would talk, by their ids: people who share a room with them."""

    people: Annotated[list[Person], Field(min_length=1, max_length=DIRECT)]


@payload
class Kick:
    """A member to remove from a room, by their id, and why."""

    room: RoomName
    person: Person
    why: Why = ""


@payload
class Sanction:
    """Somebody who is not to speak in a room, or not to be there; for some seconds, or for good."""

    room: RoomName
    person: Person
    seconds: Seconds | None = None
    why: Why = ""


@payload
class Lift:
    """Somebody who may speak, or come, again."""

    room: RoomName
    person: Person


@payload
class Sanctioned:
    """Who may not do what until when (null: for good), and why."""

    id: str
    name: str
    what: Literal["mute", "ban"]
    until: float | None
    why: str
    at: float


@payload
class Sanctions:
    """Who may not speak in a room or come in at present, the latest first."""

    sanctions: list[Sanctioned]


@payload
class RoleChange:
    """A member of a room, and what they are in it from now on."""

    room: RoomName
    person: Person
    role: Role


@payload
class NewInvite:
    """A link into a room to make: for how many days, and for how many people (any number, unless given)."""

    room: RoomName
    days: Annotated[int, Field(ge=1, le=365)] = 10
    uses: Annotated[int, Field(ge=1, le=10_000)] | None = None


@payload
class Invite:
    """A code that is told once, the id under which it is revoked, and until when it is good."""

    id: str
    code: str
    expires: float


@payload
class InviteMade:
    """A link into a room that is good still: who made it, and how often it was and may be used."""

    id: str
    by: Author
    uses: int | None
    used: int
    created: float
    expires: float


@payload
class Invites:
    """The links into a room, the latest first."""

    invites: list[InviteMade]


@payload
class WhichInvite:
    """A link into a room."""

    room: RoomName
    id: Id


@payload
class Code:
    """The code of a link into a room."""

    code: Annotated[str, Field(min_length=1, max_length=200)]


@payload
class Invitation:
    """Where a link leads, for who has it."""

    room: str
    title: str
    subject: str
    kind: Kind
    members: int
    by: str
    joined: bool


@payload
class InvitePerson:
    """Somebody to invite into a room: an id, or the name of one person who shares a room with the asker."""

    room: RoomName
    person: Person


@payload
class Report:
    """A message that moderators should look at, and why."""

    room: RoomName
    message: Offset
    why: Why = ""


@payload
class Reported:
    """A report: the message with its words as they were, who reported it and why."""

    id: str
    message: int
    author: Author
    words: str
    by: Author
    why: str
    at: float


@payload
class Reports:
    """The reports that are open, the oldest first."""

    reports: list[Reported]


@payload
class WhichReport:
    """A report that is dealt with. Its words are forgotten."""

    room: RoomName
    report: Id


@payload
class TakeDown:
    """A message of somebody else to delete, and why; `message` is its offset."""

    room: RoomName
    message: Offset
    why: Why = ""
    key: Key | None = None


@payload
class Deeds:
    """What was done to keep a room in order, to list: the latest, or those before a number."""

    room: RoomName
    before: Annotated[int, Field(ge=1)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


@payload
class Deed:
    """Who did what to whom, why, until when, with which message."""

    number: int
    at: float
    by: Author
    what: str
    person: Author | None
    why: str
    until: float | None
    message: int | None


@payload
class Done:
    """What was done, the latest first."""

    deeds: list[Deed]


@payload
class Words:
    """What the procedure that `rooms.filter` names is asked of: words that somebody would say in a room."""

    room: str
    id: str
    name: str
    text: str


@payload
class Judgement:
    """Its answer: whether they may be said, and if not, why, for people."""

    allow: bool
    why: str = ""


@payload
class Everything:
    """All rooms."""


@payload
class Member:
    """Somebody who has joined a room; `since` in seconds since 1970, UTC."""

    id: str
    name: str
    since: float
    role: Role = "member"


@payload
class Members:
    """Who has joined a room, in the order in which they did."""

    members: list[Member]


@payload
class Post:
    """Words for a room. The same `key` is taken once.

    `reply_to` is a message that they quote, `thread` the one under which they stand, beside the room's talk. `files`
    are the author's own, sent to `POST /files` and on no message yet, at most ten; with some, there may be no words.
    """

    room: RoomName
    text: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    key: Key | None = None
    reply_to: Offset | None = None
    thread: Offset | None = None
    files: Annotated[tuple[FileId, ...], Field(max_length=MAX_FILES)] = ()


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


@payload
class Place:
    """A message, by its room, its offset there, and its time in seconds since 1970, UTC."""

    room: RoomName
    offset: Offset
    time: float


@payload
class Search:
    """What to look for in rooms of one's own: words, "phrases" and filters.

    Filters are `from:`, `in:`, `before:`, `after:` and `has:` (link, code, file or image); a `-` before a word or a
    filter turns it round. `room` is as good as `in:`. `before` goes on after the last result of an earlier answer. Days
    are those of a time `zone` such as Europe/Berlin, or of UTC.
    """

    query: Annotated[str, Field(min_length=1, max_length=MAX_SEARCH)]
    room: RoomName | None = None
    before: Place | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_FOUND)] = 20
    zone: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+/-]{1,64}$")] = "UTC"


@payload
class Hit:
    """A message that was found: where and when it was posted, by whom, and what it says now.

    `snippet` is text, never HTML, and `marks` are the ranges in it that were looked for: from, and up to but without,
    counted in characters (Unicode code points).
    """

    room: str
    title: str
    kind: Kind
    offset: int
    time: float
    by: Author
    snippet: str
    marks: list[tuple[int, int]]


@payload
class Results:
    """What was found, newest first. `next` is what to ask `before` for more, if there is more."""

    results: list[Hit]
    next: Place | None


MOST_UNREAD = 1_000
"""How far messages are counted; that many are that many or more."""

Level = Literal["all", "mentions", "nothing"]
"""Of what somebody is notified."""
Minute = Annotated[int, Field(ge=0, lt=24 * 60)]
Zone = Annotated[str, Field(pattern=r"^[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}$")]


@payload
class Read:
    """How far somebody has read in a room: up to this offset. Saying less than before changes nothing."""

    room: RoomName
    upto: Offset


@payload
class Preference:
    """What somebody wants of a room; what is left out stays. The level `default` is that of their notices."""

    room: RoomName
    favourite: bool | None = None
    muted: bool | None = None
    level: Level | Literal["default"] | None = None


@payload
class Quiet:
    """Hours of each day in which nobody is notified: minutes after midnight in a time zone, such as Europe/Berlin."""

    starts: Minute
    ends: Minute
    zone: Zone


@payload
class Notices:
    """Of what somebody is notified where a room does not say it, and when not: in quiet hours, and until `paused`."""

    level: Level = "all"
    sound: bool = False
    quiet: Quiet | None = None
    paused: Annotated[float, Field(ge=0)] = 0.0


@payload
class Own:
    """A room as one of its members has it.

    `head` is the offset of its newest words, `read` that up to which they have read. `unread` counts the messages of
    others after it, and `mentions` those of them that name this member; neither goes beyond 1000. `active` is when
    something was last said.
    """

    room: str
    head: int
    read: int
    unread: int
    mentions: int
    active: float
    favourite: bool
    muted: bool
    level: Level | Literal["default"]


@payload
class Mine:
    """The rooms somebody is a member of, as they have them, and the topic on which they hear of every change."""

    feed: str
    rooms: list[Own]
    notices: Notices


@payload
class Told:
    """What is different for one person: some rooms as they have them now, and their notices if those are."""

    rooms: list[Own]
    notices: Notices | None = None


@payload
class React:
    """One emoji for a message, or that emoji taken back."""

    room: RoomName
    message: Offset
    emoji: Emoji
    key: Key | None = None


@payload
class Pin:
    """A message to pin to its room, or to take off."""

    room: RoomName
    message: Offset
    key: Key | None = None


@payload
class WhichMessage:
    """A message, by its room and its offset."""

    room: RoomName
    message: Offset


@payload
class Version:
    """A text that a message had: since when, in seconds since 1970, UTC, and by the event at which offset."""

    offset: int
    time: float
    text: str


@payload
class Versions:
    """Who wrote a message, in which thread, and its texts, oldest first: the last one is what it says now.

    There are none of a message that was deleted, and the newest hundred of one that was edited more often.
    """

    message: int
    by: Author
    time: float
    thread: int | None
    versions: list[Version]


@payload
class Pinned:
    """A message that is pinned: what it says now, who pinned it, and when (seconds since 1970, UTC)."""

    message: int
    by: Author
    time: float
    text: str
    thread: int | None
    pinned_by: Author
    pinned: float


@payload
class Pins:
    """What is pinned to a room; what was pinned last comes first."""

    pins: list[Pinned]


@payload
class Span:
    """Messages between two offsets, both inclusive; at most 300 offsets."""

    room: RoomName
    first: Offset
    last: Offset


@payload
class Changed:
    """What happened to some messages behind the last of them, for who has not read as far: of each the event that gave
    it its present text, and those of reactions and pins, oldest first and the newest 200.

    `marks` are the offsets of all reactions and pins that these messages have now: a reaction that a page shows and
    that is not among them was taken back.
    """

    events: list[Event]
    marks: list[int]


@payload
class CommandInfo:
    """Words that begin with `/` and the name: which procedure to call with a `CommandLine`, and what it does."""

    name: str
    procedure: str
    about: str
    hint: str


@payload
class Commands:
    """The commands that the asker may give, by name."""

    commands: list[CommandInfo]


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


class NotAModerator(Refusal):
    """Only moderators of this room may do this."""


class NotAnOwner(Refusal):
    """Only owners of this room may do this."""


class NotToThem(Refusal):
    """You may not do this to them."""


class LastOwner(Refusal):
    """A room has an owner: make somebody else one first."""


class RoomArchived(Refusal):
    """This room is archived: it can be read, and nothing is added to it."""


class NotInDirect(Refusal):
    """This is not done in a direct conversation."""


class Muted(Refusal):
    """You are muted in this room."""


class Banned(Refusal):
    """You are banned from this room."""


class SlowMode(Refusal):
    """This room is slow: wait a little between two messages."""


class TooFast(Refusal):
    """That was much at once. Wait a moment."""


class Filtered(Refusal):
    """This cannot be said here."""


class InviteInvalid(Refusal):
    """This invitation is not valid, or not any more."""


class TooManyInvites(Refusal):
    """There are many links into this room already. Revoke one first."""


class NoSuchPerson(Refusal):
    """Nobody of this name shares a room with you."""


class SeveralPeople(Refusal):
    """Several people go by this name."""


class NoSuchReport(Refusal):
    """There is no such report, or it is dealt with."""


class UnclearSearch(Refusal):
    """This search cannot be understood."""


class SearchTooSlow(Refusal):
    """This search takes too long. Name a room, a person or a day, or look for a rarer word."""


class TooManySearches(Refusal):
    """You are searching for several things already. Wait for the answers."""


class TooLateToEdit(Refusal):
    """This message is too old to be edited."""


class NotAThread(Refusal):
    """This message stands in a thread already."""


class TooManyReactions(Refusal):
    """This message has as many different reactions as it can hold."""


class TooManyPins(Refusal):
    """There are many pins in this room already. Take one off first."""


CREATE = Procedure("openline.room.create", NewRoom, Room, callers=PEOPLE)
LIST = Procedure("openline.room.list", Everything, Rooms, callers=PEOPLE)
JOIN = Procedure("openline.room.join", Which, Room, callers=PEOPLE)
LEAVE = Procedure("openline.room.leave", Which, Room, callers=PEOPLE)
BROWSE = Procedure("openline.room.browse", Browse, Found, callers=PEOPLE)
CHANGE = Procedure("openline.room.change", Change, Room, callers=PEOPLE)
DIRECT_WITH = Procedure("openline.room.direct", People, Room, callers=PEOPLE)
KICK = Procedure("openline.room.kick", Kick, Nothing, callers=PEOPLE)
BAN = Procedure("openline.room.ban", Sanction, Nothing, callers=PEOPLE)
UNBAN = Procedure("openline.room.unban", Lift, Nothing, callers=PEOPLE)
MUTE = Procedure("openline.room.mute", Sanction, Nothing, callers=PEOPLE)
UNMUTE = Procedure("openline.room.unmute", Lift, Nothing, callers=PEOPLE)
SANCTIONS = Procedure("openline.room.sanctions", Which, Sanctions, callers=PEOPLE)
SET_ROLE = Procedure("openline.room.set_role", RoleChange, Nothing, callers=PEOPLE)
INVITE = Procedure("openline.room.invite", NewInvite, Invite, callers=PEOPLE)
INVITES = Procedure("openline.room.invites", Which, Invites, callers=PEOPLE)
REVOKE_INVITE = Procedure("openline.room.revoke_invite", WhichInvite, Nothing, callers=PEOPLE)
INVITE_PERSON = Procedure("openline.room.invite_person", InvitePerson, Author, callers=PEOPLE)
INVITATION = Procedure("openline.room.invitation", Code, Invitation, callers=PEOPLE)
ACCEPT = Procedure("openline.room.accept", Code, Room, callers=PEOPLE)
REPORT = Procedure("openline.room.report", Report, Nothing, callers=PEOPLE)
REPORTS = Procedure("openline.room.reports", Which, Reports, callers=PEOPLE)
RESOLVE = Procedure("openline.room.resolve", WhichReport, Nothing, callers=PEOPLE)
TAKE_DOWN = Procedure("openline.room.take_down", TakeDown, Appended, callers=PEOPLE)
DEEDS = Procedure("openline.room.deeds", Deeds, Done, callers=PEOPLE)
MEMBERS = Procedure("openline.room.members", Which, Members, callers=PEOPLE)
POST = Procedure("openline.room.post", Post, Appended, callers=PEOPLE)
EDIT = Procedure("openline.room.edit", Edit, Appended, callers=PEOPLE)
DELETE = Procedure("openline.room.delete", Delete, Appended, callers=PEOPLE)
SEARCH = Procedure("openline.room.search", Search, Results, callers=PEOPLE)
REACT = Procedure("openline.room.react", React, Appended, callers=PEOPLE)
UNREACT = Procedure("openline.room.unreact", React, Appended, callers=PEOPLE)
PIN = Procedure("openline.room.pin", Pin, Appended, callers=PEOPLE)
UNPIN = Procedure("openline.room.unpin", Pin, Appended, callers=PEOPLE)
PINS = Procedure("openline.room.pins", Which, Pins, callers=PEOPLE)
HISTORY = Procedure("openline.room.history", WhichMessage, Versions, callers=PEOPLE)
CHANGES = Procedure("openline.room.changes", Span, Changed, callers=PEOPLE)
BEGIN_UPLOAD = of_files.BEGIN_UPLOAD
TAKE_UPLOAD = of_files.TAKE_UPLOAD
DROP_UPLOAD = of_files.DROP_UPLOAD
FIND_FILE = of_files.FIND_FILE
DISCARD_FILE = of_files.DISCARD_FILE
COMMANDS = Procedure("openline.room.commands", Everything, Commands, callers=PEOPLE)
COMMAND_ME = Procedure("openline.room.command_me", CommandLine, CommandAnswer, callers=PEOPLE)
COMMAND_SHRUG = Procedure("openline.room.command_shrug", CommandLine, CommandAnswer, callers=PEOPLE)
ME = Command("me", COMMAND_ME, "Say what you do", hint="waves")
SHRUG = Command("shrug", COMMAND_SHRUG, "Put ¯\\_(ツ)_/¯ behind what you say", hint="words")
MAY = Procedure("openline.room.may", Access, Verdict, callers={COMPONENT})
BELONGING = belonging("room")
ON_BELONGING = on_belonging("room")
"""Somebody joined or left the room of this stream; said after that was kept, and by no means always."""
MINE = Procedure("openline.room.mine", Everything, Mine, callers=PEOPLE)
READ = Procedure("openline.room.read", Read, Own, callers=PEOPLE)
READ_ALL = Procedure("openline.room.read_all", Everything, Mine, callers=PEOPLE)
PREFER = Procedure("openline.room.prefer", Preference, Own, callers=PEOPLE)
NOTIFY = Procedure("openline.room.notify", Notices, Notices, callers=PEOPLE)
ON_CREATED = Topic("openline.room.on_created", Room, readers=PEOPLE)
"""A public room is there."""
ON_CHANGED = Topic("openline.room.on_changed", Room, readers=PEOPLE)
"""A public room has other words, or is archived. Who joined it and as what is not said."""
STANDING, SAY, TELL, PUBLIC = rooms.STANDING, rooms.SAY, rooms.TELL, rooms.PUBLIC
"""What other components ask."""
