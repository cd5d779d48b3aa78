"""What an operator may set: the model of `.crossbar/openline.yaml`.

Values come from that file; `OPENLINE_<NAME>` replaces the value of the top-level name, and `PORT` the web port.
Nothing else in the node reads the environment.
"""

import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Any, Literal

from jsonschema import Draft202012Validator, SchemaError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from .bucket import BucketSettings
from .contract import Author, StreamPattern, covers
from .provider import Provider, Providers

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _seconds(value: object) -> object:
    """Read `90s`, `15m`, `24h` or `30d`; `forever` is no limit."""
    if value == "forever":
        return None
    found = re.fullmatch(r"(\d+)([smhd])", str(value))
    if not found:
        raise ValueError("expected a duration such as 90s, 15m, 24h, 30d or forever")
    return float(int(found[1]) * _UNITS[found[2]])


def _schema(value: dict[str, Any]) -> dict[str, Any]:
    try:
        Draft202012Validator.check_schema(value)
    except SchemaError as error:
        raise ValueError(f"expected a JSON Schema; {error.json_path}: {error.message}") from None
    return value


def _procedure(value: str) -> str:
    """Take the address of a procedure that a component of the site may register."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+", value) or value.startswith(_NOT_A_SITES):
        raise ValueError("expected the address of a procedure of yours, such as app.mail.send")
    return value


_NOT_A_SITES = ("openline.", "wamp.", "client.")
Network = IPv4Network | IPv6Network
Duration = Annotated[float | None, BeforeValidator(_seconds)]
Schema = Annotated[dict[str, Any], AfterValidator(_schema)]
Role = Literal["guest", "member", "operator", "component"]
Access = list[Role] | Literal["members"]
"""Which roles may, or `members`: the component that owns the stream is asked."""


Slow = Literal["disconnect", "drop_oldest", "latest"]
LogFormat = Literal["text", "json"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Keep(_Strict):
    """How much of a stream is kept: both bounds hold at once."""

    events: Annotated[int, Field(ge=1)] | None = 1_000
    for_: Annotated[Duration, Field(alias="for")] = 86_400.0


class Rate(_Strict):
    """A token bucket: so many in a second for as long as one likes, and `burst` at once."""

    per_second: Annotated[float, Field(gt=0)]
    burst: Annotated[int, Field(ge=1)]


class Rates(_Strict):
    """How often a session, all sessions of a user, and all of an address may do one thing."""

    session: Rate
    user: Rate
    address: Rate


def _rates(per_second: float, burst: int) -> Rates:
    """Give a user twice, and an address ten times what a session gets."""
    rate = [Rate(per_second=per_second * more, burst=burst * more) for more in (1, 2, 10)]
    return Rates(session=rate[0], user=rate[1], address=rate[2])


class Connections(_Strict):
    """How many connections there may be to the web port of one router worker."""

    address: Annotated[int, Field(ge=1)] = 256
    """At once from one address."""
    all: Annotated[int, Field(ge=1)] = 15_000
    new: Rate = Rate(per_second=200, burst=2_000)
    """How fast they may come in; who is too many gets a 503 with Retry-After."""


class Requests(_Strict):
    """How long and how large an HTTP request may be."""

    head: Annotated[float, BeforeValidator(_seconds)] = 10.0
    """Seconds from the first byte until its headers are there."""
    body: Annotated[float, BeforeValidator(_seconds)] = 20.0
    """Seconds from its headers until its body is there."""
    idle: Annotated[float, BeforeValidator(_seconds)] = 30.0
    """Seconds that a connection may wait for the next request."""
    head_bytes: Annotated[int, Field(ge=1_024)] = 16_384
    body_bytes: Annotated[int, Field(ge=1_024)] = 262_144


class Limits(_Strict):
    """What the edge lets through, on every transport."""

    hello: Annotated[float, BeforeValidator(_seconds)] = 10.0
    """Seconds from a new connection until its session is signed in."""
    ping: Annotated[float, BeforeValidator(_seconds)] = 25.0
    """Seconds between two looks at whether a silent peer is alive."""
    pong: Annotated[float, BeforeValidator(_seconds)] = 8.0
    """Seconds that it has to answer."""
    message_bytes: Annotated[int, Field(ge=1_024)] = 65_536
    """The largest message of a client."""
    depth: Annotated[int, Field(ge=4, le=100)] = 32
    """How deep the values of a message may nest."""
    compression: bool = False
    """Whether permessage-deflate is agreed to: no memory for idle connections, some CPU for each message."""
    inflate: Annotated[int, Field(ge=2)] = 10
    """How many times as large as on the wire a compressed message may become."""
    queue_bytes: Annotated[int, Field(ge=65_536)] = 1_048_576
    """How much may wait for a client that reads slowly, before the stream's `slow` rule."""
    subscriptions: Annotated[int, Field(ge=1)] = 128
    """At once by one session."""
    procedures: Annotated[int, Field(ge=1)] = 32
    """Answered by one session, and offered by it to others."""
    underway: Annotated[int, Field(ge=1)] = 16
    """Calls of one session that components are answering; before one more is taken, one of them is awaited."""
    calls: Rates = _rates(100, 400)
    publishes: Rates = _rates(50, 200)
    subscribes: Rates = _rates(20, 200)
    connections: Connections = Connections()
    requests: Requests = Requests()


