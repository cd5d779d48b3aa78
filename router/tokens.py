"""Tokens: signed words that say who somebody is, until when."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import orjson
from pydantic import TypeAdapter

from components.contract import NO_RIGHTS, Rights

ALGORITHM = "HS256"
AUDIENCE = "openline"
_CLAIMS = ["sub", "name", "role", "exp", "aud"]
_RIGHTS = TypeAdapter(Rights)


class BadToken(Exception):
    """A token that says nothing: forged, expired, or for somewhere else. The text is for the log."""


@dataclass(frozen=True, slots=True)
class Token:
    """Who somebody is. `expires` and `issued` are in seconds since 1970, UTC."""

    id: str
    name: str
    role: str
    expires: float
    family: str = ""
    """The signed-in device, of an account."""
    rights: Rights = NO_RIGHTS
    issued: float = 0.0

    @property
    def extra(self) -> dict[str, Any]:
        """What a client is told of it, in its WELCOME."""
        return {"name": self.name, "expires": self.expires}


@dataclass(frozen=True)
class Signer:
    """Signs tokens and reads them, by one secret."""

    secret: bytes

    def sign(self, token: Token) -> str:
        """Write a token down as a JWT (RFC 7519)."""
        claims = {"sub": token.id, "name": token.name, "role": token.role, "exp": int(token.expires), "aud": AUDIENCE}
        claims |= {"iat": int(token.issued)} | ({"sid": token.family} if token.family else {})
        if token.rights != NO_RIGHTS:
            claims["streams"] = _RIGHTS.dump_python(token.rights, mode="json")
        return jwt.encode(claims, self.secret, ALGORITHM)

    def read(self, ticket: Any) -> Token:
        """Read a token back, or raise `BadToken`."""
        try:
            claims = jwt.decode(ticket, self.secret, [ALGORITHM], {"require": _CLAIMS}, audience=AUDIENCE)
            rights = _RIGHTS.validate_json(orjson.dumps(claims.get("streams", {})))
        except (jwt.InvalidTokenError, TypeError, ValueError) as error:
            raise BadToken(str(error)) from error
        family, issued = str(claims.get("sid", "")), float(claims.get("iat", 0))
        return Token(
            claims["sub"], str(claims["name"]), str(claims["role"]), float(claims["exp"]), family, rights, issued
        )


def signer(keys: Path) -> Signer:
    """Take the secret in a folder, which is made, with the folder, where it is missing."""
    keys.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = keys / "token.key"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return Signer(bytes.fromhex(path.read_text()))
