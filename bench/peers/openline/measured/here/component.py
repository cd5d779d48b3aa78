"""Answer with what was asked; collect garbage on SIGUSR2, for the memory scenario."""

import gc
import signal

from components.contract import Caller, Component, Route
from components.given import Given

from ..shapes import Said
from . import api


class Here(Component):
    def routes(self) -> list[Route]:
        return [api.ECHO.by(self.echo)]

    async def echo(self, caller: Caller, asked: Said) -> Said:
        return asked


def build(given: Given) -> Here:
    signal.signal(signal.SIGUSR2, lambda *_: gc.collect())
    return Here()