class Tls(_Strict):
    """A certificate and its key, PEM. Files that are renewed are taken up without a restart."""

    certificate: str
    key: str


class Monitor(_Strict):
    """Where /healthz, /readyz and /metrics are answered. Not for the public."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """Left out: the web port plus 1000. A second router worker takes the port after it, and so on."""


class Namespace(_Strict):
    """The options of all streams that a pattern matches: an exact name, or `a.b.*` for all that begins with `a.b.`."""

    match: StreamPattern
    keep: Keep = Keep()
    read: Access = []
    publish: Access = ["component"]
    types: dict[str, Schema] | None = None
    """A JSON Schema (2020-12) for the data of each type; when given, other types are refused."""
    max_event_bytes: Annotated[int, Field(ge=1, le=1_048_576)] = 65_536
    slow: Slow = "disconnect"
    """What happens to a client whose queue is full: it is cut off (and recovers), or misses the oldest waiting events
    of this stream, or all of them but the latest."""

    def covers(self, stream: str) -> bool:
        """Say whether these are the options of a stream, unless an earlier namespace covers it."""
        return covers(self.match, stream)


class Guests(_Strict):
    """People who give a name and nothing else."""

    allowed: bool = True
    token: Annotated[float, BeforeValidator(_seconds)] = 7 * 86_400.0
    """How long a guest's token is good for."""
    per_minute: Annotated[int, Field(ge=1)] = 30
    """How many guests may sign in from one address in a minute."""


class Tokens(_Strict):
    """Users of a host application, which signs their tokens by a key that lies in `keys/host/`."""

    audience: Annotated[str, Field(min_length=1, max_length=200)] = "openline"
    """What their `aud` has to be."""
    leeway: Annotated[float, BeforeValidator(_seconds)] = 60.0
    """How far the site's clock may be from ours."""
    longest: Annotated[float, BeforeValidator(_seconds)] = 30 * 86_400.0
    """How long from now a token may be good."""


class Accounts(_Strict):
    """People who sign in with a name and a password, or by a provider."""

    sign_up: Literal["open", "invite", "closed"] = "open"
    """Who may make an account: anybody, who has an invitation, or nobody (an operator adds them)."""
    access: Annotated[float, BeforeValidator(_seconds)] = 15 * 60.0
    """How long an access token is good, which is renewed all the time."""
    refresh: Annotated[float, BeforeValidator(_seconds)] = 30 * 86_400.0
    """How long a device that is not used stays signed in; one that is used does for 90 days."""
    mail: Annotated[str, AfterValidator(_procedure)] | None = None
    """The procedure of a component of the site that mails links to people who forgot their password."""


class Bot(_Strict):
    """A component from outside that answers in rooms: `openline component add` made its key."""

    component: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    """Its procedures are `app.<component>.on_mention`, and `app.<component>.command_<name>` for each command."""
    name: Annotated[str, Field(min_length=1, max_length=40)]
    """As people see and mention it."""
    rooms: list[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,39}$")]] = ["lobby"]
    """Where it is, of the rooms that there are when the node starts."""
    commands: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")], str] = {}
    """What people give by typing `/` and the name, each with what it does."""

    @property
    def author(self) -> Author:
        """The bot, as the author of what it says."""
        return Author(f"bot_{self.component}", self.name)


class Hooks(_Strict):
    """Webhooks of rooms."""

    allow: list[Network] = []
    """Networks of the operator's own that events may be sent to, such as 10.1.0.0/16, besides the public one."""
    rate: Rate = Rate(per_second=1, burst=10)
    """How fast one incoming webhook may post."""


class RoomRules(_Strict):
    """What holds in every room."""

    rate: Rate = Rate(per_second=1, burst=10)
    """How fast one person may post in one room."""
    filter: Annotated[str, AfterValidator(_procedure)] | None = None
    """The procedure of a component of the site that is asked before a message is kept."""
    edit: Duration = 600.0
    """How long members may edit what they posted; those who moderate a room may for ever."""
    bots: list[Bot] = []


