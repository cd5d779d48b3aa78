"""Who is this? Guests get a token for a name, and a token makes a session."""

import secrets
import unicodedata
from collections.abc import Callable
from typing import Annotated, Any

from autobahn.wamp.exception import ApplicationError
from pydantic import Field
from twisted.logger import Logger

from components.contract import GUEST, InvalidArgument, payload
from components.here import here

from .tokens import BadToken, Signer, Token, signer

MAX_NAME = 40
DENIED = "wamp.error.not_authorized"
_ALLOWED_FORMATS = {"\u200c", "\u200d"}
"""Joiners that scripts and emoji need; every other invisible character is refused."""

log = Logger()


@payload
class Introduction:
    """What somebody says of themselves to come in as a guest."""

    name: Annotated[str, Field(max_length=200)]


def presentable(name: str) -> str:
    """Take a name as it will be shown, or refuse it."""
    shown = " ".join(unicodedata.normalize("NFC", name).split())
    if not shown:
        raise InvalidArgument("Please give a name.", field="name")
    if len(shown) > MAX_NAME:
        raise InvalidArgument(f"A name has at most {MAX_NAME} characters.", field="name")
    if any(unicodedata.category(c)[0] == "C" and c not in _ALLOWED_FORMATS for c in shown):
        raise InvalidArgument("A name has only characters that can be seen.", field="name")
    return shown


def guest(name: str, now: float, good_for: float) -> Token:
    """Make somebody new: an id nobody has, and the name they asked for."""
    return Token(f"u_{secrets.token_hex(8)}", presentable(name), GUEST, now + good_for)


def create(config: dict[str, Any], controller: object) -> "Authenticate":
    """Make the authenticator of a node, for Crossbar's `ticket` sign-in of type `function`."""
    _, places = here()
    return authenticator(signer(places.keys))


Authenticate = Callable[[str, str | None, dict[str, Any]], dict[str, Any]]
"""(realm, authid, details with the ticket) → who it is, or a denial."""


def authenticator(keys: Signer) -> Authenticate:
    """Make what the router asks at every sign-in with a ticket. Says no in one way, whatever the reason."""

    def authenticate(realm: str, authid: str | None, details: dict[str, Any]) -> dict[str, Any]:
        try:
            token = keys.read(details["ticket"])
        except BadToken as error:
            log.info("sign-in refused: {reason}", reason=error)
            raise _denied() from None
        if authid not in (None, "", token.id):
            log.info("sign-in refused: the token is somebody else's")
            raise _denied()
        extra = {"name": token.name, "expires": token.expires}
        return {"realm": realm, "authid": token.id, "role": token.role, "extra": extra}

    return authenticate


def _denied() -> ApplicationError:
    return ApplicationError(DENIED, "This sign-in is not valid, or not any more.")
