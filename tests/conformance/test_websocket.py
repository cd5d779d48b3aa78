"""Autobahn's cases of RFC 6455 and RFC 7692, run by kosoku against our connections, directly and through nginx."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.nginx import WEBSOCKET, Nginx
from tests.support.node import ROOT, free_port, wait_for

LONG = ("9.*", "12.*", "13.*")
"""Limits and performance, and compression."""
_FINE = {"OK", "INFORMATIONAL"}
KOSOKU = str(Path(sys.executable).parent / "kosoku")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Start the echo."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.conformance.echo", str(port)], cwd=ROOT)
    try:
        wait_for(lambda: process.poll() is None and listens(port), "the echo did not start")
        yield port
    finally:
        process.kill()
        process.wait()


def listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def run(port: int, folder: Path, *options: str) -> tuple[int, dict[str, tuple[str, str]]]:
    """Run cases: how many there were, and those that did not go as they should."""
    command = [KOSOKU, "-m", "fuzzingclient", *options, "-o", str(folder), f"ws://127.0.0.1:{port}"]
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    report = folder / "index.json"
    assert report.exists(), said
    [cases] = json.loads(report.read_text()).values()
    ends = {name: (case["behavior"], case["behaviorClose"]) for name, case in cases.items()}
    return len(ends), {name: end for name, end in ends.items() if not _FINE.issuperset(end)}


def each(option: str, cases: tuple[str, ...]) -> list[str]:
    return [part for case in cases for part in (option, case)]


def test_every_case(port: int, tmp_path: Path) -> None:
    assert run(port, tmp_path, *each("-x", LONG)) == (247, {})


def test_every_case_through_nginx(port: int, tmp_path: Path) -> None:
    with Nginx(port, WEBSOCKET) as nginx:
        assert run(nginx.port, tmp_path, *each("-x", LONG)) == (247, {})


@pytest.mark.usefixtures("long")
def test_every_long_case(port: int, tmp_path: Path) -> None:
    assert run(port, tmp_path, *each("-i", LONG), "-p", "2") == (270, {})
