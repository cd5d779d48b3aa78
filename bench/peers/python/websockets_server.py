"""websockets as its documentation sets up a broadcast: on /fan, what one says goes to all others; on /echo, back."""

import asyncio
import gc
import signal
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve

lines: set[ServerConnection] = set()


async def handle(line: ServerConnection) -> None:
    if line.request is not None and line.request.path == "/echo":
        async for message in line:
            await line.send(message)
        return
    lines.add(line)
    try:
        async for message in line:
            broadcast(lines - {line}, message)
    finally:
        lines.discard(line)


async def main() -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR2, gc.collect)
    async with serve(handle, "127.0.0.1", int(sys.argv[1])) as server:
        await server.serve_forever()


asyncio.run(main())
