"""The receivers of one subscription, kept ready: an event is encoded and written once for all of a kind."""

from array import array
from typing import Any

from . import native
from .counters import Counters
from .transport import Encoding, Transport, flush_corked


class Group:
    """Receivers whose connections take the same bytes and can be written to directly, and what they are to get."""

    __slots__ = ("audience", "encoding", "fds", "pending", "skip", "transports")

    def __init__(self, audience: "Audience", encoding: Encoding) -> None:
        self.audience, self.encoding = audience, encoding
        self.fds = array("i")
        self.transports: list[Any] = []
        self.pending: list[bytes] = []
        """Events of this turn of the reactor."""
        self.skip = -1
        """The descriptor that is not to get them: the publisher's own."""

    def put(self, data: bytes, skip: int) -> bool:
        """Have an event sent at the end of this turn. Says whether it is the first."""
        if self.pending and skip != self.skip:
            self.flush()
        self.skip = skip
        self.pending.append(data)
        return len(self.pending) == 1

    def flush(self) -> None:
        """Write what is pending, in one write to each."""
        if not self.pending:
            return
        if Transport.corked:
            flush_corked()
        data = self.pending[0] if len(self.pending) == 1 else b"".join(self.pending)
        self.pending.clear()
        self.audience.counters.bytes_out += len(data) * (len(self.fds) - (self.skip >= 0))
        failed = native.broadcast(self.fds, data, self.skip)
        if failed:
            topic = self.audience.topic
            for transport, sent in [(self.transports[index], sent) for index, sent in failed]:
                transport.took(data, sent, topic)

    def add(self, transport: Any) -> None:
        self.flush()  # Not for who comes after them.
        transport.audiences[self.audience] = len(self.fds)
        self.fds.append(transport.fd)
        self.transports.append(transport)

    def remove(self, transport: Any, index: int) -> None:
        """Take one out; the last takes its place."""
        last = self.transports.pop()
        fd = self.fds.pop()
        if last is not transport:
            self.transports[index], self.fds[index] = last, fd
            last.audiences[self.audience] = index


class Audience:
    """Everybody who gets the events of one subscription.

    A transport is in a `Group` while it can be written to directly, and in `waiting` while something is buffered for
    it, or always where that is its nature (TLS, long-poll). Sessions without bytes (components) are in `others`.
    """

    __slots__ = ("counters", "groups", "others", "topic", "waiting")

    def __init__(self, topic: str, counters: Counters) -> None:
        self.topic, self.counters = topic, counters
        self.groups: dict[Encoding, Group] = {}
        self.waiting: dict[Any, None] = {}
        self.others: dict[Any, None] = {}

    def add(self, session: Any) -> None:
        """Let a session have the events that are published from now on."""
        transport = session._transport
        if not takes_bytes(transport):
            self.others[session] = None
        elif is_direct(transport):
            self._group(transport.encoding).add(transport)
        else:
            self.waiting[transport] = None
            transport.audiences[self] = -1

    def remove(self, session: Any) -> None:
        """Let a session have no more. What was published before goes out first."""
        transport = session._transport
        if session in self.others or transport is None:
            self.others.pop(session, None)
            return
        index = transport.audiences.pop(self, None)
        if index is None:
            return
        self.waiting.pop(transport, None)
        if index >= 0:
            group = self.groups[transport.encoding]
            if group.pending and transport.fd != group.skip:
                transport.audiences[self] = index
                group.flush()  # May move this very transport, when it cannot take it.
                index = transport.audiences.pop(self)
                self.waiting.pop(transport, None)
            if index >= 0:
                group.remove(transport, index)

    def move(self, transport: Any, ready: bool) -> None:
        """A transport has become ready, or not ready any more; then what is pending waits in its own queue."""
        index = transport.audiences[self]
        if index < 0 and ready and is_direct(transport):
            del self.waiting[transport]
            self._group(transport.encoding).add(transport)
        elif index >= 0 and not ready:
            group = self.groups[transport.encoding]
            group.remove(transport, index)
            transport.audiences[self] = -1
            self.waiting[transport] = None
            if group.pending and transport.fd != group.skip:
                transport.write(b"".join(group.pending), self.topic)

    @property
    def is_pending(self) -> bool:
        """Say whether somebody is still to get something of this turn."""
        return any(group.pending for group in self.groups.values())

    def shares_with(self, other: "Audience") -> bool:
        """Say whether somebody is written to directly in both. Looks through the smaller one."""
        few, many = sorted((self, other), key=lambda one: one.size)
        return any(many in transport.audiences for group in few.groups.values() for transport in group.transports)

    def flush(self) -> None:
        """Write what is pending."""
        for group in self.groups.values():
            group.flush()

    @property
    def size(self) -> int:
        """How many are written to directly."""
        return sum(len(group.transports) for group in self.groups.values())

    def _group(self, encoding: Encoding) -> Group:
        group = self.groups.get(encoding)
        if group is None:
            group = self.groups[encoding] = Group(self, encoding)
        return group


def takes_bytes(transport: Any) -> bool:
    """Say whether it is one of ours that is sent encoded events."""
    return isinstance(transport, Transport) and not transport.wants_messages


def is_direct(transport: Transport) -> bool:
    """Say whether its descriptor may be written to."""
    return transport.ready and transport.fd >= 0
