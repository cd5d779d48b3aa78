"""May they? The one function that decides it: for the router, for the stream component, for `openline explain`.

Pure: made of what the components declare and of what `openline.yaml` says of streams. Where only the component that
owns a stream knows, the answer is the question to put to it.
"""

import re
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from .contract import (
    COMPONENT,
    NO_RIGHTS,
    OPERATOR,
    PEOPLE,
    SERVICE,
    Access,
    Beside,
    Caller,
    Declared,
    Procedure,
    Rights,
    Topic,
    Verdict,
)
from .settings import Settings

LOOKS = frozenset(
    {
        *(f"wamp.session.{verb}" for verb in ("count", "list", "get")),
        *(f"wamp.registration.{verb}" for verb in ("list", "lookup", "match", "get", "list_callees", "count_callees")),
        *(f"wamp.subscription.{verb}" for verb in ("list", "lookup", "match", "get")),
        *(f"wamp.subscription.{verb}" for verb in ("list_subscribers", "count_subscribers")),
    }
)
"""The router's own procedures that only look."""
KILLS = frozenset({"wamp.session.kill", "wamp.session.kill_by_authid", "wamp.session.kill_by_authrole"})
"""Those that end sessions."""
TELLS = frozenset(
    {
        *(f"wamp.session.on_{what}" for what in ("join", "leave")),
        *(f"wamp.registration.on_{what}" for what in ("create", "register", "unregister", "delete")),
        *(f"wamp.subscription.on_{what}" for what in ("create", "subscribe", "unsubscribe", "delete")),
    }
)
"""The router's own topics."""

_META = "wamp."
_CLIENT = "client."
_OWN = re.compile(r"client\.([1-9][0-9]{0,15})(\.[a-z0-9_]+)+")


@dataclass(frozen=True, slots=True)
class Who:
    """Who would do something: a person or a component, in one of its sessions."""

    id: str
    role: str
    rights: Rights = NO_RIGHTS
    session: int = 0


@dataclass(frozen=True)
class Question:
    """Only the component that owns a stream can say."""

    owner: Procedure[Access, Verdict]
    access: Access


@dataclass(frozen=True)
class Offer:
    """To whom a browser offers a procedure: to the sessions of the same person, to these ids, and to these roles."""

    owner: str
    ids: Collection[str] = ()
    roles: Collection[str] = ()


class Keys(Protocol):
    """What the keys of components say: `router/trust.py` in the router."""

    def may_register(self, name: str, role: str, uri: str) -> Verdict:
        """Say whether a component may register a procedure."""

    def callers(self, uri: str) -> Collection[str]:
        """List the roles that may call a procedure of components that were added."""


class NoKeys:
    """Where nobody registers: a table of streams alone."""

    def may_register(self, name: str, role: str, uri: str) -> Verdict:
        return _no("only components register, each what its key is for")

    def callers(self, uri: str) -> Collection[str]:
        return ()


Offers = Callable[[str], Offer | None]
"""(procedure under `client.`) → to whom it is offered; `None` where the session in its name has ended."""
Ask = Callable[[Procedure[Access, Verdict], Access], Awaitable[Verdict]]
"""How to ask the component that owns a stream: `Bus.call` is one."""


def _no_offers(procedure: str) -> None:
    return None


