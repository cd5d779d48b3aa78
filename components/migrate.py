"""Bring the tables up to date when a process starts, whoever else is starting at the same time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection

from .engines import backend_of

_FOLDER = Path(__file__).parent / "migrations"


class NewerDatabase(Exception):
    """The database was written by a newer version of this program."""

    def __init__(self, found: str, known: str) -> None:
        super().__init__(f"the database is at revision {found}, this program knows revisions up to {known}")
        self.found = found
        self.known = known


def migrate(url: URL | str) -> None:
    """Run the missing steps in one transaction. Raises `NewerDatabase` or `NotDurable`, having changed nothing."""
    backend = backend_of(url)
    engine = backend.writer()
    try:
        with engine.connect() as connection:
            backend.prepare(connection)
            with connection.begin():
                backend.hold(connection)
                upgrade(connection)
    finally:
        engine.dispose()


def upgrade(connection: Connection, to: str = "head") -> None:
    """Run the missing steps on a connection, within its transaction; as far as a revision, for tests."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    found = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory.from_config(config)
    known = script.get_current_head() or ""
    if found == known:
        return
    if found is not None and found not in {step.revision for step in script.walk_revisions()}:
        raise NewerDatabase(found, known)
    command.upgrade(config, to)
