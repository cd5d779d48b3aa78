"""`/lp`: open, send, receive and close, by POST."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import orjson
from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from router.http.headers import NOTHING, put

from ..cut import Cut, Why
from ..door import visitor
from ..edge import Edge, edge
from ..events.asking import COOKIE, header
from ..queue import slow_rule
from .batch import choose
from .line import Ended, Line
from .names import Names, Owner

NUMBER = "Openline-Answer"
PREFLIGHT = 600
"""Seconds for which a browser may remember what the pages of another site may send."""
_JSON = {"Content-Type": "application/json"}

log = Logger()


@dataclass(frozen=True)
class Answer:
    """What a request is answered with. `phrase` is all that AutobahnJS writes down of a refusal."""

    status: int = 204
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    phrase: str | None = None


class LongPoll(Resource):
    """All of `/lp`."""

    isLeaf = True  # noqa: N815

    def __init__(self, edge: Edge) -> None:
        super().__init__()
        self._edge, self._settings = edge, edge.settings
        self._rule = slow_rule(edge.settings)
        self._names = Names()

    def render(self, request: Request) -> int:
        answering = Deferred.fromCoroutine(self._reply(request))
        request.notifyFinish().addErrback(lambda _: answering.cancel())
        answering.addErrback(_unless_cancelled)
        return NOT_DONE_YET

    async def _reply(self, request: Request) -> None:
        try:
            answer = await self._answer(request)
        except CancelledError:
            raise
        except Ended as end:
            answer = refusal(end.cut, 410)
        except Cut as cut:
            answer = refusal(cut)
        except Exception:
            log.failure("A long-poll request failed.")
            answer = refusal(Cut(Why.UNAVAILABLE))
        _write(request, answer, self._cross(header(request, b"origin")))

    async def _answer(self, request: Request) -> Answer:
        """Find out what is wanted, and whether from here."""
        origin = header(request, b"origin")
        if words := self._edge.home.refuses(origin, header(request, b"host")):
            self._edge.counters.refused(Why.FORBIDDEN.name.lower())
            raise Cut(Why.FORBIDDEN, words)
        if request.method == b"OPTIONS":
            return Answer(headers=self._preflight(origin))
        if request.method != b"POST":
            return Answer(405, headers={"Allow": "POST, OPTIONS"})
        match [part.decode("ascii", "replace") for part in request.postpath or []]:
            case ["open"]:
                return self._open(request)
            case [name, verb] if verb in _VERBS:
                line = self._names.find(name, _owner(request))
                if line is not None:
                    return await _VERBS[verb](request, line)
        return _say(404, "openline.error.not_found", "There is no such session.", {}, {})

    def _open(self, request: Request) -> Answer:
        subprotocol = choose(_protocols(_body(request)))
        name, owner, who = self._names.make(), _owner(request), visitor(request, self._settings)
        line = Line(self._edge, who, subprotocol, self._rule, lambda: self._names.forget(name))
        self._names.put(name, owner, line)
        self._edge.open(line)
        return Answer(200, orjson.dumps({"transport": name, "protocol": subprotocol.name}), _JSON)

    def _cross(self, origin: str | None) -> dict[str, str]:
        """Let the pages of sites that an operator named read an answer. Each is named by itself, and nobody else is."""
        if origin is None or origin not in self._settings.origins:
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Expose-Headers": f"{NUMBER}, Retry-After",
            "Vary": "Origin",
        }

    def _preflight(self, origin: str | None) -> dict[str, str]:
        if origin not in self._settings.origins:
            return {}
        return {
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "Content-Type",
            "Access-Control-Max-Age": str(PREFLIGHT),
        }


async def _send(request: Request, line: Line) -> Answer:
    await line.take(_body(request), _number(request, b"n"))
    return Answer()


async def _receive(request: Request, line: Line) -> Answer:
    messages = await line.poll(_number(request, b"ack"))
    return Answer(200, messages.body, {**_JSON, NUMBER: str(messages.number)}) if messages else Answer()


async def _close(request: Request, line: Line) -> Answer:
    line.leave()
    return Answer()


_VERBS: dict[str, Callable[[Request, Line], Awaitable[Answer]]] = {"send": _send, "receive": _receive, "close": _close}


def make(extra: dict[str, Any]) -> Resource:
    """Make what stands at `/lp` for Crossbar's `resource` service."""
    return LongPoll(edge())


def refusal(cut: Cut, status: int | None = None) -> Answer:
    """Say why not, to programs and to people."""
    fields: dict[str, object] = {"code": cut.why.code}
    headers = {}
    if cut.retry_after is not None:
        fields["retry_after"] = round(cut.retry_after, 3)
        headers["Retry-After"] = str(max(1, ceil(cut.retry_after)))
    return _say(status or cut.why.status, f"openline.error.{cut.why.name.lower()}", cut.words, fields, headers)


def _say(status: int, error: str, message: str, fields: dict[str, object], headers: dict[str, str]) -> Answer:
    phrase = " ".join(message.encode("ascii", "replace").decode().split())
    return Answer(status, orjson.dumps({"error": error, "message": message, **fields}), {**_JSON, **headers}, phrase)


def _write(request: Request, answer: Answer, cross: dict[str, str]) -> None:
    """Send an answer whole, so that no proxy keeps a part of it."""
    request.setResponseCode(answer.status, answer.phrase.encode() if answer.phrase else None)
    whole = {"Content-Length": str(len(answer.body))} if answer.status != 204 else {}
    alone = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Content-Security-Policy": NOTHING}
    put(request, {**alone, **whole, **answer.headers, **cross})
    request.write(answer.body)
    request.finish()


def _body(request: Request) -> bytes:
    return request.content.read() if request.content else b""


def _protocols(body: bytes) -> object:
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        asked = None
    return asked.get("protocols") if isinstance(asked, dict) else None


def _number(request: Request, name: bytes) -> int | None:
    """Read a number from the address."""
    found = (request.args or {}).get(name)
    if found is None:
        return None
    if len(found) > 1 or not found[0].isdigit() or len(found[0]) > 15:
        raise Cut(Why.MALFORMED, f"{name.decode()} is a number.")
    return int(found[0])


def _owner(request: Request) -> Owner:
    return Owner(header(request, b"origin") or "", (request.getCookie(COOKIE) or b"").decode("latin-1"))


def _unless_cancelled(failure: Failure) -> None:
    """The client is gone: nobody is there to be answered."""
    if not failure.check(CancelledError):
        log.failure("A long-poll answer could not be written.", failure)
