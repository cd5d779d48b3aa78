"""What a client may send: which messages when, what they count as, and what it says of itself."""

from typing import Any

import orjson
from autobahn.wamp import message

from .cut import Cut, Why

HELLO, WELCOME, ABORT, CHALLENGE, AUTHENTICATE, GOODBYE = 1, 2, 3, 4, 5, 6
PUBLISH, SUBSCRIBE, REGISTER, CALL, ERROR = (
    kind.MESSAGE_TYPE for kind in (message.Publish, message.Subscribe, message.Register, message.Call, message.Error)
)
TAKEN: dict[int, tuple[Any, str]] = {
    kind.MESSAGE_TYPE: (kind, name)
    for kind, name in (
        (message.Publish, "publish"),
        (message.Subscribe, "subscribe"),
        (message.Call, "call"),
        (message.Unsubscribe, "subscribe"),
        (message.Cancel, "call"),
        (message.Register, "subscribe"),
        (message.Unregister, "subscribe"),
        (message.Yield, "call"),
        (message.Error, "call"),
    )
}
"""What a client that has signed in may send, and from which allowance it is taken."""
REQUESTS = {
    kind.MESSAGE_TYPE
    for kind in (
        message.Publish,
        message.Subscribe,
        message.Unsubscribe,
        message.Call,
        message.Register,
        message.Unregister,
    )
}
"""What can be answered with an error that says why."""

_MOST_KINDS, _LONGEST_ROLES = 256, 2_048
_known: dict[bytes, dict[str, Any]] = {}
"""What clients say of themselves, made once for each kind of client."""


def roles(said: object) -> dict[str, Any]:
    """Read the roles of a HELLO. Raises `Cut`."""
    try:
        key = orjson.dumps(said)
        found = _known.get(key)
        if found is None:
            found = message.Hello.parse([HELLO, "realm", {"roles": said}]).roles
            if len(_known) < _MOST_KINDS and len(key) < _LONGEST_ROLES:
                _known[key] = found
    except Exception as error:  # Autobahn checks some of it by assertions.
        raise Cut(Why.MALFORMED) from error
    return found
