"""Bytes of WAMP messages over the two transports that the tests speak, and what the bytes mean."""

import http.client
import json
import socket
import struct
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cbor2
import msgpack
import websocket

PATIENCE = 30.0
"""Seconds until a wait for a message is given up."""
END = b"\x18"
"""What follows each message in a batch."""
AT_ONCE = struct.pack("ii", 1, 0)
"""SO_LINGER: gone without a goodbye, also of TCP."""


@dataclass(frozen=True)
class Serializer:
    """One way to write a message, made without any code of the node's (WAMP spec §Serializers)."""

    binary: bool
    dumps: Callable[[Any], bytes]
    loads: Callable[[bytes], Any]


def _json_dumps(message: Any) -> bytes:
    return json.dumps(message, default=_bytes_as_text).encode()


def _bytes_as_text(value: Any) -> str:
    return "\0" + b64encode(value).decode()


def _json_loads(payload: bytes) -> Any:
    return _text_as_bytes(json.loads(payload))


def _text_as_bytes(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("\0"):
        return b64decode(value[1:])
    if isinstance(value, list):
        return [_text_as_bytes(one) for one in value]
    if isinstance(value, dict):
        return {key: _text_as_bytes(one) for key, one in value.items()}
    return value


SERIALIZERS = {
    "json": Serializer(False, _json_dumps, _json_loads),
    "msgpack": Serializer(True, msgpack.packb, msgpack.unpackb),
    "cbor": Serializer(True, cbor2.dumps, cbor2.loads),
}


class Gone(Exception):
    """The server has closed the connection; the code and reason that it gave, if any."""


class Wire(Protocol):
    """Carries whole messages."""

    def send(self, payload: bytes) -> None: ...

    def receive(self) -> bytes:
        """Wait for the next message. Raises `Gone`."""
        ...

    def close(self) -> None:
        """Be gone, without a goodbye of WAMP's."""
        ...

    def vanish(self) -> None:
        """Be gone at once, in the middle of whatever is being sent."""
        ...


class WebSocket:
    """A client's end of WAMP over WebSocket, by `websocket-client`."""

    def __init__(self, url: str, serializer: str, **options: Any) -> None:
        self._binary = SERIALIZERS[serializer].binary
        self.socket = websocket.create_connection(
            url, timeout=PATIENCE, subprotocols=[f"wamp.2.{serializer}"], enable_multithread=False, **options
        )

    def send(self, payload: bytes) -> None:
        try:
            self.socket.send(payload, websocket.ABNF.OPCODE_BINARY if self._binary else websocket.ABNF.OPCODE_TEXT)
        except (OSError, websocket.WebSocketException) as error:
            raise Gone(str(error)) from error

    def receive(self) -> bytes:
        try:
            opcode, payload = self.socket.recv_data()
        except websocket.WebSocketTimeoutException:
            raise TimeoutError("no message came") from None
        except (OSError, websocket.WebSocketException) as error:
            raise Gone(str(error)) from error
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            raise Gone(int.from_bytes(payload[:2], "big"), payload[2:].decode())
        return bytes(payload)

    def close(self) -> None:
        self.socket.shutdown()

    def vanish(self) -> None:
        assert self.socket.sock
        self.socket.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.socket.sock.close()


class LongPoll:
    """A client's end of WAMP over long-poll (docs/reference/longpoll.md), in JSON, the way AutobahnJS does it."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE)
        self._path = "/lp"
        self._waiting: list[bytes] = []
        opened = json.loads(self._post("open", b'{"protocols": ["wamp.2.json.batched"]}'))
        self._path = f"/lp/{opened['transport']}"

    def send(self, payload: bytes) -> None:
        self._post("send", payload + END)

    def receive(self) -> bytes:
        deadline = time.monotonic() + PATIENCE
        while not self._waiting:
            if time.monotonic() > deadline:
                raise TimeoutError("no message came")
            self._waiting = [one for one in self._post("receive").split(END) if one]
        return self._waiting.pop(0)

    def close(self) -> None:
        with suppress(Gone):
            self._post("close")
        self._connection.close()

    vanish = close  # It is time that tells who is gone: tests/journeys/test_longpoll.py waits for that.

    def _post(self, what: str, body: bytes = b"") -> bytes:
        try:
            self._connection.request("POST", f"{self._path}/{what}", body)
            answer = self._connection.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise Gone(str(error)) from error
        if answer.status >= 400:
            refused = json.loads(said)
            raise Gone(refused.get("code"), refused["message"])
        return said


class RawSocket:
    """A component's end of WAMP over a Unix socket, or TCP on a port (WAMP spec §RawSocket), in CBOR."""

    def __init__(self, where: Path | int) -> None:
        self._socket = socket.socket(socket.AF_INET if isinstance(where, int) else socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        self._socket.connect(("127.0.0.1", where) if isinstance(where, int) else str(where))
        self._socket.sendall(b"\x7f\xf3\x00\x00")  # Messages of up to 2**24 bytes, CBOR.
        assert self._read(4)[:2] == b"\x7f\xf3"

    def send(self, payload: bytes) -> None:
        self._socket.sendall(len(payload).to_bytes(4, "big") + payload)

    def receive(self) -> bytes:
        return self._read(int.from_bytes(self._read(4), "big"))

    def close(self) -> None:
        self._socket.close()

    vanish = close

    def _read(self, size: int) -> bytes:
        read = bytearray()
        while len(read) < size:
            more = self._socket.recv(size - len(read))
            if not more:
                raise Gone
            read += more
        return bytes(read)
