"""Keep the index as short as the log: in the background, a bounded piece at a time."""

from components.database import Database
from components.room.api import stream_of
from components.streams import Streams

from . import index

SECONDS = 3_600.0
MOST = 500
"""The most messages that one transaction forgets."""
STEPS = 20
"""The most transactions that one round spends on one room."""


async def forget(db: Database, streams: Streams, room: str) -> None:
    """Forget what the log of a room no longer keeps."""
    oldest = await streams.oldest(stream_of(room))
    for _ in range(STEPS if oldest > 1 else 0):
        if not await db.run(index.forget, room, oldest, MOST):
            return
