"""Posting to somebody else's address: within bounds of time and size, never sent on to another one, and not to private
ones unless the operator allows it. The name is looked up once, and what was looked at is what is connected to.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from twisted.internet.defer import CancelledError, Deferred, TimeoutError, succeed
from twisted.internet.endpoints import TCP4ClientEndpoint, TCP6ClientEndpoint, wrapClientTLS
from twisted.internet.error import ConnectingCancelledError
from twisted.internet.protocol import Protocol
from twisted.web.client import URI, Agent, BrowserLikePolicyForHTTPS
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgentEndpointFactory, IBodyProducer, IResponse
from zope.interface import implementer

from components.bounded import Bounded, addresses_of

from . import rules

SECONDS = 10.0
"""How long an answer may take, all in all."""
LARGEST = 65_536
"""Bytes of an answer that are read, its head included."""

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""(name, port) → addresses."""


@dataclass(frozen=True)
class Answered:
    """What came back: the status, and for how many seconds to wait if it says so."""

    status: int
    after: float = 0.0


class Unsent(Exception):
    """Nothing came back. The text says why, for the owner of the webhook."""


Post = Callable[[str, Mapping[str, str], bytes], Awaitable[Answered]]
"""(address, headers, body) → what came back. Raises `Unsent`."""


class Web:
    """What is beyond this node, as far as webhooks go there."""

    def __init__(
        self,
        reactor: Any,
        allowed: Sequence[IPv4Network | IPv6Network],
        resolve: Resolve | None = None,
        trust: Any = None,
    ) -> None:
        self._reactor, self._allowed = reactor, allowed
        self._resolve: Resolve = resolve or self._look_up
        self._policy = BrowserLikePolicyForHTTPS(trust)

    async def post(self, url: str, headers: Mapping[str, str], content: bytes) -> Answered:
        """POST JSON to an address."""
        posting = Deferred.fromCoroutine(self._post(url, headers, content))
        try:
            return await posting.addTimeout(SECONDS, self._reactor)
        except (CancelledError, Unsent):
            raise
        except Exception as error:
            raise Unsent(_reason(error)) from None

    async def _post(self, url: str, headers: Mapping[str, str], content: bytes) -> Answered:
        uri = URI.fromBytes(url.encode())
        if b"@" in uri.netloc or not uri.host:
            raise Unsent("This is no address to post to.")
        address = await self._place(uri)
        agent = Agent.usingEndpointFactory(self._reactor, _Pinned(self._reactor, self._policy, address))
        said = Headers({"Content-Type": ["application/json"], "User-Agent": ["Openline"]})
        for name, value in headers.items():
            said.setRawHeaders(name, [value])
        response = await agent.request(b"POST", url.encode(), said, _Content(content))
        response.deliverBody(_Unread())
        return Answered(response.code, _after(response))

    async def _place(self, uri: URI) -> str:
        """Find where a name is. One bad address among good ones is enough to refuse it."""
        host = uri.host.decode("ascii", "replace").strip("[]")
        found = await self._resolve(host, uri.port)
        if not found:
            raise Unsent("No such host.")
        if not all(rules.is_reachable(one, self._allowed) for one in found):
            raise Unsent("This address is not public, and the operator has not allowed it (hooks.allow).")
        return found[0]

    def _look_up(self, name: str, port: int) -> Deferred[list[str]]:
        return addresses_of(self._reactor, name, port)


@implementer(IBodyProducer)
class _Content:
    """What is posted: it is small, and written at once."""

    def __init__(self, content: bytes) -> None:
        self._content, self.length = content, len(content)

    def startProducing(self, consumer: Any) -> Deferred[None]:  # noqa: N802
        consumer.write(self._content)
        return succeed(None)

    def stopProducing(self) -> None:  # noqa: N802
        pass

    pauseProducing = resumeProducing = stopProducing  # noqa: N815


class _Unread(Protocol):
    """The body of an answer, of which nothing is wanted."""

    def connectionMade(self) -> None:  # noqa: N802
        if self.transport is not None:
            self.transport.loseConnection()


@implementer(IAgentEndpointFactory)
class _Pinned:
    """Connects to one address, whatever the name says by then; its certificate is that of the name."""

    def __init__(self, reactor: Any, policy: BrowserLikePolicyForHTTPS, address: str) -> None:
        self._reactor, self._policy, self._address = reactor, policy, address

    def endpointForURI(self, uri: URI) -> Bounded:  # noqa: N802
        kind = TCP6ClientEndpoint if ":" in self._address else TCP4ClientEndpoint
        to: Any = kind(self._reactor, self._address, uri.port, timeout=SECONDS)
        if uri.scheme == b"https":
            to = wrapClientTLS(self._policy.creatorForNetloc(uri.host, uri.port), to)
        return Bounded(to, self._reactor, SECONDS, LARGEST)


def _after(response: IResponse) -> float:
    """Read `Retry-After`, where it is in seconds."""
    (said, *_) = response.headers.getRawHeaders("retry-after") or ["0"]
    return float(said) if said.isdecimal() and len(said) < 8 else 0.0


def _reason(error: Exception) -> str:
    """Say what is behind the errors of Twisted's client."""
    inner = getattr(error, "reasons", None)
    if inner:
        return _reason(inner[0].value)
    if isinstance(error, CancelledError | ConnectingCancelledError | TimeoutError):
        return f"No answer within {SECONDS:g} s."
    return f"{type(error).__name__} {error}".strip()[:200]
