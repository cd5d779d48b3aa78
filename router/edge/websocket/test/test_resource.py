"""A connection is taken over from HTTP whole, and nothing of HTTP is left."""

import gc
import socket
import ssl
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.web.http import HTTPChannel
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from components.settings import Limits, Settings
from router.edge.codec import CODECS
from router.edge.counters import Counters
from router.edge.cut import Cut, Why
from router.edge.ticker import Ticker
from router.edge.tls import Certificate
from router.edge.websocket import frames, resource
from router.edge.websocket.protocol import WebSocket
from router.origin import ANYWHERE
from tests.support.certificate import write_certificate

from .client import masked
from .test_handshake import GOOD
from .wire import FakeSession, turn_until


class FakeDoor:
    """Lets in so many."""

    def __init__(self) -> None:
        self.places = 10

    def admit(self, visitor: Any) -> Any:
        if not self.places:
            raise Cut(Why.CROWDED, retry_after=4.2)
        self.places -= 1
        return self

    def release(self) -> None:
        self.places += 1


class FakeEdge:
    """What `/ws` needs of the edge."""

    def __init__(self, **limits: Any) -> None:
        self.settings = Settings(limits=Limits(**limits))
        self.counters, self.ticker, self.door = Counters(), Ticker(lambda: 1_000.0), FakeDoor()
        self.home = ANYWHERE
        self.opened: list[WebSocket] = []

    def open(self, transport: WebSocket) -> None:
        transport.session = FakeSession()
        self.opened.append(transport)


class Page(Resource):
    """Something to ask for before."""

    isLeaf = True  # noqa: N815

    def render(self, request: Any) -> bytes:
        return b"page"


class Server:
    """A web server on a free port, with `/ws` and a page."""

    def __init__(self, reactor: Any, certificate: Any = None, **limits: Any) -> None:
        self.reactor, self.edge = reactor, FakeEdge(**limits)
        self.channels: list[weakref.ref[Any]] = []
        self.requests: list[weakref.ref[Any]] = []
        root = Resource()
        root.putChild(b"ws", resource.serve(self.edge))  # type: ignore[arg-type]
        root.putChild(b"page", Page())
        site = Site(root, self._noted(Request), reactor=reactor)
        site.protocol = self._channel  # type: ignore[assignment]
        factory = TLSMemoryBIOFactory(certificate, False, site, reactor) if certificate else site
        self.port = reactor.listenTCP(0, factory, interface="127.0.0.1")

    def _channel(self) -> HTTPChannel:
        channel = HTTPChannel()
        self.channels.append(weakref.ref(channel))
        return channel

    def _noted(self, kind: type[Request]) -> Callable[..., Request]:
        def make(*args: Any, **options: Any) -> Request:
            request = kind(*args, **options)
            self.requests.append(weakref.ref(request))
            return request

        return make

    def connect(self) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port.getHost().port), timeout=10)
        client.setblocking(False)
        return client

    def until(self, is_so: Callable[[], Any]) -> None:
        turn_until(self.reactor, is_so)

    def hears(self, client: Any, size: int = 0, end: bytes = b"") -> bytes:
        """Read so many bytes, or up to an end."""
        heard = bytearray()

        def read() -> bool:
            try:
                while len(heard) < size if size else not heard.endswith(end):
                    heard.extend(client.recv(size - len(heard) if size else 1))
            except (BlockingIOError, ssl.SSLWantReadError):
                return False
            return True

        self.until(read)
        return bytes(heard)

    def close(self) -> None:
        stopped: list[object] = []
        self.port.stopListening().addCallback(stopped.append)
        self.until(lambda: stopped)


Servers = Callable[..., Server]


@pytest.fixture
def servers(reactor: Any) -> Iterator[Servers]:
    """Make servers."""
    made: list[Server] = []

    def make(**options: Any) -> Server:
        made.append(Server(reactor, **options))
        return made[-1]

    yield make
    for server in made:
        server.close()


