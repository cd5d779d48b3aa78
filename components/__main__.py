"""Run the node's components.

`python -m components` supervises one process for each group in `openline.yaml`; `python -m components NAME` is one of
those. Both end when the process that started them does: its end of their standard input closes.
"""

import os
import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.protocol import Protocol
from twisted.internet.stdio import StandardIO
from twisted.internet.task import deferLater, react
from twisted.logger import Logger, globalLogBeginner
from twisted.runner.procmon import ProcessMonitor

from . import alive, catalog, log_lines
from .engines import NotDurable
from .here import here, private_folder
from .host import serve
from .migrate import NewerDatabase, migrate
from .settings_file import BadSettings

PATIENCE = 15.0
"""Seconds that routers have to end before the components do."""
LOOK = 0.05
"""Seconds between two looks at whether they have."""

log = Logger()


class _Parent(Protocol):
    """The process that started this one, seen through standard input."""

    def __init__(self, gone: Callable[[], object]) -> None:
        self._gone = gone

    def connectionLost(self, reason: object = None) -> None:  # noqa: N802
        self._gone()


class _Monitor(ProcessMonitor):
    """Starts processes anew when they end, with growing waits, and says so."""

    minRestartDelay, maxRestartDelay, threshold, killTime = 0.2, 10, 20, 2  # type: ignore[assignment]  # noqa: N815

    def __init__(self, reactor: Any) -> None:
        super().__init__(reactor)
        self.log = Logger("twisted.runner.procmon")  # What `log_lines` goes by; it would be named after this class.

    def startProcess(self, name: str) -> None:  # noqa: N802
        if name in self.timeStarted:
            log.warn("the process {name} ended by itself and is started anew", name=name)
        super().startProcess(name)


async def supervise(reactor: Any) -> None:
    """Start each group's process, and start it again when it ends, with growing waits."""
    settings, places = here()
    private_folder(places.run)
    private_folder(places.data)
    try:
        alive.take_over(places.run / alive.SUPERVISOR)
        migrate(places.database)
    except (alive.AlreadyHeld, NewerDatabase, NotDurable) as error:
        log.critical("the components do not start: {error}", error=error)
        raise SystemExit(1) from None
    monitor = _Monitor(reactor)
    for name in settings.processes:
        if name != catalog.ROUTER:
            monitor.addProcess(name, [sys.executable, "-m", "components", name], env=dict(os.environ))
    monitor.startService()
    routers = [places.run / alive.router_lock(name) for name in settings.routers]
    reactor.addSystemEventTrigger("before", "shutdown", lambda: Deferred.fromCoroutine(end(reactor, monitor, routers)))
    await Deferred()


async def end(reactor: Any, monitor: _Monitor, routers: Collection[Path]) -> None:
    """End the components after the routers, which answer first what was asked."""
    deadline = time.monotonic() + PATIENCE
    while any(alive.is_held(lock) for lock in routers) and time.monotonic() < deadline:
        await deferLater(reactor, LOOK)
    monitor.stopService()


async def work(reactor: Any, group: str) -> None:
    """Serve the components of one group."""
    settings, places = here()
    await serve(settings.processes[group], settings, places, reactor)


def main(reactor: Any, group: str | None = None) -> Deferred[None]:
    StandardIO(_Parent(lambda: reactor.running and reactor.stop()), reactor=reactor)
    return Deferred.fromCoroutine(work(reactor, group) if group else supervise(reactor))


def log_to_stderr(process: str) -> None:
    """Say what went wrong, and little else, on standard error: Crossbar's controller takes it from there."""
    try:
        kind = here()[0].log
    except BadSettings:
        kind = "text"  # Whoever needs them will say what is wrong.
    observer = log_lines.observer(kind, process, os.getpid(), lambda row: sys.stderr.write(f"{row}\n"))
    globalLogBeginner.beginLoggingTo([observer], redirectStandardIO=False, discardBuffer=True)


if __name__ == "__main__":
    log_to_stderr(*sys.argv[1:] or ["components"])
    react(main, sys.argv[1:])
