"""Asking a provider: JSON over HTTPS, within so many seconds and bytes, and never sent on to another address.

Twisted's own client, and no thread: a request that takes too long is really over, however slowly its answer drips.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import orjson
from twisted.internet.defer import CancelledError, Deferred, TimeoutError
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.error import ConnectingCancelledError
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import URI, Agent, BrowserLikePolicyForHTTPS, FileBodyProducer, ResponseDone
from twisted.web.http import PotentialDataLoss
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgentEndpointFactory, IResponse
from zope.interface import implementer

from components.bounded import Bounded

from .stopped import Stopped, Why

SECONDS = 10.0
"""How long an answer may take, all in all."""
LARGEST = 262_144
"""Bytes of an answer, its head included."""


@dataclass(frozen=True)
class Answer:
    """What a provider answered: a status, and what stands in the JSON."""

    status: int
    content: Any


Ask = Callable[..., Awaitable[Answer]]
"""(address, headers, body to post if any) → the answer. Raises `Stopped`."""


class Web:
    """What is beyond this node, as far as providers need it."""

    def __init__(self, reactor: Any, trust: Any = None) -> None:
        self._reactor = reactor
        self._agent = Agent.usingEndpointFactory(reactor, _Endpoints(reactor, BrowserLikePolicyForHTTPS(trust)))

    async def ask(self, url: str, headers: Mapping[str, str] | None = None, body: str | None = None) -> Answer:
        """GET an address, or POST a form to it."""
        answering = Deferred.fromCoroutine(self._ask(url, headers or {}, body))
        try:
            return await answering.addTimeout(SECONDS, self._reactor)
        except CancelledError:
            raise
        except orjson.JSONDecodeError:
            raise Stopped(Why.UNREACHABLE, f"{_place(url)} did not answer with JSON") from None
        except Exception as error:
            raise Stopped(Why.UNREACHABLE, f"{_place(url)} did not answer: {_reason(error)}") from None

    async def _ask(self, url: str, headers: Mapping[str, str], body: str | None) -> Answer:
        said = Headers({"Accept": ["application/json"], "User-Agent": ["Openline"]})
        for name, value in headers.items():
            said.setRawHeaders(name, [value])
        producer = None if body is None else FileBodyProducer(BytesIO(body.encode()))
        response = await self._agent.request(b"GET" if body is None else b"POST", url.encode(), said, producer)
        return Answer(response.code, orjson.loads(await _body(response)))


class _Body(Protocol):
    """The body of an answer, also of one that ends with its connection. (Twisted's own is not to be interrupted.)"""

    def __init__(self, done: Deferred[bytes]) -> None:
        self._done, self._parts = done, bytearray()

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        self._parts += data

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        if reason.check(ResponseDone, PotentialDataLoss):
            self._done.callback(bytes(self._parts))
        else:
            self._done.errback(reason)


def _body(response: IResponse) -> Deferred[bytes]:
    done: Deferred[bytes] = Deferred()
    response.deliverBody(_Body(done))
    return done


@implementer(IAgentEndpointFactory)
class _Endpoints:
    def __init__(self, reactor: Any, policy: BrowserLikePolicyForHTTPS) -> None:
        self._reactor, self._policy = reactor, policy

    def endpointForURI(self, uri: URI) -> Bounded:  # noqa: N802
        to: Any = HostnameEndpoint(self._reactor, uri.host, uri.port)
        if uri.scheme == b"https":
            to = wrapClientTLS(self._policy.creatorForNetloc(uri.host, uri.port), to)
        return Bounded(to, self._reactor, SECONDS, LARGEST)


def _place(url: str) -> str:
    """Name an address without what may stand behind it."""
    return url.partition("?")[0]


def _reason(error: Exception) -> str:
    """Say what is behind the errors of Twisted's client."""
    inner = getattr(error, "reasons", None)
    if inner:
        return _reason(inner[0].value)
    if isinstance(error, CancelledError | ConnectingCancelledError | TimeoutError):
        return f"not within {SECONDS:g} s"
    return f"{type(error).__name__} {error}".strip()[:200]
