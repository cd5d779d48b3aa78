"""People on the line in processes of their own, each driving the pages' client (`tests/journeys/driver.mjs`)."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.support.node import ROOT, wait_for


def node_js() -> str:
    """Find Node.js: the one that was set up with this environment, or the machine's."""
    ours = Path(sys.executable).with_name("node")
    found = str(ours) if ours.exists() else shutil.which("node")
    assert found, "there is no Node.js: run `make tools`"
    return found


class Driver:
    """One person. What they print is kept as it comes."""

    def __init__(self, url: str, name: str, room: str = "lobby", what: str = "follow") -> None:
        self.said: list[dict[str, Any]] = []
        self._process = subprocess.Popen(
            [node_js(), str(ROOT / "tests/journeys/driver.mjs"), url, name, room, what],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ,
            start_new_session=True,  # The Node.js of the environment is started by a script, which ends alone.
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said.append(json.loads(line))

    def each(self, word: str) -> list[Any]:
        """List all that was said under one word, in order."""
        return [said[word] for said in list(self.said) if word in said]

    def shown(self) -> list[int]:
        """The offsets that were shown, in the order in which they were."""
        return self.each("shown")

    def wait_until_shown(self, offset: int) -> None:
        """Wait until an event was shown."""
        wait_for(lambda: self.shown() and self.shown()[-1] >= offset, f"offset {offset} was not shown")

    def finish(self) -> None:
        """Let a writer see all of its messages answered, and end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(180)
        self._reader.join(10)

    def stop(self) -> None:
        """End at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        self._reader.join(10)


def wait_until_served(url: str) -> None:
    """Wait until the components answer: somebody comes in, and sees what there is."""
    early = Driver(url, "Early")
    try:
        wait_for(lambda: "live" in early.each("state"), "the components do not answer")
    finally:
        early.stop()
