"""A WAMP client that does one thing after the other and shows every message as it came."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count
from typing import Any

from .wires import SERIALIZERS, Wire


class Kind(IntEnum):
    """Message types (WAMP spec §Message Codes)."""

    HELLO, WELCOME, ABORT, CHALLENGE, AUTHENTICATE, GOODBYE, ERROR = 1, 2, 3, 4, 5, 6, 8
    PUBLISH, PUBLISHED, SUBSCRIBE, SUBSCRIBED, UNSUBSCRIBE, UNSUBSCRIBED, EVENT = 16, 17, 32, 33, 34, 35, 36
    CALL, CANCEL, RESULT = 48, 49, 50
    REGISTER, REGISTERED, UNREGISTER, UNREGISTERED, INVOCATION, INTERRUPT, YIELD = 64, 65, 66, 67, 68, 69, 70


class Refused(Exception):
    """An ERROR or ABORT: its URI, arguments and keyword arguments."""

    def __init__(self, uri: str, args: list[Any], kwargs: dict[str, Any]) -> None:
        self.uri, self.arguments, self.kwargs = uri, args, kwargs
        super().__init__(uri, args, kwargs)


@dataclass
class Event:
    """An EVENT, taken apart. `length` is the number of its elements on the wire: absent arguments are not null."""

    subscription: int
    publication: int
    details: dict[str, Any]
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, message: list[Any]) -> "Event":
        assert message[0] == Kind.EVENT, message
        return cls(*message[1:])


ROLES: dict[str, Any] = {
    "caller": {"features": {"call_canceling": True, "progressive_call_results": True, "caller_identification": True}},
    "callee": {"features": {"call_canceling": True, "progressive_call_results": True, "caller_identification": True}},
    "publisher": {"features": {"publisher_identification": True, "publisher_exclusion": True}},
    "subscriber": {"features": {"pattern_based_subscription": True}},
}
"""What the client says it can. Not `subscription_revocation`: that is tested by itself."""


class Client:
    """One session."""

    def __init__(self, wire: Wire, serializer: str) -> None:
        self.wire = wire
        self.welcome: dict[str, Any] = {}
        self.id = 0
        self._serializer = SERIALIZERS[serializer]
        self._requests = count(1)
        self._early: list[list[Any]] = []
        self._is_over = False

    # One message

    def say(self, kind: Kind, *rest: Any) -> None:
        """Send a message as it stands."""
        self.wire.send(self._serializer.dumps([int(kind), *rest]))

    def ask(self, kind: Kind, *rest: Any) -> int:
        """Send a message that has a request id; answer with that id."""
        request = next(self._requests)
        self.say(kind, request, *rest)
        return request

    def hear(self) -> list[Any]:
        """Take the next message."""
        return self._early.pop(0) if self._early else self._receive()

    def expect(self, kind: Kind) -> list[Any]:
        """Take the next message, which is to be of this kind."""
        message = self.hear()
        assert message[0] == kind, message
        return message

    def _receive(self) -> list[Any]:
        message: list[Any] = self._serializer.loads(self.wire.receive())
        self._is_over = self._is_over or message[0] == Kind.GOODBYE
        return message

    def reply(self, request: int) -> list[Any]:
        """Wait for the answer to a request; keep what comes before it. Raises `Refused`."""
        while True:
            message = self._receive()
            if message[0] == Kind.ERROR and message[2] == request:
                raise Refused(message[4], *_payload(message[5:]))
            if message[0] in _ANSWERS and message[1] == request:
                return message
            self._early.append(message)

    def rest(self) -> list[list[Any]]:
        """All that came until now: what the server sends after this is asked for comes later."""
        request = self.ask(Kind.UNSUBSCRIBE, 1)
        try:
            self.reply(request)
        except Refused as refused:
            assert refused.uri == "wamp.error.no_such_subscription", refused
        early, self._early = self._early, []
        return early

    # The opening and closing handshake

    def join(
        self, realm: str, authid: str | None, method: str, answer: str | Callable[[str], str] = "", **details: Any
    ) -> None:
        """Sign in, with a ticket or by what answers the challenge. Raises `Refused`."""
        named = {"authid": authid} if authid else {}
        self.say(Kind.HELLO, realm, {"roles": ROLES, "authmethods": [method], **named, **details})
        message = self.hear()
        if message[0] == Kind.CHALLENGE:
            self.say(Kind.AUTHENTICATE, answer if isinstance(answer, str) else answer(message[2]["challenge"]), {})
            message = self.hear()
        if message[0] == Kind.ABORT:
            raise Refused(message[2], [], message[1])
        assert message[0] == Kind.WELCOME, message
        self.id, self.welcome = message[1], message[2]

    def leave(self) -> None:
        """Say goodbye and wait until the server has."""
        if not self._is_over:
            self.say(Kind.GOODBYE, {}, "wamp.close.close_realm")
        while not self._is_over:
            self._receive()
        self.wire.close()

    # What can be asked for

    def subscribe(self, topic: str, **options: Any) -> int:
        """Subscribe; answer with the subscription's id."""
        return int(self.reply(self.ask(Kind.SUBSCRIBE, options, topic))[2])

    def unsubscribe(self, subscription: int) -> None:
        """Cancel a subscription."""
        self.reply(self.ask(Kind.UNSUBSCRIBE, subscription))

    def publish(self, topic: str, *payload: Any, **options: Any) -> int:
        """Publish and wait until it is taken; answer with the publication's id. `payload` is args, then kwargs."""
        return int(self.reply(self.tell(topic, *payload, acknowledge=True, **options))[2])

    def tell(self, topic: str, *payload: Any, **options: Any) -> int:
        """Publish without waiting."""
        return self.ask(Kind.PUBLISH, options, topic, *payload)

    def events(self) -> list[Event]:
        """The events that came until now, and nothing else may have."""
        return [Event.of(message) for message in self.rest()]

    def event(self) -> Event:
        """Wait for the next message, which is to be an event."""
        return Event.of(self.hear())

    def register(self, procedure: str, **options: Any) -> int:
        """Register; answer with the registration's id."""
        return int(self.reply(self.ask(Kind.REGISTER, options, procedure))[2])

    def call(self, procedure: str, *payload: Any, **options: Any) -> int:
        """Call, without waiting for the result."""
        return self.ask(Kind.CALL, options, procedure, *payload)


def _payload(rest: list[Any]) -> tuple[list[Any], dict[str, Any]]:
    return (rest[0] if rest else []), (rest[1] if len(rest) > 1 else {})


_ANSWERS = {
    Kind.PUBLISHED,
    Kind.SUBSCRIBED,
    Kind.UNSUBSCRIBED,
    Kind.RESULT,
    Kind.REGISTERED,
    Kind.UNREGISTERED,
}
