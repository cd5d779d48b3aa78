"""A server that says everything back, over the connections of the edge: `python -m tests.conformance.echo PORT`."""

import sys
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.web.server import Request, Site

from components.settings import Limits
from router.edge.codec import CODECS
from router.edge.counters import Counters
from router.edge.ticker import Ticker
from router.edge.transport import Encoding, Visitor
from router.edge.websocket.frames import BINARY
from router.edge.websocket.handshake import Agreement, Offer
from router.edge.websocket.outbox import Terms
from router.edge.websocket.protocol import WebSocket
from router.edge.websocket.resource import Upgrade, wrapping

LIMITS = Limits(message_bytes=16_777_216, queue_bytes=67_108_864, inflate=1_100, compression=True)
"""The suite's messages are larger than ours, and easier to compress."""
ANY = CODECS["wamp.2.json"]
"""No message of WAMP is written or read here."""


class Echo(WebSocket):
    """Says back what it is told."""

    __slots__ = ()

    def message(self, opcode: int, payload: bytes) -> None:
        self.write(self.encoding.wrap(payload, opcode == BINARY), None)


def site(reactor: Any) -> Site:
    """Make a web server that is nothing but an echo."""
    ticker = Ticker()
    ticker.start(reactor)
    terms = Terms(LIMITS, lambda topic: "disconnect", ticker, Counters())

    def accept(request: Request, agreed: Agreement) -> WebSocket:
        spoken = Encoding(ANY, wrapping(agreed.bits))
        return Echo(Visitor("127.0.0.1"), spoken, terms, inflate=bool(agreed.bits))

    return Site(Upgrade(Offer(compression=True), accept, lambda reason: None), reactor=reactor)


def main(port: int) -> None:
    """Listen until somebody ends this process."""
    reactor = EPollReactor()
    reactor.listenTCP(port, site(reactor), interface="127.0.0.1")
    reactor.run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
