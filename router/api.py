"""What the router itself answers and listens to.


Each router worker answers for its own sessions.
"""

from typing import Annotated

from pydantic import Field

from components.contract import (
    COMPONENT,
    NO_RIGHTS,
    PEOPLE,
    SERVICE,
    Nothing,
    Procedure,
    Refusal,
    Rights,
    Topic,
    payload,
)


@payload
class Session:
    """A session of this router, by its WAMP id."""

    session: int


@payload
class Person:
    """Whose session it is, as their token said when they signed in."""

    id: str
    role: str
    name: str
    family: str = ""
    rights: Rights = NO_RIGHTS


@payload
class Renewal:
    """A newer token of the person whose session it is."""

    token: Annotated[str, Field(max_length=8_192)]


@payload
class Renewed:
    """Until when the session is good now, in seconds since 1970, UTC."""

    expires: float


class SignInAgain(Refusal):
    """Please sign in again."""


class SessionGone(Refusal):
    """This session has ended."""


@payload
class Loss:
    """A person who may not read a stream any more."""

    id: str
    stream: str


PING = Procedure("openline.router.ping", Nothing, Nothing, callers={*PEOPLE, COMPONENT, SERVICE})
"""Answered by the router worker itself: asks for a sign of life, and nothing else."""
RENEW = Procedure("openline.router.renew", Renewal, Renewed, callers=PEOPLE)
"""Goes on with the session that calls. Another id or role, or fewer rights, need another session."""
WHO = Procedure("openline.router.who", Session, Person, callers={COMPONENT, SERVICE})
ON_RENEWED = Topic("openline.router.on_renewed", Session, readers={COMPONENT})
"""What its token says of a person is different now: ask again who it is."""
ON_ACCESS_LOST = Topic("openline.router.on_access_lost", Loss, readers={COMPONENT})
"""Said by the component that owns a stream: each router then ends the person's subscriptions to it."""
