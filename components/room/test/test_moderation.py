"""Who keeps a room in order, and how: roles, mutes, bans, slow mode, reports and deletions. On both databases."""

from typing import Any

from twisted.internet.defer import Deferred, succeed
from twisted.trial.unittest import SynchronousTestCase

from components.contract import Access, Caller, Unavailable
from components.room import api
from components.settings import Rate, RoomRules
from router.api import ON_ACCESS_LOST, Loss
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase

from .rooms import ADA, BOB, CLEO, OLGA, RoomCase

MO = Caller("u_mo", "guest", "Mo")
NODE = Caller("stream", "component", "stream")


class ModerationTests(RoomCase):
    """Ada owns the team, Mo moderates it, Bob and Cleo are members."""

    def setUp(self) -> None:
        super().setUp()
        self.done(ADA, api.CREATE, room="team")
        for who in (MO, BOB, CLEO):
            self.clock.advance(1.0)
            self.done(who, api.JOIN, room="team")
        self.done(ADA, api.SET_ROLE, room="team", person="u_mo", role="moderator")

    def say(self, who: Caller, text: str = "hi", key: str | None = None) -> Any:
        return self.ask(who, api.POST, room="team", text=text, key=key)

    def said(self, who: Caller, text: str = "hi", key: str | None = None) -> Any:
        return self.get(self.say(who, text, key))

    def roles(self) -> dict[str, str]:
        return {member.name: member.role for member in self.done(ADA, api.MEMBERS, room="team").members}

    def test_owners_say_who_is_what(self) -> None:
        assert self.last("team") == ("role_changed", {"id": "u_mo", "name": "Mo", "role": "moderator"})
        self.refused(self.ask(MO, api.SET_ROLE, room="team", person="u_bob", role="moderator"), api.NotAnOwner)
        self.refused(self.ask(BOB, api.SET_ROLE, room="team", person="u_bob", role="owner"), api.NotAnOwner)
        self.done(OLGA, api.SET_ROLE, room="team", person="u_bob", role="owner")
        assert self.roles() == {"Ada": "owner", "Mo": "moderator", "Bob": "owner", "Cleo": "member"}

    def test_the_last_owner_stays_one(self) -> None:
        self.refused(self.ask(ADA, api.SET_ROLE, room="team", person="u_ada", role="member"), api.LastOwner)
        self.done(ADA, api.SET_ROLE, room="team", person="u_bob", role="owner")
        self.done(BOB, api.SET_ROLE, room="team", person="u_ada", role="member")
        assert self.roles()["Ada"] == "member"

    def test_a_room_whose_last_owner_goes_is_the_longest_moderators_else_the_longest_members(self) -> None:
        self.done(ADA, api.LEAVE, room="team")
        assert self.last("team") == ("role_changed", {"id": "u_mo", "name": "Mo", "role": "owner"})
        self.done(MO, api.LEAVE, room="team")
        assert self.last("team") == ("role_changed", {"id": "u_bob", "name": "Bob", "role": "owner"})
        for who in (BOB, CLEO):
            self.done(who, api.LEAVE, room="team")
        assert self.last("team")[0] == "member_left", "nobody is left to own it"

    def test_nobody_keeps_in_order_who_is_as_much_as_they_are(self) -> None:
        for act in (api.KICK, api.BAN, api.MUTE):
            self.refused(self.ask(BOB, act, room="team", person="u_cleo"), api.NotAModerator)
            self.refused(self.ask(MO, act, room="team", person="u_ada"), api.NotToThem)
            self.refused(self.ask(ADA, act, room="team", person="u_ada"), api.NotToThem)
        self.done(ADA, api.KICK, room="team", person="u_mo")
        self.done(OLGA, api.KICK, room="team", person="u_ada")
        assert self.last("team") == ("role_changed", {"id": "u_bob", "name": "Bob", "role": "owner"})

    def test_who_is_muted_reads_on_and_is_told_until_when_they_do_not_speak(self) -> None:
        posted = self.said(BOB)
        self.done(MO, api.MUTE, room="team", person="u_bob", seconds=60, why="shouting")
        told = {"id": "u_bob", "name": "Bob", "until": self.clock.seconds() + 60, "why": "shouting"}
        assert self.last("team") == ("member_muted", told)
        mute = self.done(BOB, api.JOIN, room="team").mute
        assert mute == api.Mute(self.clock.seconds() + 60, "shouting")
        refusal = self.refused(self.say(BOB), api.Muted)
        assert refusal.fields == {"until": told["until"], "why": "shouting", "retry_after": 60.0}
        self.refused(self.ask(BOB, api.EDIT, room="team", message=posted.offset, text="HEY"), api.Muted)
        assert self.get(self.rooms.may(NODE, Access("u_bob", "guest", "read", "openline.room.team"))).allow
        self.clock.advance(60.0)
        self.said(BOB)

    def test_who_left_to_be_muted_no_more_still_is_until_that_is_lifted(self) -> None:
        self.done(MO, api.MUTE, room="team", person="u_bob")
        self.done(BOB, api.LEAVE, room="team")
        self.done(BOB, api.JOIN, room="team")
        assert self.refused(self.say(BOB), api.Muted).fields["until"] is None
        self.done(MO, api.UNMUTE, room="team", person="u_bob")
        assert self.last("team") == ("member_unmuted", {"id": "u_bob", "name": "Bob"})
        self.said(BOB)

    def test_a_message_that_was_taken_before_its_author_was_muted_is_answered_again(self) -> None:
        self.said(BOB, "hi", "k1")
        self.done(MO, api.MUTE, room="team", person="u_bob")
        assert self.said(BOB, "hi", "k1").duplicate

    def test_who_is_banned_is_cut_off_and_does_not_come_back_before_the_end(self) -> None:
        self.done(MO, api.BAN, room="team", person="u_bob", seconds=3600, why="spam")
        assert self.bus.published[-1] == (ON_ACCESS_LOST.uri, Loss("u_bob", "openline.room.team"))
        assert not self.get(self.rooms.may(NODE, Access("u_bob", "guest", "read", "openline.room.team"))).allow
        assert [type for _, type, _ in self.log("team")][-2:] == ["member_kicked", "member_banned"]
        self.refused(self.say(BOB), api.NotAMember)
        refusal = self.refused(self.ask(BOB, api.JOIN, room="team"), api.Banned)
        assert refusal.fields == {"until": self.clock.seconds() + 3600, "why": "spam", "retry_after": 3600.0}
        self.clock.advance(3600.0)
        assert self.done(BOB, api.JOIN, room="team").joined

    def test_a_ban_holds_for_who_is_not_there_until_it_is_lifted(self) -> None:
        self.done(BOB, api.LEAVE, room="team")
        self.done(MO, api.BAN, room="team", person="u_bob")
        self.refused(self.ask(BOB, api.JOIN, room="team"), api.Banned)
        (held,) = self.done(MO, api.SANCTIONS, room="team").sanctions
        assert (held.id, held.what, held.until) == ("u_bob", "ban", None)
        self.done(MO, api.UNBAN, room="team", person="u_bob")
        assert self.done(MO, api.SANCTIONS, room="team").sanctions == []
        self.done(BOB, api.JOIN, room="team")

    def test_a_slow_room_keeps_members_waiting_and_moderators_not(self) -> None:
        self.done(MO, api.CHANGE, room="team", slow=30)
        self.said(BOB, "one", "k1")
        self.clock.advance(10.0)
        assert self.refused(self.say(BOB, "two"), api.SlowMode).fields == {"seconds": 30, "retry_after": 20.0}
        assert self.said(BOB, "one", "k1").duplicate, "what is repeated was said in time"
        for who in (CLEO, MO, MO):
            self.said(who)
        self.clock.advance(20.0)
        self.said(BOB, "two")

    def test_an_archived_room_is_read_and_nothing_else(self) -> None:
        posted = self.said(BOB)
        self.refused(self.ask(MO, api.CHANGE, room="team", archived=True), api.NotAnOwner)
        assert self.done(ADA, api.CHANGE, room="team", archived=True).archived
        self.refused(self.say(ADA), api.RoomArchived)
        self.refused(self.ask(BOB, api.EDIT, room="team", message=posted.offset, text="x"), api.RoomArchived)
        assert self.get(self.rooms.may(NODE, Access("u_bob", "guest", "read", "openline.room.team"))).allow
        self.done(ADA, api.CHANGE, room="team", archived=False)
        assert [type for _, type, _ in self.log("team")][-2:] == ["room_archived", "room_unarchived"]
        self.said(BOB)

    def test_a_room_is_given_other_words_by_those_who_run_it(self) -> None:
        self.refused(self.ask(BOB, api.CHANGE, room="team", subject="mine"), api.NotAModerator)
        room = self.done(MO, api.CHANGE, room="team", title=" The Team ", subject="of\n us", description="All\nof it")
        assert (room.title, room.subject, room.description) == ("The Team", "of us", "All\nof it")
        told = {"title": "The Team", "subject": "of us", "description": "All\nof it"}
        assert self.last("team") == ("room_changed", told)
        uri, public = self.bus.published[-1]
        assert uri == api.ON_CHANGED.uri
        assert isinstance(public, api.Room) and (public.joined, public.role) == (False, None)
        before = self.log("team")
        self.done(MO, api.CHANGE, room="team", title="The Team")
        assert self.log("team") == before, "nothing was different"

    def test_a_moderator_deletes_a_message_and_the_tombstone_says_who_and_why(self) -> None:
        posted = self.said(BOB, "spam")
        self.refused(self.ask(CLEO, api.TAKE_DOWN, room="team", message=posted.offset), api.NotAModerator)
        self.done(MO, api.TAKE_DOWN, room="team", message=posted.offset, why="advertising")
        assert self.log("team")[-2:] == [
            (posted.offset, "message_posted", {}),
            (posted.offset + 1, "message_deleted", {"message": posted.offset, "why": "advertising"}),
        ]
        assert self.bus.events[-1]["by"] == {"id": "u_mo", "name": "Mo"}
        self.refused(self.ask(MO, api.TAKE_DOWN, room="team", message=posted.offset), api.MessageDeleted)
        owners = self.said(ADA)
        self.refused(self.ask(MO, api.TAKE_DOWN, room="team", message=owners.offset), api.NotToThem)

    def test_a_report_is_kept_with_its_words_until_it_is_dealt_with(self) -> None:
        posted = self.said(BOB, "rude")
        edited = self.done(BOB, api.EDIT, room="team", message=posted.offset, text="ruder")
        for _ in range(2):
            self.done(CLEO, api.REPORT, room="team", message=posted.offset, why="insults")
        self.done(BOB, api.DELETE, room="team", message=posted.offset)
        (report,) = self.done(MO, api.REPORTS, room="team").reports
        assert (report.words, report.author.name, report.by.name, report.why) == ("ruder", "Bob", "Cleo", "insults")
        assert edited.offset > report.message == posted.offset
        told = self.log(self.personal(MO))
        assert told == [(1, "message_reported", {"room": "team", "message": posted.offset})]
        self.refused(self.ask(BOB, api.REPORTS, room="team"), api.NotAModerator)
        self.done(MO, api.RESOLVE, room="team", report=report.id)
        assert self.done(MO, api.REPORTS, room="team").reports == []
        self.refused(self.ask(MO, api.RESOLVE, room="team", report=report.id), api.NoSuchReport)

    def test_moderators_read_who_did_what_to_whom_and_why(self) -> None:
        self.done(MO, api.MUTE, room="team", person="u_bob", seconds=60, why="shouting")
        self.done(MO, api.KICK, room="team", person="u_cleo", why="asked for it")
        deeds = self.done(MO, api.DEEDS, room="team").deeds
        assert [(deed.by.name, deed.what, deed.person and deed.person.name, deed.why) for deed in deeds] == [
            ("Mo", "kicked", "Cleo", "asked for it"),
            ("Mo", "muted", "Bob", "shouting"),
            ("Ada", "made_moderator", "Mo", ""),
        ]
        (older,) = self.done(MO, api.DEEDS, room="team", before=deeds[1].number).deeds
        assert older == deeds[2]
        self.refused(self.ask(BOB, api.DEEDS, room="team"), api.NotAModerator)

    def personal(self, who: Caller) -> str:
        return self.done(who, api.LIST).personal.removeprefix("openline.room.")


