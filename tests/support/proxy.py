"""Something between a browser and a node that treats requests as networks do, by path, and differently at any time."""

import contextlib
import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import Literal

How = Literal["pass", "refuse", "missing", "swallow"]
"""Let through; cut at once (RST); answered 404 by somebody else; taken, and never answered."""

_MOST = 200
"""Connections at once."""
_HEAD = 65_536
_LONGEST = 600.0
"""Seconds that a connection may last."""
_MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Listens on a port of its own in front of a node. Each request gets a connection to the node of its own."""

    def __init__(self, port: int) -> None:
        self._node = ("127.0.0.1", port)
        self._hows: dict[str, How] = {}
        self._seconds: dict[str, float] = {}
        self._open: dict[socket.socket, str] = {}
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: list[str] = []
        """The path of each request, in the order in which they came."""

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        # Closing alone would leave the thread in its accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut("/")

    def on(self, path: str, how: How, cut_after: float | None = None) -> None:
        """Treat all requests to come for this path, or below it, in one way; cut what is let through after a while."""
        self._hows[path] = how
        self._seconds.pop(path, None)
        if cut_after is not None:
            self._seconds[path] = cut_after

    def cut(self, path: str) -> None:
        """Cut what is open for this path, or below it, now."""
        with self._lock:
            found = [one for one, at in self._open.items() if _is_below(at, path)]
        for one in found:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def count(self, path: str) -> int:
        """Say how many requests came for this path, or below it."""
        return sum(_is_below(one, path) for one in list(self.requests))

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if len(self._open) < _MOST:
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()
            else:
                client.close()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(_LONGEST)
        with client, contextlib.suppress(OSError):
            head, rest = _read_head(client)
            path = head.split(b" ", 2)[1].split(b"?")[0].decode()
            self.requests.append(path)
            with self._noted(client, path):
                self._treat(client, path, head, rest)

    @contextlib.contextmanager
    def _noted(self, client: socket.socket, path: str) -> Iterator[None]:
        with self._lock:
            self._open[client] = path
        try:
            yield
        finally:
            with self._lock:
                del self._open[client]

    def _treat(self, client: socket.socket, path: str, head: bytes, rest: bytes) -> None:
        rule = max((one for one in self._hows if _is_below(path, one)), key=len, default="")
        how = self._hows.get(rule, "pass")
        if how == "refuse":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        elif how == "missing":
            client.sendall(_MISSING)
        elif how == "swallow":
            while client.recv(_HEAD):
                pass
        else:
            self._forward(client, head, rest, self._seconds.get(rule, _LONGEST))

    def _forward(self, client: socket.socket, head: bytes, rest: bytes, seconds: float) -> None:
        with socket.create_connection(self._node, timeout=_LONGEST) as node:
            node.sendall((head if _is_upgrade(head) else _alone(head)) + rest)
            deadline = time.monotonic() + seconds
            while (left := deadline - time.monotonic()) > 0:
                ready, _, _ = select.select([client, node], [], [], left)
                for one in ready:
                    data = one.recv(_HEAD)
                    if not data:
                        return
                    (node if one is client else client).sendall(data)


def _is_below(path: str, other: str) -> bool:
    return path == other or path.startswith(other.rstrip("/") + "/")


def _read_head(client: socket.socket) -> tuple[bytes, bytes]:
    """Read a request up to the end of its headers, and what came with them."""
    read = b""
    while b"\r\n\r\n" not in read:
        more = client.recv(_HEAD)
        if not more or len(read) > _HEAD:
            raise ConnectionError("no request")
        read += more
    head, _, rest = read.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", rest


def _is_upgrade(head: bytes) -> bool:
    return b"\r\nupgrade: websocket" in head.lower()


def _alone(head: bytes) -> bytes:
    """Make a request the only one of its connection, so that each is seen."""
    lines = [line for line in head[:-4].split(b"\r\n") if not line.lower().startswith((b"connection:", b"keep-alive:"))]
    return b"\r\n".join([*lines, b"Connection: close"]) + b"\r\n\r\n"
