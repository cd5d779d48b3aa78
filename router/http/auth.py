"""What stands at `/auth`: signing in over HTTP, each way a resource of its own."""

from typing import Any

from twisted.web.resource import Resource

from router.edge.edge import edge

from .accounts import Refresh, SignOut, reset, sign_in, sign_up
from .desk import Desk
from .guest import Guest
from .ways import Ways


def make(extra: dict[str, Any]) -> Resource:
    """Make what stands at `/auth` for Crossbar's `resource` service."""
    here = edge()
    return tree(Desk(here.settings, here.tokens, here.ask, here.home, here.counters.refused))


def tree(desk: Desk) -> Resource:
    """Make all of it."""
    root = Resource()
    ways = {
        b"guest": Guest(desk),
        b"signup": sign_up(desk),
        b"signin": sign_in(desk),
        b"refresh": Refresh(desk),
        b"signout": SignOut(desk),
        b"reset": reset(desk),
        b"ways": Ways(desk),
    }
    for name, resource in ways.items():
        root.putChild(name, resource)
    return root
