"""Events on their way to outgoing webhooks: in order, at least once, each webhook by itself. On both databases."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from components.hook import api, rules
from components.hook.web import Answered
from components.room import api as rooms
from components.room.test.rooms import ADA, BOB, OLGA
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase

from .world import HookCase

A, B = "https://a.example/", "https://b.example/"


class OutgoingTests(HookCase):
    def ids(self, url: str = A) -> list[str]:
        return [headers["webhook-id"] for to, headers, _ in self.there.sent if to == url]

    def shown(self, room: str | None = "team") -> api.Outgoing:
        listed = self.hook(OLGA if room is None else ADA, api.LIST, room=room).outgoing
        return next(one for one in listed if one.url == A)

    def test_what_happens_from_now_on_is_sent_in_order_and_signed(self) -> None:
        self.speak("before")
        made = self.subscribe()
        self.speak("one", "two")
        self.look()
        self.look()
        assert self.there.texts(A) == ["one", "two"]
        _, headers, body = self.there.sent[0]
        signed = rules.signed(
            [made.secret], headers["webhook-id"], int(headers["webhook-timestamp"]), self.there.raw[0]
        )
        assert headers == signed
        assert (body["type"], body["data"]["room"]) == ("message_posted", "team")
        assert body["data"]["event"]["by"] == {"id": "u_ada", "name": "Ada"}
        assert body["timestamp"].startswith("1970-01-12T13:46:4")

    def test_only_what_is_wanted_is_sent(self) -> None:
        self.subscribe(types=("member_joined",))
        self.subscribe(B, trigger="deploy")
        self.speak("nothing", "Deploy it")
        self.done(BOB, rooms.JOIN, room="team")
        self.look()
        assert [body["type"] for to, _, body in self.there.sent if to == A] == ["member_joined"]
        assert self.there.texts(B) == ["Deploy it"]
        sent = len(self.there.sent)
        self.hooks = self.begin()
        self.look()
        assert len(self.there.sent) == sent, "what is not wanted is passed for good"

    def test_one_that_fails_is_sent_the_same_again_and_nothing_else_meanwhile(self) -> None:
        self.subscribe()
        self.subscribe(B)
        self.there.answers[A] = 500
        self.speak("one", "two")
        self.look()
        self.look()
        assert (self.there.texts(A), self.there.texts(B)) == (["one"], ["one", "two"])
        assert (self.shown().state, self.shown().why) == ("failing", "It answered 500.")
        self.there.answers[A] = "No answer within 10 s."
        self.look(2.0)
        self.there.answers[A] = 204
        self.look(5.0)
        assert self.there.texts(A) == ["one", "one", "one", "two"]
        assert len(set(self.ids())) == 2
        assert (self.shown().state, self.shown().since) == ("working", None)
        kept = self.hook(ADA, api.DELIVERIES, hook=self.shown().id).deliveries
        assert [(one.status, one.why) for one in kept] == [
            (204, ""),
            (204, ""),
            (None, "No answer within 10 s."),
            (500, "It answered 500."),
        ]

    def test_a_slow_one_keeps_nobody_waiting(self) -> None:
        self.subscribe()
        self.subscribe(B)
        slow: Deferred[Answered] = Deferred()
        self.there.answers[A] = slow
        self.speak("one")
        self.look()
        self.speak("two")
        self.look()
        assert (self.there.texts(A), self.there.texts(B)) == (["one"], ["one", "two"])
        self.there.answers[A] = 200
        slow.callback(Answered(200))
        self.look()
        assert self.there.texts(A) == ["one", "two"]

    def test_what_was_sent_and_not_noted_is_sent_again_under_the_same_id(self) -> None:
        self.subscribe()
        dying: Deferred[Answered] = Deferred()
        self.there.answers[A] = dying
        self.speak("one", "two")
        self.look()
        self.hooks = self.begin()
        self.there.answers[A] = 200
        self.look()
        assert self.there.texts(A) == ["one", "one", "two"]
        assert self.ids()[0] == self.ids()[1] != self.ids()[2]
        self.addCleanup(dying.addErrback, lambda _: None)  # type: ignore[attr-defined]

    def test_what_was_taken_is_not_sent_again_after_a_crash(self) -> None:
        self.subscribe()
        self.speak("one", "two")
        post, dying = self.there.post, Deferred[Answered]()

        async def once(url: str, headers: Any, content: bytes) -> Answered:
            answered = await post(url, headers, content)
            self.there.answers[A] = dying
            return answered

        self.hooks.courier.post = once
        self.look()
        self.hooks = self.begin()
        self.there.answers[A] = 200
        self.look()
        assert self.there.texts(A) == ["one", "two", "two"]
        self.addCleanup(dying.addErrback, lambda _: None)  # type: ignore[attr-defined]

    def test_one_that_asks_for_time_gets_it(self) -> None:
        self.subscribe()
        self.there.answers[A], self.there.after = 429, 60.0
        self.speak("one")
        self.look()
        self.look(50.0)
        assert self.there.texts(A) == ["one"]
        self.look(11.0)
        assert self.there.texts(A) == ["one", "one"]

    def test_after_three_days_it_is_paused_and_its_owner_is_told(self) -> None:
        made = self.subscribe()
        self.there.answers[A] = 503
        self.speak("one")
        for _ in range(80):
            self.look(3_601.0)
        assert self.shown().state == "paused"
        personal = self.done(ADA, rooms.LIST).personal
        told = self.get(self.streams.after(personal, 0, 10))
        assert [(one.type, one.data["hook"]) for one in told] == [("hook_paused", made.id)]
        sent = len(self.there.sent)
        self.look(100_000.0)
        assert len(self.there.sent) == sent
        self.there.answers[A] = 200
        self.hook(ADA, api.RESUME, hook=made.id)
        self.look()
        assert (self.shown().state, self.there.texts(A)[-1]) == ("working", "one")

    def test_an_address_that_is_gone_is_paused_at_once(self) -> None:
        self.subscribe()
        self.there.answers[A] = 410
        self.speak("one")
        self.look()
        assert (self.shown().state, self.shown().why) == ("paused", "It is gone.")

    def test_a_new_secret_signs_beside_the_old_one_for_a_day(self) -> None:
        made = self.subscribe()
        new = self.hook(ADA, api.ROTATE, hook=made.id)
        assert new.secret != made.secret
        self.speak("one")
        self.look()
        self.clock.advance(86_400.0)
        self.speak("two")
        self.look()
        for (_, headers, _), content, secrets in zip(
            self.there.sent, self.there.raw, ([new.secret, made.secret], [new.secret]), strict=True
        ):
            assert headers == rules.signed(secrets, headers["webhook-id"], int(headers["webhook-timestamp"]), content)

    def test_what_was_deleted_meanwhile_is_sent_without_its_words(self) -> None:
        self.subscribe()
        self.there.answers[A] = 500
        self.speak("regretted")
        self.look()
        self.done(ADA, rooms.DELETE, room="team", message=self.log("team")[-1][0])
        self.there.answers[A] = 200
        self.look(2.0)
        assert self.there.texts(A) == ["regretted", ""]
        assert self.there.sent[-1][2]["type"] == "message_deleted"

    def test_a_trial_says_what_came_of_it(self) -> None:
        made = self.subscribe()
        assert self.hook(ADA, api.TRY, hook=made.id).status == 200
        assert self.there.sent[0][2]["type"] == "test"
        self.there.answers[A] = "No such host."
        assert self.hook(ADA, api.TRY, hook=made.id).why == "No such host."
        assert self.shown().state == "working"
        for _ in range(3):
            self.hook(ADA, api.TRY, hook=made.id)
        self.refuses(api.TooFast, ADA, api.TRY, hook=made.id)

    def test_operators_have_all_public_rooms_sent(self) -> None:
        self.refuses(api.NotForYou, ADA, api.SUBSCRIBE, room=None, name="All", url=A)
        self.hook(OLGA, api.SUBSCRIBE, room=None, name="All", url=A)
        private = self.done(ADA, rooms.CREATE, title="Secret", kind="private").room
        self.done(ADA, rooms.CREATE, room="later")
        self.speak("in the team")
        self.speak("nobody's business", room=private)
        self.speak("in a later one", room="later")
        self.look()
        assert sorted(self.there.texts(A)) == ["in a later one", "in the team"]
        self.refuses(api.NotForYou, ADA, api.LIST)
        assert self.shown(None).room is None

    def test_owners_see_to_them_and_nobody_else(self) -> None:
        made = self.subscribe()
        self.done(BOB, rooms.JOIN, room="team")
        self.done(ADA, rooms.SET_ROLE, room="team", person="u_bob", role="moderator")
        asked: dict[Any, dict[str, Any]] = {
            api.SUBSCRIBE: {"room": "team", "name": "x", "url": A},
            **{one: {"hook": made.id} for one in (api.REVOKE, api.ROTATE, api.TRY, api.RESUME, api.DELIVERIES)},
        }
        for procedure, fields in asked.items():
            self.refuses(api.NotForYou, BOB, procedure, **fields)
        assert self.hook(BOB, api.LIST, room="team").outgoing == []
        assert made.secret not in str(self.shown())
        self.hook(ADA, api.REVOKE, hook=made.id)
        self.speak("unheard")
        self.look()
        assert self.there.sent == []

    def test_there_are_so_many(self) -> None:
        for _ in range(api.MOST):
            self.subscribe()
        self.refuses(api.TooManyHooks, ADA, api.SUBSCRIBE, room="team", name="x", url=A)

    def test_only_the_last_deliveries_are_kept(self) -> None:
        self.subscribe()
        for n in range(60):
            self.speak(f"{n}")
        self.look()
        kept = self.hook(ADA, api.DELIVERIES, hook=self.shown().id).deliveries
        assert [one.number for one in kept] == list(range(60, 10, -1))


class SqliteOutgoingTests(OutgoingTests, SynchronousTestCase):
    """Outgoing webhooks on SQLite."""

    database = MemoryDatabase


class PostgresOutgoingTests(OutgoingTests, SynchronousTestCase):
    """Outgoing webhooks on PostgreSQL."""

    database = PostgresDatabase
