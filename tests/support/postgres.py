"""A PostgreSQL server for the tests, from the system's packages, thrown away when they end."""

import os
import pwd
import shutil
import socket
import subprocess
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import URL, create_engine
from twisted.internet.defer import Deferred

from components.engines import backend_of
from components.migrate import migrate
from tests.support.database import DatabaseAtOnce

_INSTALLED = Path("/usr/lib/postgresql")
_numbers = count()
_EMPTY = """
DO $$ DECLARE name text; BEGIN
    SET session_replication_role = replica;  -- Rows may be deleted in any order.
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE 'DELETE FROM ' || quote_ident(name);
    END LOOP;
END $$
"""


class NoPostgres(Exception):
    """PostgreSQL is not installed; on Debian `apt-get install postgresql` does it."""


class PostgresServer:
    """A server of its own in a temporary folder, reached through a socket in there."""

    def __init__(self) -> None:
        self._bin = _newest()
        self._folder = Path(mkdtemp(prefix="openline-pg-"))
        self._user = _ordinary_user()
        self._port = _free_port()
        self._spare: list[URL] = []
        self._start()

    def database(self) -> URL:
        """Make a database without any table."""
        name = f"test{next(_numbers)}"
        self._say("postgres", f"CREATE DATABASE {name}")
        return self._url(name)

    def borrow(self) -> URL:
        """Lend a database with every table, all of them empty. To empty one is faster than to make one."""
        if self._spare:
            return self._spare.pop()
        url = self.database()
        migrate(url)
        return url

    def give_back(self, database: URL) -> None:
        """Take back what was borrowed."""
        self._say(str(database.database), _EMPTY)
        self._spare.append(database)

    def drop(self, database: URL) -> None:
        """Throw a database away, and cut whoever uses it off."""
        self._say("postgres", f"DROP DATABASE {database.database} WITH (FORCE)")

    def restart(self) -> None:
        """Cut all connections and be there again."""
        self._pg_ctl("restart", "-m", "immediate")

    def _start(self) -> None:
        if self._user:
            shutil.chown(self._folder, self._user)
        self._run("initdb", "-D", str(self._folder / "data"), "-U", "openline", "-A", "trust", "-E", "UTF8")
        self._watch = self._stop_when_we_end()
        self._pg_ctl("start")

    def _stop_when_we_end(self) -> "subprocess.Popen[bytes]":
        """Have somebody wait for the end of this process, also if it is killed, and clean up then."""
        wait = 'cat; "$0" -D data -m immediate stop >/dev/null 2>&1; rm -rf "$PWD"'
        command = ["sh", "-c", wait, str(self._bin / "pg_ctl")]
        return subprocess.Popen(
            command, user=self._user, cwd=self._folder, stdin=subprocess.PIPE, start_new_session=True
        )

    def _pg_ctl(self, *arguments: str) -> None:
        options = f"-k {self._folder} -p {self._port} -c listen_addresses=127.0.0.1"
        data, log = str(self._folder / "data"), str(self._folder / "log")
        self._run("pg_ctl", "-D", data, "-l", log, "-w", "-o", options, *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        done = subprocess.run(
            command, user=self._user, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.decode()}")

    def _say(self, database: str, statement: str) -> None:
        engine = create_engine(self._url(database), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def _url(self, database: str) -> URL:
        return URL.create(
            "postgresql+psycopg",
            username="openline",
            database=database,
            query={"host": str(self._folder), "port": str(self._port)},
        )


@cache
def postgres() -> PostgresServer:
    """Start the server of this test run, once."""
    return PostgresServer()


class PostgresDatabase(DatabaseAtOnce):
    """The `Database` that tests hand to a component, on PostgreSQL."""

    def __init__(self) -> None:
        self._url = postgres().borrow()
        super().__init__(backend_of(self._url))

    def close(self) -> Deferred[None]:
        closed = super().close()
        postgres().give_back(self._url)
        return closed


def _newest() -> Path:
    found = sorted(_INSTALLED.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise NoPostgres(NoPostgres.__doc__)
    return found[-1].parent


def _ordinary_user() -> str | None:
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
