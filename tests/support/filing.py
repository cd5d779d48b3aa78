"""Somebody who sends and reads files over HTTP, as curl would."""

import http.client
import json
import socket
import urllib.parse
from dataclasses import dataclass
from typing import Any

from .node import Node


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Filer:
    """Somebody with a token."""

    node: Node
    token: str

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Send a request, and take the answer, whatever it is."""
        connection = http.client.HTTPConnection("localhost", self.node.port, timeout=30)
        given = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, {**given, **more})
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def send(self, data: bytes, name: str = "note.txt", room: str = "lobby", **headers: str) -> Answer:
        """Send a file."""
        return self.ask("POST", upload(room, name), data, **headers)

    def sent(self, data: bytes, name: str = "note.txt", room: str = "lobby") -> dict[str, Any]:
        """Send a file that is taken."""
        answer = self.send(data, name, room)
        assert answer.status == 201, answer
        file: dict[str, Any] = answer.json["file"]
        return file

    def read(self, file: dict[str, Any], more: str = "", **headers: str) -> Answer:
        """Read a file."""
        return self.ask("GET", f"/files/{file['id']}/{urllib.parse.quote(file['name'])}{more}", None, **headers)

    def is_served(self) -> bool:
        """Say whether somebody answers: a component offers one procedure after the other."""
        return self.ask("GET", f"/files/{'0' * 32}").status == 404

    def begin(self, size: int, name: str = "big.bin", room: str = "lobby") -> socket.socket:
        """Send the head of a request with a file, and nothing more."""
        sock = socket.create_connection(("localhost", self.node.port), 30)
        head = [f"POST {upload(room, name)} HTTP/1.1", "Host: localhost", f"Content-Length: {size}"]
        sock.sendall("\r\n".join([*head, f"Authorization: Bearer {self.token}", "", ""]).encode())
        return sock


def upload(room: str, name: str) -> str:
    """Write the address to which a file is sent."""
    return f"/files?{urllib.parse.urlencode({'room': room, 'name': name})}"


def read_all(sock: socket.socket) -> bytes:
    """Read until the other side closes."""
    with sock:
        return b"".join(iter(lambda: sock.recv(65_536), b""))
