"""What the router itself answers and listens to."""

from components.contract import COMPONENT, NO_RIGHTS, PEOPLE, Nothing, Procedure, Refusal, Rights, Topic, payload


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


class SessionGone(Refusal):
    """This session has ended."""


@payload
class Loss:
    """A person who may not read a stream any more."""

    id: str
    stream: str


PING = Procedure("openline.router.ping", Nothing, Nothing, callers={*PEOPLE, COMPONENT})
"""Answered by the router worker itself: asks for a sign of life, and nothing else."""
WHO = Procedure("openline.router.who", Session, Person, callers={COMPONENT})
ON_ACCESS_LOST = Topic("openline.router.on_access_lost", Loss, readers={COMPONENT})
"""Said by the component that owns a stream: each router then ends the person's subscriptions to it."""
