"""The inner loops do the same in C and in Python."""

import os
import shutil
import socket
from array import array
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.edge import native
from router.edge.native import Implementation, implementations

either = pytest.mark.parametrize("loops", implementations(), ids=lambda loops: loops.name)

Pairs = list[tuple[socket.socket, socket.socket]]


@pytest.fixture
def pairs() -> Iterator[Pairs]:
    """Give forty connections, near and far ends; the near ones don't block."""
    pairs = [socket.socketpair() for _ in range(40)]
    for near, far in pairs:
        near.setblocking(False)
        far.settimeout(5)
    yield pairs
    for near, far in pairs:
        near.close()
        far.close()


def descriptors(pairs: Pairs) -> "array[int]":
    return array("i", [near.fileno() for near, _ in pairs])


def fill(near: socket.socket) -> int:
    """Send until nothing more goes in."""
    filled = 0
    while True:
        try:
            filled += near.send(b"x" * 65_536)
        except BlockingIOError:
            return filled


def test_is_compiled_where_there_is_a_compiler() -> None:
    if not shutil.which("cc"):
        pytest.skip("there is no compiler")
    assert native.compiled, "Build it: python setup.py build_ext --inplace"
    assert native.chosen is native.compiled


@either
@given(data=st.binary(max_size=200), key=st.binary(min_size=4, max_size=4), before=st.binary(max_size=9))
def test_unmasks_any_part(loops: Implementation, data: bytes, key: bytes, before: bytes) -> None:
    whole = before + key + data
    start = len(before) + 4
    plain = bytes(byte ^ key[at % 4] for at, byte in enumerate(data))
    assert loops.unmask(whole, start, len(whole), len(before)) == plain
    assert loops.unmask(bytearray(whole), start, len(whole), len(before)) == plain
    middle = start + len(data) // 2
    assert loops.unmask(whole, start, middle, len(before)) == plain[: middle - start]


@either
@pytest.mark.parametrize("asked", [(-1, 3, 0), (5, 4, 0), (4, 9, 0), (4, 8, 5), (4, 8, -1)])
def test_reads_nothing_beside_the_data(loops: Implementation, asked: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError):
        loops.unmask(b"12345678", *asked)


@either
@pytest.mark.parametrize("count", [3, 40])
def test_sends_to_all_but_one(loops: Implementation, pairs: Pairs, count: int) -> None:
    fds = descriptors(pairs[:count])
    assert loops.broadcast(fds, b"hello", fds[1]) is None
    assert loops.broadcast(fds, b"you", -1) is None
    expected = [b"you" if at == 1 else b"helloyou" for at in range(count)]
    assert [far.recv(99) for _, far in pairs[:count]] == expected


@either
def test_skips_what_is_no_descriptor(loops: Implementation, pairs: Pairs) -> None:
    fds = array("i", [-1, pairs[0][0].fileno(), -5])
    assert loops.broadcast(fds, b"hello", -1) is None
    assert pairs[0][1].recv(99) == b"hello"


@either
def test_sends_to_nobody(loops: Implementation) -> None:
    assert loops.broadcast(array("i"), b"hello", -1) is None


@either
def test_says_who_is_full(loops: Implementation, pairs: Pairs) -> None:
    fill(pairs[1][0])
    assert loops.broadcast(descriptors(pairs), b"hello", -1) == [(1, 0)]
    assert [far.recv(5) for _, far in pairs] == [b"xxxxx" if at == 1 else b"hello" for at in range(40)]


@either
def test_says_how_much_went_in(loops: Implementation, pairs: Pairs) -> None:
    data = os.urandom(3_000_000)
    rests = loops.broadcast(descriptors(pairs[:1]), data, -1)
    assert rests
    [(index, sent)] = rests
    assert index == 0
    assert 0 < sent < len(data)
    got = bytearray()
    while len(got) < sent:
        got += pairs[0][1].recv(sent)
    assert got == data[:sent]


@either
def test_says_who_is_broken(loops: Implementation, pairs: Pairs) -> None:
    pairs[0][1].close()
    fds = descriptors(pairs[:3])
    fds.append(1_000_000)
    assert loops.broadcast(fds, b"hello", -1) == [(0, -1), (3, -1)]
    assert pairs[1][1].recv(99) == pairs[2][1].recv(99) == b"hello"


@either
@pytest.mark.parametrize("wrong", ["word", None, 1])
def test_takes_bytes(loops: Implementation, pairs: Pairs, wrong: object) -> None:
    with pytest.raises(TypeError):
        loops.broadcast(descriptors(pairs), wrong, -1)  # type: ignore[arg-type]
