"""What the tests call and publish. The rights of both servers are made of this."""

from components.contract import COMPONENT, OPERATOR, PEOPLE, Nothing, Procedure, Topic

_ALL = {*PEOPLE, COMPONENT}

TALK = Topic("app.test.talk", Nothing, readers=PEOPLE, publishers=_ALL)
OTHER = Topic("app.test.other", Nothing, readers=PEOPLE, publishers=_ALL)
NEWS = Topic("app.test.news", Nothing, readers=PEOPLE)
"""Published by components alone."""
SECRET = Topic("app.test.secret", Nothing, readers={OPERATOR}, publishers=_ALL)

ECHO = Procedure("app.test.echo", Nothing, Nothing, callers=_ALL)
SLOW = Procedure("app.test.slow", Nothing, Nothing, callers=_ALL)
RESERVED = Procedure("app.test.reserved", Nothing, Nothing, callers={OPERATOR})
