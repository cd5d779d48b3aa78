"""Which components there are, by their keys, and what each of them may register."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from twisted.logger import Logger

from components import catalog, keys
from components.contract import COMPONENT, SERVICE, Procedure, Verdict
from components.keys import Badge, BadKey
from components.settings import Settings

log = Logger()

Own = Mapping[str, frozenset[str]]
"""The node's own components, and the procedures that each of them declares."""


def may_register(name: str, role: str, uri: str, own: Own, badge: Badge | None) -> Verdict:
    """Decide whether a component may register a procedure: its key says which. Nobody else registers any."""
    if role == COMPONENT and name in own:
        return Verdict(uri in own[name], f"the component {name} registers what it declares")
    if role == SERVICE and badge is not None and badge.is_added:
        return Verdict(badge.covers(uri), f"the component {name} registers {', '.join(badge.register)}")
    return Verdict(False, "only components register, each what its key is for")


def own(settings: Settings) -> Own:
    """List the node's own components: those of the settings, and the operator's commands."""
    return {keys.COMMANDS: frozenset(), **{name: _declared(name) for name in catalog.names(settings)}}


def _declared(name: str) -> frozenset[str]:
    found = catalog.declared_in(f"{catalog.package(name)}.api")
    return frozenset(one.uri for one in found if isinstance(one, Procedure))


def role(badge: Badge) -> str:
    """Say as what a component comes in."""
    return SERVICE if badge.is_added else COMPONENT


class Trust:
    """Whom the router lets in as a component. Looks at the keys again whenever they have changed."""

    def __init__(self, folder: Path, own: Own, realm: str) -> None:
        self.realm = realm
        self._folder, self._own = folder, own
        self._marks: Mapping[str, object] = {}
        self._badges: dict[str, Badge] = {}
        self.gone: Callable[[str], object] = _nobody
        """Hears the name of a component that is not let in any more, as it was."""

    def look(self) -> None:
        """Take up what has changed, and tell `gone` whose key is no more, or is another than it was."""
        marks = keys.marks(self._folder)
        changed = {name for name in {*marks, *self._marks} if marks.get(name) != self._marks.get(name)}
        self._marks = marks
        before = {name: self._badges.pop(name) for name in changed if name in self._badges}
        self._badges |= {badge.name: badge for badge in self._load(changed)}
        for name, badge in before.items():
            if self._badges.get(name) != badge:
                self.gone(name)

    async def watch(self) -> None:
        """Look, as a chore."""
        self.look()

    def _load(self, names: Iterable[str]) -> Iterator[Badge]:
        for name in sorted(names):
            try:
                badge = keys.load(self._folder, name)
            except BadKey as error:
                log.warn("a component's key is not used: {error}", error=error)
            else:
                if badge is not None and (badge.is_added != (name in self._own)):
                    yield badge  # What was once the node's own is nobody's any more.

    def badge(self, name: str | None, key: object) -> Badge | None:
        """Find the component that shows a key, by whatever name, or by the one that it says it has."""
        self.look()
        found = (badge for badge in self._badges.values() if badge.key == key)
        return next((badge for badge in found if name in (None, "", badge.name)), None)

    def may_register(self, name: str, role: str, uri: str) -> Verdict:
        """Say whether a component may register a procedure."""
        return may_register(name, role, uri, self._own, self._badges.get(name))

    def callers(self, uri: str) -> frozenset[str]:
        """List the roles that may call a procedure of components that were added."""
        return frozenset().union(*(badge.callers for badge in self._badges.values() if badge.covers(uri)))


class _Here:
    """Whom this process trusts."""

    trust: Trust | None = None


def install(made: Trust) -> None:
    """Make it the one of this process."""
    _Here.trust = made


def trust() -> Trust:
    """Whom this process trusts, for what `config.yaml` names, which is handed nothing."""
    if _Here.trust is None:
        raise RuntimeError("config.yaml starts no router.node.Node before its transports")
    return _Here.trust


def _nobody(name: str) -> None:
    """Tell nobody."""
