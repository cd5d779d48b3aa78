"""Where a request of a browser comes from: a page of this site, or of one that was let in."""

from collections.abc import Collection
from urllib.parse import urlsplit


def welcome(origin: str | None, host: str | None, also: Collection[str]) -> bool:
    """Say whether to take a request with these `Origin` and `Host` headers (RFC 6454).

    A browser always names the origin of what could do harm; a program that is no browser need not.
    """
    return origin is None or origin in also or (origin != "null" and _is_of(origin, host))


def _is_of(origin: str, host: str | None) -> bool:
    try:
        return urlsplit(origin).netloc == host
    except ValueError:  # `http://[` is no address.
        return False
