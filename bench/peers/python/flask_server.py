"""Flask-SocketIO as its documentation sets it up with gevent: one room, acknowledgements."""

import gc
import signal
import sys

from flask import Flask
from flask_socketio import SocketIO, emit, join_room

app = Flask(__name__)
io = SocketIO(app, async_mode="gevent")


@io.on("join")
def join() -> None:
    join_room("bench")


@io.on("say")
def say(what: object) -> None:
    emit("said", what, to="bench", include_self=False)


@io.on("echo")
def echo(what: object) -> object:
    return what


signal.signal(signal.SIGUSR2, lambda *_: gc.collect())
io.run(app, host="127.0.0.1", port=int(sys.argv[1]))
