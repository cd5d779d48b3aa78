"""The two databases that a node can keep its data in: how each is opened, locked, and what its errors mean."""

from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Protocol, cast

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError

LOCK_SECONDS = 5
"""How long a transaction waits for another process to finish with what it needs."""
HURRY_MILLISECONDS = 20
"""How long it waits when it has locked something itself."""
STUCK_SECONDS = 10
"""How long a process that stopped in the middle of a transaction may keep others waiting."""
MIGRATION_SECONDS = 60
"""How long a process waits at start while another one brings the tables up to date."""


class NotDurable(Exception):
    """The database may forget what it has said it keeps."""


class Backend(Protocol):
    """What storage needs to know about a kind of database."""

    def writer(self) -> Engine:
        """Make the engine of the one connection that writes."""

    def reader(self, connections: int) -> Engine:
        """Make the engine of so many connections that only read, each transaction from one moment's state."""

    def prepare(self, connection: Connection) -> None:
        """Make the database ready to be written to, outside of any transaction. Raises `NotDurable`."""

    def hold(self, connection: Connection) -> None:
        """Keep all other processes from migrating until this transaction ends."""

    def passing(self, error: Exception) -> bool:
        """Say whether a transaction that failed like this, before its commit, can succeed when done again."""

    def lost(self, error: Exception) -> bool:
        """Say whether an error concerns the whole transaction, and not only one of its savepoints."""

    def hurry(self, connection: Connection) -> None:
        """From here to the end of the transaction, do not wait for what other processes have locked."""

    def locked(self, error: Exception) -> bool:
        """Say whether other processes had locked what was needed, for too long."""


def backend_of(url: URL | str) -> Backend:
    """Choose by URL: `sqlite:///path` or `postgresql+psycopg://…`."""
    url = make_url(url)
    if url.get_backend_name() == "sqlite":
        return Sqlite(url)
    if url.get_backend_name() == "postgresql":
        return Postgres(url)
    raise ValueError(f"a node keeps its data in SQLite or PostgreSQL, not in {url.get_backend_name()}")


class Sqlite:
    """One file, many readers, one writer; see https://www.sqlite.org/wal.html."""

    _LOST = frozenset({5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26})
    """BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB."""

    def __init__(self, url: URL) -> None:
        self._url = url

    def writer(self) -> Engine:
        return self._engine(1, "BEGIN IMMEDIATE", "synchronous = FULL", "foreign_keys = ON", "secure_delete = FAST")

    def reader(self, connections: int) -> Engine:
        return self._engine(connections, "BEGIN", "query_only = ON")

    def _engine(self, connections: int, begin: str, *pragmas: str) -> Engine:
        self._make_folder()
        engine = create_engine(
            self._url,
            poolclass=QueuePool,
            pool_size=connections,
            max_overflow=0,
            hide_parameters=True,
            connect_args={"timeout": LOCK_SECONDS, "check_same_thread": False},
        )

        @event.listens_for(engine, "connect")
        def connected(connection: SqliteConnection, _: object) -> None:
            connection.isolation_level = None  # Transactions begin where we say, not where the driver guesses.
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def begun(connection: Connection) -> None:
            connection.exec_driver_sql(begin)

        return engine

    def _make_folder(self) -> None:
        if self._url.database and "uri" not in self._url.query:
            Path(self._url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def prepare(self, connection: Connection) -> None:
        sqlite = cast(SqliteConnection, connection.connection.driver_connection)
        sqlite.execute(f"PRAGMA busy_timeout = {MIGRATION_SECONDS * 1000}")
        (journal,) = sqlite.execute("PRAGMA journal_mode = WAL").fetchone()
        (synchronous,) = sqlite.execute("PRAGMA synchronous").fetchone()
        if (journal, synchronous) != ("wal", 2):
            raise NotDurable(f"{self._url.database}: journal_mode is {journal}, synchronous is {synchronous}")

    def hold(self, connection: Connection) -> None:
        """BEGIN IMMEDIATE holds the file already."""

    def passing(self, error: Exception) -> bool:
        return False

    def hurry(self, connection: Connection) -> None:
        """BEGIN IMMEDIATE has locked everything already."""

    def locked(self, error: Exception) -> bool:
        return False

    def lost(self, error: Exception) -> bool:
        code: int = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0)
        return code & 0xFF in self._LOST


class Postgres:
    """A server that several nodes may share."""

    _CONFLICTS = frozenset({"40001", "40P01"})
    """serialization_failure and deadlock_detected."""
    _LOST = ("08", "25006", "53", "55P03", "57", "58", "XX")
    """Connection lost, read only, out of resources, lock not available, shut down, I/O error, corrupt."""
    _MIGRATION_LOCK = 0x6F70656E6C696E65  # "openline"

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")

    def writer(self) -> Engine:
        return self._engine(1)

    def reader(self, connections: int) -> Engine:
        engine = self._engine(connections)
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def _engine(self, connections: int) -> Engine:
        limits = f"-c lock_timeout={LOCK_SECONDS}s -c idle_in_transaction_session_timeout={STUCK_SECONDS}s"
        patience = {"connect_timeout": str(LOCK_SECONDS), "tcp_user_timeout": "10000", "options": limits}
        url = self._url.set(query={**patience, **self._url.query})
        return create_engine(url, pool_size=connections, max_overflow=0, hide_parameters=True)

    def prepare(self, connection: Connection) -> None:
        for name in "synchronous_commit", "fsync":
            if connection.exec_driver_sql(f"SHOW {name}").scalar_one() == "off":
                raise NotDurable(f"{self._url.host}: {name} is off")
        connection.rollback()

    def hold(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{MIGRATION_SECONDS}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({self._MIGRATION_LOCK})")

    def passing(self, error: Exception) -> bool:
        dropped = isinstance(error, DBAPIError) and error.connection_invalidated
        return dropped or _sqlstate(error) in self._CONFLICTS

    def hurry(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{HURRY_MILLISECONDS}ms'")

    def locked(self, error: Exception) -> bool:
        return _sqlstate(error) == "55P03"

    def lost(self, error: Exception) -> bool:
        return self.passing(error) or _sqlstate(error).startswith(self._LOST)


def _sqlstate(error: Exception) -> str:
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""
