"""The database of a node, for commands that read or write much of it while the node runs or not."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from components.engines import NotDurable, backend_of
from components.migrate import NewerDatabase, migrate
from components.settings_file import Places

PAUSE = 0.005
"""Seconds after a transaction in which those who talk get their turn: SQLite's lock goes to whoever asks first."""
Transact = Callable[[Callable[[Connection], Any]], Any]
"""Runs something in a transaction of its own."""


class NoStore(Exception):
    """The database cannot be read or written. The text is for the operator."""


@contextmanager
def reading(places: Places) -> Iterator[Transact]:
    """Lend transactions that only read, each from one moment's state: they keep nobody from writing."""
    with _lent(places, lambda: backend_of(places.database).reader(1)) as transact:
        yield transact


@contextmanager
def writing(places: Places) -> Iterator[Transact]:
    """Lend transactions that write. The node waits for each, so they are to be small."""
    with _lent(places, lambda: backend_of(places.database).writer(), PAUSE) as transact:
        yield transact


@contextmanager
def _lent(places: Places, make: Callable[[], Engine], pause: float = 0.0) -> Iterator[Transact]:
    engine: Engine | None = None
    try:
        migrate(places.database)
        engine = made = make()

        def transact(work: Callable[[Connection], Any]) -> Any:
            with made.begin() as connection:
                found = work(connection)
            time.sleep(pause)
            return found

        yield transact
    except DBAPIError as error:
        raise NoStore(str(error.orig)) from error
    except (NewerDatabase, NotDurable) as error:
        raise NoStore(str(error)) from error
    finally:
        if engine is not None:
            engine.dispose()
