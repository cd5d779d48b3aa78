"""Who may do what, said again: slowly, obviously, and without the function that decides it or any part of that."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from components.contract import Beside, Declared, Procedure, Topic

SESSION, REGISTRATION, SUBSCRIPTION = "wamp.session.", "wamp.registration.", "wamp.subscription."
LOOKS = [
    *(SESSION + verb for verb in ("count", "list", "get")),
    *(REGISTRATION + verb for verb in ("list", "lookup", "match", "get", "list_callees", "count_callees")),
    *(SUBSCRIPTION + verb for verb in ("list", "lookup", "match", "get", "list_subscribers", "count_subscribers")),
]
KILLS = [SESSION + verb for verb in ("kill", "kill_by_authid", "kill_by_authrole")]
CLOSED = [
    *(SESSION + verb for verb in ("add_testament", "flush_testaments")),
    *(REGISTRATION + "remove_callee", SUBSCRIPTION + "remove_subscriber", SUBSCRIPTION + "get_events"),
]
"""What Crossbar answers, too, and nobody may call."""
TELLS = [
    *(SESSION + what for what in ("on_join", "on_leave")),
    *(REGISTRATION + what for what in ("on_create", "on_register", "on_unregister", "on_delete")),
    *(SUBSCRIPTION + what for what in ("on_create", "on_subscribe", "on_unsubscribe", "on_delete")),
]


@dataclass(frozen=True)
class Space:
    """A namespace of streams: who reads and who publishes, or "members"."""

    match: str
    read: Iterable[str] | str = ()
    publish: Iterable[str] | str = ("component",)


@dataclass(frozen=True)
class Somebody:
    """A session, with what its token says."""

    id: str
    role: str
    session: int = 0
    reads: Iterable[str] = ()
    publishes: Iterable[str] = ()


@dataclass
class World:
    """All that an answer may depend on."""

    declared: list[Declared]
    spaces: list[Space]
    members: set[tuple[str, str]] = field(default_factory=set)
    """Who is a member of which stream."""
    sessions: dict[int, str] = field(default_factory=dict)
    """Who is here, by the ids of their sessions."""
    own: dict[str, set[str]] = field(default_factory=dict)
    """The node's own components, and what each of them declares."""
    added: dict[str, tuple[set[str], set[str]]] = field(default_factory=dict)
    """Components that an operator added: what each may register, as patterns, and which roles may call that."""
    offers: dict[str, tuple[set[str], set[str]]] = field(default_factory=dict)
    """To which ids and roles the procedures of browsers are offered."""


def may(world: World, who: Somebody, action: str, what: str, match: str = "exact") -> bool:
    """Say whether somebody may do something."""
    if match != "exact":
        return may_by_pattern(who, action, what)
    if what.split(".")[0] == "wamp" and "." in what:
        return who.role == "operator" and what in {"call": [*LOOKS, *KILLS], "subscribe": TELLS}.get(action, [])
    if action in ("read", "write"):
        return may_with_stream(world, who, {"read": "read", "write": "publish"}[action], what)
    by_action = {"call": may_call, "register": may_register, "subscribe": may_subscribe, "publish": may_publish}
    return action in by_action and by_action[action](world, who, what)


def may_by_pattern(who: Somebody, action: str, pattern: str) -> bool:
    words = pattern.split(".")
    return action == "subscribe" and who.role == "component" and len(words) > 1 and words[0] not in ("", "wamp")


def may_call(world: World, who: Somebody, what: str) -> bool:
    if what.startswith("client."):
        owner = world.sessions.get(session_in(what))
        if owner is None:
            return True  # And hears that there is no such procedure.
        ids, roles = world.offers.get(what, (set(), set()))
        return who.id == owner or who.id in ids or who.role in roles
    role = "component" if who.role == "service" and not is_ours(what) else who.role
    for one in world.declared:
        if isinstance(one, Procedure) and one.uri == what:
            return role in one.callers
    if is_ours(what):
        return False
    return any(role in callers for patterns, callers in world.added.values() if any(fits(p, what) for p in patterns))


def may_register(world: World, who: Somebody, what: str) -> bool:
    if what.startswith("client."):
        is_person = who.role in ("guest", "member", "operator")
        return is_person and who.session > 0 and session_in(what) == who.session
    if who.role == "component":
        return what in world.own.get(who.id, set())
    return who.role == "service" and any(fits(p, what) for p in world.added.get(who.id, (set(), set()))[0])


def may_subscribe(world: World, who: Somebody, what: str) -> bool:
    for one in world.declared:
        if isinstance(one, Topic) and one.uri == what:
            is_one = who.role == "component" or (who.role == "service" and not is_ours(what))
            return is_one or who.role in one.readers
        if isinstance(one, Beside) and fits(f"{one.uri}.*", what):
            return may_with_stream(world, who, "read", what.replace(one.uri, one.streams, 1))
    return may_with_stream(world, who, "read", what)


def may_publish(world: World, who: Somebody, what: str) -> bool:
    for one in world.declared:
        if isinstance(one, Topic) and one.uri == what:
            return who.role in one.publishers
        if isinstance(one, Beside) and fits(f"{one.uri}.*", what):
            return who.role == "component"
    return who.role == "component" and space_of(world, what) is not None


def may_with_stream(world: World, who: Somebody, how: str, stream: str) -> bool:
    space = space_of(world, stream)
    if space is None:
        return False
    if who.role == "component":
        return True
    ours = stream.startswith("openline.")
    if who.role == "service":
        return not ours
    rights = who.reads if how == "read" else who.publishes
    if not ours and any(fits(pattern, stream) for pattern in rights):
        return True
    allowed = space.read if how == "read" else space.publish
    if allowed == "members":
        return ours and how == "read" and (who.id, stream) in world.members
    return who.role in allowed


def is_ours(what: str) -> bool:
    return what.split(".")[0] in ("openline", "wamp") and "." in what


def space_of(world: World, stream: str) -> Space | None:
    for space in world.spaces:
        if fits(space.match, stream):
            return space
    return None


def fits(pattern: str, stream: str) -> bool:
    """Compare word by word."""
    if not pattern.endswith(".*"):
        return pattern == stream
    begin = pattern.split(".")[:-1]
    words = stream.split(".")
    return len(words) > len(begin) and words[: len(begin)] == begin


def session_in(procedure: str) -> int:
    """Read the second word of an address of three or more, if it is a number as one writes it."""
    words = procedure.split(".")
    is_number = len(words) > 2 and words[1].isascii() and words[1].isdigit() and not words[1].startswith("0")
    return int(words[1]) if is_number and all(words) else 0
