"""Set the time of day back for this process, by the seconds that a file says. Python reads this before all else."""

import os
import time

_real = time.time_ns


def _time_ns() -> int:
    with open(os.environ["BACK"]) as file:
        return _real() - int(file.read()) * 1_000_000_000


time.time_ns = _time_ns
time.time = lambda: _time_ns() / 1e9
