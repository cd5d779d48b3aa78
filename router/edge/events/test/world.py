"""A node in memory with `/events` and `/streams`: a real router, log and edge behind a real HTTP parser."""

import json
import time
from collections.abc import Callable, Iterable
from socket import socket
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionDone
from twisted.internet.testing import StringTransport
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import Site

from components.contract import Author
from components.room.component import Rooms
from components.settings import Settings
from components.stream.component import StreamComponent
from components.streams import Log, Streams
from components.wire import Wire
from router.edge.events.resource import Events
from router.edge.events.resource import Streams as StreamsResource
from router.identity import guest
from tests.support.database import MemoryDatabase
from tests.support.edge import KEYS, Client, MemoryEdge
from tests.support.router import SETTINGS

NEWS, SPORT, HALL = "app.demo.news", "app.demo.sport", "openline.room.hall"
ADA = Author("u_ada", "Ada")


class Node:
    """What is published here is committed and spread as in a real one, at once."""

    def __init__(self, settings: Settings = SETTINGS) -> None:
        self.memory = MemoryEdge(settings)
        self.clock = self.memory.clock
        self.clock.advance(1_000_000.0)
        self.memory.ticker.tick()
        self.db = MemoryDatabase()
        self._settings = settings
        self._answers: list[Answer] = []
        self.start_components()
        root = Resource()
        root.putChild(b"events", Events(self.memory.edge))
        root.putChild(b"streams", StreamsResource(self.memory.edge))
        self._site = Site(root)
        self.ada = self.token("Ada")

    def start_components(self) -> None:
        """Have the components answer."""
        wire = Wire([self.memory.router.name], self.clock)
        self.streams = Streams(self.db, wire, self.clock, self._settings)
        stream = StreamComponent(self.db, self.streams, wire, self.clock, self._settings)
        room = Rooms(self.db, self.streams, wire, self.clock)
        self._components = [self.memory.router.serve(wire, component) for component in (stream, room)]

    def close(self) -> None:
        """Let everybody go home."""
        for answer in self._answers:
            answer.hang_up()
        self.db.close()

    def stop_components(self) -> None:
        """Take the components away, as if their process had died."""
        for session in self._components:
            self.memory.router.router.detach(session)

    def sweep(self) -> None:
        """Publish what was committed and may not have been published."""
        Deferred.fromCoroutine(self.streams.sweep())

    def sessions(self) -> list[Any]:
        """The sessions of those who ask over HTTP."""
        known = self.memory.router.router._session_id_to_session.values()
        return [one for one in known if getattr(getattr(one, "_transport", None), "kind", "") == "events"]

    def token(self, name: str) -> str:
        """Sign somebody in."""
        return KEYS.sign(guest(name, time.time(), 1e9))

    def member(self, name: str, room: str) -> tuple[Client, str]:
        """Have somebody open a room, and give their connection and their token."""
        token = guest(name, time.time(), 1e9)
        client = self.memory.client()
        client.enter(token)
        answer = client.call("openline.room.create", room=room, title=room)
        assert answer[0] == 50, answer
        return client, KEYS.sign(token)

    def publish(self, stream: str = NEWS, count: int = 1, **data: Any) -> None:
        """Append events, and publish them."""
        for _ in range(count):
            self.do(lambda log: log.append(stream, "said", data, by=ADA))

    def commit(self, stream: str = NEWS, count: int = 1, **data: Any) -> None:
        """Append events, and die before they are published."""
        self.streams._announce, announce = (lambda event: None), self.streams._announce  # type: ignore[method-assign]
        self.publish(stream, count, **data)
        self.streams._announce = announce  # type: ignore[method-assign]

    def do(self, work: Callable[[Log], object]) -> None:
        """Write to the log."""
        done: list[object] = []
        Deferred.fromCoroutine(self.streams.write(work)).addBoth(done.append)
        assert done and not isinstance(done[0], Failure), done

    def sql(self, statement: str) -> None:
        """Do something to the database that nobody should."""
        failed: list[object] = []
        self.db.run(lambda connection: connection.exec_driver_sql(statement)).addErrback(failed.append)
        assert not failed, failed

    def wait(self, seconds: float) -> None:
        """Let time go by, in steps in which everything has its turn."""
        for _ in range(round(seconds * 4)):
            self.memory.pass_time(0.25)

    def get(
        self,
        path: str,
        method: str = "GET",
        token: str | None = "",
        slow: bool = False,
        handle: socket | None = None,
        **headers: str,
    ) -> "Answer":
        """Ask over a connection of its own; as Ada, unless somebody else or nobody. `handle` is its socket."""
        answer = Answer(self._site, Narrow() if slow else StringTransport())
        answer.transport.getHandle = lambda: handle  # type: ignore[attr-defined]
        self._answers.append(answer)
        signed_in = {} if token is None else {"Authorization": f"Bearer {token or self.ada}"}
        answer.ask(method, path, {**signed_in, **{name.replace("_", "-"): value for name, value in headers.items()}})
        return answer


