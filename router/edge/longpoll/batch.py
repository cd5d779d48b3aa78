"""The subprotocols of long-poll: one message to a body, or as many as one likes."""

from dataclasses import dataclass

from ..codec import CODECS
from ..cut import Cut, Why
from ..transport import Encoding

END = b"\x18"
"""Follows each message of a batch, as Autobahn's batched JSON has it. JSON text never holds this byte."""
_JSON = CODECS["wamp.2.json"]


@dataclass(frozen=True, eq=False)
class Subprotocol:
    """How messages become bodies, and bodies messages."""

    name: str
    encoding: Encoding
    batched: bool

    def split(self, body: bytes, limit: int) -> list[bytes]:
        """Take a body apart. Raises `Cut` when one of its messages is larger than the limit."""
        messages = body.removesuffix(END).split(END) if self.batched else [body]
        if any(len(message) > limit for message in messages):
            raise Cut(Why.TOO_BIG)
        return messages


SUBPROTOCOLS = {
    subprotocol.name: subprotocol
    for subprotocol in (
        Subprotocol("wamp.2.json.batched", Encoding(_JSON, lambda payload, _: payload + END), True),
        Subprotocol("wamp.2.json", Encoding(_JSON, lambda payload, _: payload), False),
    )
}
"""By name, the better first."""


def choose(offered: object) -> Subprotocol:
    """Choose the best of what a client offers. Raises `Cut` when none of it is ours."""
    if isinstance(offered, list):
        for name, subprotocol in SUBPROTOCOLS.items():
            if name in offered:
                return subprotocol
    raise Cut(Why.MALFORMED, f"Offer one of these protocols: {', '.join(SUBPROTOCOLS)}.")
