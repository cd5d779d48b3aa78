"""Print who may do what on this node: the whole table, so that a change can be read as a diff."""

import argparse
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from components import catalog, keys, settings_file
from components.contract import COMPONENT, GUEST, MEMBER, OPERATOR, SERVICE, Beside, Declared, Procedure, Topic
from components.document import Mistakes
from components.keys import Badge
from components.permissions import KILLS, LOOKS, TELLS, Permissions, named, permissions
from components.settings import Settings
from openline.say import say
from router.trust import Own, own

ROLES = (GUEST, MEMBER, OPERATOR, COMPONENT, SERVICE)
_BROWSERS = [
    "register client.<id>.*   guest, member, operator: under the id of their own session, exact addresses only",
    "call     client.<id>.*   the other sessions of the same person, and whom openline.router.offer names",
]
_PATTERNS = [
    "subscribe by prefix or wildcard   component: from a whole first word on, but not wamp; people: never",
    "register by prefix or wildcard    nobody",
    "register with force_reregister    nobody",
]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing."""


def perform(folder: Path, environ: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Print the table. The node need not run."""
    try:
        settings = settings_file.load(folder, environ)
        added = _badges(settings_file.places(folder, settings).keys)
    except (Mistakes, keys.BadKey) as mistakes:
        say(str(mistakes))
        return 1
    for line in table(settings, added):
        say(line)
    return 0


def _badges(folder: Path) -> list[Badge]:
    """Read which components were added."""
    badges = (keys.load(folder, name) for name in keys.marks(folder))
    return [badge for badge in badges if badge and badge.is_added]


def table(settings: Settings, added: Collection[Badge] = ()) -> Iterator[str]:
    """List what each role may, a line for each address, in the same order each time."""
    declared = sorted(catalog.declarations(settings), key=lambda one: one.uri)
    rules = permissions(declared, settings)
    yield from _section("Procedures", _procedures(rules, declared, own(settings)))
    yield from _section("Topics", _topics(rules, declared))
    if added:
        yield from _section("Procedures of components that were added", _added(added))
    yield from _section("Streams, the first that fits", _streams(settings))
    yield from _section("The router's own", _meta(rules))
    yield from _section("Procedures of browsers", _BROWSERS)
    yield from _section("Patterns", _PATTERNS)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from (title, *(f"  {line}" for line in lines), "")


def _procedures(rules: Permissions, declared: Iterable[Declared], own: Own) -> Iterator[str]:
    for one in declared:
        if isinstance(one, Procedure):
            by = [name for name, uris in own.items() if one.uri in uris]
            yield one.uri
            yield f"  call      {named(_roles(rules, 'call', one.uri))}"
            yield f"  register  {f'the component {named(by)}' if by else 'the router'}"


def _topics(rules: Permissions, declared: Iterable[Declared]) -> Iterator[str]:
    for one in declared:
        if isinstance(one, Topic):
            yield one.uri
            yield from (f"  {action:<9} {named(_roles(rules, action, one.uri))}" for action in ("subscribe", "publish"))
        elif isinstance(one, Beside):
            yield f"{one.uri}.*"
            yield f"  subscribe whoever reads {one.streams}.*"
            yield "  publish   component"


def _added(badges: Iterable[Badge]) -> Iterator[str]:
    """List what was added by `openline component add`."""
    for badge in sorted(badges, key=lambda one: one.name):
        yield from (f"{pattern:<32} register  the component {badge.name}" for pattern in badge.register)
        yield from (f"{pattern:<32} call      {named(badge.callers)}" for pattern in badge.register)


def _streams(settings: Settings) -> Iterator[str]:
    """List the namespaces as they are set: their order counts."""
    for space in settings.streams:
        yield space.match
        for action, allowed in (("read", space.read), ("publish", space.publish)):
            who = [allowed] if isinstance(allowed, str) else {*allowed, COMPONENT}
            is_ours = space.match.startswith("openline.")
            widened = "" if is_ours else f", service, and whose token has streams.{action} of it"
            yield f"  {action:<9} {named(who)}{', component' if isinstance(allowed, str) else ''}{widened}"


def _meta(rules: Permissions) -> Iterator[str]:
    for action, uris in (("call", LOOKS | KILLS), ("subscribe", TELLS)):
        yield from (f"{action:<9} {uri:<42} {named(_roles(rules, action, uri))}" for uri in sorted(uris))
    yield "anything else under wamp.  nobody"


def _roles(rules: Permissions, action: str, uri: str) -> list[str]:
    """List the roles that may: by asking the function that decides."""
    answers = {role: rules.of_role(role, action, uri) for role in ROLES}
    return [role for role, answer in answers.items() if answer and answer.allow]
