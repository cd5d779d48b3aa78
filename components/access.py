"""Who may read and publish a stream. The one function for it: the router and the stream component both ask it."""

from collections.abc import Awaitable, Callable
from typing import Literal

from .contract import COMPONENT, SERVICE, Access, Procedure, Verdict
from .settings import Settings
from .stream.api import UnknownStream

Ask = Callable[[Procedure[Access, Verdict], Access], Awaitable[Verdict]]
"""How to ask the component that owns a stream: `Bus.call` is one."""


async def may(
    settings: Settings, ask: Ask, caller_id: str, role: str, action: Literal["read", "publish"], stream: str
) -> Verdict:
    """Decide by the options of the stream's namespace; where it has `members`, by what its owner says.

    Raises `UnknownStream` where there are no options, and `Unavailable` where the owner does not answer.
    """
    space = settings.namespace(stream)
    if space is None:
        raise UnknownStream(stream=stream)
    if role == COMPONENT:
        return Verdict(True, "components may read and publish every stream")
    if role == SERVICE:
        return Verdict(not stream.startswith("openline."), "a component from outside has no part in openline.*")
    allowed = space.read if action == "read" else space.publish
    if allowed != "members":
        return Verdict(role in allowed, f"{space.match}: {action} is for {', '.join(allowed) or 'nobody'}")
    if not stream.startswith("openline."):
        return Verdict(False, f"{space.match}: no component says who its members are")
    return await ask(owner(stream), Access(caller_id, role, action, stream))


def owner(stream: str) -> Procedure[Access, Verdict]:
    """Name the procedure with which the component that owns a stream answers for it."""
    component = stream.split(".")[1]
    return Procedure(f"openline.{component}.may", Access, Verdict, callers={COMPONENT})
