"""The cookie that keeps a device signed in: for the browser alone, and for requests from our own pages alone."""

from twisted.web.server import Request

from router.edge.transport import Visitor

_NAME, _SECURE_NAME = "openline", "__Host-openline"
"""A browser takes `__Host-` over TLS only, from this very host, for all of it (RFC 6265bis §4.1.3.2)."""


def given(request: Request, visitor: Visitor) -> str | None:
    """Find what the browser was given before."""
    found = request.getCookie(_name(visitor).encode())
    return found.decode("latin-1") if found else None


def written(visitor: Visitor, secret: str, lasts: float) -> str:
    """Write what a browser is to keep for so many seconds."""
    secure = "; Secure" if visitor.secure else ""
    return f"{_name(visitor)}={secret}; Max-Age={max(0, int(lasts))}; Path=/; HttpOnly; SameSite=Strict{secure}"


def cleared(visitor: Visitor) -> str:
    """Write that it is to keep nothing."""
    return written(visitor, "", 0.0)


def _name(visitor: Visitor) -> str:
    return _SECURE_NAME if visitor.secure else _NAME
