"""Who is told of what, once, by which push service; on SQLite and on PostgreSQL."""

import stat
from typing import Any, ClassVar

from twisted.trial.unittest import SynchronousTestCase

from components.contract import Caller, InvalidArgument, Nothing
from components.push import api, keys, rules, store
from components.push.asking import Cut
from components.push.post import Outcome
from components.push.test.world import ADA, BOB, PushCase
from components.room import api as room
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase
from tests.support.pushservice import Browser

EVE = Caller("u_eve", "member", "Eve", "f_eve")


class PushTests(PushCase):
    """What holds whatever database is below."""

    def prefer(self, **different: Any) -> None:
        self.do(room.PREFER, room.Preference("lobby", **different))

    def notify(self, **different: Any) -> None:
        self.do(room.NOTIFY, room.Notices(**different))

    def read(self, upto: int) -> None:
        self.do(room.READ, room.Read("lobby", upto))

    def do(self, procedure: Any, request: Any) -> None:
        answer = next(route.answer for route in self.rooms.routes() if route.procedure is procedure)
        self.get(answer(ADA, request))

    # ---- what is told

    def test_a_message_is_pushed_once_to_each_device_after_the_wait(self) -> None:
        phone, desk = self.subscribe(), self.subscribe(endpoint="https://push.example.com/2")
        offset = self.say("are you there?")
        assert self.looks(0.5) == [], "it may be read meanwhile"
        assert sorted(self.looks()) == ["1", "2"]
        for browser in (phone, desk):
            told = self.last(browser)
            assert (told["title"], told["body"]) == ("Bob in Lobby", "are you there?")
            assert (told["room"], told["offset"], told["unread"], told["rooms"]) == ("lobby", offset, 1, ["lobby"])
        assert self.looks() == self.looks(60.0) == []

    def test_nobody_is_told_of_their_own_words_or_of_what_was_said_before(self) -> None:
        self.say("before")
        self.subscribe()
        self.say("mine", ADA)
        assert self.looks() == []

    def test_what_is_read_or_deleted_meanwhile_is_not_pushed(self) -> None:
        self.subscribe()
        self.read(self.say("read at the desk"))
        assert self.looks() == []
        gone = self.say("gone")
        self.get(self.rooms.delete(BOB, room.Delete("lobby", gone)))
        assert self.looks() == []

    def test_several_messages_of_a_room_are_one_push_and_the_next_waits_a_while(self) -> None:
        browser = self.subscribe()
        for text in ("one", "two", "three"):
            self.say(text)
        assert self.looks() == ["1"]
        assert (self.last(browser)["body"], self.last(browser)["unread"]) == ("three", 3)
        self.say("four")
        assert self.looks() == [], "not every few seconds"
        assert self.looks(rules.PACE) == ["1"]
        assert self.last(browser)["body"] == "four"

    def test_who_is_named_is_told_at_once(self) -> None:
        browser = self.subscribe()
        self.say("hello")
        self.looks()
        self.say("@Ada come here")
        assert self.looks() == ["1"]
        assert self.last(browser)["body"] == "@Ada come here"
        assert self.post.sent[-1][1]["Urgency"] == "high"

    def test_what_is_wanted_of_a_room_holds(self) -> None:
        browser = self.subscribe()
        self.prefer(level="mentions")
        self.say("to all")
        assert self.looks() == []
        self.say("@Ada to you")
        self.say("to all again")
        assert self.looks() == ["1"]
        assert self.last(browser)["body"] == "@Ada to you"
        self.prefer(level="default", muted=True)
        self.say("@Ada and now?")
        assert self.looks(20.0) == []

    def test_what_is_wanted_of_all_holds_and_a_pause_and_quiet_hours(self) -> None:
        self.subscribe()
        self.notify(level="nothing")
        self.say("one")
        assert self.looks() == []
        self.notify(paused=self.clock.seconds() + 600.0)
        self.say("two")
        assert self.looks() == []
        minute = int(self.clock.seconds() // 60 % 1_440)
        self.notify(quiet=room.Quiet((minute - 5) % 1_440, (minute + 1) % 1_440, "UTC"))
        self.clock.advance(60.0 - self.clock.seconds() % 60.0 - 5.0)
        self.say("three")
        assert self.looks() == self.looks(10.0) == [], "nor when they are over"
        self.say("four")
        assert self.looks() == ["1"]

    def test_who_wants_not_to_be_disturbed_is_not(self) -> None:
        self.subscribe()
        self.bus.undisturbed = ["u_ada"]
        self.say("hello")
        assert self.looks() == []

    def test_who_uses_a_device_sees_it_there_and_who_goes_away_is_told(self) -> None:
        self.subscribe()
        self.bus.looking = ["u_ada"]
        self.say("hello")
        assert self.looks() == self.looks(20.0) == []
        self.bus.looking = []
        assert self.looks() == ["1"], "their device was gone, and nobody knew"
        self.bus.looking = ["u_ada"]
        self.say("again")
        assert self.looks(40.0) == self.looks(40.0) == []
        self.bus.looking = []
        assert self.looks() == [], "they have seen that"

    def test_direct_rooms_are_called_as_who_speaks(self) -> None:
        browser = self.subscribe()
        direct = self.get(self.rooms.direct(BOB, room.People(["u_ada"]))).room
        self.say("psst", name=direct)
        assert self.looks() == ["1"]
        assert self.last(browser)["title"] == "Bob"
        assert self.post.sent[-1][1]["Urgency"] == "high"

    def test_who_left_a_room_hears_no_more(self) -> None:
        self.subscribe()
        self.say("bye")
        self.get(self.rooms.leave(ADA, room.Which("lobby")))
        assert self.looks() == []

    # ---- crashes and push services that fail

    def test_what_was_said_while_nobody_looked_is_told_late_and_once(self) -> None:
        browser = self.subscribe()
        self.say("first")
        self.looks()
        self.push = self.started()
        assert self.looks() == [], "that was told"
        self.say("second")
        self.clock.advance(3_600.0)
        self.push = self.started()
        assert self.looks() == ["1"]
        assert self.last(browser)["body"] == "second"
        self.push = self.started()
        assert self.looks() == []

    def test_what_is_a_day_old_is_told_to_nobody(self) -> None:
        self.subscribe()
        self.say("yesterday")
        assert self.looks(rules.DAY + 10.0) == []

    def test_while_the_rooms_do_not_answer_nothing_is_decided(self) -> None:
        self.subscribe()
        self.say("hello")
        self.bus.broken = True
        assert self.looks(80.0) == []
        self.bus.broken = False
        assert self.looks() == ["1"]

    def test_a_push_service_that_is_busy_is_left_alone_and_tried_again(self) -> None:
        browser = self.subscribe()
        self.post.answers[browser.endpoint] = Outcome("later", 120.0, "429")
        self.say("one")
        assert self.looks() == ["1"]
        self.say("two")
        assert self.looks(110.0) == []
        self.post.answers.clear()
        assert self.looks(20.0) == ["1"]
        assert self.last(browser)["body"] == "two"
        assert self.looks(60.0) == []

    def test_one_that_does_not_answer_is_left_alone_by_all_devices_longer_and_longer(self) -> None:
        for number in ("1", "2", "3"):
            browser = self.subscribe(endpoint=f"https://push.example.com/{number}")
            self.post.answers[browser.endpoint] = Outcome("later", None, "TimeoutError", by_host=True)
        self.say("hello")
        tries = [len(self.looks()) for _ in range(60)]
        assert 3 <= sum(tries) <= 12, "two minutes, three devices"
        assert tries[-20:].count(0) >= 18
        self.post.answers.clear()
        for _ in range(100):
            self.looks()
        delivered = {to for to, _, _ in self.post.sent[sum(tries) :]}
        assert len(delivered) == 3, "in the end"

    def test_a_device_that_is_gone_is_forgotten(self) -> None:
        browser = self.subscribe()
        self.post.answers[browser.endpoint] = Outcome("gone")
        self.say("one")
        assert self.looks() == ["1"]
        self.say("two")
        assert self.looks(30.0) == []
        assert self.devices() == []

    def test_what_is_refused_is_not_said_again_and_one_that_takes_nothing_is_forgotten(self) -> None:
        browser = self.subscribe()
        self.post.answers[browser.endpoint] = Outcome("refused", None, "400")
        for number in range(rules.PATIENCE):
            self.say(f"message {number}")
            assert self.looks(rules.PACE + 1.0) == ["1"]
            assert self.looks() == []
        assert self.devices() == []

    # ---- devices and keys

    def devices(self) -> list[rules.Device]:
        return self.get(self.db.read(store.due, 1e12))

    def test_a_device_that_is_signed_out_is_told_no_more(self) -> None:
        self.subscribe()
        self.bus.living = set()
        self.say("hello")
        assert self.looks() == []
        assert self.devices() == []

    def test_whoever_is_cut_is_forgotten_at_once_also_if_nobody_was_here_to_hear_it(self) -> None:
        self.subscribe()
        self.subscribe(BOB, "https://push.example.com/2")
        [ear] = self.push.ears()
        ear.hear(Cut("u_ada", "f_other", self.clock.seconds()))
        self.looks()
        assert len(self.devices()) == 2
        ear.hear(Cut("u_ada", "f_ada", self.clock.seconds()))
        self.looks()
        assert [device.person for device in self.devices()] == ["u_bob"]
        self.bus.cuts = [Cut("u_bob", "", self.clock.seconds())]
        self.push = self.started()
        self.looks()
        assert self.devices() == []

    def test_off_is_off_and_only_for_ones_own(self) -> None:
        browser = self.subscribe()
        self.get(self.push.off(EVE, api.Which(browser.endpoint)))
        assert len(self.devices()) == 1
        self.get(self.push.off(ADA, api.Which(browser.endpoint)))
        self.get(self.push.off(ADA, api.Which(browser.endpoint)))
        assert self.devices() == []

    def test_a_browser_is_one_persons_at_a_time(self) -> None:
        browser = self.subscribe()
        key = self.get(self.push.key(BOB, Nothing())).key
        self.get(self.push.on(BOB, api.Subscription(**browser.subscription(key))))
        self.say("hello")
        assert self.looks() == []
        self.say("hello, Bob", ADA)
        assert self.looks() == ["1"]

    def test_one_person_has_so_many_devices(self) -> None:
        for number in range(api.MOST_DEVICES + 2):
            self.clock.advance(1.0)
            self.subscribe(endpoint=f"https://push.example.com/{number}")
        kept = {device.endpoint.rpartition("/")[2] for device in self.devices()}
        assert kept == {str(number) for number in range(2, api.MOST_DEVICES + 2)}

    def test_who_opens_the_page_again_stays_and_who_does_not_is_forgotten(self) -> None:
        browser = self.subscribe()
        self.clock.advance(rules.FORGET - 10.0)
        self.get(self.push.forget())
        key = self.get(self.push.key(ADA, Nothing())).key
        self.get(self.push.on(ADA, api.Subscription(**browser.subscription(key))))
        self.clock.advance(rules.FORGET - 10.0)
        self.get(self.push.forget())
        assert len(self.devices()) == 1
        self.clock.advance(20.0)
        self.get(self.push.forget())
        assert self.devices() == []

    def test_keys_are_private_and_replaced_while_older_devices_go_on(self) -> None:
        old = self.subscribe()
        [key] = (self.keys / keys.FOLDER).iterdir()
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
        first = self.get(self.push.key(ADA, Nothing())).key
        keys.rotate(self.keys, self.clock.seconds() + 10.0)
        self.get(self.push.renew())
        assert self.get(self.push.key(ADA, Nothing())).key != first
        self.subscribe(endpoint="https://push.example.com/2")
        self.say("hello")
        assert sorted(self.looks()) == ["1", "2"]
        signed = {headers["Authorization"].rpartition("k=")[2] for _, headers, _ in self.post.sent}
        assert len(signed) == 2 and first in signed
        self.get(self.push.forget())
        assert len([*key.parent.iterdir()]) == 2
        self.get(self.push.off(ADA, api.Which(old.endpoint)))
        self.get(self.push.forget())
        assert not key.exists()
        late = api.Subscription(**old.subscription(first))
        self.get(self.push.renew())
        self.refused(self.push.on(ADA, late), api.KeyChanged)

    def test_what_is_no_subscription_is_refused(self) -> None:
        key = self.get(self.push.key(ADA, Nothing())).key
        right = Browser("https://push.example.com/1").subscription(key)
        for wrong in ({"p256dh": "AAAA"}, {"auth": "AAAA"}, {"p256dh": "A" * 87}, {"endpoint": "ftp://a.example.com"}):
            self.refused(self.push.on(ADA, api.Subscription(**{**right, **wrong})), InvalidArgument)
        inside = api.Subscription(**{**right, "endpoint": "https://127.0.0.1/push"})
        self.refused(self.push.on(ADA, inside), api.NotAllowed)

    def test_somebody_tries_whether_it_arrives(self) -> None:
        browser = self.subscribe()
        self.bus.looking = ["u_ada"]
        self.get(self.push.try_out(ADA, api.Which(browser.endpoint)))
        assert self.last(browser)["body"] == "Notifications arrive on this device."
        self.refused(self.push.try_out(BOB, api.Which(browser.endpoint)), api.NotSubscribed)
        self.post.answers[browser.endpoint] = Outcome("gone")
        self.refused(self.push.try_out(ADA, api.Which(browser.endpoint)), api.NotDelivered)
        self.subscribe()
        self.get(self.push.try_out(ADA, api.Which(self.subscribe(endpoint="https://push.example.com/2").endpoint)))
        self.refused(self.push.try_out(ADA, api.Which("https://push.example.com/2")), api.TooSoon)


class SqlitePushTests(PushTests, SynchronousTestCase):
    """On SQLite."""

    database = MemoryDatabase


class PostgresPushTests(PushTests, SynchronousTestCase):
    """On PostgreSQL."""

    database = PostgresDatabase


class WordlessTests(PushCase, SynchronousTestCase):
    """Where the operator wants no words pushed."""

    database = MemoryDatabase
    push_rules: ClassVar[dict[str, Any]] = {"words": False}

    def test_neither_words_nor_names_are_pushed(self) -> None:
        browser = self.subscribe()
        self.say("secret")
        assert self.looks() == ["1"]
        told = self.last(browser)
        assert not {"secret", "Bob", "Lobby"} & {word for value in told.values() for word in str(value).split()}
        assert told["room"] == "lobby"
