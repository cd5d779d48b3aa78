"""A component that answers with what it is asked, in the router worker or in a container."""

import gc
import signal
from typing import Any

from autobahn.twisted.wamp import ApplicationSession


class Echo(ApplicationSession):
    """Registers under the name in its `extra`. Collects garbage on SIGUSR2, for the memory scenario."""

    async def onJoin(self, details: object) -> None:  # noqa: N802
        signal.signal(signal.SIGUSR2, lambda *_: gc.collect())
        await self.register(echo, self.config.extra["procedure"])


def echo(**what: Any) -> dict[str, Any]:
    """Answer with the arguments."""
    return what
