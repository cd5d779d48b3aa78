"""A PostgreSQL server for the tests, from the system's packages, thrown away when they end."""

import atexit
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


class NoPostgres(Exception):
    """PostgreSQL is not installed; on Debian `apt-get install postgresql` does it."""


class PostgresServer:
    """A server of its own in a temporary folder, reached through a socket in there."""

    def __init__(self) -> None:
        self._bin = _newest()
        self._folder = Path(mkdtemp(prefix="openline-pg-"))
        self._user = _ordinary_user()
        self._port = _free_port()
        self._start()

    def database(self, template: URL | None = None) -> URL:
        """Make a database: an empty one, or a copy of another that nobody uses."""
        name = f"test{next(_numbers)}"
        copied = template.database if template else "template1"
        self._say(f"CREATE DATABASE {name} TEMPLATE {copied}")
        return self._url(name)

    def drop(self, database: URL) -> None:
        """Throw a database away, and cut whoever uses it off."""
        self._say(f"DROP DATABASE {database.database} WITH (FORCE)")

    def restart(self) -> None:
        """Cut all connections and be there again."""
        self._pg_ctl("restart", "-m", "immediate")

    def stop(self) -> None:
        self._pg_ctl("stop", "-m", "immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> None:
        if self._user:
            shutil.chown(self._folder, self._user)
        self._run("initdb", "-D", str(self._folder / "data"), "-U", "openline", "-A", "trust", "-E", "UTF8")
        self._pg_ctl("start")
        atexit.register(self.stop)

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

    def _say(self, statement: str) -> None:
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
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
        self._url = postgres().database(_template())
        super().__init__(backend_of(self._url))

    def close(self) -> Deferred[None]:
        postgres().drop(self._url)
        return super().close()


@cache
def _template() -> URL:
    """Make the tables once for all tests."""
    url = postgres().database()
    migrate(url)
    return url


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
