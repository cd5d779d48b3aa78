"""What stands at `/auth`: signing in over HTTP, each way a resource of its own."""

from typing import Any

from twisted.web.resource import Resource

from components.here import here
from router.edge.edge import edge

from .accounts import Forgot, Refresh, SignOut, reset, sign_in, sign_up
from .desk import Desk
from .guest import Guest
from .oidc.resource import Oidc
from .oidc.web import Web
from .ways import Ways


def make(extra: dict[str, Any]) -> Resource:
    """Make what stands at `/auth` for Crossbar's `resource` service."""
    this = edge()
    desk = Desk(this.settings, this.tokens, this.ask, this.home, this.counters.refused)
    _, places = here()
    return tree(desk, Oidc(desk, places.keys, Web(this.reactor).ask))


def tree(desk: Desk, oidc: Resource | None = None) -> Resource:
    """Make all of it."""
    root = Resource()
    if oidc is not None:
        root.putChild(b"oidc", oidc)
    ways = {
        b"guest": Guest(desk),
        b"signup": sign_up(desk),
        b"signin": sign_in(desk),
        b"refresh": Refresh(desk),
        b"signout": SignOut(desk),
        b"reset": reset(desk),
        b"forgot": Forgot(desk),
        b"ways": Ways(desk),
    }
    for name, resource in ways.items():
        root.putChild(name, resource)
    return root
