"""What the push component offers on the wire, and all it offers.

A page that may show notifications subscribes its browser at the browser's push service, with the key that
`openline.push.key` gives, and hands that subscription over. From then on whoever signed in there is told of what they
would be notified of with a page open (`openline.room.notify`, and the rule of each room), as long as none of their
devices is being used. Pages hand it over again whenever they are opened: a subscription of which nothing was heard for
30 days is forgotten, and so is one whose device was signed out, or that its push service does not know any more.

What is pushed is encrypted for that browser (RFC 8291), of at most 3,000 bytes, and is JSON: `room`, `offset`, `title`,
`body`, `at` (seconds since 1970), `unread` (what there is to read in all) and `rooms`, in which that is, unless they
are too many to be named. Where the node sends no words, `title` and `body` say only that there is something.
"""

from typing import Annotated

from pydantic import Field

from components.contract import PEOPLE, Nothing, Procedure, Refusal, payload

MAX_ENDPOINT = 1_000
MOST_DEVICES = 20
"""How many devices of one person are told; of more, those that were heard of last."""

Endpoint = Annotated[str, Field(min_length=1, max_length=MAX_ENDPOINT)]
Encoded = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,200}$")]
"""Bytes, in base64url without padding."""


@payload
class PublicKey:
    """With which key a browser subscribes: `applicationServerKey`."""

    key: Encoded


@payload
class Subscription:
    """What a browser gave for that `key`: where to push, and the keys of this browser, `p256dh` and `auth`."""

    endpoint: Endpoint
    p256dh: Encoded
    auth: Encoded
    key: Encoded


@payload
class Which:
    """One of one's own subscriptions."""

    endpoint: Endpoint


class NotAllowed(Refusal):
    """This node does not push to the push service of this browser."""


class KeyChanged(Refusal):
    """The node has another key by now: subscribe anew."""


class NotSubscribed(Refusal):
    """This device is not subscribed. Turn it on first."""


class NotDelivered(Refusal):
    """The push service of this browser did not take it. Try again later, or turn it off and on again."""


class TooSoon(Refusal):
    """That was tried a moment ago."""


KEY = Procedure("openline.push.key", Nothing, PublicKey, callers=PEOPLE)
ON = Procedure("openline.push.on", Subscription, Nothing, callers=PEOPLE)
OFF = Procedure("openline.push.off", Which, Nothing, callers=PEOPLE)
TRY = Procedure("openline.push.try", Which, Nothing, callers=PEOPLE)
"""Pushes something to the device that asks, to see whether it arrives."""
