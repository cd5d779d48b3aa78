"""What the router itself answers and listens to.

Each router worker answers for its own sessions.

A page may answer procedures of its own: it registers `client.<the id of its session>.<name>`, an exact address, and
nothing else. It is called by the other sessions of the same person, and by whom `openline.router.offer` lets.
"""

from dataclasses import field
from typing import Annotated, Literal

from pydantic import Field

from components.contract import (
    COMPONENT,
    NO_RIGHTS,
    OPERATOR,
    PEOPLE,
    SERVICE,
    Nothing,
    Procedure,
    Refusal,
    Rights,
    Topic,
    payload,
)

Role = Literal["guest", "member", "operator", "component", "service"]


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


@payload
class Offering:
    """Whom a page lets call its procedure `client.<the id of its session>.<name>`, besides who is signed in on it.

    It takes the place of what was said before. Say it before the procedure is registered, and it holds from the first
    call on.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", max_length=100)]
    ids: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=100)] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)


@payload
class Offered:
    """The address to register."""

    uri: str


class TooManyOffers(Refusal):
    """This session offers too many procedures."""


@payload
class Explain:
    """May somebody do something? `what` is an address, or a stream for `read` and `write`.

    `role` is taken for that of somebody who is not here.
    """

    who: Annotated[str, Field(max_length=200)]
    action: Literal["call", "register", "reregister", "subscribe", "publish", "read", "write"]
    what: Annotated[str, Field(max_length=1_000)]
    match: Literal["exact", "prefix", "wildcard"] = "exact"
    role: Role | None = None


@payload
class Explained:
    """The answer for one session, with the rule that gave it, and what that session's token claims.

    `session` is 0 for somebody who is not here. `remembered` is the rule that the owner of the stream gave when it was
    asked last, where the router would go by that.
    """

    session: int
    role: str
    name: str
    expires: float | None
    family: str
    rights: Rights
    allow: bool
    rule: str
    remembered: str | None


@payload
class Explanation:
    """The answers for each session of somebody at one router."""

    answers: list[Explained]


class NobodyHere(Refusal):
    """Nobody of this id is here. Say for which role to answer."""


PING = Procedure("openline.router.ping", Nothing, Nothing, callers={*PEOPLE, COMPONENT, SERVICE})
"""Answered by the router worker itself: asks for a sign of life, and nothing else."""
RENEW = Procedure("openline.router.renew", Renewal, Renewed, callers=PEOPLE)
"""Goes on with the session that calls. Another id or role, or fewer rights, need another session."""
WHO = Procedure("openline.router.who", Session, Person, callers={COMPONENT, SERVICE})
ON_RENEWED = Topic("openline.router.on_renewed", Session, readers={COMPONENT})
"""What its token says of a person is different now: ask again who it is."""
OFFER = Procedure("openline.router.offer", Offering, Offered, callers=PEOPLE)
EXPLAIN = Procedure("openline.router.explain", Explain, Explanation, callers={OPERATOR, COMPONENT})
ON_ACCESS_LOST = Topic("openline.router.on_access_lost", Loss, readers={COMPONENT})
"""Said by the component that owns a stream: each router then ends the person's subscriptions to it."""
