"""Sign-in over HTTP: `POST /auth/guest` with a name answers with a token."""

import time
from collections.abc import Callable, Collection
from math import ceil
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError
from twisted.web.resource import Resource
from twisted.web.server import Request

from components.contract import InvalidArgument, NotAuthorized, Refusal
from components.settings import Rate, Settings
from components.wire import invalid_argument
from router.edge.address import neighbours
from router.edge.buckets import Buckets
from router.edge.edge import edge
from router.edge.visitors import visitor
from router.identity import Introduction, guest
from router.origin import welcome
from router.tokens import Tokens

from .headers import NOTHING, put, read

MAX_BODY = 4_096
_INTRODUCTION = TypeAdapter(Introduction)
_STATUS = {InvalidArgument: 400, NotAuthorized: 403}


class TooManyGuests(Refusal):
    """Too many people came in from here just now. Try again in a minute."""

    uri = "openline.error.too_many_guests"


class Guest(Resource):
    """Takes `{"name": …}`, answers `{"token", "id", "name", "role", "expires"}`."""

    isLeaf = True  # noqa: N815

    def __init__(
        self,
        tokens: Tokens,
        settings: Settings,
        now: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        refused: Callable[[str, str], object] = lambda reason, address: None,
    ) -> None:
        super().__init__()
        self._tokens, self._settings, self._guests = tokens, settings, settings.guests
        self._now, self._steady, self._refused = now, steady, refused
        per_minute = self._guests.per_minute
        self._newcomers = Buckets(Rate(per_second=per_minute / 60, burst=per_minute))

    def render(self, request: Request) -> bytes:
        if request.method != b"POST":
            request.setHeader(b"Allow", b"POST")
            return _answer(request, 405, _error(InvalidArgument("Post a name.")))
        try:
            return _answer(request, 200, self._come_in(request))
        except TooManyGuests as refusal:
            request.setHeader(b"Retry-After", b"%d" % ceil(float(str(refusal.fields["retry_after"]))))
            return _answer(request, 429, _error(refusal))
        except Refusal as refusal:
            return _answer(request, _STATUS[type(refusal)], _error(refusal))

    def _come_in(self, request: Request) -> dict[str, Any]:
        same_site(request, self._settings.origins)
        if not self._guests.allowed:
            raise NotAuthorized("Guests are not let in here.")
        introduction = _read(request)
        self._count(request)
        token = guest(introduction.name, self._now(), self._guests.token)
        return {"token": self._tokens.sign(token), "id": token.id, "role": token.role, **token.extra}

    def _count(self, request: Request) -> None:
        """Take so many in a minute from each address."""
        address = neighbours(visitor(request, self._settings).address)
        if wait := self._newcomers.take(address, self._steady()):
            self._refused("too_many_guests", address)
            raise TooManyGuests(retry_after=max(0.1, round(wait, 1)))


def same_site(request: Request, also: Collection[str]) -> None:
    """Refuse a request that a page of another site made."""
    if not welcome(read(request, b"origin"), read(request, b"host"), also):
        raise NotAuthorized("Sign in from a page of this site.")


def make(extra: dict[str, Any]) -> Resource:
    """Make what stands at `/auth` for Crossbar's `resource` service."""
    here = edge()
    root = Resource()
    root.putChild(b"guest", Guest(here.tokens, here.settings, refused=here.counters.refused))
    return root


def _read(request: Request) -> Introduction:
    if not (request.getHeader(b"content-type") or b"").startswith(b"application/json"):
        raise InvalidArgument("Send JSON.")
    body = request.content.read(MAX_BODY + 1) if request.content else b""
    if len(body) > MAX_BODY:
        raise InvalidArgument("This is too much to introduce oneself with.")
    try:
        return _INTRODUCTION.validate_json(body)
    except ValidationError as error:
        raise invalid_argument(error) from error


def _answer(request: Request, status: int, content: dict[str, Any]) -> bytes:
    request.setResponseCode(status)
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", "Content-Security-Policy": NOTHING}
    put(request, headers)
    return orjson.dumps(content)


def _error(refusal: Refusal) -> dict[str, Any]:
    return {"error": refusal.uri, "message": refusal.message, **refusal.fields}
