"""What stands at `/files`: takes files in, and gives them to whoever may read their room."""

import time
from math import ceil
from typing import Any

import orjson
from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from components.contract import InvalidArgument
from components.here import here
from components.room.api import stream_of
from components.room.files import api
from components.room.files.blobs import Blobs, open_blobs
from components.room.files.taking import THUMB
from components.room.files.threads import Threads
from router.edge.cut import Cut, Why
from router.edge.edge import Edge, edge
from router.edge.events import problem
from router.edge.events.asking import header, shared, word
from router.edge.events.problem import Problem
from router.edge.visitors import visitor
from router.http.headers import NOTHING, put

from . import access, heads
from .downloads import Sending
from .uploads import Arriving, Uploads

PATH = b"/files"
_METHODS = {"Access-Control-Allow-Methods": "GET, HEAD, POST", "Access-Control-Max-Age": "600"}
_HEADERS = {"Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, If-Range, Range"}
_READERS = 4
_WAITING = 2_000

log = Logger()


class Files(Resource):
    """Answers in its own time; what is wrong, as JSON."""

    isLeaf = True  # noqa: N815

    def __init__(self, edge: Edge, uploads: Uploads, blobs: Blobs, threads: Threads) -> None:
        super().__init__()
        self._edge, self._uploads, self._blobs, self._do = edge, uploads, blobs, threads.do

    def render(self, request: Request) -> int:
        answering = Deferred.fromCoroutine(self._answer(request))
        request.notifyFinish().addErrback(lambda _: answering.cancel())
        answering.addErrback(_unless_cancelled)
        return NOT_DONE_YET

    async def _answer(self, request: Request) -> None:
        path = [part.decode("utf-8", "replace") for part in request.postpath or [] if part]
        try:
            await self._serve(request, path)
        except CancelledError:
            raise
        except Exception as error:
            if request.startedWriting:
                raise
            self._refuse(request, _problem(error))

    async def _serve(self, request: Request, path: list[str]) -> None:
        if request.method == b"OPTIONS":
            allowed = {**_METHODS, **_HEADERS} if shared(request, self._edge.settings) else {}
            self._say(request, 204, None, allowed)
        elif request.method == b"POST" and not path:
            await self._take(request)
        elif request.method == b"POST" and path == ["pass"]:
            self._pass(request)
        elif request.method in (b"GET", b"HEAD"):
            await self._give(request, path)
        else:
            raise Problem(InvalidArgument.uri, "Files are sent by POST to /files, and read by GET.", 405)

    async def _take(self, request: Request) -> None:
        arriving = getattr(request, "body", None)
        if not isinstance(arriving, Arriving):
            raise Problem(InvalidArgument.uri, "Send a file to /files?room=…&name=…", 400)
        file = await arriving.whole()
        self._edge.counters.uploads += 1
        self._say(request, 201, {"file": _shown(file)}, {"Location": f"/files/{file.id}"})

    def _pass(self, request: Request) -> None:
        """Give a page what its pictures are shown by, or, without a token, take it away."""
        secure = visitor(request, self._edge.settings).secure
        scheme, _, given = (header(request, b"authorization") or "").strip().partition(" ")
        if scheme.lower() != "bearer":
            return self._say(request, 204, None, {"Set-Cookie": access.cleared(secure)})
        someone = access.who(self._edge, request, given.strip())
        cookie = access.pass_cookie(someone, given.strip(), secure, time.time())
        self._say(request, 204, None, {"Set-Cookie": cookie})

    async def _give(self, request: Request, path: list[str]) -> None:
        someone = access.who(self._edge, request)
        if not path or len(path) > 2 or len(path[0]) != 32 or not set(path[0]) <= set("0123456789abcdef"):
            raise access.missing()
        found = await self._edge.ask(api.FIND_FILE, api.WhichFile(path[0]))
        await access.must_read(self._edge, someone, stream_of(found.room))
        await self._send(request, found.file, word(request, b"size") == "small", word(request, b"save") is not None)

    async def _send(self, request: Request, file: api.File, small: bool, save: bool) -> None:
        is_thumb = small and file.thumb
        name, type = (file.id + THUMB, "image/webp") if is_thumb else (file.id, file.type)
        tag = f'"{name}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Accept-Ranges": "bytes"}
        if heads.same(header(request, b"if-none-match"), tag):
            return self._say(request, 304, None, headers)
        size = await self._do(self._blobs.size, name) if is_thumb else file.size
        if size is None:
            raise access.missing()
        headers["Content-Type"] = "text/plain; charset=utf-8" if type == "text/plain" else type
        headers["Content-Disposition"] = heads.disposition(type, file.name, save)
        await self._bytes(request, name, size, tag, headers)

    async def _bytes(self, request: Request, name: str, size: int, tag: str, headers: dict[str, str]) -> None:
        try:
            part = heads.part(header(request, b"range"), size) if _still(request, tag) else None
        except heads.NotThere:
            return self._say(request, 416, None, {"Content-Range": f"bytes */{size}"})
        if part is not None:
            headers["Content-Range"] = f"bytes {part.start}-{part.start + part.length - 1}/{size}"
        part = part or heads.Part(0, size)
        self._begin(request, 206 if "Content-Range" in headers else 200, headers)
        request.setHeader(b"Content-Length", b"%d" % part.length)
        if request.method == b"HEAD":
            request.finish()
            return
        self._edge.counters.downloads += 1
        await Sending(self._edge, request, self._do).send(self._blobs.read(name, part.start, part.length))

    def _begin(self, request: Request, status: int, headers: dict[str, str]) -> None:
        request.setResponseCode(status)
        vary = {"Vary": "Authorization, Cookie, Origin", "Cache-Control": "no-store"}
        policy = heads.POLICY if "Content-Disposition" in headers else NOTHING
        put(request, {**vary, "Content-Security-Policy": policy, **shared(request, self._edge.settings), **headers})

    def _say(self, request: Request, status: int, content: Any, headers: dict[str, str]) -> None:
        body = b"" if content is None else orjson.dumps(content)
        self._begin(request, status, headers)
        if body:
            request.setHeader(b"Content-Type", b"application/json")
        if status not in (204, 304):
            request.setHeader(b"Content-Length", b"%d" % len(body))
        request.write(body)
        request.finish()

    def _refuse(self, request: Request, why: Problem) -> None:
        self._edge.counters.refused(access.reason(why), visitor(request, self._edge.settings).address)
        headers = {"WWW-Authenticate": "Bearer"} if why.status == 401 else {}
        if why.status == 405:
            headers["Allow"] = "GET, HEAD, OPTIONS, POST"
        if why.retry_after is not None or why.status == 503:
            headers["Retry-After"] = str(max(1, ceil(why.retry_after or 1)))
        self._say(request, why.status, why.content(), headers)


def make(extra: dict[str, Any]) -> Resource:
    """Make what stands at `/files` for Crossbar's `resource` service, and have bodies there taken as they come."""
    this, (settings, places) = edge(), here()
    uploads = Uploads(this, places.data)
    this.door.bodies[PATH] = uploads.body
    blobs = open_blobs(settings.files, places.data, places.keys)
    return Files(this, uploads, blobs, Threads(this.reactor, _READERS, _WAITING))


def _shown(file: api.File) -> dict[str, Any]:
    return {name: value for name, value in vars(file).items() if value is not None}


def _still(request: Request, tag: str) -> bool:
    """Say whether a range is of what there is now (RFC 9110 §13.1.5)."""
    return header(request, b"if-range") in (None, tag)


def _problem(error: Exception) -> Problem:
    try:
        return access.as_problem(error)
    except Exception:
        log.failure("a request for a file failed")
        return problem.of_cut(Cut(Why.UNAVAILABLE))


def _unless_cancelled(failure: Failure) -> None:
    if not failure.check(CancelledError):
        log.failure("a file could not be sent", failure)
