"""A database in memory that does its work at once.

Tests that hold on every database are a mix-in that makes `self.database()`; one subclass says
`database = MemoryDatabase`, the other `database = PostgresDatabase`, from `tests.support.postgres`.
"""

from functools import cache
from itertools import count
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Engine, make_url
from twisted.internet.defer import Deferred, succeed

from components.database import Database, Job, P, T, Transactions, Work
from components.engines import Backend, Sqlite
from components.migrate import upgrade

_numbers = count()


class DatabaseAtOnce(Database):
    """A `Database` without threads: what it returns has fired."""

    def __init__(self, backend: Backend) -> None:
        self._writer = Transactions(backend, backend.writer())
        self._reader = Transactions(backend, backend.reader(1))

    def run(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        return _at_once(self._writer, Job(lambda connection: work(connection, *args, **kwargs)))

    def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        return _at_once(self._reader, Job(lambda connection: work(connection, *args, **kwargs)))

    def close(self) -> Deferred[None]:
        self._writer.close()
        self._reader.close()
        return succeed(None)


class MemoryDatabase(DatabaseAtOnce):
    """The `Database` that tests hand to a component: SQLite with every table."""

    def __init__(self) -> None:
        backend = _memory()
        self._tables = backend.writer()  # Its connection stays in its pool, and keeps the memory alive.
        _sqlite(_template()).backup(_sqlite(self._tables))
        super().__init__(backend)


def _at_once(transactions: Transactions, job: Job[T]) -> Deferred[T]:
    if not transactions.do([job]):
        job.give_up()
    job.settle()
    return job.done


@cache
def _template() -> Engine:
    """Make the tables once for all tests."""
    engine = _memory().writer()
    with engine.begin() as connection:
        upgrade(connection)
    return engine


def _memory() -> Sqlite:
    return Sqlite(make_url(f"sqlite:///file:openline{next(_numbers)}?mode=memory&cache=shared&uri=true"))


def _sqlite(engine: Engine) -> SqliteConnection:
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
    assert isinstance(driver, SqliteConnection)
    return driver
