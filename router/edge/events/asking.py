"""Who asks, over plain HTTP: from which site, with which token, and for what."""

from twisted.web.server import Request

from components.contract import InvalidArgument
from components.settings import Settings
from router.origin import Home

from ..cut import Cut, Why
from . import problem

COOKIE = b"openline_session"
"""The cookie that a token may come in."""
_NOT_IN_ADDRESSES = (b"token", b"access_token")
_OURSELVES = (None, "same-origin", "none")
"""What `Sec-Fetch-Site` says of our own pages and of somebody who types an address; a program says nothing."""


def header(request: Request, name: bytes) -> str | None:
    """Read a header, whatever bytes it holds."""
    found = request.requestHeaders.getRawHeaders(name)
    return found[-1].decode("latin-1") if found else None


def words(request: Request, name: bytes) -> list[str]:
    """Read what an address says under a name, each time it does."""
    return [word.decode("utf-8", "replace") for word in (request.args or {}).get(name, [])]


def word(request: Request, name: bytes) -> str | None:
    """Read what an address says once, if at all."""
    found = words(request, name)
    if len(found) > 1:
        raise InvalidArgument(f"{name.decode()}: say it once.", field=name.decode())
    return found[0] if found else None


def number(request: Request, name: bytes) -> int | None:
    """Read a number from the address."""
    found = word(request, name)
    if not found:
        return None
    if not (found.isascii() and found.isdigit() and len(found) <= 16):
        raise InvalidArgument(f"{name.decode()}: this is no number.", field=name.decode())
    return int(found)


def check_site(request: Request, home: Home) -> None:
    """Refuse what a page of another site asks, as every transport does."""
    if words := home.refuses(header(request, b"origin"), header(request, b"host")):
        raise Cut(Why.FORBIDDEN, words)


def token(request: Request) -> str:
    """Find the token of a request: `Authorization: Bearer …`, or a cookie that a page of ours sends along."""
    if any(name in (request.args or {}) for name in _NOT_IN_ADDRESSES):
        raise InvalidArgument("A token in an address ends up in logs: send it as `Authorization: Bearer …`.")
    scheme, _, given = (header(request, b"authorization") or "").strip().partition(" ")
    if scheme.lower() == "bearer" and given.strip():
        return given.strip()
    cookie = request.getCookie(COOKIE)
    if not cookie:
        raise problem.not_signed_in()
    # A browser sends cookies whoever asks. A page of another site that was let in has named itself as the origin.
    if header(request, b"origin") is None and header(request, b"sec-fetch-site") not in _OURSELVES:
        raise Cut(Why.FORBIDDEN)
    return str(cookie, "latin-1")


def shared(request: Request, settings: Settings) -> dict[str, str]:
    """Let the page of another site read the answer, if it is one that was let in (Fetch Standard §CORS protocol)."""
    origin = header(request, b"origin")
    if origin is None or origin not in settings.origins:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Expose-Headers": "ETag, Retry-After",
    }
