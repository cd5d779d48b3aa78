"""The web port's listening side: who comes in goes past the door, by PROXY header and TLS where they are set."""

from typing import Any

from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Protocol, ServerFactory
from twisted.internet.tcp import Server
from twisted.logger import Logger
from twisted.protocols.tls import TLSMemoryBIOFactory

from . import address
from .announced import Announced
from .answers import LINGER, answer, end
from .channel import Channel
from .cut import Cut
from .door import Door
from .files import make_room
from .request import Request
from .tls import Certificate

MOST_REFUSALS = 256
MOST_REFUSALS_BY_TLS = 16
"""How many may be reading why they were not let in; who comes on top of that is dropped without a word."""


log = Logger()


class Connection(Server):
    """A TCP connection that leaves by the door, whatever protocol has taken it over by then."""

    whose: str | None = None
    """The name under which the door counts it; none for one that was not let in."""
    announced: IAddress | None = None
    """Who a PROXY header says is behind it."""
    door: Door

    def getPeer(self) -> Any:  # noqa: N802
        return self.announced or super().getPeer()

    def connectionLost(self, reason: Any) -> None:  # noqa: N802
        whose, self.whose = self.whose, None
        if whose is not None:
            self.door.leave(whose)
        super().connectionLost(reason)


class Refused(Protocol):
    """Says why somebody is not let in, and waits until that was read."""

    transport: Any

    def __init__(self, entrance: "Entrance", words: bytes) -> None:
        self._entrance, self._words = entrance, words

    def connectionMade(self) -> None:  # noqa: N802
        self._timer = self._entrance.door.ticker.later(LINGER, self.transport.abortConnection)
        self.transport.write(self._words)
        end(self.transport)

    def connectionLost(self, reason: Any = None) -> None:  # noqa: N802
        self._timer.cancel()
        self._entrance.refusals -= 1


class Entrance(ServerFactory):
    """Makes what speaks first on a new connection. `site` is what Crossbar would have let in everybody to."""

    noisy = False

    def __init__(self, site: Any, door: Door, certificate: Certificate | None, reactor: Any) -> None:
        self.door = door
        self.refusals = 0
        """How many are being told why they are not let in."""
        site.protocol, site.requestFactory, site.timeOut = lambda: Channel(door), Request, None
        self._http: Any = site
        self._tls = TLSMemoryBIOFactory(certificate, False, site, reactor) if certificate else None
        if certificate is not None:
            self._http = self._tls
            certificate.watch(door.ticker)

    def opened(self, port: Any) -> Any:
        """Have a port that listens make its connections here, and see that there is room for them."""
        port.transport = self._connection
        asked = self.door.room
        self.door.room = make_room(asked)
        if self.door.room < asked:
            log.warn(
                "The system lets in {fit} connections, not {asked}: see `ulimit -n`", fit=self.door.room, asked=asked
            )
        return port

    def doStart(self) -> None:  # noqa: N802
        self._http.doStart()

    def doStop(self) -> None:  # noqa: N802
        self._http.doStop()

    def buildProtocol(self, peer: Any) -> Any:  # noqa: N802
        """Let somebody in, or have them told why not; `None` closes the connection at once."""
        try:
            whose = self.door.enter(peer.host)
        except Cut as cut:
            return self._refused(cut)
        announced = address.among(peer.host, self.door.settings.proxy_protocol)
        protocol: Any = Announced(self) if announced else self._http.buildProtocol(peer)
        protocol.whose = whose
        return protocol

    def announce(self, connection: Any, peer: Any, read: bytes) -> None:
        """Go on with a connection whose PROXY header was read: with whom it announces, or with the balancer itself."""
        try:
            connection.whose = self.door.count(peer.host) if peer else ""
            connection.announced = peer
            protocol = self._http.buildProtocol(connection.getPeer())
        except Cut as cut:
            protocol = self._refused(cut)
        if protocol is None:
            connection.abortConnection()
            return
        connection.protocol = protocol
        protocol.makeConnection(connection)
        if read:
            protocol.dataReceived(read)

    def _refused(self, cut: Cut) -> Any:
        """Make what tells somebody why they are not let in. A handshake costs much, so few are told by TLS."""
        if self.refusals >= (MOST_REFUSALS_BY_TLS if self._tls else MOST_REFUSALS):
            return None
        self.refusals += 1
        protocol = Refused(self, answer(cut.why.status, cut.retry_after))
        return self._tls.protocol(self._tls, protocol) if self._tls else protocol

    def _connection(self, socket: Any, protocol: Any, *rest: Any) -> Connection:
        connection = Connection(socket, protocol, *rest)
        connection.door, connection.whose = self.door, protocol.__dict__.get("whose")
        return connection
