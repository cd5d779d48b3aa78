"""What the bench's component in a process of its own offers."""

from components.contract import PEOPLE, Procedure

from ..shapes import Said

ECHO = Procedure("app.bench.apart_echo", Said, Said, callers=PEOPLE)
