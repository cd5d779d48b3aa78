"""WebSocket frames as bytes (RFC 6455 §5), without I/O: a client's bytes in, its messages out."""

import codecs
import struct
from collections.abc import Iterator

from router.edge import native
from router.edge.cut import Cut, Why

from .deflate import inflated

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
NO_CODE = 1005
"""What a close frame without a code counts as; it is never written (§7.1.5)."""
_CONTINUATION = 0
_FINAL, _DEFLATED, _RESERVED, _MASKED = 0x80, 0x40, 0x30, 0x80
_MESSAGES = bytes((_FINAL | TEXT, _FINAL | BINARY))
"""What a frame begins with that is a whole message."""
_LONGEST_CONTROL = 125
_LONGEST_REASON = 123
_TWO_BYTES, _EIGHT_BYTES = 126, 127
_new_decoder = codecs.getincrementaldecoder("utf-8")

Item = tuple[int, bytes]
"""What arrived: TEXT or BINARY with a whole message, or CLOSE, PING or PONG with the frame's payload."""


def frame(payload: bytes, binary: bool) -> bytes:
    """Write a message in one frame, as servers do: without a mask."""
    return _frame(_MESSAGES[binary], payload)


def deflated_frame(payload: bytes, binary: bool) -> bytes:
    """Write a message in one frame, its payload being compressed (RFC 7692 §6)."""
    return _frame(_DEFLATED | _MESSAGES[binary], payload)


def control(opcode: int, payload: bytes = b"") -> bytes:
    """Write a ping or a pong."""
    return _frame(_FINAL | opcode, payload)


def close(code: int = NO_CODE, reason: str = "") -> bytes:
    """Write a close frame; a reason that is too long is cut."""
    if code == NO_CODE:
        return _frame(_FINAL | CLOSE, b"")
    words = reason.encode()[:_LONGEST_REASON].decode(errors="ignore").encode()
    return _frame(_FINAL | CLOSE, code.to_bytes(2) + words)


def code_of(payload: bytes) -> int:
    """Read the code of a close frame's payload."""
    return int.from_bytes(payload[:2]) if payload else NO_CODE


