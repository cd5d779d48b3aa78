"""Mail, which a component of the site sends: `accounts.mail` names its procedure. Nobody waits for it."""

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from components.contract import COMPONENT, Bus, Procedure, Refusal

from .api import Mail

SECONDS = 30.0
"""How long it may take to hand over a mail."""

logger = Logger()


async def send(bus: Bus, clock: IReactorTime, uri: str, mail: Mail) -> None:
    """Hand a mail over. What the component says of a failure is not logged: it may hold the link."""

    async def handing_over() -> object:
        return await bus.call(Procedure(uri, Mail, object, callers={COMPONENT}), mail)

    try:
        await Deferred.fromCoroutine(handing_over()).addTimeout(SECONDS, clock)
    except Exception as error:
        why = error.uri if isinstance(error, Refusal) else type(error).__name__
        logger.warn("{uri} did not take a link to a new password: {why}", uri=uri, why=why)
