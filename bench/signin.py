"""How long a message takes while people sign in with passwords: `python -m bench.signin`.

One person posts to a room 20 times a second, another one hears it. Beside them, in the second half, others sign in with
their passwords 20 times a second, each from an address of their own. Both halves come in turn, several times.
"""

import argparse
import http.client
import itertools
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from math import ceil

from tests.semantics.client import Client
from tests.semantics.servers import our_server
from tests.support.node import Node, wait_for

PACE = 0.05
"""Seconds between two messages, and between two sign-ins."""
PASSWORD = "correct horse battery staple"
ROOM, STREAM = "lobby", "openline.room.lobby"
PEOPLE = 20


class Crowd:
    """People with accounts, who sign in as long as it is entered."""

    def __init__(self, port: int) -> None:
        self.answers: Counter[int] = Counter()
        self._port = port
        self._sources = (f"127.0.{net}.{host}" for net, host in itertools.product(range(2, 250), range(1, 250)))
        for number in range(PEOPLE):
            wait_for(partial(self._is_signed_up, number), "nobody could sign up")

    @contextmanager
    def signing_in(self) -> Iterator[None]:
        """Have them sign in at their pace."""
        stop = threading.Event()
        with ThreadPoolExecutor(64) as pool:
            thread = threading.Thread(target=self._go_on, args=(pool, stop))
            thread.start()
            try:
                yield
            finally:
                stop.set()
                thread.join()

    def _go_on(self, pool: ThreadPoolExecutor, stop: threading.Event) -> None:
        for number in itertools.count():
            if stop.wait(PACE):
                return
            pool.submit(self._sign_in, number % PEOPLE)

    def _sign_in(self, number: int) -> None:
        self.answers[self._post("signin", number)] += 1

    def _is_signed_up(self, number: int) -> bool:
        return self._post("signup", number) in (200, 409)

    def _post(self, path: str, number: int) -> int:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=30, source_address=(next(self._sources), 0)
        )
        body = json.dumps({"login": f"person{number}", "password": PASSWORD})
        connection.request("POST", f"/auth/{path}", body, {"Content-Type": "application/json"})
        status = connection.getresponse().status
        connection.close()
        return status


def talk(ada: Client, bob: Client, seconds: float) -> list[float]:
    """Post and hear for so long; how long each message took, in seconds."""
    taken = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        request = ada.call("openline.room.post", [], {"room": ROOM, "text": "hi"})
        bob.event()
        taken.append(time.monotonic() - start)
        ada.reply(request)
        time.sleep(PACE)
    return taken


def shown(taken: list[float]) -> str:
    taken = sorted(taken)
    middle, late = (taken[ceil(len(taken) * part) - 1] * 1_000 for part in (0.5, 0.99))
    return f"{len(taken)} messages, median {middle:.1f} ms, p99 {late:.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=20.0, help="of each half")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with Node() as node:
        server, crowd = our_server(node), Crowd(node.port)
        ada, bob = server.person("u_ada"), server.person("u_bob")
        for one in (ada, bob):
            one.reply(one.call("openline.room.join", [], {"room": ROOM}))
        bob.subscribe(STREAM)
        alone: list[float] = []
        beside: list[float] = []
        for _ in range(asked.rounds):
            alone += talk(ada, bob, asked.seconds)
            with crowd.signing_in():
                beside += talk(ada, bob, asked.seconds)
        sys.stdout.write(f"alone:   {shown(alone)}\n")
        sys.stdout.write(f"beside:  {shown(beside)}; sign-ins by status: {dict(crowd.answers)}\n")


if __name__ == "__main__":
    main()
