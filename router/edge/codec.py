"""WAMP messages as bytes: JSON, MessagePack and CBOR, checked for what must not reach the router."""

from collections.abc import Callable
from typing import Any

import orjson
import txaio
from autobahn.wamp import message
from msgpack import StackError

from .cut import Cut, Why

txaio.use_twisted()  # Autobahn's serializers are not imported before a framework is chosen.
from autobahn.wamp.serializer import CBORObjectSerializer, JsonObjectSerializer, MsgPackObjectSerializer  # noqa: E402

MAX_DEPTH = 32
"""How deep the values of a message may nest, unless the limits say otherwise."""
_OPTIONS_AT = {
    kind.MESSAGE_TYPE: 3 if kind is message.Error else 2
    for kind in (
        message.Call,
        message.Cancel,
        message.Error,
        message.Publish,
        message.Register,
        message.Subscribe,
        message.Yield,
    )
}
"""Where the options or details stand in the messages that a client may send."""


class Codec:
    """One way to write a WAMP message (WAMP spec §Serializers)."""

    def __init__(self, name: str, binary: bool, dumps: Callable[[Any], bytes], loads: Callable[[bytes], Any]) -> None:
        self.name, self.binary = name, binary
        self.encode = dumps
        self._loads = loads

    def decode(self, payload: bytes, depth: int = MAX_DEPTH) -> list[Any]:
        """Read one message. Raises `Cut` for what is no message, nests too deeply, or forges a caller."""
        may_nest = self.binary or payload.count(b"[") + payload.count(b"{") > depth
        if may_nest and not self.binary:
            check_text(payload, depth)
        try:
            raw = self._loads(payload)
        except Exception as error:
            raise Cut(Why.TOO_DEEP if _too_deep(error) else Why.MALFORMED) from error
        if not isinstance(raw, list) or not raw or not isinstance(raw[0], int):
            raise Cut(Why.MALFORMED)
        if may_nest:
            check_depth(raw, depth)
        check_forged(raw)
        return raw


def check_text(payload: bytes, depth: int) -> None:
    """Refuse JSON that nests too deeply, before it is parsed."""
    if payload.count(b"[") + payload.count(b"{") > depth and text_depth(payload) > depth:
        raise Cut(Why.TOO_DEEP)


def check_depth(raw: Any, depth: int) -> None:
    """Refuse values that nest too deeply."""
    if _deeper(raw, depth):
        raise Cut(Why.TOO_DEEP)


def check_forged(raw: Any) -> None:
    """Refuse `forward_for`: Crossbar discloses whoever the sender writes there."""
    at = _OPTIONS_AT.get(raw[0], 0) if isinstance(raw, list) and raw and isinstance(raw[0], int) else 0
    if at and len(raw) > at and isinstance(raw[at], dict) and "forward_for" in raw[at]:
        raise Cut(Why.FORGED)


def text_depth(payload: bytes) -> int:
    """Bound how deep JSON text nests, before it is parsed. Brackets in strings count too, unless they are closed."""
    depth = deepest = 0
    inside = escaped = False
    for byte in payload:
        if inside:
            inside = escaped or byte != 0x22
            escaped = byte == 0x5C and not escaped
        elif byte == 0x22:
            inside = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _deeper(value: Any, limit: int) -> bool:
    """Say whether lists and dicts nest deeper than a limit. Goes no deeper than that itself."""
    if isinstance(value, dict):
        return limit == 0 or any(_deeper(one, limit - 1) for one in value.values())
    if isinstance(value, list | tuple):
        return limit == 0 or any(_deeper(one, limit - 1) for one in value)
    return False


def _too_deep(error: Exception) -> bool:
    """Say whether a decoder gave up because of the depth: msgpack at 1,024, cbor2 at 400."""
    return isinstance(error, StackError) or "nesting depth" in str(error)


_JSON, _MSGPACK, _CBOR = JsonObjectSerializer(), MsgPackObjectSerializer(), CBORObjectSerializer()


def _json_dumps(raw: Any) -> bytes:
    """Write JSON. What orjson does not know (bytes, large integers) goes the way of WAMP's own serializer."""
    try:
        return orjson.dumps(raw)
    except TypeError:
        written: bytes = _JSON.serialize(raw)
        return written


def _json_loads(payload: bytes) -> Any:
    """Read JSON. A string that begins with U+0000 is WAMP's notation of bytes."""
    if b"\\u0000" not in payload:
        return orjson.loads(payload)
    raw = _json_read(payload)
    _check_characters(raw)
    return raw


def _check_characters(value: Any) -> None:
    """Refuse half characters, as orjson does. Raises `UnicodeEncodeError`."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, dict):
        _check_characters([*value.keys(), *value.values()])
    elif isinstance(value, list):
        for one in value:
            _check_characters(one)


def _reader(serializer: Any) -> Callable[[bytes], Any]:
    """Read one message as Autobahn does; as it did when this was imported, before `hooks.check_messages`."""
    read = serializer.unserialize
    return lambda payload: read(payload)[0]


_json_read = _reader(_JSON)


CODECS = {
    codec.name: codec
    for codec in (
        Codec("wamp.2.json", False, _json_dumps, _json_loads),
        Codec("wamp.2.msgpack", True, _MSGPACK.serialize, _reader(_MSGPACK)),
        Codec("wamp.2.cbor", True, _CBOR.serialize, _reader(_CBOR)),
    )
}
"""By the name of the subprotocol; the order is ours when a client offers several."""
