"""Storage, with real threads and real files, on SQLite and on PostgreSQL."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Barrier, Event
from typing import Any, cast
from unittest.mock import patch

from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from twisted.internet.defer import Deferred, gatherResults
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from components import engines
from components.contract import Unavailable
from components.database import BATCH, TRIES, WAITING, Database
from components.engines import NotDurable, Postgres, backend_of
from components.migrate import NewerDatabase, migrate
from tests.support.postgres import postgres
from tests.support.pump import Pump

_ROOT = Path(__file__).parents[2]


class Refused(Exception):
    """What a work of these tests raises."""


def add(connection: Connection, value: object) -> None:
    connection.exec_driver_sql(f"INSERT INTO thing VALUES ({value})")


def all_of(connection: Connection) -> list[int]:
    return list(connection.exec_driver_sql("SELECT n FROM thing ORDER BY n").scalars())


def add_and_refuse(connection: Connection, value: int) -> None:
    add(connection, value)
    raise Refused


_LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
sys.stdout.write("locked")
sys.stdout.flush()
sys.stdin.read()
"""


@contextmanager
def locked_by_another_process(path: str) -> Iterator[None]:
    with subprocess.Popen([sys.executable, "-c", _LOCK, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin and other.stdout and other.stdout.read(6) == b"locked"
        yield
        other.stdin.close()


def number_of(connection: Connection, number: int) -> int:
    return number


class DatabaseCase(SynchronousTestCase):
    """A database with a table of numbers."""

    def url(self) -> URL:
        raise NotImplementedError

    def setUp(self) -> None:
        self.pump = Pump()
        self.db_url = self.url()
        self.db = self.open(self.db_url)
        self.get(self.db.run(lambda connection: connection.exec_driver_sql("CREATE TABLE thing (n INTEGER UNIQUE)")))

    def open(self, url: URL) -> Database:
        db = Database.open(url, self.pump)
        self.addCleanup(lambda: self.get(db.close()))
        return db

    def get(self, deferred: Deferred[Any]) -> Any:
        return self.pump.result(deferred)

    def stored(self) -> list[int]:
        found: list[int] = self.get(self.db.read(all_of))
        return found

    def failure(self, deferred: Deferred[Any], kind: type[Exception]) -> None:
        self.assertIsInstance(self.pump.failure(deferred), kind)

    def hold(self, db: Database | None = None) -> Callable[[], None]:
        """Keep the writer busy, so that what is asked for waits; call what this returns to let it go on."""
        started, go_on = Event(), Event()

        def busy(connection: Connection) -> None:
            started.set()
            go_on.wait(60)

        (db or self.db).run(busy)
        started.wait(60)
        return go_on.set

    def noted(self, what: str) -> list[Any]:
        """Collect the connections on which something is done, or the errors, from here on."""
        seen: list[Any] = []
        note = seen.append
        sqlalchemy_event.listen(Engine, what, note)
        self.addCleanup(sqlalchemy_event.remove, Engine, what, note)
        return seen

    def logged(self) -> list[LogEvent]:
        """Collect what is logged from here on."""
        seen: list[LogEvent] = []
        note = cast(ILogObserver, seen.append)
        globalLogPublisher.addObserver(note)
        self.addCleanup(globalLogPublisher.removeObserver, note)
        return seen


class Cases:
    """What holds on every database."""

    class Storage(DatabaseCase):
        def test_answers_after_the_commit(self) -> None:
            self.get(self.db.run(add, 1))
            self.assertEqual(self.stored(), [1])

        def test_works_that_wait_share_a_commit(self) -> None:
            commits = self.noted("commit")
            go_on = self.hold()
            waiting = [self.db.run(add, number) for number in range(100)]
            go_on()
            self.get(gatherResults(waiting))
            self.assertEqual(self.stored(), list(range(100)))
            self.assertEqual(len(commits), 3)  # What held the writer, the hundred, and the reading.

        def test_answers_in_the_order_of_asking(self) -> None:
            order: list[int] = []
            go_on = self.hold()
            waiting = [self.db.run(number_of, number).addCallback(order.append) for number in range(600)]
            go_on()
            self.get(gatherResults(waiting))
            self.assertEqual(order, list(range(600)))

        def test_a_work_that_raises_is_undone_alone(self) -> None:
            go_on = self.hold()
            first, refused, last = self.db.run(add, 1), self.db.run(add_and_refuse, 2), self.db.run(add, 3)
            go_on()
            self.failure(refused, Refused)
            self.get(gatherResults([first, last]))
            self.assertEqual(self.stored(), [1, 3])

        def test_an_error_of_sql_is_the_error_of_its_work_alone(self) -> None:
            go_on = self.hold()
            works = [self.db.run(add, 1), self.db.run(add, 1), self.db.run(add, "nonsense"), self.db.run(add, 2)]
            go_on()
            self.failure(works[1], IntegrityError)
            self.assertIsInstance(self.pump.failure(works[2]), ProgrammingError | OperationalError)
            self.get(gatherResults([works[0], works[3]]))
            self.assertEqual(self.stored(), [1, 2])

        def test_a_work_cannot_hide_that_its_savepoint_is_broken(self) -> None:
            def hide(connection: Connection) -> None:
                connection.exec_driver_sql("ROLLBACK TO SAVEPOINT job")
                connection.exec_driver_sql("RELEASE SAVEPOINT job")

            failed = self.pump.failure(self.db.run(hide))
            self.assertIsInstance(failed, Unavailable | ProgrammingError | OperationalError)
            self.get(self.db.run(add, 1))
            self.assertEqual(self.stored(), [1])

        def test_a_failing_commit_fails_all_that_share_it_and_keeps_nothing(self) -> None:
            self.get(self.db.run(self.with_late_check))
            seen = self.logged()
            go_on = self.hold()
            works = [self.db.run(add, 1), self.db.run(self.break_late_check), self.db.run(add, 2)]
            go_on()
            for work in works:
                self.failure(work, Unavailable)
            self.assertEqual(self.stored(), [])
            self.assertEqual(len(seen), 1)
            self.get(self.db.run(add, 3))
            self.assertEqual(self.stored(), [3])

        def with_late_check(self, connection: Connection) -> None:
            """Make a rule that is looked at when a transaction is committed."""
            connection.exec_driver_sql("CREATE TABLE parent (n INTEGER PRIMARY KEY)")
            rule = "REFERENCES parent (n) DEFERRABLE INITIALLY DEFERRED"
            connection.exec_driver_sql(f"CREATE TABLE child (n INTEGER {rule})")

        def break_late_check(self, connection: Connection) -> None:
            connection.exec_driver_sql("INSERT INTO child VALUES (7)")

        def test_trouble_is_written_down_once_and_again_when_it_is_over(self) -> None:
            self.get(self.db.run(self.with_late_check))
            seen = self.logged()
            for _ in range(3):
                self.failure(self.db.run(self.break_late_check), Unavailable)
            self.get(self.db.run(add, 1))
            self.get(self.db.run(add, 2))
            self.assertEqual([event["log_level"].name for event in seen], ["error", "info"])
            self.assertIn("foreign key", seen[0]["trouble"].lower())

        def test_no_words_of_people_are_in_an_error(self) -> None:
            def keep_twice(connection: Connection) -> None:
                for _ in range(2):
                    connection.execute(text("INSERT INTO thing VALUES (:n)"), {"n": 987654})

            self.assertNotIn("987654", str(self.pump.failure(self.db.run(keep_twice))).split("DETAIL")[0])

        def test_readers_do_not_wait_for_the_writer(self) -> None:
            self.get(self.db.run(add, 1))
            go_on = self.hold()
            self.addCleanup(go_on)
            self.assertEqual(self.stored(), [1])
            go_on()

        def test_a_reader_sees_one_moment(self) -> None:
            looked, go_on = Event(), Event()

            def look_twice(connection: Connection) -> tuple[list[int], list[int]]:
                before = all_of(connection)
                looked.set()
                go_on.wait(60)
                return before, all_of(connection)

            looking = self.db.read(look_twice)
            looked.wait(60)
            self.get(self.db.run(add, 1))
            go_on.set()
            self.assertEqual(self.get(looking), ([], []))
            self.assertEqual(self.stored(), [1])

        def test_a_reader_cannot_write(self) -> None:
            self.failure(self.db.read(add, 1), Unavailable)
            self.assertEqual(self.stored(), [])

        def test_a_reading_that_raises_says_what_it_raised(self) -> None:
            def refuse(connection: Connection) -> None:
                raise Refused

            self.failure(self.db.read(refuse), Refused)

        def test_closing_does_what_was_taken_and_takes_nothing_more(self) -> None:
            url = self.url()
            other = Database.open(url, self.pump)
            self.get(other.run(lambda connection: connection.exec_driver_sql("CREATE TABLE thing (n INTEGER)")))
            taken = [other.run(add, number) for number in range(10)]
            closing = other.close()
            self.failure(other.run(add, 11), Unavailable)
            self.get(gatherResults([*taken, closing]))
            self.assertEqual(self.get(self.open(url).read(all_of)), list(range(10)))

        def test_refuses_more_than_may_wait(self) -> None:
            go_on = self.hold()
            taken = [self.db.run(lambda connection: None) for _ in range(WAITING)]
            self.failure(self.db.run(add, 1), Unavailable)
            go_on()
            self.get(gatherResults(taken))

        def test_who_gave_up_waiting_disturbs_nobody(self) -> None:
            go_on = self.hold()
            impatient, patient = self.db.run(add, 1), self.db.run(add, 2)
            impatient.addErrback(lambda failure: None)
            impatient.cancel()
            go_on()
            self.get(patient)
            self.assertEqual(self.stored(), [1, 2])

        def test_two_processes_migrate_at_once(self) -> None:
            url = self.url()
            code = "import sys; from components.migrate import migrate; migrate(sys.argv[1])"
            command = [sys.executable, "-c", code, url.render_as_string(hide_password=False)]
            started = [subprocess.Popen(command, cwd=_ROOT) for _ in range(3)]
            self.assertEqual([process.wait(60) for process in started], [0, 0, 0])
            revision = self.open(url).read(revision_of)
            self.assertEqual(self.get(revision), [revision_known()])

        def test_refuses_a_newer_database(self) -> None:
            url = self.url()
            db = self.open(url)
            newer = "UPDATE alembic_version SET version_num = '9'"
            self.get(db.run(lambda connection: connection.exec_driver_sql(newer)))
            with self.assertRaisesRegex(NewerDatabase, f"revision 9, .* up to {revision_known()}"):
                migrate(url)
            self.assertEqual(self.get(db.read(revision_of)), ["9"])


def revision_of(connection: Connection) -> list[str]:
    return list(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars())


def revision_known() -> str:
    names = sorted(path.stem for path in (_ROOT / "components/migrations/versions").glob("v*.py"))
    return names[-1][1:5]


class SqliteTests(Cases.Storage):
    """SQLite, in a file."""

    def url(self) -> URL:
        folder = mkdtemp()
        self.addCleanup(rmtree, folder)
        return make_url(f"sqlite:///{folder}/made/test.sqlite")

    def setUp(self) -> None:
        waits = patch.object(engines, "LOCK_SECONDS", 0.2)
        waits.start()
        self.addCleanup(waits.stop)
        super().setUp()

    def test_its_folder_is_for_its_owner_alone(self) -> None:
        url = self.url()
        self.open(url)
        self.assertEqual(Path(str(url.database)).parent.stat().st_mode & 0o777, 0o700)

    def test_a_full_disk_is_refused_and_recovered_from(self) -> None:
        def pages(connection: Connection, most: int) -> None:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")

        def large(connection: Connection) -> None:
            connection.exec_driver_sql("CREATE TABLE large (data BLOB)")
            connection.exec_driver_sql("INSERT INTO large VALUES (zeroblob(1000000))")

        self.get(self.db.run(add, 1))
        self.get(self.db.run(pages, 1))  # As few as there are.
        go_on = self.hold()
        works = [self.db.run(add, 2), self.db.run(large), self.db.run(add, 3)]
        go_on()
        for work in works:
            self.failure(work, Unavailable)
        self.assertEqual(self.stored(), [1])
        self.get(self.db.run(pages, 1_000_000))
        self.get(self.db.run(large))

    def test_a_work_cannot_hide_that_the_transaction_is_over(self) -> None:
        def hide(connection: Connection) -> None:
            connection.exec_driver_sql("COMMIT")

        go_on = self.hold()
        works = [self.db.run(hide), self.db.run(add, 1)]
        go_on()
        for work in works:
            self.failure(work, Unavailable)
        self.assertEqual(self.stored(), [])

    def test_another_process_that_keeps_the_lock_makes_it_unavailable(self) -> None:
        url = self.url()
        db = self.open(url)
        with locked_by_another_process(str(url.database)):
            self.failure(db.run(lambda connection: None), Unavailable)
            self.get(db.read(revision_of))
        self.get(db.run(lambda connection: None))

    def test_who_waited_for_a_lock_in_vain_is_not_made_to_wait_again(self) -> None:
        url = self.url()
        db = self.open(url)
        begun = self.noted("begin")
        with locked_by_another_process(str(url.database)):
            for work in [db.run(lambda connection: None) for _ in range(WAITING)]:
                self.failure(work, Unavailable)
        self.assertLess(len(begun), WAITING / BATCH / 2)

    def test_refuses_a_file_that_cannot_keep_what_it_says(self) -> None:
        with self.assertRaisesRegex(NotDurable, "journal_mode is memory"):
            migrate("sqlite:///file:weak?mode=memory&cache=shared&uri=true")


class PostgresTests(Cases.Storage):
    """PostgreSQL, a server of our own."""

    def setUp(self) -> None:
        waits = patch.object(engines, "LOCK_SECONDS", 3)  # Longer than it takes to detect a deadlock.
        waits.start()
        self.addCleanup(waits.stop)
        super().setUp()

    def url(self) -> URL:
        url = postgres().database()
        self.addCleanup(postgres().drop, url)
        return url

    def test_refuses_a_server_that_cannot_keep_what_it_says(self) -> None:
        url = self.url()
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {url.database} SET synchronous_commit = off")
        engine.dispose()
        with self.assertRaisesRegex(NotDurable, "synchronous_commit is off"):
            migrate(url)

    def test_dropped_connections_are_opened_again(self) -> None:
        self.get(self.db.run(add, 1))
        self.stored()
        postgres().restart()
        self.get(self.db.run(add, 2))
        self.assertEqual(self.stored(), [1, 2])

    def test_a_connection_lost_while_committing_is_not_taken_for_a_commit_that_can_be_repeated(self) -> None:
        runs: list[int] = []

        def break_the_commit(connection: Connection) -> None:
            runs.append(1)
            add(connection, 1)
            connection.exec_driver_sql(_CUT_AT_COMMIT)
            connection.exec_driver_sql("INSERT INTO cut VALUES (1)")

        self.failure(self.db.run(break_the_commit), Unavailable)
        self.assertEqual((len(runs), self.stored()), (1, []))

    def test_what_another_process_has_locked_for_long_is_unavailable(self) -> None:
        with self.locked_by_another():
            self.failure(self.db.run(add, 1), Unavailable)
        self.get(self.db.run(add, 1))
        self.assertEqual(self.stored(), [1])

    def test_nobody_waits_for_a_lock_that_somebody_else_in_the_batch_needs(self) -> None:
        with self.locked_by_another():
            go_on = self.hold()
            free, locked = self.db.run(revision_of), self.db.run(add, 1)
            go_on()
            self.get(free)
            self.assertFalse(locked.called)
        self.get(locked)
        self.assertEqual(self.stored(), [1])

    @contextmanager
    def locked_by_another(self) -> Iterator[None]:
        engine = create_engine(self.db_url)
        self.addCleanup(engine.dispose)
        with engine.begin() as connection:
            connection.exec_driver_sql("LOCK TABLE thing")
            yield

    def test_works_that_stand_in_each_others_way_are_both_done(self) -> None:
        other = self.open(self.db_url)
        self.get(gatherResults([self.db.run(add, 1), self.db.run(add, 2)]))
        meet = Barrier(2)
        met: set[int] = set()

        def cross(connection: Connection, first: int, second: int) -> None:
            connection.exec_driver_sql(f"UPDATE thing SET n = n WHERE n = {first}")
            if first not in met:
                met.add(first)
                meet.wait(60)
            connection.exec_driver_sql(f"UPDATE thing SET n = n WHERE n = {second}")
            add(connection, first + 10)

        self.get(gatherResults([self.db.run(cross, 1, 2), other.run(cross, 2, 1)]))
        self.assertEqual(self.stored(), [1, 2, 11, 12])

    def test_batches_do_not_wait_for_each_other_in_a_circle(self) -> None:
        other = self.open(self.db_url)
        self.get(gatherResults([self.db.run(add, 1), self.db.run(add, 2)]))
        errors = self.noted("handle_error")
        meet = Barrier(2)
        met: set[int] = set()

        def touch(connection: Connection, row: int, first: int) -> None:
            connection.exec_driver_sql(f"UPDATE thing SET n = n WHERE n = {row}")
            if row == first and first not in met:
                met.add(first)
                meet.wait(60)

        go_on, go_on_too = self.hold(), self.hold(other)
        works = [db.run(touch, row, first) for db, first in ((self.db, 1), (other, 2)) for row in (first, 3 - first)]
        go_on()
        go_on_too()
        self.get(gatherResults(works))
        self.assertNotIn("40P01", [context.original_exception.sqlstate for context in errors])

    def test_a_work_in_the_way_of_others_is_done_again(self) -> None:
        runs: list[int] = []

        def conflict_twice(connection: Connection) -> None:
            runs.append(1)
            add(connection, len(runs))
            if len(runs) < 3:
                connection.exec_driver_sql(_CONFLICT)

        self.get(self.db.run(conflict_twice))
        self.assertEqual(self.stored(), [3])

    def test_a_work_in_the_way_of_others_for_ever_is_unavailable(self) -> None:
        runs: list[int] = []

        def conflict(connection: Connection) -> None:
            runs.append(1)
            connection.exec_driver_sql(_CONFLICT)

        self.failure(self.db.run(conflict), Unavailable)
        self.assertEqual(len(runs), TRIES)


_CONFLICT = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"
_CUT_AT_COMMIT = """
CREATE TABLE cut (n INTEGER);
CREATE FUNCTION cut() RETURNS trigger AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END'
    LANGUAGE plpgsql;
CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON cut DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut()
"""


class BackendTests(SynchronousTestCase):
    """Choosing a database."""

    def test_other_databases_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "not in mysql"):
            backend_of("mysql://localhost/x")

    def test_postgres_is_spoken_to_by_psycopg(self) -> None:
        self.assertIsInstance(backend_of("postgresql://localhost/x"), Postgres)
