"""Where a request comes from: what its connection says, or what a proxy that we trust says."""

import re

from twisted.web.http import Request

from components.settings import Settings
from router.http.headers import read

from . import address
from .transport import Visitor

_WITH_PORT = re.compile(r"\[([^]]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+")
"""How some proxies write an address: `[2001:db8::1]:4711`, `192.0.2.1:4711`."""
_LONGEST_AGENT = 200


def visitor(request: Request, settings: Settings) -> Visitor:
    """Say who sent a request. `X-Forwarded-For` and `-Proto` count when the peer is one of `settings.proxies`."""
    peer = address.plain(getattr(request.getClientAddress(), "host", None) or address.UNKNOWN)
    secure = bool(request.isSecure())
    origin = peer
    if address.among(peer, settings.proxies):
        origin = _forwarded(_list(request, b"x-forwarded-for"), peer, settings)
        secure = (_list(request, b"x-forwarded-proto") or ["https" if secure else ""])[-1].lower() == "https"
    agent = (read(request, b"user-agent") or "")[:_LONGEST_AGENT]
    return Visitor(origin, read(request, b"origin"), secure, agent)


def _forwarded(hops: list[str], peer: str, settings: Settings) -> str:
    """Go back from the nearest hop to the first that is no proxy of ours: what is left of that, anybody may have said.

    Where a hop is no address, nobody is believed and the peer stands for whoever is behind it.
    """
    found = peer
    for hop in reversed(hops):
        found = address.plain(_WITH_PORT.sub(_without_port, hop))
        if found == address.UNKNOWN:
            return peer
        if not address.among(found, settings.proxies):
            break
    return found


def _without_port(found: re.Match[str]) -> str:
    return found[1] or found[2]


def _list(request: Request, name: bytes) -> list[str]:
    """Read a header that is a list, which may stand in several lines."""
    lines = request.requestHeaders.getRawHeaders(name) or []
    return [part.strip() for part in b",".join(lines).decode("utf-8", "replace").split(",")] if lines else []