class Files(_Strict):
    """What people may attach to messages, and where it is kept."""

    bytes: Annotated[int, Field(ge=1_024, le=2_000_000_000)] = 25_000_000
    """The largest file."""
    pixels: Annotated[int, Field(ge=10_000, le=200_000_000)] = 50_000_000
    """The largest picture."""
    pending: Annotated[int, Field(ge=1)] = 20
    """How many files of one person may be in no message yet; they go after an hour."""
    day_bytes: Annotated[int, Field(ge=1_024)] = 1_000_000_000
    """How much one person may send in a day."""
    slowest: Annotated[int, Field(ge=1)] = 8_000
    """Bytes in a second, over half a minute: who sends more slowly is cut off."""
    at_once: Annotated[int, Field(ge=1)] = 100
    """How many may arrive at once at one router worker."""
    bucket: BucketSettings | None = None
    """Where they are kept, if not in the folder `data`."""


class Presence(_Strict):
    """Who counts as being here."""

    grace: Annotated[float, BeforeValidator(_seconds)] = 10.0
    """How long somebody without a connection is still here, so that a reload makes no noise."""
    lease: Annotated[float, BeforeValidator(_seconds)] = 60.0
    """How long people of a router worker that says nothing are still here."""


class PushRules(_Strict):
    """How people are told of what was said while they have no page open."""

    words: bool = True
    """Whether what was said, by whom and where is pushed; else only that there is something."""
    wait: Annotated[float, BeforeValidator(_seconds)] = 5.0
    """How long a message may be read on another device before it is pushed."""
    contact: Annotated[str, Field(pattern=r"^(mailto:[^@ ]+@[^@ ]+|https://[^ ]+)$")] | None = None
    """Whom a push service turns to; left out, it is `url` where that is https."""
    hosts: list[Annotated[str, Field(pattern=r"^(\*\.)?[a-z0-9.-]+$")]] = []
    """The push services that are pushed to, and nobody else; left out, all that have public addresses."""
    trials: Rate = Rate(per_second=0.1, burst=3)
    """How often somebody may try whether it arrives."""

    def sign(self, url: str | None) -> str:
        """Say whom a push service turns to."""
        return self.contact or (url if url and url.startswith("https:") else "mailto:operator@localhost")


class Settings(_Strict):
    """Everything in `openline.yaml`. Paths are relative to the folder it lies in."""

    realm: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = "openline"
    host: str | None = None
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """Where the pages are, in place of what `config.yaml` says."""
    url: Annotated[str, Field(pattern=r"^https?://[^/?#]+$")] | None = None
    """How people reach the pages, where that is another address: behind a proxy, or by a name."""
    origins: list[str] = []
    """Other sites whose pages may come in, such as `https://www.example.com`."""
    hosts: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")]] = []
    """The names by which pages find this node, such as `www.example.com`. Left out, they are any; or, where it listens
    for its own machine alone, with no proxy before it, only `localhost`."""
    proxies: list[Network] = []
    """Whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed: addresses, or networks such as 10.0.0.0/8."""
    proxy_protocol: list[Network] = []
    """Who begins each connection with a PROXY header (version 1 or 2)."""
    tls: Tls | None = None
    monitor: Monitor | None = Monitor()
    log: LogFormat = "text"
    """What a line of the log is: text, or a JSON object. Under `openline run`; Crossbar's own `start` knows no JSON."""
    limits: Limits = Limits()
    database: str = "sqlite:///data/openline.sqlite"
    data: str = "data"
    keys: str = "keys"
    run: str = "run"
    """Sockets and locks of the running node; only its owner may enter."""
    routers: Annotated[list[str], Field(min_length=1)] = ["router1"]
    """The router workers that every component joins."""
    processes: Mapping[str, list[str]] = {"main": ["stream", "room", "identity", "presence", "hook", "push"]}
    """Which components live together in which process; those of `router` live in each router worker."""
    guests: Guests = Guests()
    accounts: Accounts = Accounts()
    rooms: RoomRules = RoomRules()
    files: Files = Files()
    hooks: Hooks = Hooks()
    tokens: Tokens = Tokens()
    presence: Presence = Presence()
    push: PushRules = PushRules()
    oidc: Providers = []
    """Who else signs people in, in the order of their buttons."""
    streams: list[Namespace] = []
    """First match wins; a stream that nothing matches does not exist."""

    @field_validator("accounts")
    @classmethod
    def _is_reached(cls, accounts: Accounts, info: ValidationInfo) -> Accounts:
        """Links that are mailed lead to `url`: nobody but the operator knows how people reach the pages."""
        if accounts.mail and info.data.get("url", "") is None:
            raise ValueError("expected `url` to be set beside `mail`: the links in mails begin with it")
        return accounts

    def namespace(self, stream: str) -> Namespace | None:
        """Find the options of a stream."""
        return next((space for space in self.streams if space.covers(stream)), None)

    def provider(self, name: str) -> Provider | None:
        """Find a provider by its name."""
        return next((provider for provider in self.oidc if provider.name == name), None)
