"""The rules of webhooks: what is wanted, how it is signed, when it is tried again. No I/O, no clock."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

import orjson

from components.contract import Event

PREFIX = "whsec_"
"""How a secret begins (standardwebhooks.com)."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 3_600.0
PATIENCE = 3 * 86_400.0
"""Seconds of failing after which a webhook is paused."""
GRACE = 86_400.0
"""Seconds in which an old secret still signs, beside the new one."""
GONE = 410
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True)
class Wish:
    """What a webhook wants to hear of."""

    types: Sequence[str]
    trigger: str = ""

    def takes(self, event: Event) -> bool:
        """Say whether an event is to be sent. A trigger is the first word of what is posted, whatever its case."""
        if self.types and event.type not in self.types:
            return False
        if not self.trigger:
            return True
        words = str(event.data.get("text", "")).split(maxsplit=1)
        return event.type == "message_posted" and words[:1] != [] and words[0].casefold() == self.trigger.casefold()


def named(hook: str, event: Event) -> str:
    """Name a delivery: however often an event is sent to a webhook, it has the same id there."""
    return f"msg_{sha256(f'{hook} {event.stream} {event.epoch} {event.offset}'.encode()).hexdigest()[:32]}"


def body(type: str, time: float, data: dict[str, Any]) -> bytes:
    """Write what is posted."""
    return orjson.dumps({"type": type, "timestamp": datetime.fromtimestamp(time, UTC).isoformat(), "data": data})


def signed(secrets: Sequence[str], id: str, timestamp: int, content: bytes) -> dict[str, str]:
    """Make the headers that say whose it is, by each secret (Standard Webhooks §Signature scheme)."""
    said = f"{id}.{timestamp}.".encode() + content
    marks = [b64encode(hmac.digest(b64decode(one.removeprefix(PREFIX)), said, "sha256")).decode() for one in secrets]
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{mark}" for mark in marks),
    }


def is_taken(status: int | None) -> bool:
    """Say whether an answer means that it arrived."""
    return status is not None and 200 <= status < 300


def wait(failures: int, chance: float, asked: float = 0.0) -> float:
    """Say for how many seconds to wait after so many failures in a row. `chance`, from 0 to 1, spreads it out."""
    doubled = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(failures - 1, 20))
    return max(doubled * (0.5 + chance / 2), min(asked, LONGEST_WAIT))


def is_over(since: float, now: float) -> bool:
    """Say whether it has failed for long enough to be paused."""
    return now - since >= PATIENCE


def is_reachable(address: str, allowed: Sequence[IPv4Network | IPv6Network]) -> bool:
    """Say whether something may be sent there: to the public Internet, and to what the operator allows."""
    ip = _inner(ip_address(address.partition("%")[0]))
    if any(ip.version == network.version and ip in network for network in allowed):
        return True
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _inner(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Take an IPv4 address out of the forms of IPv6 that lead to it."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None) or ip
