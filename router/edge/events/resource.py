"""What stands at `/events` and `/streams`: streams for programs and pages that speak HTTP and nothing else."""

from hashlib import blake2b
from math import ceil
from typing import Any

import orjson
from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http import NOT_MODIFIED
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from components.contract import InvalidArgument, Refusal
from router.http.headers import NOTHING, put

from ..cut import Cut, Why
from ..edge import Edge, edge
from ..visitors import visitor
from . import position, problem
from .asking import check_site, header, number, shared, token, word, words
from .client import Client
from .follow import Follow
from .form import form
from .listener import Listener
from .outlet import Outlet
from .page import Wanted, read_page
from .problem import Problem

MAX_STREAMS = 32
"""The most streams of one listener: each id tells where it is in all of them, and comes back in a header."""
_METHODS = "GET, HEAD, OPTIONS"
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Authorization, Last-Event-ID, If-None-Match",
    "Access-Control-Max-Age": "600",
}

_COUNTED = (Why.SIGNED_OUT, Why.FORBIDDEN)
"""What nobody else counts when it is refused."""

log = Logger()


class Reading(Resource):
    """Answers GET and HEAD for whoever signed in, in its own time; and OPTIONS for pages of other sites."""

    isLeaf = True  # noqa: N815

    def __init__(self, edge: Edge) -> None:
        super().__init__()
        self.edge = edge

    def render(self, request: Request) -> int:
        answering = Deferred.fromCoroutine(self._answer(request))
        request.notifyFinish().addErrback(lambda _: answering.cancel())
        answering.addErrback(_unless_cancelled)
        return NOT_DONE_YET

    async def _answer(self, request: Request) -> None:
        try:
            if request.method == b"OPTIONS":
                self._allow(request)
            elif request.method in (b"GET", b"HEAD"):
                check_site(request, self.edge.home)
                await self.answer(request, token(request))
            else:
                raise Problem(InvalidArgument.uri, "Streams are only read here.", 405)
        except CancelledError:
            raise
        except Exception as error:
            if isinstance(error, Cut) and error.why in _COUNTED:
                self.edge.counters.refused(error.why.name.lower())
            if request.startedWriting:
                log.failure("an answer that had begun failed")
                _abort(request)
            else:
                self._refuse(request, _problem(error))

    async def answer(self, request: Request, token: str) -> None:
        """Answer whoever has this token."""
        raise NotImplementedError

    def begin(self, request: Request, status: int, headers: dict[str, str]) -> None:
        """Set the head of an answer."""
        request.setResponseCode(status)
        vary = {"Vary": "Accept, Authorization, Cookie, Origin", "Content-Security-Policy": NOTHING}
        put(request, {**vary, **shared(request, self.edge.settings), **headers})

    def say(self, request: Request, status: int, body: bytes, headers: dict[str, str]) -> None:
        """Send a whole answer."""
        self.begin(request, status, {"Content-Type": "application/json", **headers})
        request.setHeader(b"Content-Length", b"%d" % len(body))
        request.write(body)
        request.finish()

    def _allow(self, request: Request) -> None:
        """Tell the page of another site what it may send."""
        allowed = _PREFLIGHT if shared(request, self.edge.settings) else {}
        self.begin(request, 204, {"Allow": _METHODS, "Cache-Control": "no-store", **allowed})
        request.finish()

    def _refuse(self, request: Request, why: Problem) -> None:
        headers = {"Cache-Control": "no-store"}
        if why.status == 401:
            nobody = why.uri == problem.NOT_SIGNED_IN
            headers["WWW-Authenticate"] = "Bearer" if nobody else 'Bearer error="invalid_token"'
        if why.status == 405:
            headers["Allow"] = _METHODS
        if why.retry_after is not None or why.status == 503:
            headers["Retry-After"] = str(max(1, ceil(why.retry_after or 1)))
        self.say(request, why.status, orjson.dumps(why.content()), headers)


