"""A running system under test: its processes, and how the generator speaks to it."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from tests.support.node import wait_for

Options = Mapping[str, object]
"""Of the load generator (load/main.c)."""


@dataclass(frozen=True)
class Server:
    """`root` is the process that was started; the others are below it."""

    root: int
    port: int
    fan: Options
    echoes: Mapping[str, Options]
    """By where the echo runs: `here`, in the process that holds the connections, or `apart`, in one of its own."""
    stop: Callable[[], object]
    others: tuple[int, ...] = ()
    """Processes that were started beside it."""

    def processes(self) -> list[psutil.Process]:
        """All its processes."""
        roots = [psutil.Process(pid) for pid in (self.root, *self.others)]
        return [one for root in roots for one in (root, *root.children(recursive=True))]

    def pids(self) -> list[int]:
        """The numbers of all its processes."""
        return [process.pid for process in self.processes()]

    def forgetting(self, folder: Path) -> "Server":
        """The same, but a temporary folder goes when it stops."""

        def stop() -> None:
            self.stop()
            shutil.rmtree(folder, ignore_errors=True)

        return replace(self, stop=stop)

    def beside(self, process: "subprocess.Popen[bytes]") -> "Server":
        """The same, with another process that belongs to it."""

        def stop() -> None:
            self.stop()
            end(process)

        return replace(self, stop=stop, others=(process.pid,))

    def collect(self) -> None:
        """Have the process that holds the connections collect its garbage."""
        for process in self.processes():
            if _listens_at(process, self.port):
                process.send_signal(signal.SIGUSR2)


def start(command: list[str], folder: Path, port: int, fan: Options, echoes: Mapping[str, Options]) -> Server:
    """Start a process in a folder, and wait until it takes connections."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "NODE_ENV": "production"},
        stdin=subprocess.DEVNULL,
        stdout=(folder / "said.log").open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    server = Server(process.pid, port, fan, echoes, lambda: end(process))
    wait_for(lambda: process.poll() is not None or listens(port), f"{command[0]} does not listen")
    if process.poll() is not None:
        raise RuntimeError(f"{command[0]} ended: {(folder / 'said.log').read_text()[-2000:]}")
    return server


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all below it."""
    if process.poll() is None:
        below = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        for one in psutil.wait_procs([psutil.Process(process.pid), *below], timeout=5)[1]:
            one.kill()
    process.wait()


def listens(port: int) -> bool:
    """Say whether somebody takes connections."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _listens_at(process: psutil.Process, port: int) -> bool:
    found = process.net_connections("tcp")
    return any(one.status == psutil.CONN_LISTEN and one.laddr.port == port for one in found)
