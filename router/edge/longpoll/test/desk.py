"""`/lp` in memory: Twisted's own HTTP on connections without a network, and sessions that take notes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from twisted.internet.address import IPv4Address
from twisted.internet.error import ConnectionLost
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.server import Site

from components.settings import Settings
from router.edge.counters import Counters
from router.edge.cut import Cut
from router.edge.door import Door
from router.edge.edge import Edge
from router.edge.longpoll.batch import END
from router.edge.longpoll.line import Line
from router.edge.longpoll.resource import LongPoll
from router.edge.ticker import STEP, Ticker
from router.edge.transport import Transport
from router.origin import Home

BATCHED, PLAIN = "wamp.2.json.batched", "wamp.2.json"
HOST = "node.example"
NO_HEADERS: Mapping[str, str] = {}


@dataclass
class Notes:
    """A session that writes down what it was handed."""

    line: Line
    received: list[bytes] = field(default_factory=list)
    lost_count: int = 0
    raises: Exception | None = None

    def receive(self, payload: bytes) -> None:
        self.received.append(payload)
        if self.raises:
            raise self.raises

    def lost(self) -> None:
        self.lost_count += 1

    def say(self, *words: str, topic: str | None = None) -> None:
        """Send the client a message for each word."""
        for word in words:
            self.line.write(self.line.encoding.wrap(orjson.dumps([word]), False), topic)


class Journal:
    """Forgets what it is told."""

    def refused(self, reason: str, address: str) -> None:
        """Somebody was cut off."""


@dataclass
class Reply:
    """What came back."""

    status: int
    phrase: str
    headers: dict[str, str]
    body: bytes

    @property
    def words(self) -> list[str]:
        """The words of the messages in it."""
        return [orjson.loads(one)[0] for one in self.body.split(END) if one]

    @property
    def json(self) -> Any:
        """Read it as JSON."""
        return orjson.loads(self.body)


class Asked:
    """One request on a connection of its own."""

    def __init__(self, desk: "Desk", request: bytes) -> None:
        self._wire = StringTransport(peerAddress=IPv4Address("TCP", "192.0.2.7", 4711))
        self._channel = desk.site.buildProtocol(self._wire.getPeer())
        self._channel.makeConnection(self._wire)
        self._channel.dataReceived(request)

    @property
    def is_open(self) -> bool:
        """Whether there is no answer yet."""
        return not self._wire.value()

    @property
    def reply(self) -> Reply:
        """Read the answer."""
        assert not self.is_open, "there is no answer yet"
        head, _, body = self._wire.value().partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        _, status, phrase = first.split(" ", 2)
        return Reply(int(status), phrase, dict(line.split(": ", 1) for line in lines), body)

    def break_off(self) -> None:
        """The connection ends."""
        self._channel.connectionLost(Failure(ConnectionLost()))


class Desk:
    """A node's `/lp`, with time moved by hand."""

    def __init__(self, settings: dict[str, Any] | None = None) -> None:
        self.settings = Settings.model_validate(settings or {})
        self.clock, self.counters = Clock(), Counters()
        self.ticker = Ticker(self.clock.seconds)
        self.sessions: list[Notes] = []
        self.reactor, self.journal = self.clock, Journal()
        self.door = Door(self.settings, self.counters, self.ticker, self.clock.seconds)
        self.home = Home(self.settings.origins)
        self.site = Site(LongPoll(cast(Edge, self)), reactor=self.clock)

    def open(self, transport: Transport) -> Notes:
        """Begin a session, as the edge does."""
        session = transport.session = Notes(cast(Line, transport))
        self.sessions.append(session)
        return session

    def advance(self, seconds: float) -> None:
        """Let time pass a step at a time."""
        end = self.clock.seconds() + seconds
        while self.clock.seconds() < end:
            self.clock.advance(min(STEP, end - self.clock.seconds()))
            self.ticker.tick()

    def ask(self, path: str, body: bytes = b"", method: str = "POST", headers: Mapping[str, str] = NO_HEADERS) -> Asked:
        """Send a request."""
        lines = {"Host": HOST, "Content-Length": str(len(body)), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        asked = Asked(self, f"{method} /{path} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + body)
        self.clock.advance(0)
        return asked

    def enter(self, *protocols: str, headers: Mapping[str, str] = NO_HEADERS) -> "Guest":
        """Open a session."""
        reply = self.ask("open", orjson.dumps({"protocols": protocols or (BATCHED,)}), headers=headers).reply
        assert reply.status == 200, reply
        return Guest(self, self.sessions[-1], **reply.json)


@dataclass
class Guest:
    """A client with a session."""

    desk: Desk
    session: Notes
    transport: str
    protocol: str

    def send(self, *words: str, n: int | None = None, headers: Mapping[str, str] = NO_HEADERS) -> Asked:
        """Send a message for each word."""
        body = END.join(map(message, words))
        return self.desk.ask(f"{self.transport}/send" + ("" if n is None else f"?n={n}"), body, headers=headers)

    def poll(self, ack: int | None = None, headers: Mapping[str, str] = NO_HEADERS) -> Asked:
        """Poll."""
        return self.desk.ask(f"{self.transport}/receive" + ("" if ack is None else f"?ack={ack}"), headers=headers)

    def close(self) -> Reply:
        """Close the session."""
        return self.desk.ask(f"{self.transport}/close").reply

    def say(self, *words: str, topic: str | None = None) -> None:
        """Let the session send a message for each word, and the turn end."""
        self.session.say(*words, topic=topic)
        self.desk.clock.advance(0)

    def cut(self, cut: Cut) -> None:
        """Let the session be cut off."""
        self.session.line.close(cut)
        self.desk.clock.advance(0)


def message(word: str) -> bytes:
    """Write a message."""
    return orjson.dumps([word])
