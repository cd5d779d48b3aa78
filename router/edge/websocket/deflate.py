"""Compressed messages: permessage-deflate (RFC 7692), each message on its own.

Neither side keeps what it compressed before (`no_context_takeover`): a connection then costs no memory while nothing
is said on it, and an event is compressed once for all receivers instead of once for each.
"""

import re
import zlib

from router.edge.cut import Cut, Why

NAME = "permessage-deflate"
_TAIL = b"\x00\x00\xff\xff"
"""What deflate ends a message with, and WebSocket leaves out."""
WIDEST = 15
_NARROWEST = 9
"""zlib does not write for a window of 8 bits."""
_PARAMETER = re.compile(r'([a-z_]+)(?: *= *"?(\d+)"?)?')
_ALONE = {"server_no_context_takeover", "client_no_context_takeover"}
_WINDOWS = {"server_max_window_bits", "client_max_window_bits"}


def agree(offers: str) -> tuple[int, str] | None:
    """Take the first offer that we can keep: the window of what we write, in bits, and what to answer (§7.1)."""
    for offer in offers.split(","):
        name, *parameters = [part.strip() for part in offer.split(";")]
        bits = _window(parameters) if name == NAME else None
        if bits:
            narrower = f"; server_max_window_bits={bits}" if bits < WIDEST else ""
            return bits, f"{NAME}; server_no_context_takeover; client_no_context_takeover{narrower}"
    return None


def _window(parameters: list[str]) -> int | None:
    """Read the parameters of an offer: how wide a window we may use, or None when the offer is not for us."""
    found: dict[str, str | None] = {}
    for parameter in parameters:
        match = _PARAMETER.fullmatch(parameter)
        if not match or match[1] in found or not _is_known(match[1], match[2]):
            return None
        found[match[1]] = match[2]
    bits = int(found.get("server_max_window_bits") or WIDEST)
    return bits if bits >= _NARROWEST else None


def _is_known(name: str, value: str | None) -> bool:
    if name in _ALONE:
        return value is None
    if value is None:
        return name == "client_max_window_bits"
    return name in _WINDOWS and re.fullmatch("[89]|1[0-5]", value) is not None


def deflated(payload: bytes, bits: int = WIDEST) -> bytes:
    """Compress a message, for a window of so many bits."""
    deflate = zlib.compressobj(wbits=-bits)
    return (deflate.compress(payload) + deflate.flush(zlib.Z_SYNC_FLUSH)).removesuffix(_TAIL)


def inflated(body: bytes, limit: int) -> bytes:
    """Restore a message. Never makes more than one byte above the limit; then `Cut` is raised."""
    inflate = zlib.decompressobj(wbits=-WIDEST)
    try:
        plain = inflate.decompress(body + _TAIL, limit + 1)
    except zlib.error as error:
        raise Cut(Why.PROTOCOL, "This is not what deflate makes.") from error
    if len(plain) > limit:
        raise Cut(Why.TOO_BIG)
    if inflate.eof and inflate.unused_data not in (_TAIL, b"\0" + _TAIL):
        raise Cut(Why.PROTOCOL, "Something follows the end of what was compressed.")
    return plain
