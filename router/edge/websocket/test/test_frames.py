"""Frames are read as RFC 6455 says, however the bytes arrive."""

import struct
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.edge import native
from router.edge.cut import Cut, Why
from router.edge.websocket import deflate, frames
from router.edge.websocket.frames import BINARY, CLOSE, PING, PONG, TEXT, Item, Parser

from .client import masked, xor

LIMIT = 1_000
DEFLATED = 0x40


@pytest.fixture(autouse=True, params=native.implementations(), ids=lambda loops: loops.name)
def loops(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run each test on each implementation of the inner loops."""
    native.unmask = request.param.unmask
    yield
    native.unmask = native.chosen.unmask


def read(*pieces: bytes, limit: int = LIMIT, inflate: int = 0) -> list[Item | Why]:
    """Feed bytes piece by piece; list what comes out, and what it ends with."""
    parser = Parser(limit, inflate)
    found: list[Item | Why] = []
    try:
        for piece in pieces:
            found.extend(parser.feed(piece))
    except Cut as cut:
        return [*_before(pieces, limit, inflate), cut.why]
    return found


def _before(pieces: tuple[bytes, ...], limit: int, inflate: int) -> list[Item]:
    """List what came out before what was wrong, taking it one at a time as a connection does."""
    parser = Parser(limit, inflate)
    found = []
    try:
        for piece in pieces:
            for item in parser.feed(piece):
                found.append(item)
    except Cut:
        pass
    return found


def bytewise(data: bytes) -> list[bytes]:
    return [data[at : at + 1] for at in range(len(data))]


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 128, 1_000])
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_reads_a_message_of_any_size(size: int, opcode: int) -> None:
    payload = b"x" * size
    assert read(masked(payload, opcode)) == [(opcode, payload)]
    assert read(*bytewise(masked(payload, opcode))) == [(opcode, payload)]


@pytest.mark.parametrize("size", [65_535, 65_536, 70_000])
def test_reads_a_long_message(size: int) -> None:
    payload = bytes(range(256)) * (size // 256 + 1)
    data = masked(payload[:size], BINARY)
    assert read(data, limit=70_000) == [(BINARY, payload[:size])]
    assert read(data[:5], data[5:40_000], data[40_000:], limit=70_000) == [(BINARY, payload[:size])]


def test_reads_many_in_one_piece() -> None:
    messages = [b"one", "zwölf".encode(), b"", b"three"]
    assert read(b"".join(map(masked, messages))) == [(TEXT, message) for message in messages]


def test_joins_fragments_and_lets_pings_between() -> None:
    data = masked(b"He", final=False) + masked(b"?", PING) + masked(b"ll", 0, final=False) + masked(b"o", 0)
    assert read(data + masked(b"!", PONG)) == [(PING, b"?"), (TEXT, b"Hello"), (PONG, b"!")]


frame_lists = st.lists(
    st.one_of(
        st.tuples(st.just(TEXT), st.text(max_size=40).map(str.encode), st.integers(0, 3)),
        st.tuples(st.just(BINARY), st.binary(max_size=300), st.integers(0, 3)),
        st.tuples(st.sampled_from([PING, PONG]), st.binary(max_size=125), st.just(0)),
    ),
    max_size=6,
)


def _written(opcode: int, payload: bytes, cuts: int) -> bytes:
    """Write a message in one frame, or several."""
    at = [len(payload) * cut // (cuts + 1) for cut in range(cuts + 2)]
    parts = [payload[start:stop] for start, stop in pairwise(at)]
    return b"".join(masked(part, 0 if n else opcode, final=n == cuts) for n, part in enumerate(parts))


@given(messages=frame_lists, splits=st.lists(st.integers(0, 2_000)))
def test_any_split_gives_the_same_messages(messages: list[tuple[int, bytes, int]], splits: list[int]) -> None:
    data = b"".join(_written(*message) for message in messages)
    at = sorted({0, len(data), *(split % (len(data) + 1) for split in splits)})
    pieces = [data[start:stop] for start, stop in pairwise(at)]
    assert read(*pieces) == [(opcode, payload) for opcode, payload, _ in messages]


@given(data=st.binary(max_size=60), splits=st.lists(st.integers(0, 60)))
def test_any_split_of_anything_ends_alike(data: bytes, splits: list[int]) -> None:
    at = sorted({0, len(data), *(split % (len(data) + 1) for split in splits)})
    pieces = [data[start:stop] for start, stop in pairwise(at)]
    assert read(*pieces, inflate=5) == read(data, inflate=5)


WRONG = {
    "no mask": b"\x81\x05Hello",
    "first reserved bit": masked(b"x", reserved=0x40),
    "second reserved bit": masked(b"x", reserved=0x20),
    "third reserved bit": masked(b"x", PING, reserved=0x10),
    **{f"opcode {opcode}": masked(b"", opcode) for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    "ping in fragments": masked(b"", PING, final=False),
    "long ping": masked(b"x" * 126, PING),
    "nothing to continue": masked(b"x", 0),
    "another message between": masked(b"a", final=False) + masked(b"b"),
    "two bytes for a small size": b"\x81\xfe" + b"\0\x05" + bytes(4) + b"Hello",
    "eight bytes for a small size": b"\x81\xff" + struct.pack("!Q", 126) + bytes(4) + b"x" * 126,
    "a size with a sign": b"\x82\xff" + struct.pack("!Q", 1 << 63) + bytes(4),
    "close with half a code": masked(b"\x03", CLOSE),
    **{
        f"close {code}": masked(struct.pack("!H", code), CLOSE)
        for code in (0, 999, 1004, 1005, 1006, 1012, 1015, 1016, 1100, 2000, 2999, 5000, 65535)
    },
}


@pytest.mark.parametrize("data", WRONG.values(), ids=WRONG.keys())
def test_refuses_what_breaks_the_protocol(data: bytes) -> None:
    good = masked(b"before")
    assert read(good + data) == [(TEXT, b"before"), Why.PROTOCOL]
    assert read(*bytewise(good + data)) == [(TEXT, b"before"), Why.PROTOCOL]


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])
def test_takes_the_codes_that_may_be_sent(code: int) -> None:
    payload = struct.pack("!H", code) + "schön".encode()
    [(opcode, found)] = read(masked(payload, CLOSE))  # type: ignore[misc]
    assert (opcode, found, frames.code_of(found)) == (CLOSE, payload, code)


def test_takes_a_close_without_a_code() -> None:
    assert read(masked(b"", CLOSE)) == [(CLOSE, b"")]
    assert frames.code_of(b"") == frames.NO_CODE


BROKEN_TEXT = [
    b"\xff",
    b"\xc0\xaf",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xe2\x82",
    b"caf\xe9",
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90\x80\x80\x65",
]


@pytest.mark.parametrize("text", BROKEN_TEXT)
def test_refuses_text_that_is_not_utf_8(text: bytes) -> None:
    assert read(masked(text)) == [Why.NOT_TEXT]
    assert read(*bytewise(masked(text))) == [Why.NOT_TEXT]
    assert read(masked(text[:1], final=False) + masked(text[1:], 0)) == [Why.NOT_TEXT]
    assert read(masked(b"\x03\xe8" + text, CLOSE)) == [Why.NOT_TEXT]
    assert read(masked(text, BINARY)) == [(BINARY, text)]


def test_a_character_may_be_split_between_fragments() -> None:
    euro = "€".encode()
    assert read(masked(euro[:1], final=False), masked(euro[1:2], 0, final=False), masked(euro[2:], 0)) == [(TEXT, euro)]


def test_sees_at_once_that_text_is_wrong() -> None:
    """Autobahn's cases 6.4: neither the end of the frame nor that of the message is waited for."""
    data = masked("κόσμε".encode() + b"\xf4\x90" + b"edited")
    parser = Parser(LIMIT)
    assert list(parser.feed(data[:-7])) == []  # Up to f4, which may still become a character.
    with pytest.raises(Cut) as caught:
        list(parser.feed(data[-7:-6]))
    assert caught.value.why is Why.NOT_TEXT


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_refuses_a_message_above_the_limit_before_it_is_there(opcode: int) -> None:
    assert read(masked(b"x" * 1_001, opcode)) == [Why.TOO_BIG]
    assert read(masked(b"x" * 1_001, opcode)[:8]) == [Why.TOO_BIG]
    assert read(masked(b"x" * 100_000, opcode)[:14]) == [Why.TOO_BIG]
    fragment = masked(b"x" * 600, opcode, final=False)
    assert read(fragment + masked(b"x" * 400, 0)) == [(opcode, b"x" * 1_000)]
    assert read(fragment + masked(b"x" * 401, 0)[:8]) == [Why.TOO_BIG]


def test_holds_nothing_between_messages() -> None:
    parser = Parser(LIMIT)
    data = masked(b"x" * 200)
    assert list(parser.feed(data[:50])) == []
    assert parser._rest is not None
    assert list(parser.feed(data[50:])) == [(TEXT, b"x" * 200)]
    assert parser._rest is None


def packed(payload: bytes) -> bytes:
    return masked(deflate.deflated(payload), TEXT, reserved=DEFLATED)


@pytest.mark.parametrize("payload", [b"", b"x", "grüße".encode(), bytes(range(100))])
def test_inflates(payload: bytes) -> None:
    data = packed(payload) + masked(b"plain") + packed(payload)
    assert read(data, inflate=5) == [(TEXT, payload), (TEXT, b"plain"), (TEXT, payload)]
    assert read(*bytewise(data), inflate=5) == [(TEXT, payload), (TEXT, b"plain"), (TEXT, payload)]


def test_inflates_fragments() -> None:
    body = deflate.deflated(b"Hello, hello, hello")
    data = masked(body[:5], reserved=DEFLATED, final=False) + masked(b"", PING) + masked(body[5:], 0)
    assert read(data, inflate=5) == [(PING, b""), (TEXT, b"Hello, hello, hello")]


def test_bounds_what_is_inflated() -> None:
    zeros, ratio = b"0" * 900, 900 // len(deflate.deflated(b"0" * 900)) + 1
    assert read(packed(zeros), inflate=ratio) == [(TEXT, zeros)]
    assert read(packed(zeros), inflate=ratio - 1) == [Why.TOO_BIG]
    assert read(packed(b"0" * 1_001), inflate=1_000) == [Why.TOO_BIG]


def test_checks_text_when_it_is_inflated() -> None:
    assert read(packed(b"caf\xe9"), inflate=5) == [Why.NOT_TEXT]


def test_refuses_what_is_marked_as_compressed_and_may_not_be() -> None:
    body = deflate.deflated(b"Hello")
    assert read(masked(b"", PING, reserved=DEFLATED), inflate=5) == [Why.PROTOCOL]
    again = masked(body[:3], reserved=DEFLATED, final=False) + masked(body[3:], 0, reserved=DEFLATED)
    assert read(again, inflate=5) == [Why.PROTOCOL]


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
@pytest.mark.parametrize("binary", [False, True])
def test_writes_what_it_could_read(size: int, binary: bool) -> None:
    payload = b"y" * size
    written = frames.frame(payload, binary)
    key = b"abcd"
    at = len(written) - size
    as_client = written[:1] + bytes([written[1] | 0x80]) + written[2:at] + key + xor(payload, key)
    assert read(as_client, limit=70_000) == [(BINARY if binary else TEXT, payload)]


def test_writes_control_frames() -> None:
    assert frames.control(PING) == b"\x89\0"
    assert frames.control(PONG, b"abc") == b"\x8a\x03abc"
    assert frames.close() == b"\x88\0"
    assert frames.close(1000) == b"\x88\x02\x03\xe8"
    assert frames.close(3000, "bye") == b"\x88\x05\x0b\xb8bye"
    assert frames.deflated_frame(b"abc", False) == b"\xc1\x03abc"


def test_cuts_a_long_reason_between_characters() -> None:
    written = frames.close(1000, "ä" * 100)
    assert len(written) == 2 + 2 + 122
    assert written[4:].decode() == "ä" * 61