class RateTests(RoomCase):
    """How fast somebody may talk."""

    rules = RoomRules(rate=Rate(per_second=1, burst=2))

    def test_who_posts_too_fast_is_told_how_long_to_wait(self) -> None:
        self.post(ADA, "one")
        self.post(ADA, "two")
        refusal = self.refused(self.rooms.post(ADA, api.Post("lobby", "three")), api.TooFast)
        assert refusal.fields == {"retry_after": 1.0}
        self.get(self.rooms.join(BOB, api.Which("lobby")))
        self.post(BOB, "others do not wait")
        self.clock.advance(1.0)
        self.post(ADA, "three")


class FilterTests(RoomCase):
    """What a component of the site is asked before words are kept."""

    rules = RoomRules(filter="app.words.judge")

    def answer(self, judgement: api.Judgement) -> None:
        self.bus.answers["app.words.judge"] = lambda: succeed(judgement)

    def test_it_says_what_is_said(self) -> None:
        self.answer(api.Judgement(True))
        posted = self.post(ADA, "good")
        assert self.bus.asked == [("app.words.judge", api.Words("lobby", "u_ada", "Ada", "good"))]
        self.answer(api.Judgement(False, "No such words."))
        refusal = self.refused(self.rooms.post(ADA, api.Post("lobby", "bad")), api.Filtered)
        assert refusal.message == "No such words."
        self.refused(self.rooms.edit(ADA, api.Edit("lobby", posted.offset, "bad")), api.Filtered)

    def test_while_it_does_not_answer_nothing_is_said(self) -> None:
        refusal = self.refused(self.rooms.post(ADA, api.Post("lobby", "hi")), Unavailable)
        assert refusal.fields == {"retry_after": 2.0}
        self.bus.answers["app.words.judge"] = Deferred
        waiting = self.start(self.rooms.post(ADA, api.Post("lobby", "hi")))
        self.clock.advance(5.0)
        self.failureResultOf(waiting, Unavailable)  # type: ignore[attr-defined]


class SqliteModerationTests(ModerationTests, SynchronousTestCase):
    """Moderation on SQLite."""

    database = MemoryDatabase


class PostgresModerationTests(ModerationTests, SynchronousTestCase):
    """Moderation on PostgreSQL."""

    database = PostgresDatabase


class RatesOnSqlite(RateTests, SynchronousTestCase):
    """The database has no part in rates."""

    database = MemoryDatabase


class FiltersOnSqlite(FilterTests, SynchronousTestCase):
    """Nor in filters."""

    database = MemoryDatabase
