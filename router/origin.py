"""Where a request of a browser comes from: a page of this site, or of one that was let in.

A browser names the page's origin and, in `Host`, the name by which it found us. Both are the page's own when somebody
made a name of theirs point at this node (DNS rebinding), so the names it goes by are held against a list where there is
one. An address, or `localhost`, is nobody's to point elsewhere.
"""

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from components.settings import Settings

FOREIGN = "Connect from a page of this site."
UNKNOWN_NAME = "This node does not go by that name: see `hosts` in its openline.yaml."


@dataclass(frozen=True)
class Home:
    """Whose pages are taken for ours."""

    origins: Collection[str] = ()
    """Those of others that were let in."""
    hosts: Collection[str] | None = None
    """The names that we go by; `None` is any."""

    def refuses(self, origin: str | None, host: str | None) -> str:
        """Say why a request with these `Origin` and `Host` headers is not taken (RFC 6454); nothing if it is.

        A browser always names the origin of what could do harm; a program that is no browser need not.
        """
        if not (origin is None or origin in self.origins or (origin != "null" and _is_of(origin, host))):
            return FOREIGN
        return "" if self._is_ours(host) else UNKNOWN_NAME

    def _is_ours(self, host: str | None) -> bool:
        if self.hosts is None or host is None:
            return True
        name = _name(f"//{host}")
        return name is not None and (name in self.hosts or name == "localhost" or _is_address(name))


ANYWHERE = Home()
"""By any name, with no friends."""


def home(settings: Settings, interface: str) -> Home:
    """Say whose pages are taken, by what is set and by the interface that is listened on.

    Who listens for this machine alone, with no proxy before it, is meant to be found by its names alone.
    """
    others = {name for origin in settings.origins if (name := _name(origin))}
    if settings.hosts:
        return Home(settings.origins, frozenset({*others, *(name.lower() for name in settings.hosts)}))
    is_alone = _is_of_this_machine(interface) and not settings.proxies and not settings.proxy_protocol
    return Home(settings.origins, frozenset(others) if is_alone else None)


def _is_of(origin: str, host: str | None) -> bool:
    try:
        return urlsplit(origin).netloc == host
    except ValueError:  # `http://[` is no address.
        return False


def _name(address: str) -> str | None:
    """Take the name out of an address, in small letters and without its port."""
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_of_this_machine(interface: str) -> bool:
    try:
        return interface == "localhost" or ip_address(interface).is_loopback
    except ValueError:
        return False
