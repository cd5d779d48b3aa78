"""Rooms that are not everybody's: nothing tells of them, and who comes in was asked or has a link."""

from collections.abc import Awaitable
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from components.contract import PEOPLE, Access, Caller, InvalidArgument, Procedure
from components.room import api
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase

from .rooms import ADA, BOB, CLEO, OLGA, RoomCase

DAY = 86_400.0
NODE = Caller("stream", "component", "stream")
MORE: dict[str, dict[str, Any]] = {
    "react": {"message": 1, "emoji": "👍"},
    "unreact": {"message": 1, "emoji": "👍"},
    "pin": {"message": 1},
    "unpin": {"message": 1},
    "history": {"message": 1},
    "changes": {"first": 1, "last": 1},
    "post": {"text": "hi"},
    "edit": {"message": 1, "text": "hi"},
    "delete": {"message": 1},
    "take_down": {"message": 1},
    "report": {"message": 1},
    "read": {"upto": 1},
    "resolve": {"report": "a"},
    "set_role": {"person": "u_ada", "role": "member"},
    "revoke_invite": {"id": "a"},
    **{verb: {"person": "u_ada"} for verb in ("kick", "ban", "unban", "mute", "unmute", "invite_person")},
}
"""What procedures take besides the room."""
ABOUT_A_ROOM = [
    one
    for one in vars(api).values()
    if isinstance(one, Procedure) and set(one.callers) == PEOPLE and "room" in one.request.__annotations__
]