class Events(Reading):
    """`GET /events?stream=…`: the events of streams since a position, and then as they come."""

    async def answer(self, request: Request, token: str) -> None:
        outlet = Outlet(request, form(header(request, b"accept") or ""), self.edge)
        listener = Listener(self.edge, visitor(request, self.edge.settings), outlet, self._follows(request))
        try:
            listener.enter(token)
            await listener.open()
            kind = {"Content-Type": outlet.form.type, "Cache-Control": "no-store, no-transform"}
            self.begin(request, 200, {**kind, "X-Accel-Buffering": "no"})
            if request.method == b"GET":
                await listener.run()
            else:
                request.finish()
        except CancelledError:
            _unless_cut(listener, outlet.is_open)
        finally:
            listener.leave()
            outlet.end()

    def _follows(self, request: Request) -> list[Follow]:
        """Read which streams are wanted, and from where: after the event that the client had last, or `?after=`."""
        streams = words(request, b"stream")
        most = min(MAX_STREAMS, self.edge.settings.limits.subscriptions)
        if not streams:
            raise InvalidArgument("stream: say which, as in /events?stream=app.demo.news", field="stream")
        if len(streams) > most:
            raise InvalidArgument(f"stream: at most {most} at once.", field="stream", limit=most)
        if len(set(streams)) < len(streams):
            raise InvalidArgument("stream: name each once.", field="stream")
        after = header(request, b"last-event-id") or word(request, b"after") or ""
        begins = position.read(after, len(streams))
        return [Follow(stream, begin) for stream, begin in zip(streams, begins, strict=True)]


class Streams(Resource):
    """`GET /streams/<name>`: a page of one stream."""

    def __init__(self, edge: Edge) -> None:
        super().__init__()
        self._one = OneStream(edge)

    def getChild(self, path: bytes, request: Request) -> Resource:  # noqa: N802
        request.postpath = [path, *(request.postpath or [])]
        return self._one

    def render(self, request: Request) -> int:
        return self._one.render(request)


class OneStream(Reading):
    """What is below `/streams` names it."""

    async def answer(self, request: Request, token: str) -> None:
        client = Client(self.edge, visitor(request, self.edge.settings))
        try:
            client.enter(token)
            page = orjson.dumps(await read_page(client, _wanted(request)))
        except CancelledError:
            return _unless_cut(client, False)
        finally:
            client.leave()
        self._send(request, page)

    def _send(self, request: Request, page: bytes) -> None:
        """Send a page, or say that it is the one that the client has. Only the client may keep it, and must ask."""
        tag = f'"{blake2b(page, digest_size=12).hexdigest()}"'
        headers = {"Cache-Control": "private, no-cache", "ETag": tag}
        if tag in _tags(header(request, b"if-none-match") or ""):
            self.begin(request, NOT_MODIFIED, headers)
            request.finish()
        else:
            self.say(request, 200, page, headers)


def make_events(extra: dict[str, Any]) -> Resource:
    """Make what stands at `/events` for Crossbar's `resource` service."""
    return Events(edge())


def make_streams(extra: dict[str, Any]) -> Resource:
    """Make what stands at `/streams` for Crossbar's `resource` service."""
    return Streams(edge())


def _wanted(request: Request) -> Wanted:
    """Read from the address which events are wanted."""
    parts = [part.decode("utf-8", "replace") for part in request.postpath or []]
    if len(parts) != 1 or not parts[0]:
        raise Problem("openline.error.not_found", "A stream is at /streams/<its name>.", 404)
    after = position.read(word(request, b"after") or "", 1)[0]
    backwards = word(request, b"reverse") or "false"
    if backwards not in ("true", "false"):
        raise InvalidArgument("reverse: this is neither true nor false.", field="reverse")
    return Wanted(parts[0], after, number(request, b"before"), number(request, b"limit"), backwards == "true")


def _tags(listed: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in listed.split(",")}


def _problem(error: Exception) -> Problem:
    """Say an error over HTTP; one that nobody thought of is written down, and tells nothing."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Refusal):
        return problem.of_refusal(error)
    if isinstance(error, Cut):
        return problem.of_cut(error)
    log.failure("a request for streams failed")
    return problem.of_cut(Cut(Why.UNAVAILABLE))


def _abort(request: Request) -> None:
    connection: Any = request.transport
    connection.abortConnection()


def _unless_cut(client: Client, answered: bool) -> None:
    """A wait was canceled: the connection is gone, or the session was ended and the client is told if it can be."""
    if client.cut is None:
        raise CancelledError
    if not answered:
        raise client.cut


def _unless_cancelled(failure: Failure) -> None:
    """The client is gone: nobody is there to be answered."""
    if not failure.check(CancelledError):
        log.failure("an answer could not be written", failure)