@pytest.fixture
def server(servers: Servers) -> Server:
    return servers()


def head(**changes: str | None) -> bytes:
    """Write a request for `/ws`."""
    fields = {**GOOD, **{name.replace("_", "-"): value for name, value in changes.items()}}
    lines = ["GET /ws HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items() if value is not None)]
    return "\r\n".join([*lines, "", ""]).encode()


END = b"\r\n\r\n"


def test_speaks_websocket_from_there_on(server: Server) -> None:
    client = server.connect()
    client.sendall(head())
    assert server.hears(client, end=END).startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
    client.sendall(masked(b"[1]"))
    [connection] = server.edge.opened
    session: Any = connection.session
    server.until(lambda: session.received)
    assert session.received == [b"[1]"]
    assert connection.encoding.codec is CODECS["wamp.2.json"]
    assert connection.visitor.address == "127.0.0.1"
    connection.write(frames.frame(b"[2]", False), None)
    assert server.hears(client, 5) == b"\x81\x03[2]"
    assert server.edge.door.places == 9
    client.close()
    server.until(lambda: session.losses)
    assert server.edge.door.places == 10


def test_all_connections_of_a_subprotocol_share_their_encoding() -> None:
    assert resource.encoding("wamp.2.json") is resource.encoding("wamp.2.json")
    assert resource.encoding("wamp.2.json", 15) is resource.encoding("wamp.2.json", 15)
    assert resource.encoding("wamp.2.json", 15) is not resource.encoding("wamp.2.json")
    assert resource.encoding("wamp.2.cbor") is not resource.encoding("wamp.2.json")


def test_takes_what_was_sent_with_the_request(server: Server) -> None:
    client = server.connect()
    client.sendall(head() + masked(b"[1]") + masked(b"[2]")[:4])
    server.until(lambda: server.edge.opened)
    session: Any = server.edge.opened[0].session
    server.until(lambda: session.received)
    assert session.received == [b"[1]"]
    client.close()


def test_follows_other_requests_on_the_connection(server: Server) -> None:
    client = server.connect()
    client.sendall(b"GET /page HTTP/1.1\r\nHost: chat.example\r\n\r\n" + head() + masked(b"[1]"))
    assert server.hears(client, end=b"page").startswith(b"HTTP/1.1 200 OK\r\n")
    assert server.hears(client, end=END).startswith(b"HTTP/1.1 101 ")
    session: Any = server.edge.opened[0].session
    server.until(lambda: session.received == [b"[1]"])
    client.close()


def test_nothing_of_http_is_left(server: Server) -> None:
    """Twisted's time-outs would close the connection, and its objects cost more than ours."""
    client = server.connect()
    client.sendall(head())
    server.hears(client, end=END)
    assert [channel() for channel in server.channels] == [None]
    assert [request() for request in server.requests] == [None]
    calls = [call.func for call in server.reactor.getDelayedCalls()]
    assert not any(isinstance(getattr(call, "__self__", None), HTTPChannel) for call in calls)
    gc.collect()
    client.sendall(masked(b"[1]"))
    session: Any = server.edge.opened[0].session
    server.until(lambda: session.received)
    client.close()


@pytest.mark.parametrize(
    ("changes", "status", "header"),
    [
        ({"Upgrade": None}, b"426 Upgrade Required", b"Upgrade: websocket"),
        ({"Sec_WebSocket_Version": "7"}, b"426 Upgrade Required", b"Sec-WebSocket-Version: 13"),
        ({"Sec_WebSocket_Protocol": "chat"}, b"400 Bad Request", b""),
        ({"Origin": "https://evil.example"}, b"403 Forbidden", b""),
    ],
)
def test_says_why_not(server: Server, changes: dict[str, str | None], status: bytes, header: bytes) -> None:
    client = server.connect()
    client.sendall(head(**changes))
    answer = server.hears(client, end=END)
    assert answer.startswith(b"HTTP/1.1 " + status + b"\r\n")
    assert header.lower() in answer.lower()
    for safe in (b"X-Content-Type-Options: nosniff", b"Content-Security-Policy: default-src 'none'", b"no-store"):
        assert safe in answer
    assert b"Twisted" not in answer
    assert server.edge.opened == []
    [reason] = [reason for reason, count in server.edge.counters._refusals.items() if count]
    assert reason == ("forbidden" if status.startswith(b"403") else "protocol")
    assert server.hears(client, end=b".\n")
    client.sendall(head())
    assert server.hears(client, end=END).startswith(b"HTTP/1.1 101 ")
    client.close()


def test_says_when_there_is_no_room(server: Server) -> None:
    server.edge.door.places = 0
    client = server.connect()
    client.sendall(head())
    answer = server.hears(client, end=END)
    assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"\r\nRetry-After: 5\r\n" in answer
    client.close()


def test_compresses_where_it_is_told_to(servers: Servers) -> None:
    server = servers(compression=True)
    client = server.connect()
    client.sendall(head(Sec_WebSocket_Extensions="permessage-deflate"))
    assert b"\r\nSec-WebSocket-Extensions: permessage-deflate" in server.hears(client, end=END)
    connection = server.edge.opened[0]
    assert connection.fd >= 0, "a message is compressed once for all receivers"
    connection.write(connection.encoding.wrap(b"[1]", False), None)
    assert server.hears(client, 2)[0] == 0xC1
    client.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Make a certificate of our own."""
    folder = tmp_path_factory.mktemp("keys")
    write_certificate(folder, "localhost")
    return Certificate(folder / "cert.pem", folder / "key.pem")


def speak_tls(server: Server) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    client = context.wrap_socket(server.connect(), do_handshake_on_connect=False)

    def shake() -> bool:
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    server.until(shake)
    return client


def test_speaks_tls(servers: Servers, certificate: Any) -> None:
    server = servers(certificate=certificate)
    client = speak_tls(server)
    client.sendall(head())
    assert server.hears(client, end=END).startswith(b"HTTP/1.1 101 ")
    [connection] = server.edge.opened
    assert (connection.fd, connection.ready) == (-1, True)
    assert connection.visitor.secure
    client.sendall(masked(b"[1]"))
    session: Any = connection.session
    server.until(lambda: session.received)
    connection.write(b"hello", None)
    assert server.hears(client, 5) == b"hello"
    connection.close(Cut(Why.RESTART))
    assert server.hears(client, 4)[2:] == (3003).to_bytes(2)


def test_a_slow_client_over_tls_gets_it_all_in_order(servers: Servers, certificate: Any) -> None:
    server = servers(certificate=certificate, queue_bytes=1_000_000)
    client = speak_tls(server)
    client.sendall(head())
    server.hears(client, end=END)
    [connection] = server.edge.opened
    written = b""
    while connection.ready:
        part = b"%06d" % (len(written) // 10_000) + b"." * 9_994
        connection.write(part, None)
        written += part
    for number in range(50):
        part = b"+%05d" % number + b"." * 9_994
        connection.write(part, None)
        written += part
    assert connection.waiting >= 500_000
    assert server.hears(client, len(written)) == written
    server.until(lambda: connection.ready)
    connection.write(b"the end", None)
    assert server.hears(client, 7) == b"the end"


def test_a_client_over_tls_that_does_not_read_is_cut_off(servers: Servers, certificate: Any) -> None:
    server = servers(certificate=certificate, queue_bytes=100_000)
    client = speak_tls(server)
    client.sendall(head())
    server.hears(client, end=END)
    [connection] = server.edge.opened
    while connection._state.name == "OPEN":
        connection.write(b"x" * 10_000, "news")
        assert connection.waiting <= 110_000
    session: Any = connection.session
    server.until(lambda: session.losses)
    assert server.edge.counters._refusals["slow"] == 1