@dataclass(frozen=True)
class Permissions:
    """Every procedure and topic of the node, by URI; its streams; what keys are for, and what browsers offer."""

    procedures: dict[str, Procedure[Any, Any]]
    topics: dict[str, Topic[Any]]
    settings: Settings
    keys: Keys
    offers: Offers
    besides: tuple[Beside[Any], ...] = ()

    def decide(self, who: Who, action: str, what: str, match: str = "exact") -> Verdict | Question:
        """Answer for one action on an address or a stream, with the rule that says so.

        Actions are the requests of WAMP (`call`, `register`, `subscribe`, `publish`, and `reregister`: REGISTER
        with `force_reregister`), and to `read` and `write` the log of a stream, by `openline.stream` or over HTTP.
        """
        if match != "exact":
            return _pattern(who.role, action, what)
        if what.startswith(_META):
            return _meta(who.role, action, what)
        decide = _ACTIONS.get(action)
        return decide(self, who, what) if decide else _no(f"nobody may {action}")

    def of_role(self, role: str, action: str, what: str, match: str = "exact") -> Verdict | None:
        """Answer for everybody of a role; `None` where it depends on who it is."""
        if what.startswith(_CLIENT):
            return None
        if match == "exact" and self._is_by_key(role, action, what):
            return None
        answer = self.decide(Who("", role), action, what, match)
        if isinstance(answer, Question) or self._may_be_widened(answer, action, what, match):
            return None
        return answer

    def _is_by_key(self, role: str, action: str, what: str) -> bool:
        """Say whether the answer stands with the keys of components, of which there may be others at any time."""
        registers = action == "register" and role in (COMPONENT, SERVICE)
        return registers or (action == "call" and what not in self.procedures and not is_ours(what))

    def _may_be_widened(self, answer: Verdict, action: str, what: str, match: str) -> bool:
        is_read = action in ("subscribe", "read", "write") and match == "exact" and what not in self.topics
        return not answer.allow and is_read and _is_a_sites(what)

    def _call(self, who: Who, uri: str) -> Verdict:
        if uri.startswith(_CLIENT):
            return self._call_browser(who, uri)
        procedure = self.procedures.get(uri)
        if procedure is None and is_ours(uri):
            return _no(f"nothing declares the procedure {uri}")
        callers = self.keys.callers(uri) if procedure is None else procedure.callers
        return _among(counts_as(who.role, uri), callers, f"{uri} is called by {named(callers)}")

    def _call_browser(self, who: Who, uri: str) -> Verdict:
        """Who calls a session that has ended is to hear just that: that there is no such procedure."""
        offer = self.offers(uri)
        if offer is None:
            return Verdict(True, f"{uri} is answered by nobody: the session in its name has ended")
        allow = who.id == offer.owner or who.id in offer.ids or who.role in offer.roles
        chosen = named([*offer.roles, *offer.ids])
        return Verdict(allow, f"{uri} is offered by {offer.owner} to their own sessions and to {chosen}")

    def _register(self, who: Who, uri: str) -> Verdict:
        if uri.startswith(_CLIENT):
            own = who.role in PEOPLE and who.session != 0 and session_in(uri) == who.session
            return Verdict(own, "people register under client.<id of their own session>. and nowhere else")
        return self.keys.may_register(who.id, who.role, uri)

    def _subscribe(self, who: Who, uri: str) -> Verdict | Question:
        topic = self.topics.get(uri)
        if topic is None:
            return self._stream(who, "read", self._beside(uri) or uri)
        readers = {*topic.readers, COMPONENT}
        return _among(counts_as(who.role, uri), readers, f"{uri} is read by {named(topic.readers)}")

    def _reregister(self, who: Who, uri: str) -> Verdict:
        return _no("nobody takes a procedure from who answers it")

    def _publish(self, who: Who, uri: str) -> Verdict:
        topic = self.topics.get(uri)
        if topic is not None:
            return _among(who.role, topic.publishers, f"{uri} is published by {named(topic.publishers)}")
        if self._beside(uri) is not None:
            return _among(who.role, {COMPONENT}, f"{uri} is published by components")
        if self.settings.namespace(uri) is None:
            return _no(f"there is no topic or stream {uri}")
        return _among(who.role, {COMPONENT}, "a stream is written to by openline.stream.publish")

    def beside(self, stream: str) -> list[str]:
        """List the topics beside a stream."""
        found = [one.of(stream).uri for one in self.besides if stream.startswith(f"{one.streams}.")]
        return [uri for uri in found if uri not in self.topics]

    def _beside(self, uri: str) -> str | None:
        """Name the stream whose readers read a topic, where it stands beside one."""
        found = (one.stream(uri) for one in self.besides)
        return next((stream for stream in found if stream is not None), None)

    def _read(self, who: Who, stream: str) -> Verdict | Question:
        return self._stream(who, "read", stream)

    def _write(self, who: Who, stream: str) -> Verdict | Question:
        return self._stream(who, "publish", stream)

    def _stream(self, who: Who, action: Literal["read", "publish"], stream: str) -> Verdict | Question:
        """Decide by the options of the stream's namespace, then by the token, then by what the owner says."""
        space = self.settings.namespace(stream)
        if space is None:
            return _no(f"there is no topic or stream {stream}")
        if who.role == COMPONENT:
            return Verdict(True, "components may read and publish every stream")
        if who.role == SERVICE:
            return Verdict(_is_a_sites(stream), "a component from outside has no part in openline.*")
        if _is_a_sites(stream) and who.rights.cover(action, stream):
            return Verdict(True, f"the token says so: streams.{action} covers {stream}")
        allowed = space.read if action == "read" else space.publish
        if allowed != "members":
            return _among(who.role, allowed, f"{space.match}: {action} is for {named(allowed)}")
        if not stream.startswith("openline."):
            return _no(f"{space.match}: no component says who its members are")
        return Question(owner(stream), Access(who.id, who.role, action, stream))


