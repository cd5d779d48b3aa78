"""What this browser has begun: sign-ins on their way to a provider and back, sealed in a cookie of a few minutes.

Any router worker may answer when somebody comes back, so nothing is kept here. Nobody can read or make such a cookie
but the node; it is good in the browser that began alone, which is what keeps others from having it end theirs.
"""

import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import ClassVar

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic import ConfigDict, TypeAdapter, ValidationError

SECONDS = 600
"""How long somebody may take at the provider."""
AT_ONCE = 3
"""How many sign-ins one browser may have under way, in as many tabs."""
SIGNED_IN = "#/signed-in"
"""The page that takes up a sign-in, and then shows what was there before."""
_HASH = r"#/[A-Za-z0-9._~/%-]*"
_OWN = re.compile(rf"{_HASH}|/(?!auth/)(?:[A-Za-z0-9_~%-][A-Za-z0-9._~%-]*/?)*(?:{_HASH})?")
_LONGEST_NEXT = 200


def _word() -> str:
    return secrets.token_urlsafe(32)


@dataclass(frozen=True)
class Journey:
    """One sign-in under way. `began` is in seconds since 1970."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid", strict=True)
    provider: str
    callback: str
    next: str
    began: int
    state: str = field(default_factory=_word, repr=False)
    nonce: str = field(default_factory=_word, repr=False)
    verifier: str = field(default_factory=_word, repr=False)


_JOURNEYS = TypeAdapter(list[Journey])


class Seal:
    """Writes and reads the cookie. `keys` are secrets of the node, the one to write with first."""

    def __init__(self, keys: Callable[[], Sequence[bytes]], now: Callable[[], float]) -> None:
        self._keys, self._now = keys, now

    def close(self, journeys: Sequence[Journey]) -> str:
        """Write down what is under way, as far as one browser may have it."""
        content = _JOURNEYS.dump_json(list(journeys)[-AT_ONCE:])
        return self._box().encrypt_at_time(content, int(self._now())).decode()

    def open(self, cookie: bytes | None) -> list[Journey]:
        """Read what is under way; nothing where somebody else wrote that, or it is over."""
        try:
            content = self._box().decrypt_at_time(cookie or b"", SECONDS, int(self._now()))
            return [one for one in _JOURNEYS.validate_json(content) if one.began + SECONDS >= self._now()]
        except (InvalidToken, ValidationError):
            return []

    def _box(self) -> MultiFernet:
        return MultiFernet([Fernet(_derived(key)) for key in self._keys()])


def find(journeys: Sequence[Journey], provider: str, state: str) -> Journey | None:
    """Find the sign-in that somebody comes back from."""
    return next(
        (one for one in journeys if one.provider == provider and compare_digest(one.state.encode(), state.encode())),
        None,
    )


def own(next: str) -> str:
    """Take where to go afterwards, if it is a page of ours: `#/room/x`, `/folder/page.html`, `/folder/#/page`."""
    return next if len(next) <= _LONGEST_NEXT and _OWN.fullmatch(next) else SIGNED_IN


def _derived(key: bytes) -> bytes:
    """Make a key for this purpose alone."""
    return urlsafe_b64encode(HKDF(SHA256(), 32, None, b"openline sign-ins under way").derive(key))
