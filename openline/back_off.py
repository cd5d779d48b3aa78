"""How long to wait before something that ended is started again."""

import random
from collections.abc import Callable
from dataclasses import dataclass

FIRST, LONGEST, HEALTHY = 0.5, 30.0, 60.0
"""Seconds: the first bound, the last one, and a life after which the count begins anew."""


@dataclass
class BackOff:
    """Bounds that double, with full jitter below them, so that many nodes on one machine do not start as one."""

    uniform: Callable[[float, float], float] = random.uniform
    deaths: int = 0

    def after(self, life: float) -> float:
        """Say how long to wait after a life of so many seconds."""
        self.deaths = 1 if life >= HEALTHY else self.deaths + 1
        return self.uniform(0, min(LONGEST, FIRST * 2 ** min(self.deaths - 1, 10)))