def _frame(first: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < _TWO_BYTES:
        return bytes((first, size)) + payload
    if size < 65_536:
        return struct.pack("!BBH", first, _TWO_BYTES, size) + payload
    return struct.pack("!BBQ", first, _EIGHT_BYTES, size) + payload


class Parser:
    """Takes the bytes of one client apart. While nothing is half there, it holds nothing."""

    __slots__ = ("_inflate", "_limit", "_rest")

    def __init__(self, limit: int, inflate: int = 0) -> None:
        """Refuse messages above a limit. A compressed one may become `inflate` times as large (0: there are none)."""
        self._limit, self._inflate = limit, inflate
        self._rest: _Rest | None = None

    def feed(self, data: bytes) -> Iterator[Item]:
        """Read more bytes, lazily: take all items before the next call. Raises `Cut`; nothing may follow that."""
        start = 0
        if self._rest is None:
            while whole := _whole(data, start, self._limit):
                at, stop = whole
                opcode, start = data[start] & 0x0F, stop
                payload = native.unmask(data, at, stop, at - 4)
                if opcode == TEXT and not payload.isascii():
                    _check_text(payload)
                yield opcode, payload
            if start == len(data):
                return
            self._rest = _Rest(self._limit, self._inflate)
        yield from self._rest.feed(data[start:])
        if self._rest.is_empty():
            self._rest = None


def _whole(data: bytes, start: int, limit: int) -> tuple[int, int] | None:
    """Find the payload of a frame that is all there, a message of its own and not compressed: of nearly every frame."""
    there = len(data)
    if there - start < 6 or data[start] not in _MESSAGES:
        return None
    size, at = data[start + 1] - _MASKED, start + 6
    if size == _TWO_BYTES:
        size, at = data[start + 2] << 8 | data[start + 3], at + 2
        if size < _TWO_BYTES:
            return None
    elif not 0 <= size < _TWO_BYTES:
        return None
    stop = at + size
    return (at, stop) if stop <= there and size <= limit else None


class _Frame:
    """A frame whose head is there, and what of its payload is still to come."""

    __slots__ = ("deflated", "final", "key", "left", "opcode")

    def __init__(self, first: int, left: int, key: bytes) -> None:
        self.final, self.deflated, self.opcode = bool(first & _FINAL), bool(first & _DEFLATED), first & 0x0F
        self.left, self.key = left, key


class _Message:
    """A message that is coming in. Text is checked as it comes, so that what is wrong is known at once."""

    __slots__ = ("_decoder", "body", "deflated", "opcode")

    def __init__(self, opcode: int, deflated: bool) -> None:
        self.opcode, self.deflated = opcode, deflated
        self.body = bytearray()
        self._decoder = _new_decoder() if opcode == TEXT and not deflated else None

    def add(self, chunk: bytes, last: bool) -> None:
        self.body += chunk
        if self._decoder:
            try:
                self._decoder.decode(chunk, last)
            except UnicodeDecodeError as error:
                raise Cut(Why.NOT_TEXT) from error


class _Rest:
    """Reads frames in any pieces: whatever a `Parser` cannot read at once."""

    __slots__ = ("_bytes", "_frame", "_inflate", "_limit", "_message")

    def __init__(self, limit: int, inflate: int) -> None:
        self._limit, self._inflate = limit, inflate
        self._bytes = bytearray()
        self._frame: _Frame | None = None
        self._message: _Message | None = None

    def is_empty(self) -> bool:
        """Say whether nothing is half there."""
        return not self._bytes and self._frame is None and self._message is None

    def feed(self, data: bytes) -> Iterator[Item]:
        self._bytes += data
        while frame := self._frame or self._begin():
            self._frame = frame
            item = self._control(frame) if frame.opcode >= CLOSE else self._data(frame)
            if frame.left:
                return
            self._frame = None
            if item:
                yield item

    def _begin(self) -> _Frame | None:
        """Read the head of a frame, once it is there."""
        data = self._bytes
        if len(data) < 2:
            return None
        first, size = data[0], data[1] & 0x7F
        self._check(first, data[1])
        at = 2
        if size >= _TWO_BYTES:
            at = 4 if size == _TWO_BYTES else 10
            size = int.from_bytes(data[2:at])
        if len(data) < at + 4:
            return None
        self._check_size(first & 0x0F, size, at)
        frame = _Frame(first, size, bytes(data[at : at + 4]))
        del data[: at + 4]
        return frame

    def _check(self, first: int, second: int) -> None:
        """Refuse what no frame begins with, here and now (§5.2, §5.4, §5.5)."""
        opcode = first & 0x0F
        if opcode >= CLOSE:
            fits = opcode <= PONG and first & _FINAL and second & 0x7F <= _LONGEST_CONTROL
        else:
            fits = opcode <= BINARY and (opcode == _CONTINUATION) == (self._message is not None)
        if first & _DEFLATED and (not self._inflate or opcode not in (TEXT, BINARY)):
            fits = False
        if not fits or first & _RESERVED or not second & _MASKED:
            raise Cut(Why.PROTOCOL)

    def _check_size(self, opcode: int, size: int, at: int) -> None:
        if (at == 4 and size < _TWO_BYTES) or (at == 10 and (size < 65_536 or size >> 63)):
            raise Cut(Why.PROTOCOL)  # Sizes are written in as few bytes as they need.
        so_far = len(self._message.body) if self._message else 0
        if opcode < CLOSE and so_far + size > self._limit:
            raise Cut(Why.TOO_BIG)

    def _take(self, frame: _Frame) -> bytes:
        """Remove what there is of a frame's payload."""
        size = min(frame.left, len(self._bytes))
        plain = native.unmask(frame.key + self._bytes[:size], 4, 4 + size, 0)
        del self._bytes[:size]
        frame.left -= size
        turn = size % 4
        frame.key = frame.key[turn:] + frame.key[:turn]
        return plain

    def _control(self, frame: _Frame) -> Item | None:
        if len(self._bytes) < frame.left:
            return None
        payload = self._take(frame)
        if frame.opcode == CLOSE:
            _check_close(payload)
        return frame.opcode, payload

    def _data(self, frame: _Frame) -> Item | None:
        message = self._message = self._message or _Message(frame.opcode, frame.deflated)
        chunk = self._take(frame)
        last = frame.final and not frame.left
        message.add(chunk, last)
        if not last:
            return None
        self._message = None
        return message.opcode, self._body(message)

    def _body(self, message: _Message) -> bytes:
        body = bytes(message.body)
        if message.deflated:
            body = inflated(body, min(self._limit, self._inflate * len(body)))
            if message.opcode == TEXT:
                _check_text(body)
        return body


def _check_text(payload: bytes) -> None:
    try:
        payload.decode()
    except UnicodeDecodeError as error:
        raise Cut(Why.NOT_TEXT) from error


def _check_close(payload: bytes) -> None:
    """Refuse codes that are not for the wire (§7.4); the reason is text."""
    code = code_of(payload)
    if len(payload) == 1 or (payload and not (code in _CODES or 3000 <= code <= 4999)):
        raise Cut(Why.PROTOCOL)
    _check_text(payload[2:])


_CODES = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011}
