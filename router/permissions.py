"""May this role do this here? A table made of what the components declare, and nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from components.contract import COMPONENT, OPERATOR, SERVICE, Declared, Procedure, Topic, Verdict
from components.settings import Settings

META = {"wamp.session.count", "wamp.session.list", "wamp.session.get"}
"""The router's own procedures that operators may call."""


@dataclass(frozen=True)
class Stream:
    """The answer stands with the options of a stream, or with the component that owns it."""

    action: Literal["read", "publish"]


@dataclass(frozen=True)
class ByKey:
    """The answer stands with the keys of components: who may register this, and who may call it (`router/trust.py`)."""

    action: Literal["register", "call"]


@dataclass(frozen=True)
class Permissions:
    """Every procedure and topic that the node has, by URI, and the namespaces of its streams."""

    procedures: dict[str, Procedure[Any, Any]]
    topics: dict[str, Topic[Any]]
    settings: Settings

    def decide(self, role: str, action: str, uri: str, match: str = "exact") -> Verdict | Stream | ByKey:
        """Answer for one action (`call`, `register`, `publish`, `subscribe`), with the rule that says so."""
        if match != "exact":
            return _no("only exact addresses are open")
        match action:
            case "call":
                return self._call(counts_as(role, uri), uri)
            case "register":
                return self._register(role, uri)
            case "subscribe":
                return self._subscribe(counts_as(role, uri), uri)
            case "publish":
                return self._publish(role, uri)
        return _no(f"nobody may {action}")

    def _call(self, role: str, uri: str) -> Verdict | ByKey:
        if uri in META:
            return _among(role, {OPERATOR}, f"{uri} is for operators")
        procedure = self.procedures.get(uri)
        if procedure is None and not is_ours(uri):
            return ByKey("call")
        if procedure is None:
            return _no(f"nothing declares the procedure {uri}")
        return _among(role, procedure.callers, f"{uri} is called by {_list(procedure.callers)}")

    def _register(self, role: str, uri: str) -> Verdict | ByKey:
        return ByKey("register") if role in (COMPONENT, SERVICE) else _no("only components register")

    def _subscribe(self, role: str, uri: str) -> Verdict | Stream:
        topic = self.topics.get(uri)
        if topic is None:
            return self._stream("read", uri)
        return _among(role, {*topic.readers, COMPONENT}, f"{uri} is read by {_list(topic.readers)}")

    def _publish(self, role: str, uri: str) -> Verdict | Stream:
        topic = self.topics.get(uri)
        if topic is not None:
            return _among(role, topic.publishers, f"{uri} is published by {_list(topic.publishers)}")
        if self.settings.namespace(uri) is None:
            return _no(f"there is no topic or stream {uri}")
        return _among(role, {COMPONENT}, "a stream is written to by openline.stream.publish")

    def _stream(self, action: Literal["read", "publish"], uri: str) -> Verdict | Stream:
        if self.settings.namespace(uri) is None:
            return _no(f"there is no topic or stream {uri}")
        return Stream(action)


def is_ours(uri: str) -> bool:
    """Say whether an address is the node's own, or WAMP's."""
    return uri.startswith(("openline.", "wamp."))


def counts_as(role: str, uri: str) -> str:
    """Say as what somebody calls or reads: a component from outside counts as one where it is not about the node."""
    return COMPONENT if role == SERVICE and not is_ours(uri) else role


def permissions(declared: Iterable[Declared], settings: Settings) -> Permissions:
    """Make the table of a node."""
    procedures: dict[str, Procedure[Any, Any]] = {}
    topics: dict[str, Topic[Any]] = {}
    for one in declared:
        if isinstance(one, Procedure):
            procedures[one.uri] = one
        else:
            topics[one.uri] = one
    return Permissions(procedures, topics, settings)


def _among(role: str, roles: Iterable[str], rule: str) -> Verdict:
    return Verdict(role in roles, rule)


def _no(rule: str) -> Verdict:
    return Verdict(False, rule)


def _list(roles: Iterable[str]) -> str:
    return ", ".join(sorted(roles)) or "nobody"
