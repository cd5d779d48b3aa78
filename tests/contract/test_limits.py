"""What operators read about limits is what the limits are."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from components.settings import Connections, Limits, Rate, Rates, Requests, Settings, Tokens

ROOT = Path(__file__).parents[2]
FILE = (ROOT / ".crossbar/openline.yaml").read_text()
REFERENCE = (ROOT / "docs/reference/limits.md").read_text()


def commented_out(name: str) -> str:
    """Take the comment marks from a part of the settings file, which ends at an empty line."""
    part = FILE[FILE.index(f"# {name}:") :].partition("\n\n")[0]
    return "\n".join(line.removeprefix("# ") for line in part.splitlines())


def names(model: type[BaseModel], before: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if inner in (Connections, Requests):
            assert isinstance(inner, type) and issubclass(inner, BaseModel)
            yield from names(inner, f"{name}.")
        else:
            yield f"{before}{name}"


def test_what_is_commented_out_shows_the_default() -> None:
    given = yaml.safe_load(commented_out("limits"))
    assert Settings.model_validate(given) == Settings()
    written = given["limits"]
    assert written.keys() == Limits.model_fields.keys()
    assert written["connections"].keys() == Connections.model_fields.keys()
    assert written["requests"].keys() == Requests.model_fields.keys()


def test_what_is_commented_out_of_tokens_is_the_default() -> None:
    given = yaml.safe_load(commented_out("tokens"))
    assert Settings.model_validate(given) == Settings()
    assert given["tokens"].keys() == Tokens.model_fields.keys()


@pytest.mark.parametrize("name", ["proxies", "proxy_protocol", "tls"])
def test_what_is_commented_out_may_be_uncommented(name: str) -> None:
    assert getattr(Settings.model_validate(yaml.safe_load(commented_out(name))), name)


@pytest.mark.parametrize("name", list(names(Limits)))
def test_the_reference_tells_what_happens_at_each_limit(name: str) -> None:
    value: object = Limits()
    for step in name.split("."):
        value = getattr(value, step)
    [row] = [line for line in REFERENCE.splitlines() if line.startswith("|") and f"`{name}`" in line.split("|")[1]]
    assert shown(value) in row


def shown(value: object) -> str:
    if isinstance(value, Rates):
        return f"{value.session.per_second:g}"
    if isinstance(value, Rate):
        return f"{value.per_second:g} a second, {value.burst:,} at once"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}s" if isinstance(value, float) else str(value)
