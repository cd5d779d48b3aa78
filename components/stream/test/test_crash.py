"""A writer that is killed at any moment: what it said was kept is in the log, once, without holes."""

import subprocess
import sys
from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import mkdtemp

from sqlalchemy import Connection, make_url
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from components.contract import Appended, Author, Event, Unavailable
from components.database import Database
from components.settings import Keep, Namespace, Settings
from components.stream.api import Range
from components.streams import Log, Streams
from tests.support.bus import MemoryBus
from tests.support.postgres import postgres
from tests.support.pump import Pump

_ROOT = Path(__file__).parents[3]
STREAM = "app.crash"
SETTINGS = Settings(streams=[Namespace(match=STREAM, keep=Keep(events=None))])
WRITERS = 20
KILLS = 6


def say(log: Log, key: str) -> Appended:
    return log.append(STREAM, "said", {"text": key}, by=Author("u_ada", "Ada"), key=key)


def write_for_ever(url: str, first: int) -> None:
    """Append with many writers, again and again, and print each key that was answered. Runs until it is killed."""
    pump = Pump()
    streams = Streams(Database.open(url, pump), MemoryBus(), Clock(), SETTINGS)

    async def write(key: int) -> None:
        while True:
            try:
                appended = await streams.write(say, str(key))
            except Unavailable:
                continue
            sys.stdout.write(f"{key} {appended.offset}\n")
            sys.stdout.flush()
            key += WRITERS

    for number in range(WRITERS):
        Deferred.fromCoroutine(write(first + number))
    pump.result(Deferred())


def writing(url: str, first: int) -> "subprocess.Popen[str]":
    code = f"from {__name__} import write_for_ever; write_for_ever({url!r}, {first})"
    return subprocess.Popen([sys.executable, "-c", code], cwd=_ROOT, stdout=subprocess.PIPE, text=True)


def answers(lines: list[str]) -> dict[str, int]:
    """Read what a writer printed; the last line may have been cut off."""
    return {key: int(offset) for key, offset in (line.split() for line in lines if line.endswith("\n"))}


class Cases:
    """What holds on every database."""

    class Crash(SynchronousTestCase):
        def fresh(self) -> str:
            raise NotImplementedError

        def test_what_was_answered_is_kept_once_and_in_order(self) -> None:
            url = self.fresh()
            random = Random(7)
            answered: dict[str, int] = {}
            for round_ in range(KILLS):
                answered |= self.killed(url, round_ * 1_000_000, random.randint(1, 400))
            self.assert_kept(url, answered)

        def assert_kept(self, url: str, answered: dict[str, int]) -> None:
            events = self.log(url)
            self.assertEqual([event.offset for event in events], list(range(1, len(events) + 1)))
            kept = {event.key: event.offset for event in events}
            self.assertEqual(len(kept), len(events))
            self.assertEqual({key: kept.get(key) for key in answered}, answered)
            self.assertTrue(answered)

        def killed(self, url: str, first: int, after: int) -> dict[str, int]:
            """Let a process write, kill it after so many answers, and say what it had answered by then."""
            with writing(url, first) as writer:
                assert writer.stdout
                lines = [writer.stdout.readline() for _ in range(after)]
                writer.kill()
                lines += writer.stdout.readlines()
            return answers(lines)

        def log(self, url: str) -> list[Event]:
            pump = Pump()
            db = Database.open(url, pump)
            streams = Streams(db, MemoryBus(), Clock(), SETTINGS)
            events: list[Event] = []
            while True:
                wanted = Range(STREAM, after=len(events), limit=300)
                page = pump.result(Deferred.fromCoroutine(streams.read(wanted)))
                if not page.events:
                    break
                events += page.events
            self.check(pump, db)
            pump.result(db.close())
            return events

        def check(self, pump: Pump, db: Database) -> None:
            """Ask the database whether it is whole."""


class SqliteCrashTests(Cases.Crash):
    """Killing a writer of SQLite."""

    def fresh(self) -> str:
        folder = mkdtemp()
        self.addCleanup(rmtree, folder)
        return f"sqlite:///{folder}/log.sqlite"

    def check(self, pump: Pump, db: Database) -> None:
        def integrity(connection: Connection) -> object:
            return connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()

        self.assertEqual(pump.result(db.read(integrity)), "ok")


class PostgresCrashTests(Cases.Crash):
    """Killing a client of PostgreSQL."""

    def fresh(self) -> str:
        url = postgres().database()
        self.addCleanup(postgres().drop, make_url(url))
        return url.render_as_string(hide_password=False)

    def test_what_was_answered_survives_the_death_of_the_server(self) -> None:
        url = self.fresh()
        lines: list[str] = []
        with writing(url, 0) as writer:
            assert writer.stdout
            for _ in range(3):
                lines += [writer.stdout.readline() for _ in range(100)]
                postgres().restart()
            lines += [writer.stdout.readline() for _ in range(1000)]
            writer.kill()
            lines += writer.stdout.readlines()
        self.assert_kept(url, answers(lines))
