"""python-socketio as its documentation sets it up on uvicorn: one room, acknowledgements."""

import gc
import signal
import sys

import socketio
import uvicorn

io = socketio.AsyncServer(async_mode="asgi")
app = socketio.ASGIApp(io)


@io.event
async def join(session: str) -> None:
    await io.enter_room(session, "bench")


@io.event
async def say(session: str, what: object) -> None:
    await io.emit("said", what, room="bench", skip_sid=session)


@io.event
async def echo(session: str, what: object) -> object:
    return what


signal.signal(signal.SIGUSR2, lambda *_: gc.collect())
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
