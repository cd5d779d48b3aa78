"""Reactions, pins, replies, threads, mentions and edits, on SQLite and on PostgreSQL."""

from twisted.trial.unittest import SynchronousTestCase

from components import catalog
from components.contract import COMPONENT, Caller, Command, CommandAnswer, CommandLine, InvalidArgument, Procedure
from components.room import api
from components.room.commands import Commands
from components.stream.api import KeyReused
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase
from tests.support.router import SETTINGS

from .rooms import ADA, BOB, CLEO, OLGA, RoomCase


class MessageTests(RoomCase):
    """What holds whatever database is below. Bob is in the lobby too, and Olga looks after it."""

    def setUp(self) -> None:
        super().setUp()
        for caller in (BOB, OLGA):
            self.get(self.rooms.join(caller, api.Which("lobby")))
        self.hello = self.post(ADA, "hello").offset
        self.bus.events.clear()

    def events(self) -> list[str]:
        return [event["type"] for event in self.bus.events]

    def react(self, emoji: str = "👍", key: str | None = None) -> object:
        return self.done(BOB, api.REACT, room="lobby", message=self.hello, emoji=emoji, key=key)

    def named(self, caller: Caller) -> int:
        """How many messages mention somebody that they have not read."""
        (own,) = self.done(caller, api.MINE).rooms
        return own.mentions

    def test_a_reaction_is_told_once_however_often_it_is_sent(self) -> None:
        first = self.done(BOB, api.REACT, room="lobby", message=self.hello, emoji="👍", key="k1")
        for key in ("k1", "k2", None):
            again = self.done(BOB, api.REACT, room="lobby", message=self.hello, emoji="👍", key=key)
            assert (again.offset, again.duplicate) == (first.offset, True)
        assert self.last() == ("reacted", {"message": self.hello, "emoji": "👍"})
        assert self.events() == ["reacted"]

    def test_a_reaction_is_taken_back_by_who_gave_it(self) -> None:
        self.react()
        self.done(ADA, api.UNREACT, room="lobby", message=self.hello, emoji="👍")
        assert self.events() == ["reacted"], "Ada has none to take back"
        self.done(BOB, api.UNREACT, room="lobby", message=self.hello, emoji="👍")
        assert self.done(BOB, api.UNREACT, room="lobby", message=self.hello, emoji="👍").duplicate
        self.react()
        assert self.events() == ["reacted", "unreacted", "reacted"]

    def test_a_late_repetition_of_a_reaction_does_not_bring_it_back(self) -> None:
        self.react(key="k1")
        self.done(BOB, api.UNREACT, room="lobby", message=self.hello, emoji="👍", key="k2")
        self.react(key="k1")
        assert self.events() == ["reacted", "unreacted"]

    def test_only_members_react_and_only_to_messages_that_are_there(self) -> None:
        asked = {"room": "lobby", "message": self.hello, "emoji": "👍"}
        self.refused(self.ask(CLEO, api.REACT, **asked), api.NotAMember)
        self.refused(self.ask(CLEO, api.UNREACT, **asked), api.NotAMember)
        for message in (0, 1, self.hello + 1):
            self.refused(self.ask(BOB, api.REACT, **{**asked, "message": message}), api.NoSuchMessage)
            self.refused(self.ask(BOB, api.UNREACT, **{**asked, "message": message}), api.NoSuchMessage)
        self.done(ADA, api.DELETE, room="lobby", message=self.hello)
        self.refused(self.ask(BOB, api.REACT, **asked), api.MessageDeleted)

    def test_a_message_takes_twenty_different_emoji(self) -> None:
        for code in range(20):
            self.react(chr(0x1F600 + code))
        self.refused(self.ask(BOB, api.REACT, room="lobby", message=self.hello, emoji="👍"), api.TooManyReactions)
        self.done(ADA, api.REACT, room="lobby", message=self.hello, emoji="\U0001f600")

    def test_moderators_pin(self) -> None:
        self.refused(self.ask(BOB, api.PIN, room="lobby", message=self.hello), api.NotAModerator)
        for _ in range(2):
            self.done(OLGA, api.PIN, room="lobby", message=self.hello)
        (pinned,) = self.done(BOB, api.PINS, room="lobby").pins
        assert (pinned.text, pinned.by.name, pinned.pinned_by.name) == ("hello", "Ada", "Olga")
        self.done(ADA, api.EDIT, room="lobby", message=self.hello, text="better")
        assert self.done(BOB, api.PINS, room="lobby").pins[0].text == "better"
        self.refused(self.ask(BOB, api.UNPIN, room="lobby", message=self.hello), api.NotAModerator)
        for _ in range(2):
            self.done(OLGA, api.UNPIN, room="lobby", message=self.hello)
        assert self.done(BOB, api.PINS, room="lobby").pins == []
        assert [type for _, type, _ in self.log()][-3:] == ["pinned", "message_edited", "unpinned"]

    def test_there_is_room_for_fifty_pins(self) -> None:
        messages = []
        for number in range(51):
            self.clock.advance(1.0)
            messages.append(self.post(ADA, f"message {number}").offset)
        for message in messages[:50]:
            self.clock.advance(1.0)
            self.done(OLGA, api.PIN, room="lobby", message=message)
        self.refused(self.ask(OLGA, api.PIN, room="lobby", message=messages[50]), api.TooManyPins)
        self.done(ADA, api.DELETE, room="lobby", message=messages[0])
        self.done(OLGA, api.PIN, room="lobby", message=messages[50])
        shown = self.done(BOB, api.PINS, room="lobby").pins
        assert [pin.message for pin in shown] == [messages[50], *reversed(messages[1:50])]

    def test_pins_and_texts_are_shown_to_members(self) -> None:
        self.refused(self.ask(CLEO, api.PINS, room="lobby"), api.NotAMember)
        self.refused(self.ask(CLEO, api.HISTORY, room="lobby", message=self.hello), api.NotAMember)

    def test_a_reply_says_what_it_answers(self) -> None:
        self.done(BOB, api.POST, room="lobby", text="hi", reply_to=self.hello)
        assert self.last() == ("message_posted", {"text": "hi", "reply_to": self.hello})
        nothing = self.ask(BOB, api.POST, room="lobby", text="hi", reply_to=self.hello + 7)
        self.refused(nothing, api.NoSuchMessage)

    def test_a_thread_hangs_on_a_message_of_the_room(self) -> None:
        reply = self.done(BOB, api.POST, room="lobby", text="aside", thread=self.hello)
        assert self.last() == ("message_posted", {"text": "aside", "thread": self.hello})
        self.refused(self.ask(ADA, api.POST, room="lobby", text="deeper", thread=reply.offset), api.NotAThread)
        self.refused(self.ask(ADA, api.POST, room="lobby", text="where", thread=1), api.NoSuchMessage)

    def test_a_thread_goes_on_when_its_root_is_gone_and_keeps_its_tombstones(self) -> None:
        first = self.done(BOB, api.POST, room="lobby", text="aside", thread=self.hello)
        self.done(ADA, api.DELETE, room="lobby", message=self.hello)
        self.done(ADA, api.POST, room="lobby", text="still here", thread=self.hello)
        for _ in range(2):
            self.done(BOB, api.DELETE, room="lobby", message=first.offset, key="k1")
        assert self.last() == ("message_deleted", {"message": first.offset, "thread": self.hello})

    def test_who_is_named_is_mentioned(self) -> None:
        self.post(ADA, "@bob, look. So does @Ada, @nobody and me@bob.example")
        assert self.last()[1]["mentions"] == ["u_bob"]
        assert (self.named(BOB), self.named(ADA), self.named(OLGA)) == (1, 0, 0)

    def test_moderators_call_the_room(self) -> None:
        said = self.post(OLGA, "@room tea is ready").offset
        assert self.last()[1]["mentions"] == "room"
        assert (self.named(BOB), self.named(OLGA)) == (1, 0)
        self.done(BOB, api.READ, room="lobby", upto=said)
        assert self.named(BOB) == 0
        self.post(BOB, "@room me too")
        assert "mentions" not in self.last()[1]

    def test_mentions_go_with_the_words(self) -> None:
        said = self.post(ADA, "@bob hi").offset
        self.done(ADA, api.EDIT, room="lobby", message=said, text="@olga hi")
        assert self.last()[1] == {"message": said, "text": "@olga hi", "mentions": ["u_olga"]}
        assert (self.named(BOB), self.named(OLGA)) == (0, 1)
        self.done(ADA, api.DELETE, room="lobby", message=said)
        assert self.named(OLGA) == 0

    def test_a_post_is_answered_again_though_who_it_named_has_left(self) -> None:
        first = self.post(ADA, "@bob hi", "k1")
        self.get(self.rooms.leave(BOB, api.Which("lobby")))
        assert self.post(ADA, "@bob hi", "k1").offset == first.offset
        self.refused(self.rooms.post(ADA, api.Post("lobby", "@bob ho", "k1")), KeyReused)

    def test_what_was_said_before_an_edit_is_shown(self) -> None:
        self.clock.advance(30.0)
        edited = self.done(ADA, api.EDIT, room="lobby", message=self.hello, text="hello all")
        shown = self.done(BOB, api.HISTORY, room="lobby", message=self.hello)
        assert (shown.by.name, shown.thread) == ("Ada", None)
        assert [(version.offset, version.time, version.text) for version in shown.versions] == [
            (self.hello, 1_000_000.0, "hello"),
            (edited.offset, 1_000_030.0, "hello all"),
        ]
        self.done(ADA, api.DELETE, room="lobby", message=self.hello)
        assert self.done(BOB, api.HISTORY, room="lobby", message=self.hello).versions == []
        self.refused(self.ask(BOB, api.HISTORY, room="lobby", message=edited.offset), api.NoSuchMessage)

    def test_members_edit_for_ten_minutes_and_moderators_for_ever(self) -> None:
        self.clock.advance(600.0)
        asked = {"room": "lobby", "message": self.hello, "text": "in time", "key": "k1"}
        edited = self.done(ADA, api.EDIT, **asked)
        of_olga = self.post(OLGA, "mine").offset
        self.clock.advance(601.0)
        self.refused(self.ask(ADA, api.EDIT, room="lobby", message=self.hello, text="late"), api.TooLateToEdit)
        assert self.done(ADA, api.EDIT, **asked).offset == edited.offset, "this one was taken in time"
        self.done(OLGA, api.EDIT, room="lobby", message=of_olga, text="still mine")
        self.done(ADA, api.DELETE, room="lobby", message=self.hello)

    def test_what_became_of_messages_that_one_reads_in_the_middle_of_a_room(self) -> None:
        span = {"room": "lobby", "first": 1, "last": self.hello}
        assert self.done(BOB, api.CHANGES, **span) == api.Changed([], [])
        for text in ("Hello", "Hello!"):
            edited = self.done(ADA, api.EDIT, room="lobby", message=self.hello, text=text)
        self.react()
        pinned = self.done(OLGA, api.PIN, room="lobby", message=self.hello)
        self.post(ADA, "later")
        found = self.done(BOB, api.CHANGES, **span)
        assert [(event.type, event.offset) for event in found.events] == [
            ("message_edited", edited.offset),
            ("reacted", edited.offset + 1),
            ("pinned", pinned.offset),
        ]
        assert found.marks == [edited.offset + 1, pinned.offset]
        self.done(BOB, api.UNREACT, room="lobby", message=self.hello, emoji="👍")
        assert self.done(BOB, api.CHANGES, **{**span, "last": edited.offset + 1}).marks == [pinned.offset]

    def test_changes_are_for_members_and_a_page_at_a_time(self) -> None:
        self.refused(self.ask(CLEO, api.CHANGES, room="lobby", first=1, last=1), api.NotAMember)
        for last in (0, 301):
            self.refused(self.ask(ADA, api.CHANGES, room="lobby", first=1, last=last), InvalidArgument)

    def test_commands_are_those_that_components_declare_and_the_asker_may_call(self) -> None:
        secret = Command("secret", Procedure("a.b", CommandLine, CommandAnswer, callers={COMPONENT}), "Nothing")
        commands = Commands([*catalog.commands(SETTINGS), secret])
        shown = self.get(commands.commands(ADA, api.Everything())).commands
        assert [(one.name, one.procedure) for one in shown] == [
            ("me", "openline.room.command_me"),
            ("shrug", "openline.room.command_shrug"),
        ]

    def test_what_our_commands_say(self) -> None:
        assert self.done(ADA, api.COMMAND_ME, room="lobby", text=" eats 2*2 cakes ").post == r"*eats 2\*2 cakes*"
        assert self.done(ADA, api.COMMAND_SHRUG, room="lobby", text="well").post == r"well ¯\\\_(ツ)\_/¯"
        self.refused(self.ask(ADA, api.COMMAND_ME, room="lobby", text=" "), InvalidArgument)


class SqliteMessageTests(MessageTests, SynchronousTestCase):
    """Messages on SQLite."""

    database = MemoryDatabase


class PostgresMessageTests(MessageTests, SynchronousTestCase):
    """Messages on PostgreSQL."""

    database = PostgresDatabase