class PrivateTests(RoomCase):
    """Everybody knows everybody from the lobby; Ada has a private room."""

    def setUp(self) -> None:
        super().setUp()
        for who in (BOB, CLEO):
            self.done(who, api.JOIN, room="lobby")
        self.bus.published.clear()
        self.room = self.done(ADA, api.CREATE, title="Secret plans", kind="private").room

    def seen(self, who: Caller) -> list[str]:
        return [room.title for room in self.done(who, api.LIST).rooms]

    def code(self, **more: Any) -> str:
        return self.done(ADA, api.INVITE, room=self.room, **more).code

    def outcome(self, asked: Awaitable[object]) -> tuple[object, ...]:
        failure = self.failureResultOf(self.start(asked))  # type: ignore[attr-defined]
        return failure.type, failure.value.message

    def test_no_procedure_tells_a_stranger_of_it(self) -> None:
        """Whatever is asked is answered as if there were no such room."""
        assert len(ABOUT_A_ROOM) > 15
        for one in ABOUT_A_ROOM:
            if one in (api.CREATE, api.SEARCH, api.COMMAND_ME, api.COMMAND_SHRUG):  # these two look at words alone
                continue
            more = MORE.get(one.uri.rsplit(".", 1)[1], {})
            there = self.outcome(self.ask(BOB, one, room=self.room, **more))
            assert there == self.outcome(self.ask(BOB, one, room="nowhere", **more)), one.uri
            assert there[0] is api.NoSuchRoom, one.uri
        access = Access("u_bob", "guest", "read", api.stream_of(self.room))
        assert self.outcome(self.rooms.may(NODE, access))[0] is api.NoSuchRoom
        assert self.seen(BOB) == ["Lobby"]
        assert [room.title for room in self.done(BOB, api.BROWSE).rooms] == ["Lobby"]
        assert self.done(BOB, api.BROWSE, words="secret").rooms == []
        self.done(ADA, api.POST, room=self.room, text="the secret")
        for room in (self.room, "nowhere", None):
            assert self.done(BOB, api.SEARCH, query="secret", room=room).results == []
        assert self.told() == [], "nobody was told that it was made"

    def test_its_name_says_nothing(self) -> None:
        asked = api.NewRoom("plans", "Secret plans", "private")
        assert "plans" not in self.get(self.rooms.create(ADA, asked)).room
        self.refused(self.rooms.create(ADA, api.NewRoom(title="No name")), InvalidArgument)

    def test_an_operator_keeps_it_in_order_and_reads_nothing_of_it(self) -> None:
        self.done(BOB, api.ACCEPT, code=self.code())
        reading: list[tuple[Procedure[Any, Any], dict[str, Any]]] = [
            (api.MEMBERS, {}),
            (api.REPORTS, {}),
            (api.DEEDS, {}),
            (api.INVITES, {}),
            (api.INVITE, {}),
            (api.INVITE_PERSON, {"person": "u_olga"}),
            (api.CHANGE, {"subject": "x"}),
            (api.JOIN, {}),
        ]
        for one, more in reading:
            self.refused(self.ask(OLGA, one, room=self.room, **more), api.NoSuchRoom)
        self.done(OLGA, api.BAN, room=self.room, person="u_bob")
        assert self.seen(BOB) == ["Lobby"]

    def test_a_link_lets_in_whoever_has_it_as_often_as_it_says(self) -> None:
        code = self.code(uses=1)
        shown = self.done(BOB, api.INVITATION, code=code)
        assert (shown.title, shown.by, shown.joined) == ("Secret plans", "Ada", False)
        for _ in range(2):
            assert self.outcome(self.ask(BOB, api.JOIN, room=self.room))[0] is api.NoSuchRoom
        assert self.done(BOB, api.ACCEPT, code=code).joined
        self.refused(self.ask(CLEO, api.ACCEPT, code=code), api.InviteInvalid)
        assert "Secret plans" in self.seen(BOB)

    def test_who_is_in_already_uses_no_link_up(self) -> None:
        code = self.code(uses=1)
        self.done(ADA, api.ACCEPT, code=code)
        self.done(BOB, api.ACCEPT, code=code)

    def test_a_link_ends_after_its_days_or_when_it_is_revoked(self) -> None:
        old, revoked = self.code(), self.code(days=30)
        made = max(self.done(ADA, api.INVITES, room=self.room).invites, key=lambda one: one.expires)
        self.done(ADA, api.REVOKE_INVITE, room=self.room, id=made.id)
        self.refused(self.ask(BOB, api.ACCEPT, code=revoked), api.InviteInvalid)
        self.clock.advance(10 * DAY)
        self.refused(self.ask(BOB, api.ACCEPT, code=old), api.InviteInvalid)
        assert self.done(ADA, api.INVITES, room=self.room).invites == []

    def test_no_code_is_kept(self) -> None:
        code = self.code()
        kept = self.get(self.db.read(lambda connection: list(connection.exec_driver_sql("SELECT * FROM room_invite"))))
        assert kept and not any(code in str(row) for row in kept)

    def test_members_make_no_links_into_a_private_room(self) -> None:
        self.done(BOB, api.ACCEPT, code=self.code())
        self.refused(self.ask(BOB, api.INVITE, room=self.room), api.NotAModerator)
        self.refused(self.ask(BOB, api.INVITE_PERSON, room=self.room, person="Cleo"), api.NotAModerator)

    def test_who_is_banned_comes_in_by_no_link(self) -> None:
        code = self.code()
        self.done(BOB, api.ACCEPT, code=code)
        self.done(ADA, api.BAN, room=self.room, person="u_bob")
        self.refused(self.ask(BOB, api.ACCEPT, code=code), api.Banned)
        self.refused(self.ask(ADA, api.INVITE_PERSON, room=self.room, person="Bob"), api.NotToThem)

    def test_somebody_is_asked_in_by_name_and_told_so(self) -> None:
        assert self.done(ADA, api.INVITE_PERSON, room=self.room, person="bob").id == "u_bob"
        (told,) = self.log(self.done(BOB, api.LIST).personal.removeprefix("openline.room."))
        assert told[1:] == ("room_invited", {"room": self.room, "title": "Secret plans"})
        assert [room.invited for room in self.done(BOB, api.LIST).rooms] == [False, True]
        self.done(BOB, api.JOIN, room=self.room)
        self.done(ADA, api.KICK, room=self.room, person="u_bob")
        assert self.outcome(self.ask(BOB, api.JOIN, room=self.room))[0] is api.NoSuchRoom, "once"

    def test_only_who_shares_a_room_is_asked_and_by_a_name_that_is_theirs_alone(self) -> None:
        self.done(Caller("u_bob2", "guest", "Bob"), api.JOIN, room="lobby")
        for person, kind in (("u_olga", api.NoSuchPerson), ("Nobody", api.NoSuchPerson), ("Bob", api.SeveralPeople)):
            self.refused(self.ask(ADA, api.INVITE_PERSON, room=self.room, person=person), kind)

    def test_only_whose_it_is_reads_a_stream_of_ones_own(self) -> None:
        own = self.done(BOB, api.LIST).personal
        for id, role, allowed in (("u_bob", "guest", True), ("u_ada", "guest", False), ("u_olga", "operator", False)):
            assert self.get(self.rooms.may(NODE, Access(id, role, "read", own))).allow is allowed

    def test_the_same_people_have_one_direct_room_and_nobody_else_sees_it(self) -> None:
        room = self.done(ADA, api.DIRECT_WITH, people=["u_bob"])
        assert (room.title, room.kind, room.members) == ("Bob", "direct", 2)
        again = self.done(BOB, api.DIRECT_WITH, people=["u_ada", "u_bob"])
        assert (again.room, again.title) == (room.room, "Ada")
        assert self.done(ADA, api.DIRECT_WITH, people=["u_bob", "u_cleo"]).room != room.room
        (told, *_) = self.log(self.done(BOB, api.LIST).personal.removeprefix("openline.room."))
        assert told[1:] == ("room_opened", {"room": room.room})
        assert self.outcome(self.ask(CLEO, api.JOIN, room=room.room))[0] is api.NoSuchRoom
        assert "Bob" not in self.seen(CLEO)

    def test_who_left_a_direct_room_is_asked_and_not_put_into_it_again(self) -> None:
        room = self.done(ADA, api.DIRECT_WITH, people=["u_bob"]).room
        self.done(BOB, api.LEAVE, room=room)
        assert self.done(ADA, api.DIRECT_WITH, people=["u_bob"]).members == 1
        assert self.done(BOB, api.JOIN, room=room).members == 2

    def test_a_direct_room_has_two_to_eight_people_who_know_each_other(self) -> None:
        for people, kind in ((["u_ada"], InvalidArgument), (["u_olga"], api.NoSuchPerson)):
            self.refused(self.ask(ADA, api.DIRECT_WITH, people=people), kind)
        crowd = [Caller(f"u_{n}", "guest", f"N{n}") for n in range(8)]
        for who in crowd:
            self.done(who, api.JOIN, room="lobby")
        self.refused(self.ask(ADA, api.DIRECT_WITH, people=[who.id for who in crowd]), InvalidArgument)
        assert self.done(ADA, api.DIRECT_WITH, people=[who.id for who in crowd[:7]]).members == 8

    def test_nobody_runs_a_direct_room(self) -> None:
        room = self.done(ADA, api.DIRECT_WITH, people=["u_bob"]).room
        self.refused(self.ask(ADA, api.KICK, room=room, person="u_bob"), api.NotAModerator)
        self.refused(self.ask(ADA, api.SET_ROLE, room=room, person="u_ada", role="owner"), api.NotInDirect)
        self.refused(self.ask(ADA, api.INVITE_PERSON, room=room, person="u_cleo"), api.NotInDirect)
        self.done(ADA, api.LEAVE, room=room)
        assert self.log(room)[-1][1] == "member_left"

    def test_public_rooms_are_browsed_by_title_and_topic_page_by_page(self) -> None:
        for name in ("zebra", "apple", "mango"):
            self.done(ADA, api.CREATE, room=name, title=name.title(), subject="50% fruit" if name != "zebra" else "")
        page = self.done(BOB, api.BROWSE, limit=2)
        assert [room.title for room in page.rooms] == ["Apple", "Lobby"]
        rest = self.done(BOB, api.BROWSE, limit=2, after=page.next)
        assert ([room.title for room in rest.rooms], rest.next) == (["Mango", "Zebra"], None)
        assert [room.room for room in self.done(BOB, api.BROWSE, words="50% FRUIT").rooms] == ["apple", "mango"]
        assert self.done(BOB, api.BROWSE, words="5_% fruit").rooms == []
        self.done(ADA, api.CHANGE, room="apple", archived=True)
        assert [room.room for room in self.done(BOB, api.BROWSE, words="fruit").rooms] == ["mango"]
        assert len(self.done(BOB, api.BROWSE, words="fruit", archived=True).rooms) == 2


class SqlitePrivateTests(PrivateTests, SynchronousTestCase):
    """Private rooms on SQLite."""

    database = MemoryDatabase


class PostgresPrivateTests(PrivateTests, SynchronousTestCase):
    """Private rooms on PostgreSQL."""

    database = PostgresDatabase
