"""`GET /auth/oidc/<name>` and `/auth/oidc/<name>/callback`: people go to a provider, and come back signed in.

Both are opened by browsers as pages, so whatever happens, the answer leads to a page of ours.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from twisted.logger import Logger
from twisted.web.error import UnsupportedMethod
from twisted.web.server import Request

from components.contract import NotAuthorized, Refusal
from components.identity import api
from components.settings import Rate
from router.edge.address import neighbours
from router.edge.buckets import Buckets
from router.edge.transport import Visitor
from router.edge.visitors import visitor

from .. import cookie
from ..accounts import device
from ..desk import Asked, Desk, Posted
from ..headers import NOTHING, put, read
from .journey import SECONDS, Journey, Seal, find, own
from .party import Party, Returned
from .stopped import Stopped, Why
from .web import Ask

PER_ADDRESS = Rate(per_second=0.5, burst=30)
"""How often somebody at one address may go to a provider or come back."""
AT_ONCE = 20
"""How many sign-ins of one router worker may wait for providers."""
SIGN_IN = "/#/sign-in?error="
"""The page that a sign-in ends at when it fails; a `Why` stands behind it."""
_NAME, _SECURE_NAME = "openline-oidc", "__Host-openline-oidc"
_HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?")
_THEIR_FAULT = {"server_error", "temporarily_unavailable"}
"""The errors of RFC 6749 §4.1.2.1 that say nothing of the person."""

T = TypeVar("T")
log = Logger()


@dataclass(frozen=True)
class Sent:
    """Where a browser is sent, and what it is to keep."""

    to: str
    status: int
    cookies: tuple[str, ...] = ()


class Oidc(Posted):
    """Answers browsers that are on their way."""

    def __init__(self, desk: Desk, keys: Path, ask: Ask) -> None:
        super().__init__(desk)
        self._parties = {one.name: Party(one, keys, ask, desk.now) for one in desk.settings.oidc}
        self._seal = Seal(desk.tokens.secrets, desk.now)
        self._comers = Buckets(PER_ADDRESS)
        self._waiting = 0

    def render(self, request: Request) -> int:
        if request.method != b"GET":
            raise UnsupportedMethod((b"GET",))
        return super().render(request)

    async def _serve(self, request: Request, gone: list[object]) -> None:
        sent = await self._sent(Asked(request, visitor(request, self.desk.settings)))
        if not gone:
            _write(request, sent)

    async def _sent(self, asked: Asked) -> Sent:
        under_way = self._seal.open(asked.request.getCookie(_name(asked.visitor).encode()))
        try:
            party, is_back = self._party(asked.request.postpath or [])
            self._count(asked.visitor.address)
            if is_back:
                return await self._finish(asked, party, under_way)
            return await self._begin(asked, party, under_way)
        except Stopped as stopped:
            return self._stop(asked, stopped)
        except Exception:
            log.failure("a sign-in by a provider failed")
            return Sent(SIGN_IN + Why.BUSY, 303)

    def _party(self, path: Sequence[bytes]) -> tuple[Party, bool]:
        """Find whom a path is about, and whether somebody comes back."""
        name, *rest = path or [b""]
        party = self._parties.get(name.decode("ascii", "replace"))
        if party is None or not self.desk.has_accounts or rest not in ([], [b"callback"]):
            raise Stopped(Why.UNKNOWN, "there is no such provider")
        return party, bool(rest)

    def _count(self, address: str) -> None:
        if self._comers.take(neighbours(address), self.desk.steady()):
            raise Stopped(Why.BUSY, "too many come from this address")

    async def _begin(self, asked: Asked, party: Party, under_way: Sequence[Journey]) -> Sent:
        """Send somebody to the provider."""
        name, now = party.provider.name, int(self.desk.now())
        callback = f"{self._home(asked)}/auth/oidc/{name}/callback"
        journey = Journey(name, callback, own(_argument(asked.request, b"next") or ""), now)
        to = await self._at_once(lambda: party.begin(journey))
        return Sent(to, 302, (self._kept(asked.visitor, [*under_way, journey]),))

    async def _finish(self, asked: Asked, party: Party, under_way: Sequence[Journey]) -> Sent:
        """Sign in whoever comes back, if it is from where this browser was sent."""
        journey = find(under_way, party.provider.name, _argument(asked.request, b"state") or "")
        if journey is None:
            raise Stopped(Why.EXPIRED, f"{party.provider.name}: this browser has not begun that, or too long ago")
        over = self._kept(asked.visitor, [one for one in under_way if one is not journey])
        try:
            entry = await self._enter(asked, party, journey)
        except Stopped as stopped:
            return self._stop(asked, Stopped(stopped.why, f"{party.provider.name}: {stopped.reason}"), over)
        lasts = entry.expires - self.desk.now()
        return Sent(_address(journey.next), 303, (over, cookie.written(asked.visitor, entry.refresh, lasts)))

    async def _enter(self, asked: Asked, party: Party, journey: Journey) -> api.Entry:
        returned = _returned(asked.request)
        subject = await self._at_once(lambda: party.finish(journey, returned))
        try:
            found: api.Entry = await self.desk.ask(
                api.ENTER, api.Enter(party.provider.name, subject.id, subject.name, device(asked))
            )
        except api.SignUpClosed:
            raise Stopped(Why.CLOSED, "nobody new is taken") from None
        except NotAuthorized as refusal:
            raise Stopped(Why.DISABLED, refusal.message) from None
        except Refusal as refusal:
            raise Stopped(Why.BUSY, refusal.message) from None
        return found

    async def _at_once(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask a provider, unless too many wait for one already."""
        if self._waiting >= AT_ONCE:
            raise Stopped(Why.BUSY, "too many wait for a provider")
        self._waiting += 1
        try:
            return await ask()
        finally:
            self._waiting -= 1

    def _stop(self, asked: Asked, stopped: Stopped, *cookies: str) -> Sent:
        address = asked.visitor.address
        log.info("sign-in by a provider stopped ({address}): {reason}", address=address, reason=str(stopped))
        self.desk.refused("provider", address)
        return Sent(SIGN_IN + stopped.why, 303, cookies)

    def _home(self, asked: Asked) -> str:
        """Say how this browser, and so the provider, reaches us."""
        host = read(asked.request, b"host") or ""
        if self.desk.settings.url:
            return self.desk.settings.url
        if not _HOST.fullmatch(host) or self.desk.home.refuses(None, host):
            raise Stopped(Why.UNKNOWN, "this node does not go by the name that the request found it by")
        return f"http{'s' * asked.visitor.secure}://{host}"

    def _kept(self, whose: Visitor, journeys: Sequence[Journey]) -> str:
        """Write the cookie of what is under way. Lax: it is another site that the browser comes back from."""
        content, lasts = (self._seal.close(journeys), SECONDS) if journeys else ("", 0)
        secure = "; Secure" if whose.secure else ""
        return f"{_name(whose)}={content}; Max-Age={lasts}; Path=/; HttpOnly; SameSite=Lax{secure}"


def _returned(request: Request) -> Returned:
    """Read what somebody brings back (RFC 6749 §4.1.2)."""
    error, code = _argument(request, b"error"), _argument(request, b"code")
    if error is not None or not code:
        why = Why.UNREACHABLE if error in _THEIR_FAULT else Why.DENIED
        raise Stopped(why, f"it answers {error[:100]!r}" if error else "it sent no code")
    return Returned(code, _argument(request, b"iss"))


def _argument(request: Request, name: bytes) -> str | None:
    """Read a parameter that stands once."""
    found = (request.args or {}).get(name, [])
    return found[0].decode("utf-8", "replace") if len(found) == 1 else None


def _name(whose: Visitor) -> str:
    return _SECURE_NAME if whose.secure else _NAME


def _address(next: str) -> str:
    return next if next.startswith("/") else f"/{next}"


def _write(request: Request, sent: Sent) -> None:
    request.setResponseCode(sent.status)
    about = {"Location": sent.to, "Cache-Control": "no-store", "Content-Security-Policy": NOTHING}
    put(request, {**about, "Content-Length": "0"})
    for one in sent.cookies:
        request.responseHeaders.addRawHeader("Set-Cookie", one)
    request.finish()
