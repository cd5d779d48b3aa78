"""The headers that every answer of ours carries."""

from twisted.web.http import Request

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Server": "Openline",
}
NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The content security policy of an answer that is no page."""


def read(request: Request, name: bytes) -> str | None:
    """Read a header of a request, whatever bytes stand in it. Twisted's own `getHeader` of text raises an error."""
    value = request.getHeader(name)
    return None if value is None else value.decode("utf-8", "replace")


def put(request: Request, headers: dict[str, str]) -> None:
    """Set the safe headers, and some more."""
    for name, value in {**SAFE, **headers}.items():
        request.setHeader(name.encode(), value.encode())
