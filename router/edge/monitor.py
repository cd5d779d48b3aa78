"""Answers operators on a port of its own: /healthz, /readyz and /metrics of one router worker."""

from collections.abc import Callable
from typing import Any

import orjson
from prometheus_client.exposition import choose_encoder
from twisted.internet.error import CannotListenError
from twisted.logger import Logger
from twisted.web.http import NOT_ALLOWED, NOT_FOUND, SERVICE_UNAVAILABLE
from twisted.web.resource import Resource
from twisted.web.server import Request, Site

from router.http.headers import NOTHING, put

from .counters import Counters
from .journal import Ticker

AGAIN = 5.0
"""Seconds between two attempts at a port that is taken."""
ABOVE = 1_000
"""How far above the web port the monitor is, unless the settings say where."""
IDLE = 30.0
"""Seconds that a connection may wait."""
DRAINING = "this router worker is ending"

log = Logger()


class Monitor:
    """The three answers, from `start` until the process has ended.

    `missing` says in words what is not there yet, and nothing once people can be served.
    """

    def __init__(self, counters: Counters, missing: Callable[[], list[str]], reactor: Any, ticker: Ticker) -> None:
        self._counters, self._missing, self._reactor, self._ticker = counters, missing, reactor, ticker
        self._is_ending = False
        self._has_complained = False

    def start(self, host: str, port: int) -> None:
        """Listen until the end. Before anything else of the worker ends, `/readyz` says so."""
        self._reactor.addSystemEventTrigger("before", "shutdown", self.end)
        self._listen(host, port)

    def end(self) -> None:
        """Not ready any more, whatever else is there."""
        self._is_ending = True

    def missing(self) -> list[str]:
        """Say what keeps this router worker from serving people."""
        return [DRAINING] if self._is_ending else self._missing()

    def _listen(self, host: str, port: int) -> None:
        """Listen, or try again later: people can be served without us, and who had the port may just be ending."""
        if self._is_ending:
            return
        try:
            self._reactor.listenTCP(port, _Quiet(_root(self, self._counters), timeout=IDLE), interface=host)
        except CannotListenError as error:
            if not self._has_complained:
                self._complain(host, port, error)
            self._ticker.later(AGAIN, lambda: self._listen(host, port))
        else:
            log.info("monitoring is on {host} port {port}", host=host, port=port)

    def _complain(self, host: str, port: int, error: CannotListenError) -> None:
        self._has_complained = True
        log.warn(
            "monitoring is off until port {port} of {host} is free: {error}. "
            "Another one can be set in openline.yaml: `monitor: {{port: ...}}`",
            host=host,
            port=port,
            error=error.socketError,
        )


class _Quiet(Site):
    """A site that writes no access log and tells nothing of its inside."""

    noisy = False

    def log(self, request: object) -> None:
        """Prometheus asks every few seconds, for ever."""


class _Answer(Resource):
    """One path, read by GET or HEAD, and nothing below it."""

    def __init__(self, answer: Callable[[Request], bytes]) -> None:
        super().__init__()
        self._answer = answer

    def getChild(self, path: bytes, request: Request) -> Resource:  # noqa: N802
        return _Answer(_not_found)

    def render(self, request: Request) -> bytes:
        put(request, {"Content-Type": "text/plain; charset=utf-8", "Content-Security-Policy": NOTHING})
        request.setHeader(b"Cache-Control", b"no-store")
        if request.method not in (b"GET", b"HEAD"):
            request.setResponseCode(NOT_ALLOWED)
            request.setHeader(b"Allow", b"GET, HEAD")
            return b"This is only read.\n"
        return self._answer(request)


def _root(monitor: Monitor, counters: Counters) -> Resource:
    root = _Answer(_not_found)
    root.putChild(b"healthz", _Answer(lambda request: b"ok\n"))  # Whoever answers has an event loop that turns.
    root.putChild(b"readyz", _Answer(lambda request: _ready(request, monitor.missing())))
    root.putChild(b"metrics", _Answer(lambda request: _metrics(request, counters)))
    return root


def _ready(request: Request, missing: list[str]) -> bytes:
    request.setHeader(b"Content-Type", b"application/json")
    if missing:
        request.setResponseCode(SERVICE_UNAVAILABLE)
    return orjson.dumps({"ready": not missing, "missing": missing}, option=orjson.OPT_APPEND_NEWLINE)


def _metrics(request: Request, counters: Counters) -> bytes:
    encode, kind = choose_encoder(request.getHeader("accept") or "")
    request.setHeader(b"Content-Type", kind.encode())
    return encode(counters.registry)


def _not_found(request: Request) -> bytes:
    request.setResponseCode(NOT_FOUND)
    return b"There is /healthz, /readyz and /metrics.\n"
