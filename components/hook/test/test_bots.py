"""A bot is told of what mentions it, and its answers are said. On both databases."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from components import catalog
from components.contract import Internal, Unavailable
from components.room import api as rooms
from components.room.test.rooms import ADA
from components.settings import Settings
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase

from .world import Helper, HookCase


class BotTests(HookCase):
    def setUp(self) -> None:
        super().setUp()
        self.helper = Helper()
        asked = self.shared.asked

        async def answer() -> Any:
            return await self.helper.answer(asked[-1][1])

        self.shared.answers["app.helper.on_mention"] = answer
        self.speak("@Helper before it came", room="lobby")
        self.look()

    def texts(self) -> list[str]:
        return [data["text"] for _, type, data in self.log() if type == "message_posted"]

    def test_it_is_a_member_and_answers_who_mentions_it(self) -> None:
        assert "Helper" in [one.name for one in self.done(ADA, rooms.MEMBERS, room="lobby").members]
        self.speak("hello", "hello @helper", room="lobby")
        self.look()
        (told,) = self.helper.told
        assert (told.room, told.text, told.by.name, told.thread) == ("lobby", "hello @helper", "Ada", None)
        assert self.last()[1] == {"text": "Hello!", "program": "bot_helper"}
        self.hooks = self.begin()
        self.look()
        assert len(self.helper.told) == 1

    def test_it_answers_in_the_thread_and_not_itself(self) -> None:
        self.speak("root", room="lobby")
        root = self.log()[-1][0]
        self.done(ADA, rooms.POST, room="lobby", text="@Helper?", thread=root)
        self.helper.says = "@Helper is me"
        self.look()
        assert self.last()[1]["thread"] == root
        self.look(10.0)
        assert len(self.helper.told) == 1

    def test_while_it_is_away_mentions_wait_for_an_hour(self) -> None:
        self.helper.fails = Unavailable()
        self.speak("@Helper one", "@Helper two", room="lobby")
        self.look()
        self.look(1.0)
        assert len(self.helper.told) == 1, "it has a rest"
        self.helper.fails = None
        self.look(5.0)
        assert [one.text for one in self.helper.told] == ["@Helper one", "@Helper one", "@Helper two"]
        self.helper.fails = Unavailable()
        self.speak("@Helper three", room="lobby")
        self.look(3_601.0)
        self.look(5.0)
        assert [one.text for one in self.helper.told][3:] == ["@Helper three"]

    def test_a_mistake_of_its_own_costs_one_answer(self) -> None:
        self.helper.fails = Internal()
        self.speak("@Helper one", "@Helper two", room="lobby")
        self.look()
        assert len(self.helper.told) == 2 and self.texts()[-1] == "@Helper two"

    def test_one_that_thinks_for_too_long_is_away(self) -> None:
        self.shared.answers["app.helper.on_mention"] = Deferred
        self.speak("@Helper one", room="lobby")
        self.look()
        self.clock.advance(31.0)
        assert self.hooks.bots.busy == set()
        self.look(1.0)
        assert self.texts()[-1] == "@Helper one"

    def test_its_commands_are_among_those_that_people_give(self) -> None:
        commands = {one.name: one for one in catalog.commands(Settings(rooms=self.rules))}
        assert commands["roll"].procedure.uri == "app.helper.command_roll"
        assert commands["roll"].about == "Roll a die" and "me" in commands


class SqliteBotTests(BotTests, SynchronousTestCase):
    """Bots on SQLite."""

    database = MemoryDatabase


class PostgresBotTests(BotTests, SynchronousTestCase):
    """Bots on PostgreSQL."""

    database = PostgresDatabase
