"""What every component is handed when it is built: all it may touch."""

from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime

from .contract import Bus
from .database import Database
from .settings import Settings
from .streams import Streams


@dataclass(frozen=True)
class Given:
    """The surroundings of one component: its storage, its streams, its voice, its clock and the settings."""

    db: Database
    streams: Streams
    bus: Bus
    clock: IReactorTime
    settings: Settings
