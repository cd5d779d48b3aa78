"""A real Crossbar router in memory, with our permissions. Its internals are used here and in `router/hooks.py`."""

from collections.abc import Coroutine, Iterable
from pathlib import Path
from typing import Any

from autobahn.twisted.wamp import ApplicationSession
from autobahn.wamp.types import ComponentConfig
from crossbar.router.router import RouterFactory
from crossbar.worker.types import RouterRealm
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

from components import catalog
from components.contract import COMPONENT, Declared, Procedure
from components.settings import Settings
from components.wire import Wire
from router import hooks
from router.edge.counters import Counters
from router.node import serve, watch_over
from router.trust import Trust


class MemoryRouter:
    """Sessions joined to it talk WAMP to each other within the call stack."""

    def __init__(
        self, settings: Settings, clock: IReactorTime, name: str = "router1", declared: Iterable[Declared] = ()
    ) -> None:
        factory = RouterFactory("node", name, None)
        factory.start_realm(RouterRealm(None, None, {"name": settings.realm}))
        self.name = name
        self._realm = settings.realm
        self.counters = Counters()
        self.router = hooks.fit(factory.get(settings.realm), self.counters)
        wire = Wire([name], clock)
        declared = [*catalog.declarations(settings), *declared]
        self._procedures = frozenset(one.uri for one in declared if isinstance(one, Procedure))
        self._own: dict[str, frozenset[str]] = {}
        known = Trust(Path("/nowhere"), self._own, settings.realm)
        self.guard = watch_over(self.router, declared, settings, known, wire, clock)
        self._at_once(serve(self.join("node", "trusted"), self.router, wire, name, self.guard, settings))

    def serve(self, wire: Wire, component: Any) -> Any:
        """Join a component, as the host does."""
        session = self.join(type(component).__name__.lower(), COMPONENT)
        self._at_once(wire.serve(self.name, session, component))
        return session

    def _at_once(self, coroutine: Coroutine[Any, Any, None]) -> None:
        serving = Deferred.fromCoroutine(coroutine)
        failures: list[Any] = []
        serving.addErrback(failures.append)
        for failure in failures:
            failure.raiseException()

    def join(self, authid: str, role: str, name: str | None = None) -> Any:
        """Join a person or a component."""
        session = ApplicationSession(ComponentConfig(self._realm))
        self.add(session, authid, role, name)
        return session

    def add(self, session: Any, authid: str, role: str, name: str | None = None) -> None:
        """Join a session that exists."""
        if role == COMPONENT:
            self.trust(authid)
        hooks.add_session(self.router, session, authid, role, {"name": name or authid})

    def trust(self, name: str) -> None:
        """Have a component of this name declare all there is."""
        self._own[name] = self._procedures

    def forget(self, session: Any) -> None:
        """Make the router forget who a session is, as if it had just gone."""
        del self.router._session_id_to_session[session._session_id]


SETTINGS = Settings.model_validate(
    {
        "streams": [
            {"match": "openline.room.*", "keep": {"events": 1_000_000, "for": "forever"}, "read": "members"},
            {"match": "openline.audit", "keep": {"events": None, "for": "forever"}, "read": ["operator"]},
            {"match": "app.demo.*", "read": ["guest"], "publish": ["guest", "component"]},
        ]
    }
)
"""The settings that most tests want."""
