"""What the figures were measured on."""

import json
import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from . import build

_IN_PYTHON = {"websockets", "python-socketio", "uvicorn", "flask-socketio", "gevent", "channels", "daphne"}


def machine() -> dict[str, str]:
    """Describe this machine, for whoever compares."""
    memory = Path("/proc/meminfo").read_text().split(maxsplit=2)[1]
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _model(),
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{int(memory) / 2**20:.0f} GiB",
        "kernel": platform.release(),
        "congestion control": Path("/proc/sys/net/ipv4/tcp_congestion_control").read_text().strip(),
    }


def versions() -> dict[str, str]:
    """Name the version of everything that is measured, and of what runs it."""
    packages = {name: version(name) for name in ("crossbar", "autobahn", "twisted")}
    peers = {name: _pin(folder, name) for folder, name in (("socketio", "socket.io"), ("ws", "ws"))}
    ours = _said("git", "describe", "--always", "--dirty")
    return {"openline": ours, **packages, **peers, **_pins(), **_runtimes()}


def _runtimes() -> dict[str, str]:
    return {
        "Python": platform.python_version(),
        "Node.js": _said(build.tool("node"), "--version"),
        "gcc": _said("gcc", "-dumpversion"),
    }


def _model() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _pin(folder: str, name: str) -> str:
    pins: dict[str, str] = json.loads((build.PEERS / folder / "package.json").read_text())["dependencies"]
    return pins[name]


def _pins() -> dict[str, str]:
    """Read which versions of the peers in Python are pinned."""
    pins = re.findall(r"^([a-z-]+)==(\S+)", (build.ROOT / "requirements/peers.txt").read_text(), re.MULTILINE)
    return {name: version for name, version in pins if name in _IN_PYTHON}


def _said(*command: str) -> str:
    try:
        return subprocess.run(command, cwd=build.ROOT, capture_output=True, text=True).stdout.strip() or "unknown"
    except OSError:
        return "none"
