"""Real processes: asked to end, they end; not asked, they end with us all the same."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from openline.processes import Family, Signals

STUBBORN = "trap '' INT TERM; echo $$ > pid; while :; do sleep 0.1; done"


@contextmanager
def shell(script: str, folder: Path) -> Iterator[Family]:
    """Run a script in a folder; leave nothing of it."""
    family = Family(["sh", "-c", f"cd {folder}; {script}"], dict(os.environ))
    try:
        yield family
    finally:
        family.kill()
        until(lambda: not family.collect())


def until(holds: Callable[[], object]) -> None:
    """Wait for something that is about to be."""
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def pid_in(file: Path) -> int:
    until(lambda: file.exists() and file.read_text().endswith("\n"))
    return int(file.read_text())


def test_tells_how_the_program_ended(tmp_path: Path) -> None:
    with shell("exit 3", tmp_path) as family:
        until(lambda: not family.collect())
        assert family.code == 3


def test_an_interrupt_is_heard_even_where_a_shell_had_turned_it_off(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with shell("echo $$ > pid; exec sleep 60", tmp_path) as family:
            pid_in(tmp_path / "pid")
            family.interrupt()
            until(lambda: not family.collect())
            assert family.code == -signal.SIGINT
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_orphan_is_killed_and_buried(tmp_path: Path) -> None:
    with shell(f"({STUBBORN}) & exit 0", tmp_path) as family:
        orphan = pid_in(tmp_path / "pid")
        until(lambda: family.collect() and family.code == 0)
        family.kill()
        until(lambda: not family.collect())
        assert not Path(f"/proc/{orphan}").exists()


def test_nobody_is_asked_after_the_end(tmp_path: Path) -> None:
    with shell("exit 0", tmp_path) as family:
        until(lambda: not family.collect())
        family.interrupt()
        family.terminate()
        assert family.code == 0


def test_the_program_is_told_when_we_are_killed(tmp_path: Path) -> None:
    ours = (
        "import os, time\n"
        "from openline.processes import Family\n"
        f"Family(['sh', '-c', 'echo $$ > {tmp_path}/pid; exec sleep 60'], dict(os.environ))\n"
        "time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", ours]) as parent:
        child = pid_in(tmp_path / "pid")
        parent.kill()
        until(lambda: not is_alive(child))


def test_a_signal_ends_a_wait() -> None:
    with Signals() as signals:
        os.kill(os.getpid(), signal.SIGTERM)
        assert signals.wait(10.0) is True


def test_a_wait_ends_when_a_child_does(tmp_path: Path) -> None:
    start = time.monotonic()
    with Signals() as signals, shell("exit 0", tmp_path) as family:
        while family.collect():
            assert signals.wait(10.0) is False
    assert time.monotonic() - start < 10.0


def test_time_ends_a_wait() -> None:
    with Signals() as signals:
        assert signals.wait(0.0) is False


def test_signals_are_met_where_they_were_met_before() -> None:
    with Signals():
        pass
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
