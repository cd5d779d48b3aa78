"""Who is this? Guests get a token for a name, and a token makes a session."""

import secrets
from collections.abc import Callable
from typing import Annotated

from pydantic import Field
from twisted.logger import Logger

from components.contract import GUEST, payload
from components.names import presentable

from .edge.cut import Cut, Why
from .tokens import BadToken, Signer, Token

log = Logger()


Authenticate = Callable[[object, str | None], Token]
"""(token, the id that was asked for, if any) → who it is, or raises `Cut(Why.SIGNED_OUT)`."""


@payload
class Introduction:
    """What somebody says of themselves to come in as a guest."""

    name: Annotated[str, Field(max_length=200)]


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
