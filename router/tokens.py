"""Tokens: signed words that say who somebody is, until when."""

import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import jwt
import orjson
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from components import catalog
from components.contract import NO_RIGHTS, Rights
from components.names import made_presentable
from components.settings import Settings

from .keys import Key, Keyring, Ring, our_key

AUDIENCE = "openline"
"""Whom our own tokens are for."""
OURS = "u_"
"""What the ids of accounts and guests begin with, and those of nobody else."""
LONGEST = 8_192
"""Bytes of a token."""
LARGEST_USER = 2_048
"""Bytes of what a site may say of a user, as JSON."""
_FORM = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_NEEDED = ["sub", "name", "role", "exp", "aud"]


class BadToken(Exception):
    """A token that says nothing: forged, expired, or for somewhere else. The text is for the log."""


@dataclass(frozen=True, slots=True)
class Token:
    """Who somebody is. `expires`, from when on it is refused, and `issued` are in seconds since 1970, UTC."""

    id: str
    name: str
    role: str
    expires: float
    family: str = ""
    """The signed-in device, of an account."""
    rights: Rights = NO_RIGHTS
    issued: float = 0.0
    user: dict[str, Any] | None = None
    """What a site says of its user, for pages to show."""

    @property
    def extra(self) -> dict[str, Any]:
        """What a client is told of it, in its WELCOME."""
        told = {"name": self.name, "expires": self.expires}
        return told if self.user is None else {**told, "user": self.user}


@dataclass(frozen=True)
class Hosts:
    """What holds for the tokens of host applications. Times are in seconds."""

    audience: str = AUDIENCE
    leeway: float = 60.0
    """How far their clocks may be from ours."""
    longest: float = 30 * 86_400.0
    """How long from now a token may be good."""
    taken: Collection[str] = field(default_factory=frozenset)
    """Ids that mean somebody else: the components."""


@dataclass(frozen=True)
class _Claims:
    """What is read of a token; a site may put more into it."""

    __pydantic_config__: ClassVar = ConfigDict(extra="ignore", strict=True)
    sub: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,64}$")]
    name: Annotated[str, Field(max_length=200)]
    role: Literal["guest", "member", "operator"]
    exp: float
    iat: float = 0.0
    sid: Annotated[str, Field(max_length=100)] = ""
    streams: Rights = NO_RIGHTS
    user: dict[str, Any] | None = None


_CLAIMS = TypeAdapter(_Claims)


class Tokens:
    """Signs tokens with the newest of our keys, and reads those of all keys there are."""

    def __init__(self, ring: Callable[[], Ring], hosts: Hosts, now: Callable[[], float] = time.time) -> None:
        self._ring, self._hosts, self._now = ring, hosts, now

    def sign(self, token: Token) -> str:
        """Write a token down as a JWT (RFC 7519)."""
        key = self._ring().signing(self._now())
        claims = {"sub": token.id, "name": token.name, "role": token.role, "exp": int(token.expires), "aud": AUDIENCE}
        claims |= {"iat": token.issued} | ({"sid": token.family} if token.family else {})
        if token.rights != NO_RIGHTS:
            claims["streams"] = {"read": token.rights.read, "publish": token.rights.publish}
        return jwt.encode(claims, key.material, key.algorithm, {"kid": key.name})

    def secrets(self) -> list[bytes]:
        """List our own keys, for what else the node seals, beginning with the one to seal with."""
        ring = self._ring()
        first = ring.signing(self._now())
        return [key.material for key in (first, *ring.ours)]

    def read(self, ticket: object) -> Token:
        """Read a token back, or raise `BadToken`."""
        if not isinstance(ticket, str) or len(ticket) > LONGEST or not _FORM.fullmatch(ticket):
            raise BadToken("this is no JWT")
        try:
            return self._read(ticket, jwt.get_unverified_header(ticket).get("kid"))
        except (jwt.InvalidTokenError, TypeError, ValueError, OverflowError, RecursionError) as error:
            raise BadToken(_reason(error)) from error

    def _read(self, ticket: str, name: str | None) -> Token:
        """Try the keys that it may mean, each with its own algorithm."""
        ring, reason, wrong = self._ring(), "", "there is no such key"
        for key in ring.named(name, self._now()):
            try:
                return self._ours(ticket, key) if key in ring.ours else self._host(ticket, key)
            except jwt.InvalidSignatureError:
                reason = "its signature is of none of these keys"
            except jwt.InvalidAlgorithmError as error:
                wrong = _reason(error)
        raise BadToken(reason or wrong)

    def _ours(self, ticket: str, key: Key) -> Token:
        claims = _open(ticket, key, AUDIENCE)
        return _token(claims, claims.name, claims.exp, claims.sid)

    def _host(self, ticket: str, key: Key) -> Token:
        """Read the token of a site: for us, of a bounded time, and of somebody who is nobody of ours."""
        hosts = self._hosts
        claims = _open(ticket, key, hosts.audience, hosts.leeway)
        if claims.exp > self._now() + hosts.longest + hosts.leeway:
            raise BadToken("it would be good for too long")
        if claims.sub.startswith(OURS) or claims.sub in hosts.taken:
            raise BadToken("its sub is the id of somebody who is not of that site")
        if claims.user is not None and len(orjson.dumps(claims.user)) > LARGEST_USER:
            raise BadToken("its user is too much")
        return _token(claims, made_presentable(claims.name, claims.sub), claims.exp + hosts.leeway, "")


def hosts(settings: Settings) -> Hosts:
    """Take what holds for the tokens of host applications from the settings."""
    asked = settings.tokens
    return Hosts(asked.audience, asked.leeway, asked.longest, frozenset(catalog.names(settings)))


def longest(settings: Settings) -> float:
    """Say how many seconds a token of our own lasts at most."""
    return max(settings.guests.token, settings.accounts.access)


def lasting(settings: Settings) -> float:
    """Say how many seconds a token may be good, whoever signed it."""
    return max(longest(settings), settings.tokens.longest) + 2 * settings.tokens.leeway


def signer(keys: Path) -> Tokens:
    """Make tokens by the keys that are in a folder now; there is one afterwards."""
    ring = Keyring(keys, 0.0).ring
    return Tokens(lambda: ring, Hosts())


def fixed(secret: bytes, name: str = "token") -> Tokens:
    """Make tokens by one key of our own."""
    ring = Ring((our_key(secret, name),))
    return Tokens(lambda: ring, Hosts())


def _open(ticket: str, key: Key, audience: str, leeway: float | None = None) -> _Claims:
    """Check a token by one key, and the one algorithm of that. When one of ours (no leeway) begins does not matter."""
    options: Any = {"require": _NEEDED, "strict_aud": True, "verify_iat": leeway is not None}
    claims = jwt.decode(ticket, key.material, [key.algorithm], options, audience=audience, leeway=leeway or 0.0)
    return _CLAIMS.validate_json(orjson.dumps(claims))


def _token(claims: _Claims, name: str, expires: float, family: str) -> Token:
    return Token(claims.sub, name, claims.role, expires, family, claims.streams, claims.iat, claims.user)


def _reason(error: Exception) -> str:
    """Say what is wrong, without a word of the token."""
    if isinstance(error, ValidationError):
        found = error.errors(include_url=False, include_input=False)
        return "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found)
    return str(error)
