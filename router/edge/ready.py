"""Says in words what keeps a router worker from serving people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components import alive, catalog
from components.contract import Procedure
from components.settings import Settings
from components.settings_file import Places
from router import hooks


@dataclass(frozen=True)
class Readiness:
    """Looks at the router, at the components' supervisor, and at what the components have registered."""

    router: Any
    supervisor: Path | None
    """The lock of the components' supervisor; `None` where all components live in the router worker."""
    procedures: Mapping[str, list[str]] = field(default_factory=dict)
    """What each component declares that it answers."""

    def missing(self) -> list[str]:
        """List what is not there; nothing when people can be served."""
        return [*self._ports(), *self._supervisor(), *self._components()]

    def _ports(self) -> Iterable[str]:
        if not hooks.takes_sessions(self.router):
            yield "the web port is not open"

    def _supervisor(self) -> Iterable[str]:
        if self.supervisor is not None and not alive.is_held(self.supervisor):
            yield "the components' supervisor is not running"

    def _components(self) -> Iterable[str]:
        for component, declared in self.procedures.items():
            absent = [uri for uri in declared if not hooks.is_registered(self.router, uri)]
            if absent:
                others = f" and {len(absent) - 1} more" if len(absent) > 1 else ""
                yield f"the component {component} does not answer {absent[0]}{others}"


def readiness(settings: Settings, places: Places, router: Any) -> Readiness:
    """Look for all that a node with these settings has."""
    procedures = {
        name: [one.uri for one in catalog.declared_in(f"{catalog.package(name)}.api") if isinstance(one, Procedure)]
        for name in catalog.names(settings)
    }
    is_supervised = any(process != catalog.ROUTER for process in settings.processes)
    return Readiness(router, places.run / alive.SUPERVISOR if is_supervised else None, procedures)
