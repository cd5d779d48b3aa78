"""Answers that are written to a connection as they are, where there is no request that could carry them."""

from http import HTTPStatus
from math import ceil
from typing import Any

import orjson
from twisted.internet.interfaces import ISSLTransport

from router.http.headers import NOTHING, SAFE

WORDS = {
    400: "This request cannot be understood.",
    404: "There is nothing here.",
    405: "This cannot be done here.",
    408: "This request took too long to arrive.",
    413: "This is too much to send at once.",
    414: "This address is too long.",
    431: "The headers of this request are too long.",
    500: "Something went wrong on our side. It has been written down as {incident}.",
    503: "There are too many connections right now. Try again in a moment.",
}
"""What people read; nothing that tells about the inside."""
LINGER = 2.0
"""Seconds that a peer has to read an answer before the connection is closed for good."""


def headers(length: int) -> dict[str, str]:
    """List the headers of an answer in plain words."""
    about = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(length), "Cache-Control": "no-store"}
    return {**SAFE, **about, "Content-Security-Policy": NOTHING}


def answer(status: int, retry_after: float | None = None) -> bytes:
    """Write a whole answer, after which the connection is closed."""
    words = f"{WORDS[status]}\n".encode()
    return _whole(status, words, headers(len(words)), retry_after)


def answer_with(status: int, content: dict[str, Any], retry_after: float | None = None) -> bytes:
    """Write a whole answer in JSON, after which the connection is closed."""
    body = orjson.dumps(content)
    return _whole(status, body, {**headers(len(body)), "Content-Type": "application/json"}, retry_after)


def _whole(status: int, body: bytes, fields: dict[str, str], retry_after: float | None) -> bytes:
    fields = {**fields, "Connection": "close"}
    if retry_after is not None:
        fields["Retry-After"] = str(max(1, ceil(retry_after)))
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def end(connection: Any) -> None:
    """Say no more on a connection, but let the peer read: closed at once, what it still sends would undo the answer."""
    if ISSLTransport.providedBy(connection):
        connection.loseConnection()  # Waits for the peer to agree.
    else:
        connection.loseWriteConnection()
