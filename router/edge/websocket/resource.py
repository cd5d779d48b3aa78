"""What stands at `/ws`: agrees to a WebSocket, and takes the connection over from HTTP."""

from collections.abc import Callable
from functools import lru_cache, partial
from http import HTTPStatus
from math import ceil
from typing import Any

from twisted.internet.interfaces import ISSLTransport
from twisted.protocols.policies import ProtocolWrapper
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from router.edge import answers
from router.edge.codec import CODECS
from router.edge.cut import Cut, Why
from router.edge.door import visitor
from router.edge.edge import Edge, edge
from router.edge.queue import slow_rule
from router.edge.transport import Encoding

from . import deflate, frames
from .handshake import Agreement, Asked, Offer, Refused, agree
from .outbox import Terms
from .protocol import WebSocket

Open = Callable[[Request, Agreement], WebSocket]
"""Makes the connection that was agreed to. Raises `Cut`."""


class Upgrade(Resource):
    """Answers a request to speak WebSocket from here on."""

    isLeaf = True  # noqa: N815

    def __init__(self, offer: Offer, accept: Open, refused: Callable[[str], object]) -> None:
        super().__init__()
        self._offer, self._accept, self._refused = offer, accept, refused

    def render(self, request: Request) -> Any:
        try:
            asked = Asked(request.method, request.clientproto, request.requestHeaders)
            agreement = agree(asked, self._offer)
            connection = self._accept(request, agreement)
        except Refused as refusal:
            self._refused((Why.FORBIDDEN if refusal.status == 403 else Why.PROTOCOL).name.lower())
            return _say(request, refusal.status, refusal.words, dict(refusal.headers))
        except Cut as cut:
            later = {} if cut.retry_after is None else {"Retry-After": str(max(1, ceil(cut.retry_after)))}
            return _say(request, cut.why.status, cut.words, later)
        take_over(request, connection, agreement.response())
        return NOT_DONE_YET


def make(extra: dict[str, Any]) -> Resource:
    """Make what stands at `/ws` for Crossbar's `resource` service."""
    return serve(edge())


def serve(here: Edge) -> Upgrade:
    """Make what stands at `/ws`."""
    settings = here.settings
    terms = Terms(settings.limits, slow_rule(settings), here.ticker, here.counters)

    def accept(request: Request, agreement: Agreement) -> WebSocket:
        who = visitor(request, settings)
        ticket = here.door.admit(who)
        spoken = encoding(agreement.protocol, agreement.bits)
        connection = WebSocket(who, spoken, terms, inflate=bool(agreement.bits), on_end=ticket.release)
        here.open(connection)
        return connection

    offer = Offer(tuple(CODECS), here.home, settings.limits.compression)
    return Upgrade(offer, accept, here.counters.refused)


@lru_cache
def encoding(protocol: str, bits: int = 0) -> Encoding:
    """Give the encoding of all connections that speak a subprotocol, with so wide a window of compression (or none)."""
    return Encoding(CODECS[protocol], wrapping(bits))


def wrapping(bits: int) -> Callable[[bytes, bool], bytes]:
    """Say how a message becomes a frame."""
    return partial(_compressed, bits) if bits else frames.frame


def _compressed(bits: int, payload: bytes, binary: bool) -> bytes:
    return frames.deflated_frame(deflate.deflated(payload, bits), binary)


def take_over(request: Any, connection: WebSocket, response: bytes) -> None:
    """Have a connection's bytes go to us from now on. HTTP must not find it again, nor keep anything of it."""
    channel = request.channel
    tcp, channel.transport = channel.transport, None
    read_already = channel.clearLineBuffer()
    channel.setTimeout(None)
    channel.requests.clear()
    tcp.unregisterProducer()
    if isinstance(tcp, ProtocolWrapper):
        tcp.wrappedProtocol = connection
    elif isinstance(tcp.protocol, ProtocolWrapper):
        tcp.protocol.wrappedProtocol = connection
    else:
        tcp.protocol = connection
    is_plain = not isinstance(tcp, ProtocolWrapper) and not ISSLTransport.providedBy(tcp)
    connection.attach(tcp, tcp.getHandle() if is_plain else None, response)
    tcp.resumeProducing()
    if read_already:
        connection.dataReceived(read_already)


def _say(request: Request, status: int, words: str, more: dict[str, str]) -> bytes:
    body = f"{words}\n".encode()
    request.setResponseCode(status, HTTPStatus(status).phrase.encode())  # Twisted does not know 426.
    for name, value in {**answers.headers(len(body)), **more}.items():
        request.setHeader(name, value)
    return body
