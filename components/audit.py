"""The audit trail: a stream to which only components add, and which operators read.

A component appends to it in the transaction of what it tells of: `log.append(AUDIT, "role_changed", {...}, by=author)`.
Here it is for the commands of operators, which work whether the node runs or not.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from .contract import AUDIT, Author, Event
from .engines import NotDurable, backend_of
from .migrate import NewerDatabase, migrate
from .settings import Settings
from .settings_file import Places
from .stream import store
from .stream.api import MAX_PAGE, Page, Range, UnknownStream
from .streams import Log


class NoTrail(Exception):
    """The audit trail cannot be read or written. The text is for the operator."""


def note(settings: Settings, places: Places, type: str, data: Mapping[str, Any], by: Author) -> None:
    """Append one event. A running node announces it within some seconds, as it does what another process left.

    Raises `NoTrail`.
    """
    with _opened(places, backend_of(places.database).writer()) as engine, engine.begin() as connection:
        Log(connection, settings, time.time()).append(AUDIT, type, data, by=by)


def events(places: Places, after: int) -> Iterator[Event]:
    """Read all events after an offset, as they are now. Raises `NoTrail`."""
    with _opened(places, backend_of(places.database).reader(1)) as engine:
        while found := _page(engine, after).events:
            yield from found
            after = found[-1].offset


def _page(engine: Engine, after: int) -> Page:
    with engine.begin() as connection:
        return store.read(connection, Range(AUDIT, after=after, limit=MAX_PAGE))


@contextmanager
def _opened(places: Places, engine: Engine) -> Iterator[Engine]:
    """Bring the tables up to date, and lend an engine."""
    try:
        migrate(places.database)
        yield engine
    except UnknownStream as error:
        raise NoTrail(f"openline.yaml has no stream {AUDIT}") from error
    except DBAPIError as error:
        raise NoTrail(str(error.orig)) from error
    except (NewerDatabase, NotDurable) as error:
        raise NoTrail(str(error)) from error
    finally:
        engine.dispose()
