"""Run components in one process: build each, join it to every router, and keep it there."""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred, DeferredList

from . import catalog
from .contract import Component
from .database import Database
from .given import Given
from .keys import own_key
from .settings import Settings
from .settings_file import Places
from .steady import lean, steady
from .streams import Streams
from .wire import Wire, connect, start_chores


class ConnectionEnded(Exception):
    """A router said goodbye for good: the process ends, and is started anew."""


async def build(name: str, db: Database, wire: Wire, settings: Settings, reactor: Any) -> Component:
    """Build one component around its own wire, and let it prepare itself."""
    given = Given(db, Streams(db, wire, reactor, settings), wire, reactor, settings)
    component: Component = import_module(f"{catalog.package(name)}.component").build(given)
    await component.prepare()
    start_chores(component.chores(), reactor)
    return component


def socket_url(run: Path, router: str) -> str:
    """Where a router worker takes components."""
    return f"rs://unix:{run / router}.sock"


async def serve(names: Iterable[str], settings: Settings, places: Places, reactor: Any) -> None:
    """Serve components on every router until a connection ends for good, then raise."""
    clock = steady(reactor)
    lean(reactor)
    db = Database(places.database, reactor)
    connections: list[Deferred[Any]] = []
    try:
        for name in names:
            key = own_key(places.keys, name)
            wire = Wire(settings.routers, clock)
            component = await build(name, db, wire, settings, clock)
            for router in settings.routers:
                url = socket_url(places.run, router)
                connection: Any = connect(url, router, settings.realm, key, wire, component)
                connections.append(connection.start(reactor))
        await DeferredList(connections, fireOnOneCallback=True, fireOnOneErrback=True, consumeErrors=True)
    finally:
        await db.close()
    raise ConnectionEnded
