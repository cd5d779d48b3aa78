"""Addresses of the net: read from text, and told apart for limits."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from components.settings import Network

UNKNOWN = "unknown"
"""Stands for a peer without an address, such as that of a Unix socket."""
_LONGEST = 64
_SAME_SITE = 64
"""An IPv6 user is given a network of this prefix, and may take any address in it."""


def read(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address. An IPv4 address that is written as an IPv6 one (`::ffff:192.0.2.1`) is an IPv4 address."""
    return _read(text) if len(text) <= _LONGEST else None


@lru_cache(4_096)
def _read(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def plain(text: str) -> str:
    """Write an address in its one form, or `UNKNOWN`."""
    address = read(text)
    return UNKNOWN if address is None else str(address)


def among(text: str, networks: Sequence[Network]) -> bool:
    """Say whether an address is in one of some networks."""
    address = read(text) if networks else None
    return address is not None and any(address in network for network in networks)


def neighbours(text: str) -> str:
    """Name all that shares a limit with an address: itself, or the network that an IPv6 user is given."""
    address = read(text)
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> _SAME_SITE << _SAME_SITE)) + f"/{_SAME_SITE}"
    return text if address is None else str(address)
