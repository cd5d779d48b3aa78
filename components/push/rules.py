"""What is pushed to whom, when, and in which words. Pure."""

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import orjson

from components.contract import InvalidArgument
from components.notice import News, Notice

from .api import NotAllowed

HOLD = 60.0
"""For how many seconds somebody who uses a device may see it there. That a device is gone is found sooner."""
PACE = 15.0
"""Seconds between two pushes for the same room to the same device, but for what mentions its owner."""
DAY = 86_400.0
"""How long something is worth being told; a push service keeps it as long for a device that is switched off."""
LARGEST = 3_000
"""Bytes of a payload, before it is encrypted."""
LONGEST = 180
"""Characters of a message."""
MOST_ROOMS = 40
FIRST_WAIT, LONGEST_WAIT = 15.0, 3_600.0
"""Seconds until a push service that failed is tried again: twice as long each time."""
PATIENCE = 8
"""How often in a row a push service may refuse what is pushed to a device, until the device is forgotten."""
FORGET = 30 * DAY
LOCAL = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Device:
    """A subscription. Times are in seconds since 1970."""

    id: str
    person: str
    family: str
    endpoint: str
    p256dh: str
    auth: str
    key: str
    """With which of our keys it was made, by its public half."""
    created: float
    renewed: float
    seen: float
    """Up to when it was decided what to tell it."""
    fails: int = 0
    retry_at: float = 0.0


@dataclass(frozen=True)
class Told:
    """What was pushed last to a device of a room, and when."""

    upto: int = 0
    at: float = 0.0


def id_of(endpoint: str) -> str:
    return sha256(endpoint.encode()).hexdigest()[:32]


def host(device: Device) -> str:
    return urlsplit(device.endpoint).netloc


def since(device: Device, now: float) -> float:
    """After when messages are looked at: they may have waited for somebody who used another device."""
    return max(device.seen - HOLD, device.created, now - DAY)


def is_due(news: News, device: Device, told: Told, looking: Collection[str], now: float) -> bool:
    """Say whether a device is told of a message at this moment. It may be later, until nobody waits for it any more."""
    if news.person in looking or news.time <= since(device, now) or news.offset <= told.upto:
        return False
    return news.named or told.at + PACE <= now


def payload(notice: Notice, now: float, words: bool) -> bytes:
    """Write down what a device is told, in no more bytes than a push service takes."""
    said: dict[str, Any] = {"room": notice.room, "offset": notice.offset, "at": now, "unread": notice.unread}
    said |= _words(notice) if words else {"title": "Openline", "body": "Something new was said."}
    rooms = notice.rooms if len(notice.rooms) <= MOST_ROOMS else None
    whole = orjson.dumps({**said, "rooms": rooms})
    return whole if len(whole) <= LARGEST else orjson.dumps({**said, "rooms": None})


def trial(now: float) -> bytes:
    return orjson.dumps({"title": "Openline", "body": "Notifications arrive on this device.", "at": now})


def _words(notice: Notice) -> dict[str, str]:
    said = notice.text or "Sent a file."
    text = said if len(said) <= LONGEST else f"{said[:LONGEST]}…"
    return {"title": notice.by if notice.direct else f"{notice.by} in {notice.title}", "body": text}


def urgency(news: News, notice: Notice) -> str:
    """Say how soon a device that saves power is woken (RFC 8030 §5.3)."""
    return "high" if news.named or notice.direct else "normal"


def topic(person: str, room: str) -> str:
    """Name what replaces each other while it waits at a push service (RFC 8030 §5.4); it shall not learn more."""
    return base64.urlsafe_b64encode(sha256(f"{person} {room}".encode()).digest()[:24]).decode()


def wait(fails: int, asked: float | None) -> float:
    """Say how long to leave a push service alone, which may have said so itself."""
    grown = min(FIRST_WAIT * 2.0 ** min(fails, 20), LONGEST_WAIT)
    return max(grown, min(asked or 0.0, DAY))


def must_be_allowed(endpoint: str, hosts: Collection[str]) -> None:
    """Refuse an address that nobody would push to. What its name stands for is looked at when it is connected to."""
    try:
        url = urlsplit(endpoint)
        host, port = url.hostname or "", url.port
    except ValueError:
        raise InvalidArgument("This is no address.", field="endpoint") from None
    is_named = names(hosts, host)
    is_safe = url.scheme == "https" or (url.scheme == "http" and is_named and host in LOCAL)
    if not is_safe or not host or url.username is not None or url.fragment or not endpoint.isascii():
        raise InvalidArgument("A push service has an address that begins with https://", field="endpoint")
    if hosts and not is_named:
        raise NotAllowed
    if not is_named and (port not in (None, 443) or not _may_be_public(host)):
        raise NotAllowed


def names(hosts: Collection[str], host: str) -> bool:
    """Say whether a host is one of those that an operator listed; `*.example.com` are all below that."""
    return any(host.endswith(one[1:]) if one.startswith("*.") else host == one for one in hosts)


def is_public(address: str) -> bool:
    """Say whether an address is one of the internet, and not of this machine or the net it stands in."""
    found = ip_address(address.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None) or found
    return mapped.is_global and not mapped.is_multicast and not mapped.is_reserved


def _may_be_public(host: str) -> bool:
    """Say so of a name with a dot in it, which is not known yet, or of a public address."""
    try:
        return is_public(host)
    except ValueError:
        return "." in host and not host.rstrip(".").rpartition(".")[2].isdigit()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def by_need(devices: Collection[Device], now: float) -> Mapping[bool, list[Device]]:
    """Part those that wait for the newest alone from those that were behind: after a failure, or while we were away."""
    parts: dict[bool, list[Device]] = {False: [], True: []}
    for device in devices:
        parts[since(device, now) < now - 3 * HOLD].append(device)
    return parts
