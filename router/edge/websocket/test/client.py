"""What a client of WebSocket writes, for tests."""

import os

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def masked(
    payload: bytes, opcode: int = TEXT, *, final: bool = True, reserved: int = 0, key: bytes | None = None
) -> bytes:
    """Write a frame as clients do (RFC 6455 §5.2, §5.3)."""
    key = key or os.urandom(4)
    size = len(payload)
    if size < 126:
        head = bytes([0x80 | size])
    elif size < 65_536:
        head = b"\xfe" + size.to_bytes(2)
    else:
        head = b"\xff" + size.to_bytes(8)
    return bytes([final << 7 | reserved | opcode]) + head + key + xor(payload, key)


def xor(payload: bytes, key: bytes) -> bytes:
    """Put a mask on, or take it off."""
    return bytes(byte ^ key[at % 4] for at, byte in enumerate(payload))
