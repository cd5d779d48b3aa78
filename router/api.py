"""What the router itself answers, to components alone."""

from components.contract import COMPONENT, Procedure, Refusal, payload


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


class SessionGone(Refusal):
    """This session has ended."""


WHO = Procedure("openline.router.who", Session, Person, callers={COMPONENT})
