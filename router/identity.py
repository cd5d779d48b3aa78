"""Who is this? Guests get a token for a name, and a token makes a session."""

import secrets
import unicodedata
from collections.abc import Callable
from typing import Annotated

from pydantic import Field
from twisted.logger import Logger

from components.contract import GUEST, InvalidArgument, payload

from .edge.cut import Cut, Why
from .tokens import BadToken, Signer, Token

MAX_NAME = 40
_ALLOWED_FORMATS = {"\u200c", "\u200d"}
"""Joiners that scripts and emoji need; every other invisible character is refused."""

log = Logger()


Authenticate = Callable[[object, str | None], Token]
"""(token, the id that was asked for, if any) → who it is, or raises `Cut(Why.SIGNED_OUT)`."""


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
    return Token(f"u_{secrets.token_hex(8)}", presentable(name), GUEST, now + good_for, issued=now)


def authenticator(keys: Signer) -> Authenticate:
    """Make what the edge asks at every sign-in. Says no in one way, whatever the reason."""

    def authenticate(ticket: object, authid: str | None) -> Token:
        try:
            token = keys.read(ticket)
        except BadToken as error:
            raise _denied(str(error)) from None
        if authid not in (None, "", token.id):
            raise _denied("the token is somebody else's")
        return token

    return authenticate


def _denied(reason: str) -> Cut:
    log.debug("sign-in refused: {reason}", reason=reason)  # How many, from where: router/edge/journal.py.
    return Cut(Why.SIGNED_OUT, "This sign-in is not valid, or not any more.")
