"""What an operator may set: the model of `.crossbar/openline.yaml`.

Values come from that file; `OPENLINE_<NAME>` replaces the value of the top-level name, and `PORT` the web port.
Nothing else in the node reads the environment.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from jsonschema import Draft202012Validator, SchemaError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

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


Duration = Annotated[float | None, BeforeValidator(_seconds)]
Schema = Annotated[dict[str, Any], AfterValidator(_schema)]
Role = Literal["guest", "member", "operator", "component"]
Access = list[Role] | Literal["members"]
"""Which roles may, or `members`: the component that owns the stream is asked."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Keep(_Strict):
    """How much of a stream is kept: both bounds hold at once."""

    events: Annotated[int, Field(ge=1)] | None = 1_000
    for_: Annotated[Duration, Field(alias="for")] = 86_400.0


class Namespace(_Strict):
    """The options of all streams that a pattern matches: an exact name, or `a.b.*` for all that begins with `a.b.`."""

    match: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*(\.\*)?$")]
    keep: Keep = Keep()
    read: Access = []
    publish: Access = ["component"]
    types: dict[str, Schema] | None = None
    """A JSON Schema (2020-12) for the data of each type; when given, other types are refused."""
    max_event_bytes: Annotated[int, Field(ge=1, le=1_048_576)] = 65_536

    def covers(self, stream: str) -> bool:
        """Say whether these are the options of a stream, unless an earlier namespace covers it."""
        prefix, star, _ = self.match.partition("*")
        return stream.startswith(prefix) if star else stream == self.match


class Guests(_Strict):
    """People who give a name and nothing else."""

    allowed: bool = True
    token: Annotated[float, BeforeValidator(_seconds)] = 7 * 86_400.0
    """How long a guest's token is good for."""
    per_minute: Annotated[int, Field(ge=1)] = 30
    """How many guests may sign in from one address in a minute."""


class Settings(_Strict):
    """Everything in `openline.yaml`. Paths are relative to the folder it lies in."""

    realm: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] = "openline"
    host: str | None = None
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """Where the pages are, in place of what `config.yaml` says."""
    origins: list[str] = []
    """Other sites whose pages may come in, such as `https://www.example.com`."""
    database: str = "sqlite:///data/openline.sqlite"
    data: str = "data"
    keys: str = "keys"
    run: str = "run"
    """Sockets and locks of the running node; only its owner may enter."""
    routers: Annotated[list[str], Field(min_length=1)] = ["router1"]
    """The router workers that every component joins."""
    processes: Mapping[str, list[str]] = {"main": ["stream", "room"]}
    """Which components live together in which process; those of `router` live in each router worker."""
    guests: Guests = Guests()
    streams: list[Namespace] = []
    """First match wins; a stream that nothing matches does not exist."""

    def namespace(self, stream: str) -> Namespace | None:
        """Find the options of a stream."""
        return next((space for space in self.streams if space.covers(stream)), None)
