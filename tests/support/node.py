"""A real node for tests: a copy of `.crossbar` in a folder of its own, started as its users start it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil
import yaml

from components import catalog, settings_file

ROOT = Path(__file__).parents[2]
_PACE = {"rooms": {"rate": {"per_second": 1_000, "burst": 10_000}}}
"""Tests post faster than people may, where that is not what they are about."""
PATIENCE = 60.0
"""Seconds until a wait is given up: for machines that are busy. Nothing here is slow on purpose."""


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def wait_for(what: Callable[[], Any], why: str) -> Any:
    """Look again and again until something is so, and return it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise TimeoutError(why)


class Node:
    """One node on a free port. `supervised` starts it with `openline run`, else with `crossbar start`."""

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        supervised: bool = False,
        environ: Mapping[str, str] | None = None,
        web: Path = ROOT / "web",
    ) -> None:
        # A socket's path has at most 108 characters, which pytest's own folders use up.
        self._temporary = tempfile.TemporaryDirectory(prefix="openline-", ignore_cleanup_errors=True)
        self.folder = Path(self._temporary.name)
        self.cbdir = self.folder / ".crossbar"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "node.log"
        self.web = web
        self._supervised = supervised
        self._environ = {**os.environ, **(environ or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._copy(settings or {})

    def _copy(self, settings: Mapping[str, Any]) -> None:
        """Take the configuration as it lies, but for the paths that are relative to the checkout."""
        self.cbdir.mkdir()
        config = yaml.safe_load((ROOT / ".crossbar/config.yaml").read_text())
        for worker in config["workers"]:
            if worker["type"] == "guest":
                worker["executable"] = sys.executable
            for transport in worker.get("transports", []):
                if "paths" in transport:
                    transport["paths"]["/"]["extra"]["root"] = str(self.web)
                    transport["endpoint"]["port"] = self.port
        (self.cbdir / "config.yaml").write_text(yaml.safe_dump(config))
        ours = yaml.safe_load((ROOT / ".crossbar/openline.yaml").read_text())
        (self.cbdir / "openline.yaml").write_text(yaml.safe_dump({**ours, **_PACE, **settings}))

    def start(self) -> "Node":
        """Start it, and wait until the pages are there."""
        tool, verb = ("openline", "run") if self._supervised else ("crossbar", "start")
        command = [str(Path(sys.executable).parent / tool), verb, "--cbdir", str(self.cbdir)]
        before = self._openings()
        self._process = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=self.log.open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # A shell's `&` turns it off.
        )
        self.wait_until_up()
        if "identity" in self._members():
            wait_for(lambda: self._openings() > before, "nobody could sign in")
        return self

    def wait_until_up(self) -> None:
        """Wait until the pages are there."""
        wait_for(lambda: self.is_up() or not self.is_running(), "the node did not start")
        if not self.is_running():
            raise RuntimeError(f"the node ended:\n{self.said()[-4000:]}")

    def _openings(self) -> int:
        """Count how often the node began to let people in: not before it knows whose sign-ins were revoked."""
        return self.said().count("Sign-ins are checked against")

    def _members(self) -> list[str]:
        """List the components of the node, if it is one of ours."""
        if "router.node.Node" not in (self.cbdir / "config.yaml").read_text():
            return []
        settings = settings_file.load(self.cbdir, self._environ)
        return catalog.names(settings)

    def is_up(self) -> bool:
        """Say whether it takes connections: `/ws`, the last path that Crossbar starts, asks for an upgrade."""
        try:
            urllib.request.urlopen(f"{self.url}/ws", timeout=5)
        except urllib.error.HTTPError as answer:
            return answer.code == 426
        except OSError:
            return False
        return False

    def is_running(self) -> bool:
        """Say whether the process that was started is still there."""
        return self._process is not None and self._process.poll() is None

    def said(self) -> str:
        """All that it wrote to its output."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def processes(self) -> list[psutil.Process]:
        """All processes of the node, itself first."""
        if self._process is None or self._process.poll() is not None:
            return []
        first = psutil.Process(self._process.pid)
        return [first, *first.children(recursive=True)]

    def find(self, words: str) -> psutil.Process:
        """Find the process whose command line holds some words."""

        def look() -> psutil.Process | None:
            for process in reversed(self.processes()):
                with contextlib.suppress(psutil.NoSuchProcess):
                    if words in " ".join(process.cmdline()):
                        return process
            return None

        found: psutil.Process = wait_for(look, f"no process {words}")
        return found

    def component_process(self) -> psutil.Process:
        """The process in which the components live."""
        return self.find("-m components main")

    def supervisor(self) -> psutil.Process:
        """The process that keeps the component processes running."""
        found = self.component_process().parent()
        assert found is not None
        return found

    def router_worker(self) -> psutil.Process:
        """Crossbar's router worker."""
        return self.find("crossbar.worker.router")

    def controller(self) -> psutil.Process:
        """Crossbar's node controller."""
        return self.find("crossbar-controller")

    def kill(self) -> None:
        """End every process of the node at once, as a power cut would."""
        processes = self.processes()
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(processes, timeout=10)
        if self._process is not None:
            self._process.wait(10)

    def stop(self, seconds: float = 20) -> int:
        """Ask it to end, as Ctrl-C does, and wait. Whatever is left after that is killed."""
        if self._process is None:
            return 0
        left = self.processes()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            return self._process.wait(seconds)
        finally:
            for process in psutil.wait_procs(left, timeout=5)[1]:
                process.kill()

    def __enter__(self) -> "Node":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._temporary.cleanup()
