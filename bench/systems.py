"""The systems that are measured, each started as its own documentation has it."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from components.contract import GUEST
from router.tokens import Token, signer
from tests.support.node import Node, free_port

from . import build
from .server import Options, Server, start

_TICKET = "a-ticket-that-is-as-long-as-a-password"
_PLENTY = {"per_second": 1e9, "burst": 1_000_000_000}
_EVERYBODY = {"session": _PLENTY, "user": _PLENTY, "address": _PLENTY}
_LIMITS = {
    "calls": _EVERYBODY,
    "underway": 1_000,
    "publishes": _EVERYBODY,
    "subscribes": _EVERYBODY,
    "connections": {"address": 100_000, "all": 100_000, "new": _PLENTY},
}
"""One generator stands for thousands of people at as many addresses. All else is as an operator finds it."""
_PROCESSES = {"main": ["stream", "room"], "router": ["measured.here"], "apart": ["measured.apart"]}
PLACES = ("here", "apart")


def openline() -> Server:
    """Start a node of this checkout, with the bench's components in it (peers/openline)."""
    node = Node({"limits": _LIMITS, "processes": _PROCESSES})
    shutil.copytree(build.PEERS / "openline/measured", node.folder / "measured")
    somebody = Token("u_bench", "Bench", GUEST, time.time() + 86_400)
    options = _wamp(node.port, "openline", somebody.id, signer(node.cbdir / "keys").sign(somebody))
    node.start()
    return Server(
        node.processes()[0].pid,
        node.port,
        {**options, "topic": "app.bench.on_said"},
        {place: {**options, "procedure": f"app.bench.{place}_echo"} for place in PLACES},
        lambda: node.__exit__(),
    )


def crossbar() -> Server:
    """Start plain Crossbar, the same release: a router worker and a container (peers/crossbar)."""
    folder, port = Path(tempfile.mkdtemp(prefix="crossbar-")), free_port()
    config = yaml.safe_load((build.PEERS / "crossbar/config.yaml").read_text())
    config["workers"][0]["transports"][1]["endpoint"]["port"] = port
    (folder / ".crossbar").mkdir()
    (folder / ".crossbar/config.yaml").write_text(yaml.safe_dump(config))
    shutil.copy(build.PEERS / "crossbar/echo.py", folder)
    options = _wamp(port, "bench", "visitor", _TICKET)
    echoes = {place: {**options, "procedure": f"bench.{place}.echo"} for place in PLACES}
    command = [str(Path(sys.executable).parent / "crossbar"), "start"]
    return start(command, folder, port, {**options, "topic": "bench.on_said"}, echoes).forgetting(folder)


def socketio() -> Server:
    """Start Socket.IO on Node.js (peers/socketio)."""
    port = free_port()
    return _node_js("socketio", port, _socketio(port), _socketio(port))


def ws() -> Server:
    """Start the package ws on Node.js (peers/ws)."""
    port = free_port()
    return _node_js("ws", port, _plain(port, "/fan"), _plain(port, "/echo"))


def websockets() -> Server:
    """Start websockets on asyncio (peers/python)."""
    port = free_port()
    return _python("websockets", port, _plain(port, "/fan"), _plain(port, "/echo"))


def python_socketio() -> Server:
    """Start python-socketio on uvicorn (peers/python)."""
    port = free_port()
    return _python("socketio", port, _socketio(port), _socketio(port))


def flask_socketio() -> Server:
    """Start Flask-SocketIO on gevent (peers/python)."""
    port = free_port()
    return _python("flask", port, _socketio(port), _socketio(port))


def channels() -> Server:
    """Start Django Channels on Daphne, with the layer for one process (peers/python)."""
    port = free_port()
    return _python("channels", port, _plain(port, "/fan"), _plain(port, "/echo"))


def channels_redis() -> Server:
    """Start Django Channels on Daphne with a Redis of its own, whose CPU time counts too."""
    port, redis = free_port(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="channels-"))
    store = subprocess.Popen(
        [build.tool("redis-server"), "--port", str(redis), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    server = _python("channels", port, _plain(port, "/fan"), _plain(port, "/echo"), str(redis))
    return server.beside(store).forgetting(folder)


def sink() -> Server:
    """Start a server in C that does nothing else (peers/sink): what the generator can take."""
    port, binary = free_port(), build.sink()
    return start([str(binary), str(port)], binary.parent, port, _plain(port, "/fan"), {"here": _plain(port, "/echo")})


SYSTEMS: dict[str, Callable[[], Server]] = {
    "openline": openline,
    "crossbar": crossbar,
    "socketio": socketio,
    "ws": ws,
    "websockets": websockets,
    "python-socketio": python_socketio,
    "flask-socketio": flask_socketio,
    "channels": channels,
    "channels-redis": channels_redis,
    "sink": sink,
}


def _node_js(name: str, port: int, fan: Options, echo: Options) -> Server:
    command = [build.tool("node"), "--expose-gc", "server.js", str(port)]
    return start(command, build.packages(name), port, fan, {"here": echo})


def _python(name: str, port: int, fan: Options, echo: Options, *more: str) -> Server:
    command = [str(build.python()), str(build.PEERS / f"python/{name}_server.py"), str(port), *more]
    return start(command, build.BUILT / "python", port, fan, {"here": echo})


def _socketio(port: int) -> Options:
    return {"speak": "socketio", "port": port, "path": "/socket.io/?EIO=4&transport=websocket"}


def _plain(port: int, path: str) -> Options:
    return {"speak": "plain", "port": port, "path": path}


def _wamp(port: int, realm: str, authid: str, ticket: str) -> dict[str, object]:
    return {"speak": "wamp", "port": port, "path": "/ws", "realm": realm, "authid": authid, "ticket": ticket}
