"""Answer with what was asked."""

from components.contract import Caller, Component, Route
from components.given import Given

from ..shapes import Said
from . import api


class Apart(Component):
    def routes(self) -> list[Route]:
        return [api.ECHO.by(self.echo)]

    async def echo(self, caller: Caller, asked: Said) -> Said:
        return asked


def build(given: Given) -> Apart:
    return Apart()
