"""What programs say in rooms by incoming webhooks. On both databases."""

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from components.contract import InvalidArgument
from components.hook import api
from components.room import api as rooms
from components.room.test.rooms import ADA, BOB, CLEO, OLGA
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase

from .world import NODE, HookCase


class IncomingTests(HookCase):
    def setUp(self) -> None:
        super().setUp()
        self.done(BOB, rooms.JOIN, room="team")
        self.made = self.hook(ADA, api.MAKE, room="team", name="Builds", icon="🚧")

    def deliver(self, text: str, **more: Any) -> None:
        self.clock.advance(2.0)
        self.hook(NODE, api.DELIVER, secret=self.made.secret, text=text, **more)

    def said(self) -> tuple[Any, dict[str, Any]]:
        """Who said the last words of the room, and what."""
        (event,) = self.get(self.streams.events("openline.room.team", [self.log("team")[-1][0]]))
        return event.by, event.data

    def test_a_program_speaks_under_the_name_of_its_webhook_or_its_own(self) -> None:
        self.deliver("It **works**.")
        by, data = self.said()
        assert (by.name, data["program"]) == ("Builds", by.id) and by.id == f"hook_{self.made.id}"
        assert (data["text"], data["icon"]) == ("It **works**.", "🚧")
        self.deliver("So does this.", name="Tests\nand\u202e more", icon="✅")
        by, data = self.said()
        assert (by.name, data["icon"]) == ("Tests and more", "✅")
        found = self.done(BOB, rooms.SEARCH, query="works").results
        assert [hit.by.name for hit in found] == ["Builds"]
        (own,) = [own for own in self.done(BOB, rooms.MINE).rooms if own.room == "team"]
        assert own.unread == 2

    def test_it_mentions_people_and_the_whole_room_only_where_it_may(self) -> None:
        self.deliver("@room @Bob look")
        assert self.said()[1]["mentions"] == ["u_bob"]
        self.made = self.hook(ADA, api.MAKE, room="team", name="Alarm", everybody=True)
        self.deliver("@room look")
        assert self.said()[1]["mentions"] == "room"

    def test_the_same_key_is_said_once(self) -> None:
        self.deliver("once", key="k1")
        before = self.log("team")
        self.deliver("once", key="k1")
        assert self.log("team") == before
        refused = self.refuses(api.NotTaken, NODE, api.DELIVER, secret=self.made.secret, text="other", key="k1")
        assert refused.fields["why"] == "openline.stream.error.key_reused"
        other = self.hook(ADA, api.MAKE, room="team", name="Other")
        self.hook(NODE, api.DELIVER, secret=other.secret, text="once", key="k1")
        assert len(self.log("team")) == len(before) + 1, "keys are each webhook's own"

    def test_who_is_fast_waits(self) -> None:
        for n in range(10):
            self.hook(NODE, api.DELIVER, secret=self.made.secret, text=f"{n}")
        wait = self.refuses(api.TooFast, NODE, api.DELIVER, secret=self.made.secret, text="x").fields["retry_after"]
        self.clock.advance(wait)
        self.hook(NODE, api.DELIVER, secret=self.made.secret, text="x")

    def test_what_a_room_does_not_take_is_refused(self) -> None:
        self.refuses(api.NoSuchHook, NODE, api.DELIVER, secret="guessed", text="x")
        refused = self.refuses(api.NotTaken, NODE, api.DELIVER, secret=self.made.secret, text=" ")
        assert refused.fields["why"] == "openline.room.error.empty_text"
        self.done(ADA, rooms.CHANGE, room="team", archived=True)
        refused = self.refuses(api.NotTaken, NODE, api.DELIVER, secret=self.made.secret, text="x")
        assert refused.fields["why"] == "openline.room.error.room_archived"

    def test_those_who_moderate_make_list_and_revoke(self) -> None:
        for caller in (BOB, CLEO):
            self.refuses(api.NotForYou, caller, api.MAKE, room="team", name="x")
            self.refuses(api.NotForYou, caller, api.LIST, room="team")
            self.refuses(api.NotForYou, caller, api.REVOKE, hook=self.made.id)
        self.done(ADA, rooms.SET_ROLE, room="team", person="u_bob", role="moderator")
        self.deliver("used")
        (hook,) = self.hook(BOB, api.LIST, room="team").incoming
        assert (hook.name, hook.by.name, hook.used) == ("Builds", "Ada", self.clock.seconds())
        assert self.made.secret not in str(hook)
        self.hook(OLGA, api.REVOKE, hook=self.made.id)
        self.refuses(api.NoSuchHook, NODE, api.DELIVER, secret=self.made.secret, text="x")
        self.refuses(api.NoSuchHook, BOB, api.REVOKE, hook=self.made.id)
        trail = self.get(self.streams.after("openline.audit", 0, 100))
        assert [event.type for event in trail][-2:] == ["hook_made", "hook_revoked"]

    def test_there_are_so_many_and_none_in_what_is_not_ones_own(self) -> None:
        for n in range(api.MOST - 1):
            self.hook(ADA, api.MAKE, room="team", name=f"n{n}")
        self.refuses(api.TooManyHooks, ADA, api.MAKE, room="team", name="one more")
        direct = self.done(ADA, rooms.DIRECT_WITH, people=("u_bob",)).room
        self.refuses(api.NotForYou, ADA, api.MAKE, room=direct, name="x")
        private = self.done(ADA, rooms.CREATE, title="Secret", kind="private").room
        self.refuses(rooms.NoSuchRoom, OLGA, api.MAKE, room=private, name="x")
        self.refuses(InvalidArgument, ADA, api.MAKE, room="team", name="x", icon="boss")

    def test_it_keeps_no_secret(self) -> None:
        def rows(connection: Any) -> str:
            return str(connection.exec_driver_sql("SELECT * FROM hook_incoming").fetchall())

        assert self.made.secret not in self.get(self.db.read(rows))


class SqliteIncomingTests(IncomingTests, SynchronousTestCase):
    """Incoming webhooks on SQLite."""

    database = MemoryDatabase


class PostgresIncomingTests(IncomingTests, SynchronousTestCase):
    """Incoming webhooks on PostgreSQL."""

    database = PostgresDatabase
