"""The two servers: Crossbar as it comes, and this node. Both know the same roles, procedures and topics."""

import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from components.catalog import declared_in
from components.contract import COMPONENT, PEOPLE, Beside, Procedure
from components.keys import COMMANDS, Key, own_key
from router.tokens import Token, signer
from tests.support.node import Node, free_port, wait_for

from .client import Client, Refused
from .wires import LongPoll, RawSocket, WebSocket, Wire

HERE = Path(__file__).parent
REALM = "openline"
VOCABULARY = "semantics.vocabulary"
AMPLE = {"per_second": 100_000, "burst": 100_000}
_RATES = {"session": AMPLE, "user": AMPLE, "address": AMPLE}
_LARGE = 4_194_304
LIMITS = {
    **{"calls": _RATES, "publishes": _RATES, "subscribes": _RATES},
    "message_bytes": _LARGE,
    "requests": {"body_bytes": _LARGE},
    "connections": {"address": 2_000, "new": AMPLE},
}
"""What the tests need of this node's edge: they are faster and larger than people are."""


class Server:
    """A running server that tests join."""

    def __init__(self, node: Node, ticket: Callable[[str, str], str], polls: bool = False) -> None:
        """With `polls`, people come by long-poll, and speak JSON alone."""
        self.node, self.polls = node, polls
        self.url = f"ws://127.0.0.1:{node.port}/ws"
        self.is_plain = isinstance(node, PlainNode)
        self.ticket = ticket
        """(authid, role) → what they sign in with."""

    def person(
        self, authid: str = "ada", role: str = "guest", serializer: str = "json", sockopt: Any = None, **details: Any
    ) -> Client:
        """Join as somebody, the way browsers do. `details` are those of the HELLO."""
        client = Client(self.wire(serializer, sockopt), "json" if self.polls else serializer)
        client.join(REALM, authid, "ticket", self.ticket(authid, role), **details)
        return client

    def wire(self, serializer: str, sockopt: Any = None) -> Wire:
        """Connect, and say nothing yet."""
        if self.polls:
            return LongPoll(self.node.url)
        return WebSocket(self.url, serializer, sockopt=sockopt)

    def component(self) -> Client:
        """Join as a component: as the one whose vocabulary the tests speak, where the node has it."""
        client = Client(RawSocket(self.node.cbdir / "run/router1.sock"), "cbor")
        if self.is_plain:
            client.join(REALM, None, "anonymous")
        else:
            name = VOCABULARY if (self.node.folder / "semantics").exists() else COMMANDS
            join_by_key(client, own_key(self.node.cbdir / "keys", name))
        return client


def join_by_key(client: Client, key: Key) -> None:
    """Sign in as a component does, by code of the tests' own (WAMP spec §Cryptosign-based Authentication)."""
    client.join(REALM, key.name, "cryptosign", signed(key), authextra={"pubkey": key.public})


def signed(key: Key) -> Callable[[str], str]:
    """Make what answers a challenge."""
    pair = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key.private))
    return lambda challenge: pair.sign(bytes.fromhex(challenge)).hex() + challenge


def ours(settings: Mapping[str, Any] | None = None) -> Node:
    """Make an Openline node that knows the vocabulary."""
    processes = {"main": ["stream", "room"], "router": [VOCABULARY]}
    node = Node({"limits": LIMITS, "processes": processes, "monitor": {"port": free_port()}, **(settings or {})})
    shutil.copytree(HERE / "vocabulary", node.folder / "semantics/vocabulary")
    return node


def our_server(node: Node, polls: bool = False) -> Server:
    """Join people with tokens that are signed as the node signs them."""
    tokens = signer(node.cbdir / "keys")

    def ticket(authid: str, role: str) -> str:
        role, family = ("guest", role) if role == "free" else (role, "")
        return tokens.sign(Token(authid, authid, role, time.time() + 3_600, family))

    return Server(node, ticket, polls)


class PlainNode(Node):
    """Crossbar, with its own WebSocket transport and its own rights."""

    def _copy(self, settings: Mapping[str, Any]) -> None:
        (self.cbdir / "run").mkdir(parents=True, mode=0o700)
        shutil.copy(HERE / "identity.py", self.folder)
        (self.cbdir / "config.yaml").write_text(yaml.safe_dump(self._config()))

    def _config(self) -> dict[str, Any]:
        roles = [{"name": role, "permissions": rights(role)} for role in sorted({*PEOPLE, COMPONENT})]
        roles.append({"name": "free", "permissions": [EVERYTHING]})
        people = {
            "type": "websocket",
            "serializers": ["json", "msgpack", "cbor"],
            "auth": {"ticket": {"type": "function", "create": "identity.create"}},
            "options": {"enable_webstatus": False},
        }
        web = {
            "type": "web",
            "endpoint": {"type": "tcp", "interface": "127.0.0.1", "port": self.port, "backlog": 4096},
            "paths": {"/": {"type": "path", "paths": {}}, "ws": people},
        }
        components = {
            "type": "rawsocket",
            "endpoint": {"type": "unix", "path": "run/router1.sock"},
            "serializers": ["cbor"],
            "auth": {"anonymous": {"type": "static", "role": COMPONENT}},
        }
        worker = {
            "type": "router",
            "options": {"pythonpath": [".."]},
            "realms": [{"name": REALM, "options": {"uri_check": "strict"}, "roles": roles}],
            "transports": [components, web],
        }
        return {"version": 2, "workers": [worker]}


DISCLOSE = {"caller": True, "publisher": True}
EVERYTHING = {
    "uri": "",
    "match": "prefix",
    "allow": dict.fromkeys(("call", "register", "publish", "subscribe"), True),
    "disclose": DISCLOSE,
    "cache": True,
}


def rights(role: str) -> list[dict[str, Any]]:
    """Write the rights of a role down as Crossbar reads them."""
    return [
        {
            "uri": one.uri,
            "match": "exact",
            "allow": {
                "call": isinstance(one, Procedure) and role in one.callers,
                "register": isinstance(one, Procedure) and role == COMPONENT,
                "publish": not isinstance(one, Procedure) and role in one.publishers,
                "subscribe": not isinstance(one, Procedure) and role in {*one.readers, COMPONENT},
            },
            "disclose": DISCLOSE,
            "cache": True,
        }
        for one in declared_in("tests.semantics.vocabulary.api")
        if not isinstance(one, Beside)
    ]


def wait_until_known(server: Server) -> None:
    """Wait until people and components can join."""

    def joined() -> bool:
        try:
            for client in (server.component(), server.person()):
                client.leave()
        except (OSError, Refused):
            return False
        return True

    wait_for(joined, "nobody can join")


def answering(server: Server) -> Server:
    """Wait until the components answer, too."""
    wait_until_known(server)
    early = server.person("early")

    def answers() -> bool:
        with suppress(Refused):
            return bool(early.reply(early.call("openline.room.list")))
        return False

    wait_for(answers, "the components do not answer")
    early.leave()
    return server
