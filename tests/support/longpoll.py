"""A long-poll client that loses nothing (docs/reference/longpoll.md): asks again until it is answered."""

import http.client
import itertools
import json
import threading
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.support.person import Pass

END = "\x18"
PATIENCE = 20.0
"""Seconds that a request gets: the node answers a poll after 10."""
TRIES = 200
ROLES: dict[str, dict[str, Any]] = {"caller": {}, "subscriber": {}, "publisher": {}}
_TIMES_OUT_OR_BREAKS = (OSError, http.client.HTTPException)


@dataclass(frozen=True)
class Reply:
    """What came back, whole."""

    status: int
    body: bytes
    headers: http.client.HTTPMessage

    @property
    def json(self) -> Any:
        """Read it as JSON."""
        return json.loads(self.body)


def post(url: str, body: bytes = b"", **headers: str) -> Reply:
    """Send one request on a connection of its own."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=PATIENCE)
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target, body, headers)
        answer = connection.getresponse()
        return Reply(answer.status, answer.read(), answer.headers)
    finally:
        connection.close()


class Ended(Exception):
    """The node says that the session is over, or does not say anything any more."""


class LongPollClient:
    """One session. `receive` and `send` may be used by two threads at once."""

    def __init__(self, url: str) -> None:
        self.broken = 0
        """How many requests broke off."""
        opened = self._insist(f"{url}/lp/open", b'{"protocols": ["wamp.2.json.batched"]}')
        self.url = f"{url}/lp/{opened.json['transport']}"
        self._numbers = itertools.count(1)
        self._last = 0
        self._waiting: list[Any] = []

    def send(self, *messages: list[Any]) -> None:
        """Send messages in one request, again and again until it is answered."""
        body = "".join(json.dumps(message) + END for message in messages).encode()
        self._insist(f"{self.url}/send?n={next(self._numbers)}", body)

    def receive(self) -> Any:
        """Wait for the next message."""
        while not self._waiting:
            answer = self._insist(f"{self.url}/receive?ack={self._last}")
            number = int(answer.headers.get("Openline-Answer", 0))
            if number > self._last and answer.body.endswith(END.encode()):  # Else its headers were cut short.
                self._last = number
                self._waiting = [json.loads(one) for one in answer.body.decode().split(END) if one]
        return self._waiting.pop(0)

    def receive_until(self, wanted: Callable[[Any], bool]) -> list[Any]:
        """Receive up to and with a message that is waited for."""
        heard = [self.receive()]
        while not wanted(heard[-1]):
            heard.append(self.receive())
        return heard

    def join(self, given: Pass) -> Any:
        """Sign in, and give the WELCOME."""
        hello = {"roles": ROLES, "authmethods": ["ticket"], "authid": given.id}
        self.send([1, "openline", hello])
        assert self.receive()[0] == 4
        self.send([5, given.token, {}])
        return self.receive()

    def close(self) -> None:
        """End the session."""
        self._insist(f"{self.url}/close")

    def _insist(self, url: str, body: bytes = b"") -> Reply:
        for _ in range(TRIES):
            try:
                answer = post(url, body)
            except _TIMES_OUT_OR_BREAKS:
                self.broken += 1
                continue
            if answer.status not in (200, 204):
                raise Ended(answer)
            return answer
        raise Ended("nobody answers")


def in_background(what: Callable[[], Any]) -> Callable[[], Any]:
    """Do something in a thread. Gives a function that waits for it, and raises what it raised."""
    done: list[Any] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(what())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def finish() -> Any:
        thread.join(120)
        if failed:
            raise failed[0]
        assert done, "it takes too long"
        return done[0]

    return finish
