"""Somebody who listens over plain HTTP as EventSource does: connects again, with the id of the last event."""

import json
import threading
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from typing import Any

from tests.support.node import wait_for


class Listener:
    """Listens in a thread of its own until it is stopped, or is told that there is nothing more for it."""

    def __init__(self, url: str, query: str, token: str, last: str = "") -> None:
        self.last = last
        """The id of the last event."""
        self.events: list[dict[str, Any]] = []
        """Events of streams, in the order in which they came."""
        self.notices: list[tuple[str, dict[str, Any]]] = []
        """Whatever else was said, with its name."""
        self.connections = 0
        self.status = 0
        """With which a connection was refused for good."""
        self.refusal = ""
        """What the last refusal said."""
        self._address, self._token = f"{url}/events?{query}", token
        self._stopped = threading.Event()
        self._answer: Any = None
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def offsets(self, stream: str | None = None) -> list[int]:
        """The offsets that were shown, in the order in which they were."""
        return [event["offset"] for event in list(self.events) if stream in (None, event["stream"])]

    def wait_until_shown(self, offset: int) -> None:
        """Wait until an event was shown."""
        wait_for(
            lambda: self.status or (self.events and self.events[-1]["offset"] >= offset),
            f"offset {offset} was not shown",
        )
        assert not self.status, f"refused for good with {self.status}: {self.refusal}"

    def wait_until_connected(self, times: int = 1) -> None:
        """Wait until it has been let in so often."""
        wait_for(lambda: self.connections >= times, "the listener is not let in")

    def wait_until_refused(self) -> int:
        """Wait until it gives up, and say why."""
        self._thread.join(60)
        assert not self._thread.is_alive(), "the listener was not refused"
        return self.status

    def stop(self) -> None:
        """Listen no more."""
        self._stopped.set()
        if self._answer is not None and self._answer.fp is not None:
            self._answer.fp.raw._sock.shutdown(2)  # What `close` waits for may never come.
        self._thread.join(10)

    def _listen(self) -> None:
        while not self._stopped.is_set() and not self.status:
            try:
                self._connect()
            except urllib.error.HTTPError as refusal:
                self.status = 0 if refusal.code == 503 else refusal.code
                self.refusal = refusal.read().decode()
            except (OSError, HTTPException, ValueError):
                pass
            self._stopped.wait(0.1)

    def _connect(self) -> None:
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "text/event-stream"}
        if self.last:
            headers["Last-Event-ID"] = self.last
        request = urllib.request.Request(self._address, headers=headers)
        with urllib.request.urlopen(request, timeout=60) as self._answer:
            self.connections += 1
            self._read(self._answer)

    def _read(self, answer: Any) -> None:
        """Read an event stream (HTML Standard §9.2.6); an event that was cut off does not count."""
        fields: dict[str, str] = {}
        for line in answer:
            if not line.endswith(b"\n"):
                return
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                fields[name] = value
                continue
            self.last = fields.get("id", self.last)
            if "data" in fields:
                self._take(fields.get("event", "message"), json.loads(fields["data"]))
            fields = {}

    def _take(self, name: str, data: dict[str, Any]) -> None:
        if name == "message":
            self.events.append(data)
        else:
            self.notices.append((name, data))


def pages(url: str, stream: str, token: str) -> list[dict[str, Any]]:
    """Read a whole stream, page by page, when there is somebody to answer."""
    events: list[dict[str, Any]] = []
    deadline = time.monotonic() + 60
    while True:
        after = events[-1]["offset"] if events else 0
        address = f"{url}/streams/{stream}?limit=300&after={after}"
        request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                page = json.load(answer)
        except urllib.error.HTTPError as refusal:
            assert refusal.code in (429, 503), refusal.read()
            assert time.monotonic() < deadline, "nobody answers"
            time.sleep(0.2)
            continue
        events += page["events"]
        if not page["events"] or events[-1]["offset"] >= page["head"]:
            return events
