"""The room component, with no reactor, no socket, and no clock but ours; on SQLite and on PostgreSQL."""

from twisted.trial.unittest import SynchronousTestCase

from components.contract import Access, Caller, OfStream, Procedure, Unavailable
from components.room import api, store
from components.room.files import api as of_files
from components.stream.api import KeyReused
from router.api import ON_ACCESS_LOST, Loss
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase

from .rooms import ADA, BOB, LOBBY, OLGA, RoomCase


class RoomTests(RoomCase):
    """What holds whatever database is below."""

    def test_the_lobby_is_there_from_the_start_and_opened_once(self) -> None:
        self.get(self.rooms.prepare())
        assert self.log()[0] == (1, "room_created", {"title": "Lobby"})
        assert [type for _, type, _ in self.log()].count("room_created") == 1

    def test_a_message_is_told_to_followers_with_its_position(self) -> None:
        posted = self.post(ADA, " hello ")
        (told,) = self.bus.events
        assert (told["stream"], told["offset"], told["epoch"]) == (LOBBY, posted.offset, posted.epoch)
        assert (told["type"], told["data"]) == ("message_posted", {"text": "hello"})
        assert told["by"] == {"id": "u_ada", "name": "Ada"}

    def test_the_same_key_is_posted_once(self) -> None:
        first = self.post(ADA, "hello", "k1")
        again = self.post(ADA, "hello", "k1")
        assert (again.offset, again.duplicate) == (first.offset, True)
        assert len(self.bus.events) == 1

    def test_the_same_key_for_other_words_is_refused(self) -> None:
        self.post(ADA, "hello", "k1")
        self.refused(self.rooms.post(ADA, api.Post("lobby", "bye", "k1")), KeyReused)

    def test_only_members_post(self) -> None:
        self.refused(self.rooms.post(BOB, api.Post("lobby", "hi")), api.NotAMember)

    def test_an_empty_message_is_refused(self) -> None:
        self.refused(self.rooms.post(ADA, api.Post("lobby", "  ")), api.EmptyText)

    def test_there_is_nothing_in_a_room_that_is_not_there(self) -> None:
        nowhere = api.Which("nowhere")
        for asked in (self.rooms.join(ADA, nowhere), self.rooms.leave(ADA, nowhere), self.rooms.members(ADA, nowhere)):
            self.refused(asked, api.NoSuchRoom)
        self.refused(self.rooms.post(ADA, api.Post("nowhere", "hi")), api.NoSuchRoom)

    def test_joining_twice_is_told_once(self) -> None:
        assert self.get(self.rooms.join(BOB, api.Which("lobby"))).joined
        assert self.get(self.rooms.join(BOB, api.Which("lobby"))).members == 2
        assert [told["type"] for told in self.bus.events] == ["member_joined"]

    def test_who_leaves_is_told_once_and_posts_no_more(self) -> None:
        assert not self.get(self.rooms.leave(ADA, api.Which("lobby"))).joined
        self.get(self.rooms.leave(ADA, api.Which("lobby")))
        assert [told["type"] for told in self.bus.events] == ["member_left"]
        self.refused(self.rooms.post(ADA, api.Post("lobby", "hi")), api.NotAMember)

    def test_who_is_kicked_is_told_once_with_who_did_it(self) -> None:
        self.get(self.rooms.join(BOB, api.Which("lobby")))
        self.bus.events.clear()
        for _ in range(2):
            self.get(self.rooms.moderators.kick(OLGA, api.Kick("lobby", "u_bob")))
        assert self.get(self.rooms.join(ADA, api.Which("lobby"))).members == 1
        told, audited = self.bus.events
        assert (audited["stream"], audited["type"]) == ("openline.audit", "kicked")
        assert audited["data"] == {"room": "lobby", "id": "u_bob", "name": "Bob"}
        assert (told["type"], told["data"]) == ("member_kicked", {"id": "u_bob", "name": "Bob"})
        assert told["by"] == {"id": "u_olga", "name": "Olga"}
        self.refused(self.rooms.post(BOB, api.Post("lobby", "hi")), api.NotAMember)
        assert self.get(self.rooms.join(BOB, api.Which("lobby"))).joined, "until they join again"

    def test_who_is_kicked_or_leaves_is_cut_off_before_that_is_answered(self) -> None:
        self.get(self.rooms.join(BOB, api.Which("lobby")))
        self.get(self.rooms.moderators.kick(OLGA, api.Kick("lobby", "u_bob")))
        self.get(self.rooms.leave(ADA, api.Which("lobby")))
        lost = [event for topic, event in self.bus.published if topic == ON_ACCESS_LOST.uri]
        assert lost == [Loss("u_bob", LOBBY), Loss("u_ada", LOBBY)]

    def test_a_kick_of_which_not_every_router_heard_is_not_answered_as_if_they_had(self) -> None:
        self.get(self.rooms.join(BOB, api.Which("lobby")))
        self.bus.broken = True
        kicking = self.start(self.rooms.moderators.kick(OLGA, api.Kick("lobby", "u_bob")))
        self.failureResultOf(kicking, Unavailable)  # type: ignore[attr-defined]
        self.bus.broken = False
        self.get(self.rooms.moderators.kick(OLGA, api.Kick("lobby", "u_bob")))
        assert self.bus.published[-1] == (ON_ACCESS_LOST.uri, Loss("u_bob", LOBBY))

    def test_there_is_nobody_to_kick_in_a_room_that_is_not_there(self) -> None:
        self.refused(self.rooms.moderators.kick(OLGA, api.Kick("nowhere", "u_bob")), api.NoSuchRoom)

    def test_members_see_each_other_in_the_order_they_came(self) -> None:
        self.clock.advance(1.0)
        self.get(self.rooms.join(BOB, api.Which("lobby")))
        members = self.get(self.rooms.members(ADA, api.Which("lobby"))).members
        assert [(m.id, m.name, m.since) for m in members] == [
            ("u_ada", "Ada", 1_000_000.0),
            ("u_bob", "Bob", 1_000_001.0),
        ]

    def test_strangers_do_not_see_the_members(self) -> None:
        self.refused(self.rooms.members(BOB, api.Which("lobby")), api.NotAMember)

    def test_an_edit_is_an_event_of_its_own(self) -> None:
        posted = self.post(ADA, "hallo")
        edited = self.get(self.rooms.edit(ADA, api.Edit("lobby", posted.offset, "hello")))
        assert self.log()[-1] == (edited.offset, "message_edited", {"message": posted.offset, "text": "hello"})

    def test_only_ones_own_messages_are_changed(self) -> None:
        posted = self.post(ADA, "mine")
        self.get(self.rooms.join(BOB, api.Which("lobby")))
        self.refused(self.rooms.edit(BOB, api.Edit("lobby", posted.offset, "yours")), api.NotYours)
        self.refused(self.rooms.delete(BOB, api.Delete("lobby", posted.offset)), api.NotYours)

    def test_only_messages_are_changed(self) -> None:
        posted = self.post(ADA, "one")
        edited = self.get(self.rooms.edit(ADA, api.Edit("lobby", posted.offset, "two")))
        for offset in (0, 1, edited.offset, edited.offset + 1):
            self.refused(self.rooms.edit(ADA, api.Edit("lobby", offset, "three")), api.NoSuchMessage)

    def test_a_deleted_message_leaves_a_tombstone_and_no_words(self) -> None:
        posted = self.post(ADA, "secret one")
        edited = self.get(self.rooms.edit(ADA, api.Edit("lobby", posted.offset, "secret two")))
        deleted = self.get(self.rooms.delete(ADA, api.Delete("lobby", posted.offset)))
        assert self.log()[-3:] == [
            (posted.offset, "message_posted", {}),
            (edited.offset, "message_edited", {}),
            (deleted.offset, "message_deleted", {"message": posted.offset}),
        ]

    def test_a_deleted_message_is_not_changed_any_more(self) -> None:
        posted = self.post(ADA, "gone")
        self.get(self.rooms.delete(ADA, api.Delete("lobby", posted.offset)))
        self.refused(self.rooms.edit(ADA, api.Edit("lobby", posted.offset, "back")), api.MessageDeleted)
        self.refused(self.rooms.delete(ADA, api.Delete("lobby", posted.offset)), api.MessageDeleted)

    def test_a_change_whose_answer_was_lost_is_answered_again(self) -> None:
        posted = self.post(ADA, "gone", "k1")
        once = self.get(self.rooms.delete(ADA, api.Delete("lobby", posted.offset, "k2")))
        again = self.get(self.rooms.delete(ADA, api.Delete("lobby", posted.offset, "k2")))
        assert (again.offset, again.duplicate) == (once.offset, True)
        assert self.post(ADA, "gone", "k1").duplicate

    def test_a_new_room_has_its_maker_as_a_member_and_is_told_to_all(self) -> None:
        room = self.get(self.rooms.create(BOB, api.NewRoom("team", "The Team")))
        assert room == api.Room("team", "The Team", "openline.room.team", 1, joined=True, role="owner")
        assert [type for _, type, _ in self.log("team")] == ["room_created", "member_joined"]
        assert self.told() == [(api.ON_CREATED.uri, api.Room("team", "The Team", room.stream, 1, joined=False))]

    def test_components_are_told_who_belongs_to_a_room(self) -> None:
        self.bus.published.clear()
        self.get(self.rooms.join(BOB, api.Which("lobby")))
        self.get(self.rooms.join(BOB, api.Which("lobby")))
        assert self.bus.published == [(api.ON_BELONGING.uri, OfStream(LOBBY))]
        node = Caller("presence", "component", "presence")
        assert self.get(self.rooms.belonging(node, OfStream(LOBBY))).ids == ["u_ada", "u_bob"]
        assert self.get(self.rooms.belonging(node, OfStream("openline.room.none"))).ids == []

    def test_who_makes_a_room_owns_it_and_who_joins_is_a_member(self) -> None:
        self.get(self.rooms.create(BOB, api.NewRoom("team")))
        self.get(self.rooms.join(ADA, api.Which("team")))
        roles = [self.get(self.db.read(store.role_of, "team", id)) for id in ("u_bob", "u_ada", "u_olga")]
        assert roles == ["owner", "member", None]

    def test_a_rooms_name_is_taken_once(self) -> None:
        self.refused(self.rooms.create(BOB, api.NewRoom("lobby")), api.RoomExists)
        assert self.told() == []

    def test_rooms_are_listed_by_title_as_the_asker_sees_them(self) -> None:
        self.get(self.rooms.create(BOB, api.NewRoom("zoo", "Animals")))
        seen = self.get(self.rooms.list_rooms(ADA, api.Everything())).rooms
        assert [(room.room, room.title, room.members, room.joined) for room in seen] == [
            ("zoo", "Animals", 1, False),
            ("lobby", "Lobby", 1, True),
        ]

    def test_members_read_and_nobody_publishes(self) -> None:
        node = Caller("stream", "component", "stream")
        for id, action, allowed in (("u_ada", "read", True), ("u_bob", "read", False), ("u_ada", "publish", False)):
            access = Access(id, "guest", action, LOBBY)  # type: ignore[arg-type]
            assert self.get(self.rooms.may(node, access)).allow is allowed

    def test_what_it_serves_is_what_it_declares(self) -> None:
        # Those of files are served where there is a folder for them; tests/contract sees to it that it is all.
        declared = {one.uri for one in vars(api).values() if isinstance(one, Procedure)}
        declared -= {one.uri for one in vars(of_files).values() if isinstance(one, Procedure)}
        assert {route.procedure.uri for route in self.rooms.routes()} == declared


class SqliteRoomTests(RoomTests, SynchronousTestCase):
    """Rooms on SQLite."""

    database = MemoryDatabase


class PostgresRoomTests(RoomTests, SynchronousTestCase):
    """Rooms on PostgreSQL."""

    database = PostgresDatabase
