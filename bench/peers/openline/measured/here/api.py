"""What the bench's component in the router worker offers."""

from components.contract import PEOPLE, Procedure, Topic

from ..shapes import Said

ECHO = Procedure("app.bench.here_echo", Said, Said, callers=PEOPLE)
ON_SAID = Topic("app.bench.on_said", Said, readers=PEOPLE, publishers=PEOPLE)
