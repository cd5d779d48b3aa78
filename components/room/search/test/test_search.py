"""Searching in rooms, on SQLite and on PostgreSQL: the same is found on both."""

from collections.abc import Awaitable
from typing import Any, TypeVar
from unittest.mock import patch

from sqlalchemy import Connection, text
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from components.contract import Caller
from components.migrations.versions.v0006_search import _all_said
from components.room import api
from components.room.component import Rooms
from components.room.search import find, index, turns
from components.streams import Streams
from tests.support.bus import MemoryBus
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase
from tests.support.router import SETTINGS

T = TypeVar("T")
ADA = Caller("u_ada", "guest", "Ada Lovelace")
BOB = Caller("u_bob", "guest", "Bob")
EVE = Caller("u_eve", "guest", "Eve")
OLGA = Caller("u_olga", "operator", "Olga")
DAY = 86_400.0
NOON = 1_780_315_200.0  # 2026-06-01 12:00 UTC


class SearchTests:
    """What holds whatever database is below."""

    database: Any

    def setUp(self) -> None:
        self.clock = Clock()
        self.clock.advance(NOON)
        self.db = self.database()
        self.addCleanup(self.db.close)  # type: ignore[attr-defined]
        self.streams = Streams(self.db, MemoryBus(), self.clock, SETTINGS)
        self.rooms = Rooms(self.db, self.streams, MemoryBus(), self.clock)
        self.get(self.rooms.prepare())
        for who in (ADA, BOB, EVE, OLGA):
            self.get(self.rooms.join(who, api.Which("lobby")))
        self.get(self.rooms.create(BOB, api.NewRoom("team", "The Team")))

    def start(self, coroutine: Awaitable[T]) -> "Deferred[T]":
        async def run() -> T:
            return await coroutine

        return Deferred.fromCoroutine(run())

    def get(self, coroutine: Awaitable[T]) -> T:
        return self.successResultOf(self.start(coroutine))  # type: ignore[attr-defined, no-any-return]

    def refused(self, coroutine: Awaitable[object], kind: type[Exception]) -> None:
        self.failureResultOf(self.start(coroutine), kind)  # type: ignore[attr-defined]

    def post(self, text: str, by: Caller = ADA, room: str = "lobby") -> int:
        self.clock.advance(1.0)
        return self.get(self.rooms.post(by, api.Post(room, text))).offset

    def search(self, query: str, by: Caller = ADA, **more: Any) -> api.Results:
        return self.get(self.rooms.search(by, api.Search(query, **more)))

    def found(self, query: str, by: Caller = ADA, **more: Any) -> list[str]:
        return [found.snippet for found in self.search(query, by, **more).results]

    def test_what_is_found_says_where_when_and_by_whom(self) -> None:
        offset = self.post("The **night** train")
        assert self.search("night TRA").results == [
            api.Hit(
                "lobby", "Lobby", "public", offset, NOON + 1, ADA.author, "The **night** train", [(6, 11), (14, 17 + 2)]
            )
        ]

    def test_all_words_are_found_in_any_order_newest_first(self) -> None:
        for said in ("train at night", "night train", "day train", "trainer, night"):
            self.post(said)
        assert self.found("night train") == ["trainer, night", "night train", "train at night"]
        assert self.found("train night") == ["night train", "train at night"]
        assert self.found('"night train"') == ["night train"]
        assert self.found("train -night") == ["day train"]
        assert self.found('train -"night train" -day') == ["train at night"]
        assert self.found("nothing") == []

    def test_case_accents_and_scripts(self) -> None:
        for said in ("CAFÉ", "明日は会議です", "ship it 🚀", "it's node.js", "Привет"):
            self.post(said)
        assert self.found("café") == self.found("cafe") == ["CAFÉ"]
        assert self.found("会議") == ["明日は会議です"]
        assert self.found("議会") == []
        assert self.found("🚀") == ["ship it 🚀"]
        assert self.found("node.js") == ["it's node.js"]
        assert self.found("привет") == ["Привет"]

    def test_what_would_be_syntax_elsewhere_is_a_word_here(self) -> None:
        self.post("cats or dogs")
        self.post("c:drive and near(2)")
        for query in ("cats OR", "cats AND dogs OR", "near(", "c:dri*", "'cats' | dogs:", "words:cats", "{author} : x"):
            assert isinstance(self.found(query), list)
        assert self.found("cats OR dogs") == ["cats or dogs"]
        assert self.found("words:cats") == []

    def test_by_author(self) -> None:
        self.post("one")
        self.post("two", BOB)
        assert self.found("from:ada") == self.found('from:"ada lovelace"') == self.found("from:me") == ["one"]
        assert self.found("from:ada from:bob") == ["two", "one"]
        assert self.found("in:lobby -from:bob") == self.found("in:lobby -from:me", BOB) == ["one"]
        assert self.found("from:love") == []
        assert self.found("ada") == [], "a name is not a word of the message"

    def test_by_room(self) -> None:
        self.post("one", BOB)
        self.post("two", BOB, "team")
        assert self.found("from:bob in:team", BOB) == self.found('in:"the team"', BOB) == ["two"]
        assert self.found("from:bob", BOB, room="team") == ["two"]
        assert self.found("from:bob -in:team", BOB) == ["one"]

    def test_by_day(self) -> None:
        self.post("first")
        self.clock.advance(DAY)
        self.post("second")
        assert self.found("before:2026-06-02") == ["first"]
        assert self.found("after:2026-06-01") == ["second"]
        assert self.found("after:2026-06-01 before:2026-06-03 second") == ["second"]
        assert self.found("after:2026-06-02") == []
        assert self.found("before:2026-06-02", zone="Pacific/Kiritimati") == []
        self.refused(self.rooms.search(ADA, api.Search("after:2026-06-01", zone="Mars/Base")), api.UnclearSearch)

    def test_by_what_is_in_it(self) -> None:
        self.post("see https://example.org")
        self.post("try `make run`")
        assert self.found("has:link") == ["see https://example.org"]
        assert self.found("has:code") == ["try `make run`"]
        assert self.found("from:me -has:code") == ["see https://example.org"]

    def test_only_rooms_of_ones_own_are_searched(self) -> None:
        secret = self.post("the secret plan", BOB, "team")
        for query in (
            "secret",
            "in:team",
            "secret in:team",
            "from:bob",
            "from:me -x",
            'in:"The Team"',
            "before:2030-01-01",
        ):
            assert self.search(query) == api.Results([], None), query
        assert self.search("secret", room="team") == self.search("secret", room="nowhere") == api.Results([], None)
        place = api.Place("team", secret, 0.0)
        self.post("the plain plan")
        assert self.found("plan", before=place) == [], "nor does a place in one tell when something was said there"
        self.get(self.rooms.join(ADA, api.Which("team")))
        assert self.found("secret") == ["the secret plan"]
        self.get(self.rooms.leave(ADA, api.Which("team")))
        assert self.found("secret") == []

    def test_private_and_direct_rooms_are_searched_by_those_in_them_alone(self) -> None:
        private = self.get(self.rooms.create(BOB, api.NewRoom(title="Our plans", kind="private"))).room
        direct = self.get(self.rooms.direct(BOB, api.People([EVE.id]))).room
        self.post("the secret plan", BOB, private)
        self.post("the secret plan", BOB, direct)
        assert self.found("secret") == []
        assert [hit.title for hit in self.search("secret", OLGA).results] == [], "operators neither"
        assert [hit.title for hit in self.search("secret", BOB).results] == ["Eve", "Our plans"]
        assert [(hit.title, hit.kind) for hit in self.search("secret", EVE).results] == [("Bob", "direct")]

    def test_who_was_thrown_out_finds_no_more(self) -> None:
        self.get(self.rooms.join(ADA, api.Which("team")))
        self.post("the secret plan", BOB, "team")
        assert self.found("secret") == ["the secret plan"]
        self.get(self.rooms.moderators.kick(BOB, api.Kick("team", ADA.id)))
        assert self.found("secret") == []

    def test_what_a_moderator_took_down_is_found_no_more(self) -> None:
        self.get(self.rooms.join(ADA, api.Which("team")))
        offset = self.post("something rude", ADA, "team")
        self.get(self.rooms.moderators.take_down(BOB, api.TakeDown("team", offset)))
        assert self.found("rude") == []

    def test_an_edit_is_found_in_the_place_of_what_was_said(self) -> None:
        offset = self.post("tea at four")
        self.post("later")
        self.get(self.rooms.edit(ADA, api.Edit("lobby", offset, "coffee at https://five.example")))
        assert self.found("tea") == []
        assert [one.offset for one in self.search("coffee has:link").results] == [offset]
        assert self.found("from:me")[0] == "later", "it keeps its place"

    def test_what_is_deleted_is_found_no_more(self) -> None:
        offset = self.post("tea at four")
        self.get(self.rooms.edit(ADA, api.Edit("lobby", offset, "tea at five")))
        self.get(self.rooms.delete(ADA, api.Delete("lobby", offset)))
        assert self.found("tea") == self.found("from:me") == self.found("in:lobby") == []
        for table in ("room_search", "room_search_words"):
            assert self.get(self.db.read(_rows, table)) == []

    def test_a_message_that_is_refused_is_not_found(self) -> None:
        offset = self.post("tea")
        self.refused(self.rooms.edit(BOB, api.Edit("lobby", offset, "coffee")), api.NotYours)
        self.refused(self.rooms.delete(BOB, api.Delete("lobby", offset)), api.NotYours)
        assert (self.found("tea"), self.found("coffee")) == (["tea"], [])

    def test_more_is_found_page_by_page_without_doubles(self) -> None:
        said = [f"word {number}" for number in range(7)]
        for text_ in said:
            self.post(text_)
        pages, next_place = [], None
        for _ in range(4):
            page = self.search("word", before=next_place, limit=2)
            pages += [found.snippet for found in page.results]
            next_place = page.next
            self.post("word that came in between")
        assert pages == said[::-1]
        assert next_place is None

    def test_paging_goes_on_where_the_last_result_has_been_deleted(self) -> None:
        for number in range(4):
            self.post(f"word {number}")
        page = self.search("word", limit=2)
        assert page.next
        self.get(self.rooms.delete(ADA, api.Delete("lobby", page.next.offset)))
        assert self.found("word", before=page.next) == ["word 1", "word 0"]
        assert self.found("from:me", before=api.Place("lobby", 1, NOON * 2)) == ["word 3", "word 1", "word 0"]

    def test_odd_characters(self) -> None:
        self.post("zero \0 and 'quotes' \\ \" in it")
        assert self.found('quotes "in it"') == ["zero \ufffd and 'quotes' \\ \" in it"]
        self.post("many " * 999)
        assert len(self.found('"many many"')) == 1

    def test_what_the_log_no_longer_keeps_is_found_no_more(self) -> None:
        offsets = [self.post(f"word {number}") for number in range(4)]

        def cut(connection: Connection) -> None:
            connection.execute(text("UPDATE stream SET oldest = :first"), {"first": offsets[2]})

        self.get(self.db.run(cut))
        with patch("components.room.search.upkeep.MOST", 1):
            self.get(self.rooms.forget())
        assert self.found("word") == ["word 3", "word 2"]

    def test_what_was_said_before_there_was_a_search_is_taken_in(self) -> None:
        edited = self.post("tea")
        deleted = self.post("milk")
        self.post("bread", BOB, "team")
        self.get(self.rooms.edit(ADA, api.Edit("lobby", edited, "coffee")))
        self.get(self.rooms.delete(ADA, api.Delete("lobby", deleted)))
        assert self.get(self.db.read(lambda connection: list(_all_said(connection)))) == [
            index.Said("lobby", edited, NOON + 1, ADA.author, "coffee"),
            index.Said("team", self.search("bread", BOB).results[0].offset, NOON + 3, BOB.author, "bread"),
        ]

    def test_a_search_that_takes_too_long_is_given_up_and_nothing_else_is(self) -> None:
        for number in range(300):
            self.post(f"word {number}")
        with patch.object(find, "SECONDS", -1.0 if self.database is MemoryDatabase else 0.001):
            looking = self.start(
                self.rooms.search(ADA, api.Search(" ".join(f'-"{n}"' for n in range(19)) + " from:me"))
            )
            if self.database is MemoryDatabase:
                self.failureResultOf(looking, api.SearchTooSlow)  # type: ignore[attr-defined]
            else:
                looking.addErrback(lambda failure: failure.trap(api.SearchTooSlow))
        assert len(self.found("word", limit=50)) == 50

    def test_nobody_searches_for_many_things_at_once(self) -> None:
        waiting: list[Deferred[None]] = []

        async def search() -> None:
            waiting.append(Deferred())
            await waiting[-1]

        asked = [self.start(self.rooms.turns.take("u_ada", search)) for _ in range(turns.EACH)]
        assert len(waiting) == turns.AT_ONCE
        self.refused(self.rooms.search(ADA, api.Search("word")), api.TooManySearches)
        other = self.start(self.rooms.turns.take("u_bob", search))
        while waiting:
            waiting.pop(0).callback(None)
        for one in (*asked, other):
            self.successResultOf(one)  # type: ignore[attr-defined]
        assert self.found("word") == []


def _rows(connection: Connection, table: str) -> list[Any]:
    return list(connection.execute(text(f"SELECT * FROM {table}")))


class SqliteSearchTests(SearchTests, SynchronousTestCase):
    """Search on SQLite."""

    database = MemoryDatabase


class PostgresSearchTests(SearchTests, SynchronousTestCase):
    """Search on PostgreSQL."""

    database = PostgresDatabase