_ACTIONS: dict[str, Callable[[Permissions, Who, str], Verdict | Question]] = {
    "call": Permissions._call,
    "register": Permissions._register,
    "reregister": Permissions._reregister,
    "subscribe": Permissions._subscribe,
    "publish": Permissions._publish,
    "read": Permissions._read,
    "write": Permissions._write,
}


def permissions(
    declared: Iterable[Declared], settings: Settings, keys: Keys | None = None, offers: Offers = _no_offers
) -> Permissions:
    """Make the table of a node."""
    procedures: dict[str, Procedure[Any, Any]] = {}
    topics: dict[str, Topic[Any]] = {}
    besides: list[Beside[Any]] = []
    for one in declared:
        if isinstance(one, Procedure):
            procedures[one.uri] = one
        elif isinstance(one, Topic):
            topics[one.uri] = one
        else:
            besides.append(one)
    return Permissions(procedures, topics, settings, keys or NoKeys(), offers, tuple(besides))


def who_calls(caller: Caller) -> Who:
    """Take a caller for who would do something."""
    return Who(caller.id, caller.role, caller.rights, caller.session)


def is_ours(uri: str) -> bool:
    """Say whether an address is the node's own, or WAMP's."""
    return uri.startswith(("openline.", _META))


def counts_as(role: str, uri: str) -> str:
    """Say as what somebody calls or hears: a component from outside counts as one where it is not about the node."""
    return COMPONENT if role == SERVICE and not is_ours(uri) else role


def owner(stream: str) -> Procedure[Access, Verdict]:
    """Name the procedure with which the component that owns a stream answers for it."""
    component = stream.split(".")[1]
    return Procedure(f"openline.{component}.may", Access, Verdict, callers={COMPONENT})


def session_in(procedure: str) -> int:
    """Read the session in the name of a browser's procedure; 0 where it is none."""
    found = _OWN.fullmatch(procedure)
    return int(found[1]) if found else 0


def named(roles: Iterable[str]) -> str:
    """List roles, or ids, for people."""
    return ", ".join(sorted(roles)) or "nobody"


def _pattern(role: str, action: str, pattern: str) -> Verdict:
    """Decide on a prefix or a wildcard. What components may hear, they may hear by pattern; the router's topics not."""
    if action != "subscribe":
        return _no("nobody registers a pattern")
    if role != COMPONENT:
        return _no("people subscribe to exact addresses only")
    first, dot, _ = pattern.partition(".")
    whole = bool(first and dot) and first + dot != _META
    return Verdict(whole, "components subscribe to patterns that begin with a whole word, and not with wamp")


def _meta(role: str, action: str, uri: str) -> Verdict:
    known = {"call": LOOKS | KILLS, "subscribe": TELLS}.get(action, frozenset())
    return _among(role, {OPERATOR}, f"{uri} is for operators") if uri in known else _no(f"nobody may {action} {uri}")


def _is_a_sites(stream: str) -> bool:
    """Say whether a stream is a site's: what is ours, neither a site's token nor its component gives away."""
    return not stream.startswith("openline.")


def _among(role: str, roles: Iterable[str], rule: str) -> Verdict:
    return Verdict(role in roles, rule)


def _no(rule: str) -> Verdict:
    return Verdict(False, rule)
