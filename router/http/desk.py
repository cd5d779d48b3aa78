"""What everything at `/auth` shares: it takes JSON by POST from our own pages, and answers in its own time."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError
from twisted.internet.defer import Deferred
from twisted.logger import Logger
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET, Request

from components import catalog
from components.contract import Internal, InvalidArgument, NotAuthorized, Refusal, Unavailable
from components.identity import api as identity
from components.settings import Settings
from components.wire import invalid_argument
from router.edge.transport import Visitor
from router.edge.visitors import visitor
from router.origin import ANYWHERE, FOREIGN, Home
from router.tokens import Tokens

from .headers import NOTHING, put, read

MAX_BODY = 4_096
_OURSELVES = (None, "same-origin", "none")
"""What `Sec-Fetch-Site` says of our own pages; a program says nothing."""
_STATUS: dict[type[Refusal], int] = {
    InvalidArgument: 400,
    NotAuthorized: 403,
    Unavailable: 503,
    Internal: 500,
    identity.WrongPassword: 401,
    identity.SignedOut: 401,
    identity.TooManyTries: 429,
    identity.Busy: 503,
    identity.SignUpClosed: 403,
    identity.InviteInvalid: 403,
    identity.CodeInvalid: 403,
    identity.NoMail: 403,
    identity.LoginTaken: 409,
}
"""Whatever else is refused is a mistake of whoever asks: 400."""

log = Logger()
Shape = TypeVar("Shape")
Ask = Callable[[Any, Any], Awaitable[Any]]
"""How to ask a component: `Wire.call` is one."""


@dataclass(frozen=True)
class Desk:
    """What the answers are made with. `now` is the wall clock, `steady` a monotonic one."""

    settings: Settings
    tokens: Tokens
    ask: Ask
    home: Home = ANYWHERE
    refused: Callable[[str, str], object] = lambda reason, address: None
    now: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic

    @property
    def has_accounts(self) -> bool:
        """Say whether there is anybody to ask about accounts."""
        return "identity" in catalog.names(self.settings)


@dataclass(frozen=True)
class Asked:
    """A request that may be answered, and whoever sent it."""

    request: Request
    visitor: Visitor

    def body(self, kind: TypeAdapter[Shape]) -> Shape:
        """Read what was sent, or refuse it."""
        if not (read(self.request, b"content-type") or "").startswith("application/json"):
            raise InvalidArgument("Send JSON.")
        body = self.request.content.read(MAX_BODY + 1) if self.request.content else b""
        if len(body) > MAX_BODY:
            raise InvalidArgument("This is too much to sign in with.")
        try:
            return kind.validate_json(body)
        except ValidationError as error:
            raise invalid_argument(error) from error


@dataclass(frozen=True)
class Answer:
    """What is answered. A cookie of `None` leaves the client's as it is."""

    content: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    cookie: str | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Posted(Resource):
    """One address that is posted to. Whoever does not wait for the answer is served all the same."""

    isLeaf = True  # noqa: N815
    method = b"POST"

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def render(self, request: Request) -> int:
        gone: list[object] = []
        request.notifyFinish().addErrback(gone.append)
        answering = Deferred.fromCoroutine(self._serve(request, gone))
        answering.addErrback(lambda failure: log.failure("a sign-in could not be answered", failure))
        return NOT_DONE_YET

    async def _serve(self, request: Request, gone: list[object]) -> None:
        answer = await self._answer(request)
        if not gone:
            _write(request, answer)

    async def answer(self, asked: Asked) -> Answer:
        """Answer one request. Raises a `Refusal`."""
        raise NotImplementedError

    def refuse(self, asked: Asked, refusal: Refusal) -> Answer:
        """Say no."""
        return refused(refusal)

    async def _answer(self, request: Request) -> Answer:
        if request.method != self.method:
            allowed = {"Allow": self.method.decode()}
            return refused(InvalidArgument(f"Use {self.method.decode()} here."), 405, allowed)
        asked = Asked(request, visitor(request, self.desk.settings))
        try:
            same_site(request, self.desk.home)
            return await self.answer(asked)
        except Refusal as refusal:
            return self.refuse(asked, refusal)
        except Exception:
            log.failure("a sign-in failed")
            return refused(Internal())


def same_site(request: Request, home: Home) -> None:
    """Refuse a request that a page of another site made."""
    origin = read(request, b"origin")
    if origin is None and read(request, b"sec-fetch-site") not in _OURSELVES:
        raise NotAuthorized(FOREIGN)
    if words := home.refuses(origin, read(request, b"host")):
        raise NotAuthorized(words)


def refused(refusal: Refusal, status: int | None = None, headers: dict[str, str] | None = None) -> Answer:
    """Say no, to programs and to people, and when to try again."""
    status = status or _STATUS.get(type(refusal), 400)
    later = refusal.fields.get("retry_after", 1.0 if status == 503 else None)
    wait = {"Retry-After": str(max(1, ceil(later)))} if isinstance(later, int | float) else {}
    content = {"error": refusal.uri, "message": refusal.message, **refusal.fields}
    return Answer(content, status, headers={**wait, **(headers or {})})


def _write(request: Request, answer: Answer) -> None:
    body = orjson.dumps(answer.content)
    request.setResponseCode(answer.status)
    about = {"Content-Type": "application/json", "Cache-Control": "no-store", "Content-Security-Policy": NOTHING}
    put(request, {**about, "Content-Length": str(len(body)), **answer.headers})
    if answer.cookie is not None:
        request.setHeader(b"Set-Cookie", answer.cookie.encode())
    request.write(body)
    request.finish()
