"""Handing over to push services: one POST each, bounded in time and bytes, to public addresses only.

Where an operator did not list a host, its name is looked up, and the connection goes to an address that was looked at:
whoever names a host cannot have another one reached, by changing what the name stands for in between either.
"""

from collections.abc import Collection
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any, Literal

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Protocol
from twisted.python.failure import Failure
from twisted.web.client import URI, Agent, BrowserLikePolicyForHTTPS, FileBodyProducer
from twisted.web.http_headers import Headers
from twisted.web.iweb import IAgentEndpointFactory, IResponse
from zope.interface import implementer

from components.bounded import Bounded, addresses_of

from .rules import is_public, names

SECONDS = 10.0
"""How long a push service has to answer."""
LARGEST = 65_536
"""Bytes of its answer."""

Went = Literal["delivered", "gone", "later", "refused"]


@dataclass(frozen=True)
class Outcome:
    """How it went. `gone`: nobody is there any more. `later`: try again, after `wait` seconds if those were said."""

    went: Went
    wait: float | None = None
    why: str = ""
    by_host: bool = False
    """Whether it says something of the push service, and not of this device."""


class NotPublic(Exception):
    """This name stands for no address of the internet."""


class Post:
    """What is beyond this node, as far as push services are."""

    def __init__(self, reactor: Any, hosts: Collection[str], trust: Any = None) -> None:
        self._reactor = reactor
        policy = BrowserLikePolicyForHTTPS(trust)
        self._agent = Agent.usingEndpointFactory(reactor, _Endpoints(reactor, policy, hosts))

    async def send(self, endpoint: str, headers: dict[str, str], body: bytes, now: float) -> Outcome:
        """Hand something over, once. Never raises, but for being cancelled."""
        said = Headers({name: [value] for name, value in headers.items()})
        request = self._agent.request(b"POST", endpoint.encode(), said, FileBodyProducer(BytesIO(body)))
        try:
            response = await request.addTimeout(SECONDS, self._reactor)
        except CancelledError:
            raise
        except Exception as error:
            return Outcome("later", why=_reason(error), by_host=True)
        response.deliverBody(_Ignored())
        return outcome(response, now)


def outcome(response: IResponse, now: float) -> Outcome:
    """Read what a push service means (RFC 8030 §5, §7.3)."""
    code = response.code
    if 200 <= code < 300:
        return Outcome("delivered")
    if code in (404, 410):
        return Outcome("gone")
    if code == 429 or code >= 500:
        return Outcome("later", _retry_after(response, now), f"{code}", code >= 500)
    return Outcome("refused", why=f"{code}")


def _retry_after(response: IResponse, now: float) -> float | None:
    """Read seconds, or a date (RFC 9110 §10.2.3)."""
    [said] = response.headers.getRawHeaders("retry-after", [""])[:1]
    try:
        return float(said) if said.isdigit() else parsedate_to_datetime(said).timestamp() - now
    except (TypeError, ValueError, OverflowError):
        return None


class _Ignored(Protocol):
    """A body that nobody reads. Its connection is not used again."""

    def connectionMade(self) -> None:  # noqa: N802
        transport: Any = self.transport
        if hasattr(transport, "abortConnection"):
            transport.abortConnection()


@implementer(IStreamClientEndpoint)
class _Endpoint:
    """A push service, at an address that was looked at."""

    def __init__(self, uri: URI, reactor: Any, policy: BrowserLikePolicyForHTTPS, is_named: bool) -> None:
        self._uri, self._reactor, self._policy, self._is_named = uri, reactor, policy, is_named

    def connect(self, protocolFactory: Any) -> Deferred[Any]:  # noqa: N803
        return Deferred.fromCoroutine(self._connect(protocolFactory))

    async def _connect(self, factory: Any) -> Any:
        to: Any = HostnameEndpoint(self._reactor, await self._address(), self._uri.port)
        if self._uri.scheme == b"https":
            to = wrapClientTLS(self._policy.creatorForNetloc(self._uri.host, self._uri.port), to)
        return await Bounded(to, self._reactor, SECONDS, LARGEST).connect(factory)

    async def _address(self) -> bytes:
        if self._is_named:
            return bytes(self._uri.host)
        found = await addresses_of(self._reactor, self._uri.host.decode("ascii"))
        if not found or not all(is_public(address) for address in found):
            raise NotPublic("its name stands for no public address")
        return str(found[0]).encode()


@implementer(IAgentEndpointFactory)
class _Endpoints:
    def __init__(self, reactor: Any, policy: BrowserLikePolicyForHTTPS, hosts: Collection[str]) -> None:
        self._reactor, self._policy, self._hosts = reactor, policy, hosts

    def endpointForURI(self, uri: URI) -> _Endpoint:  # noqa: N802
        return _Endpoint(uri, self._reactor, self._policy, names(self._hosts, uri.host.decode("ascii")))


def _reason(error: BaseException) -> str:
    """Say what is behind the errors of Twisted's client, without an address."""
    inner = getattr(error, "reasons", None)
    if inner and isinstance(inner[0], Failure):
        return _reason(inner[0].value or error)
    return type(error).__name__
