"""The innermost loops of the edge: in C when the package was built with a compiler, in Python when not."""

import errno
import os
from array import array
from collections.abc import Callable
from dataclasses import dataclass

Unmask = Callable[[bytes | bytearray, int, int, int], bytes]
"""Data, start, stop, where the key stands → `data[start:stop]` without the mask (RFC 6455 §5.3)."""
Broadcast = Callable[["array[int]", bytes, int], list[tuple[int, int]] | None]
"""Sockets (an array of C ints), data, a socket to skip (or -1) → who did not take all of it, or None.

One send for each socket; it never waits. Negative numbers in the array are skipped too. Each rest is `(index in the
array, bytes taken)`: 0 for a full socket, -1 for one that is broken.
"""


_FULL = {errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS}


@dataclass(frozen=True)
class Implementation:
    """One way to do it; tests run on each."""

    name: str
    unmask: Unmask
    broadcast: Broadcast


def _unmask(data: bytes | bytearray, start: int, stop: int, key_at: int) -> bytes:
    size = stop - start
    if start < 0 or size < 0 or stop > len(data) or key_at < 0 or key_at > len(data) - 4:
        raise ValueError("this is not all in the data")
    key = (bytes(data[key_at : key_at + 4]) * (size // 4 + 1))[:size]
    return (int.from_bytes(data[start:stop]) ^ int.from_bytes(key)).to_bytes(size)


def _broadcast(fds: "array[int]", data: bytes, skip: int) -> list[tuple[int, int]] | None:
    size = len(data)
    rests = []
    for index, fd in enumerate(fds):
        if fd >= 0 and fd != skip and (sent := _offer(fd, data)) != size:
            rests.append((index, sent))
    return rests or None


def _offer(fd: int, data: bytes) -> int:
    try:
        return os.write(fd, data)
    except OSError as error:
        return 0 if error.errno in _FULL else -1


pure = Implementation("pure", _unmask, _broadcast)
try:
    from . import _native

    compiled: Implementation | None = Implementation("compiled", _native.unmask, _native.broadcast)
except ImportError:
    compiled = None

chosen = compiled or pure
unmask, broadcast = chosen.unmask, chosen.broadcast


def implementations() -> list[Implementation]:
    """List what there is on this machine."""
    return [one for one in (compiled, pure) if one]
