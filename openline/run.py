"""Run the node, and start it again whenever it ends by itself."""

import argparse
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from components import settings_file
from components.document import Mistakes
from components.settings import LogFormat
from openline.address import Address
from openline.processes import Family, Signals
from openline.say import voice
from openline.supervisor import Supervisor
from router import config_file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing."""


def perform(folder: Path, environ: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Stay until Ctrl-C."""
    return keep(folder, environ, [sys.executable, "-m", "router.start", "start", "--cbdir", str(folder)])


def keep(folder: Path, environ: Mapping[str, str], command: Sequence[str]) -> int:
    """Keep a command running that serves the node's address; the answer is the exit code."""
    say = voice(_log_format(folder, environ))

    def start() -> Family:
        return Family(command, {**environ, settings_file.FOLDER: str(folder)})

    def on_ready() -> None:
        say(f"Openline is on {address(folder, environ).url} (Ctrl-C ends it).")

    with Signals() as signals:
        return Supervisor(
            start=start,
            is_ready=lambda: address(folder, environ).answers(),
            on_ready=on_ready,
            trouble=lambda was_ready: trouble(folder, environ, was_ready),
            wait=signals.wait,
            clock=time.monotonic,
            say=say,
        ).run()


def _log_format(folder: Path, environ: Mapping[str, str]) -> LogFormat:
    try:
        return settings_file.load(folder, environ).log
    except Mistakes:
        return "text"  # `trouble` says what they are.


def trouble(folder: Path, environ: Mapping[str, str], was_ready: bool) -> str:
    """Say why it is no use to start the node; nothing if it may be."""
    try:
        there = address(folder, environ)
    except Mistakes as found:
        return str(found)
    return ("" if was_ready else _mistakes(folder, environ)) or there.trouble()


def _mistakes(folder: Path, environ: Mapping[str, str]) -> str:
    """Check both files, in a process of its own: Crossbar's checker would stay in our memory, all 100 MB of it."""
    command = [sys.executable, "-m", "openline", "check", "--cbdir", str(folder)]
    done = subprocess.run(command, env=dict(environ), capture_output=True, text=True)
    return done.stdout.strip() or done.stderr.strip() if done.returncode else ""


def address(folder: Path, environ: Mapping[str, str]) -> Address:
    """Find where the pages will be: `openline.yaml` and the environment go before `config.yaml`."""
    settings = settings_file.load(folder, environ)
    host, port = config_file.web_endpoint(folder)
    where = settings.host if settings.host is not None else host
    return Address(where, settings.port or port, settings.tls is not None, tuple(settings.proxy_protocol))
