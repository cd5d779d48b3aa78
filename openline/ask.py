"""Ask the running node: join it over its socket as a component, have a conversation, and leave.

async def conversation(call: Call) -> None:
    say((await call(api.REVOKE, api.Which("u_4711"))) and "Done.")

return ask(folder, environ, conversation)
"""

import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from components import settings_file
from components.contract import Component, Procedure, Refusal, Reply, Request
from components.document import Mistakes
from components.settings import Settings
from components.settings_file import Places
from openline.say import say

DONE, REFUSED, UNHEARD = 0, 1, 2
"""What a verb ends with: it is done; the node said no; there is nobody to say anything."""
PATIENCE = 30.0
"""Seconds that a conversation may take."""


class Call(Protocol):
    """How to call one procedure. Raises its `Refusal`."""

    def __call__(self, procedure: Procedure[Request, Reply], request: Request) -> Awaitable[Reply]: ...


Conversation = Callable[[Call], Awaitable[None]]


def ask(folder: Path, environ: Mapping[str, str], conversation: Conversation) -> int:
    """Have a conversation with the node in a folder. What it refuses is printed; the answer is the exit code.

    To be used once in the life of a process, as its reactor is.
    """
    try:
        settings = settings_file.load(folder, environ)
        places = settings_file.places(folder, settings)
    except Mistakes as mistakes:
        say(str(mistakes))
        return UNHEARD
    if not _is_open(places, settings.routers[0]):
        say("The node is not running. Start it with `openline run`.")
        return UNHEARD
    return _talk(settings, places, conversation)


def _is_open(places: Places, router: str) -> bool:
    """Say whether somebody listens on the socket of a router worker."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(places.run / f"{router}.sock"))
        except OSError:
            return False
    return True


def _talk(settings: Settings, places: Places, conversation: Conversation) -> int:
    """Run the reactor for as long as it takes."""
    from twisted.internet.defer import Deferred, TimeoutError  # Only here: other verbs, of which some stay, need
    from twisted.internet.task import react  # neither Twisted nor Autobahn in their memory.

    from components.host import socket_url
    from components.keys import COMMANDS, own_key
    from components.wire import Wire, connect

    outcome = [UNHEARD]

    async def stay(call: Call) -> None:
        try:
            await conversation(call)
            outcome[0] = DONE
        except Refusal as refusal:
            say(refusal.message)
            outcome[0] = REFUSED

    def main(reactor: Any) -> Deferred[Any]:
        router = settings.routers[0]
        wire = Wire([router], reactor)
        url = socket_url(places.run, router)
        key = own_key(places.keys, COMMANDS)
        connection: Any = connect(url, router, settings.realm, key, wire, Component(), lambda: stay(wire.call))
        done: Deferred[Any] = connection.start(reactor)
        return done.addTimeout(PATIENCE, reactor).addErrback(failed)

    def failed(failure: Any) -> None:
        late = failure.check(TimeoutError)
        say("The node does not answer." if late else f"The node was not reached: {failure.getErrorMessage()}")

    with suppress(SystemExit):  # It always ends like this.
        react(main)
    return outcome[0]
