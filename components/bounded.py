"""Connections to addresses of others: they end when more comes than was agreed, or it takes longer."""

from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IHostResolution, IResolutionReceiver, IStreamClientEndpoint
from twisted.internet.protocol import connectionDone
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from twisted.python.failure import Failure
from zope.interface import implementer


class _Bounded(ProtocolWrapper):
    factory: "_Factory"

    def makeConnection(self, transport: Any) -> None:  # noqa: N802
        self._left = self.factory.largest
        self._end = self.factory.reactor.callLater(self.factory.seconds, transport.abortConnection)
        super().makeConnection(transport)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        if self._end.active():
            self._end.cancel()
        super().connectionLost(reason)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        self._left -= len(data)
        if self._left < 0:
            self.abortConnection()
        else:
            super().dataReceived(data)


class _Factory(WrappingFactory):
    protocol = _Bounded
    noisy = False

    def __init__(self, wrapped: Any, reactor: Any, seconds: float, largest: int) -> None:
        super().__init__(wrapped)
        self.reactor, self.seconds, self.largest = reactor, seconds, largest


@implementer(IStreamClientEndpoint)
class Bounded:
    """An endpoint whose connections last so many seconds, and take so many bytes, at most."""

    def __init__(self, to: Any, reactor: Any, seconds: float, largest: int) -> None:
        self._to, self._reactor, self._seconds, self._largest = to, reactor, seconds, largest

    def connect(self, protocolFactory: Any) -> Deferred[Any]:  # noqa: N803
        protocolFactory.noisy = False
        factory = _Factory(protocolFactory, self._reactor, self._seconds, self._largest)
        connecting: Deferred[Any] = self._to.connect(factory)
        return connecting.addCallback(lambda bounded: bounded.wrappedProtocol)


@implementer(IResolutionReceiver)
class _Addresses:
    def __init__(self) -> None:
        self.done: Deferred[list[str]] = Deferred()
        self._found: list[str] = []

    def resolutionBegan(self, resolution: IHostResolution) -> None:  # noqa: N802
        pass

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        self._found.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802
        if not self.done.called:
            self.done.callback(self._found)


def addresses_of(reactor: Any, name: str, port: int = 0) -> Deferred[list[str]]:
    """Look a name up: the addresses that it stands for now."""
    receiver = _Addresses()
    reactor.nameResolver.resolveHostName(receiver, name, port)
    return receiver.done
