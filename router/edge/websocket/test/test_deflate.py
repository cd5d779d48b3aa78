"""Compression is agreed to as RFC 7692 says, and nothing grows beyond its bound."""

import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.edge.cut import Cut, Why
from router.edge.websocket.deflate import agree, deflated, inflated

ALONE = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

OFFERS = {
    "permessage-deflate": (15, ALONE),
    "permessage-deflate; client_max_window_bits": (15, ALONE),
    "permessage-deflate;client_max_window_bits=9 ; client_no_context_takeover": (15, ALONE),
    "permessage-deflate; server_no_context_takeover; server_max_window_bits=10": (
        10,
        f"{ALONE}; server_max_window_bits=10",
    ),
    'permessage-deflate; server_max_window_bits="9"': (9, f"{ALONE}; server_max_window_bits=9"),
    "permessage-deflate; server_max_window_bits=15": (15, ALONE),
    "x-webkit-deflate-frame, permessage-deflate": (15, ALONE),
    "permessage-deflate; server_max_window_bits=8, permessage-deflate": (15, ALONE),
    "permessage-deflate; server_max_window_bits=8": None,
    "permessage-deflate; server_max_window_bits=16": None,
    "permessage-deflate; server_max_window_bits=09": None,
    "permessage-deflate; server_max_window_bits": None,
    "permessage-deflate; server_no_context_takeover=1": None,
    "permessage-deflate; client_no_context_takeover; client_no_context_takeover": None,
    "permessage-deflate; mystery": None,
    "permessage-deflate; ": None,
    "permessage-bzip2": None,
    "": None,
}


@pytest.mark.parametrize(("offers", "answer"), OFFERS.items())
def test_takes_the_first_offer_it_can_keep(offers: str, answer: tuple[int, str] | None) -> None:
    assert agree(offers) == answer


@given(payload=st.binary(max_size=5_000), bits=st.integers(9, 15))
def test_writes_what_anybody_reads(payload: bytes, bits: int) -> None:
    body = deflated(payload, bits)
    assert inflated(body, len(payload)) == payload
    assert zlib.decompressobj(-bits).decompress(body + b"\0\0\xff\xff") == payload


def test_a_window_is_kept_to() -> None:
    far = bytes(range(256)) * 8 + b"-" * 512
    body = deflated(far + b"needle" + bytes(2_000) + far, 9)
    assert zlib.decompressobj(-9).decompress(body) == far + b"needle" + bytes(2_000) + far


def test_takes_the_examples_of_the_rfc() -> None:
    """RFC 7692 §7.2.3: one block, a block without compression, a final block, two blocks."""
    for body in ("f248cdc9c90700", "000500faff48656c6c6f00", "f348cdc9c9070000", "f24805000000ffffcac9c90700"):
        assert inflated(bytes.fromhex(body), 5) == b"Hello"


def test_what_grows_too_much_is_not_made() -> None:
    bomb = zlib.compressobj(9, wbits=-15)
    body = bomb.compress(bytes(50_000_000)) + bomb.flush(zlib.Z_SYNC_FLUSH)
    tracemalloc.start()
    with pytest.raises(Cut) as caught:
        inflated(body, 65_536)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.why is Why.TOO_BIG
    assert peak < 500_000


def test_the_bound_is_exact() -> None:
    body = deflated(b"x" * 1_000)
    assert inflated(body, 1_000) == b"x" * 1_000
    with pytest.raises(Cut):
        inflated(body, 999)


@pytest.mark.parametrize("body", [b"\xff\xff\xff", b"\x07", bytes.fromhex("f348cdc9c9070000") + b"more"])
def test_refuses_what_deflate_never_makes(body: bytes) -> None:
    with pytest.raises(Cut) as caught:
        inflated(body, 1_000)
    assert caught.value.why is Why.PROTOCOL
