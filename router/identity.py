"""Who is this? Guests get a token for a name, and a token makes a session."""

import secrets
import time
from collections.abc import Callable
from typing import Annotated

from pydantic import Field
from twisted.logger import Logger

from components.contract import GUEST, payload
from components.names import presentable

from .edge.cut import Cut, Why
from .revocations import Revocations
from .tokens import BadToken, Token, Tokens

EACH = 1.0
"""Seconds between two reasons that are written down."""

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


def authenticator(tokens: Tokens, cuts: Revocations, clock: Callable[[], float] = time.monotonic) -> Authenticate:
    """Make what the edge asks at every sign-in. Says no in one way, whatever the reason, which is for the log."""
    said = Sparingly(clock)

    def authenticate(ticket: object, authid: str | None) -> Token:
        try:
            token = tokens.read(ticket)
        except BadToken as error:
            raise said.denied(str(error)) from None
        if not cuts.check(token):
            raise said.denied("it was revoked")
        if authid not in (None, "", token.id):
            raise said.denied("the token is somebody else's")
        return token

    return authenticate


class Sparingly:
    """Writes a line a second at most: how many are refused, from where, is in `router/edge/journal.py`."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._next = float("-inf")

    def denied(self, reason: str) -> Cut:
        """Write down why somebody is not let in, and make what they are told."""
        if self._clock() >= self._next:
            self._next = self._clock() + EACH
            log.info("a token was refused: {reason}", reason=reason)
        return Cut(Why.SIGNED_OUT, "This sign-in is not valid, or not any more.")