class Answer:
    """A connection on which something was asked, and what came back so far."""

    def __init__(self, site: Site, transport: StringTransport) -> None:
        self.transport = transport
        self._is_gone = False
        self._protocol = site.buildProtocol(None)
        self._protocol.makeConnection(self.transport)

    def ask(self, method: str, path: str, headers: dict[str, str]) -> None:
        """Send a request."""
        lines = [f"{method} {path} HTTP/1.1", "Host: node.example", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
        self._protocol.dataReceived("\r\n".join(lines).encode())

    def pause(self) -> None:
        """Stop reading: what was written stays in the buffer."""
        self._producer.pauseProducing()

    def resume(self) -> None:
        """Read on."""
        self._producer.resumeProducing()

    def hang_up(self) -> None:
        """Be gone. Harmless when repeated."""
        if not self._is_gone:
            self._is_gone = True
            self._protocol.connectionLost(Failure(ConnectionDone()))

    @property
    def _producer(self) -> Any:
        return self.transport.producer

    @property
    def _sent(self) -> bytes:
        return bytes(self.transport.value())

    @property
    def status(self) -> int:
        return int(self._head[0].split()[1])

    @property
    def headers(self) -> dict[str, str]:
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in self._head[1:])}

    @property
    def text(self) -> str:
        """The body, as far as it has come."""
        body = self._sent.partition(b"\r\n\r\n")[2]
        return (_joined(body) if self.headers.get("transfer-encoding") == "chunked" else body).decode()

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def is_complete(self) -> bool:
        """Whether the answer has ended."""
        return self._sent.endswith(b"\r\n0\r\n\r\n")

    @property
    def messages(self) -> list[dict[str, Any]]:
        """What a browser would make of an event stream: name, id and data of each event that has data."""
        return [message for message in messages(self.text) if "data" in message]

    @property
    def offsets(self) -> list[int]:
        return [message["data"]["offset"] for message in self.messages if message["event"] == "message"]

    @property
    def id(self) -> str:
        """The id that a browser would send to go on."""
        return [str(message["id"]) for message in messages(self.text) if "id" in message][-1]

    @property
    def _head(self) -> list[str]:
        return self._sent.partition(b"\r\n\r\n")[0].decode().split("\r\n")


class Narrow(StringTransport):
    """A connection whose buffer is full as soon as something was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.sizes: list[int] = []

    def write(self, data: bytes) -> None:
        super().write(data)
        self._fill(len(data))

    def writeSequence(self, data: Iterable[bytes]) -> None:  # noqa: N802
        pieces = list(data)
        super().writeSequence(pieces)
        self._fill(sum(map(len, pieces)))

    def _fill(self, size: int) -> None:
        self.sizes.append(size)
        if self.producer is not None:
            self.producer.pauseProducing()


def messages(text: str) -> list[dict[str, Any]]:
    """Read an event stream (HTML Standard §9.2.6)."""
    found = []
    for block in text.split("\n\n")[:-1]:
        fields = dict(line.split(": ", 1) for line in block.split("\n") if line and not line.startswith(":"))
        if "data" in fields:
            fields = {"event": "message", **fields, "data": json.loads(fields["data"])}
        found.append(fields)
    return found


def _joined(chunks: bytes) -> bytes:
    body = b""
    while chunks:
        size, _, rest = chunks.partition(b"\r\n")
        body, chunks = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return body
