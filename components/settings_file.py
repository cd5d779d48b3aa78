"""Read `openline.yaml` and the environment into `Settings`, or say which line is wrong and what was expected."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from components.document import Document, Mistakes, Spot, read, show
from components.settings import Settings

FILE = "openline.yaml"
FOLDER = "OPENLINE_DIR"
PREFIX = "OPENLINE_"

WISHES = {
    "bool": "true or false",
    "dict": "names with values, as in `main: [stream]`",
    "float": "a number",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "{ge} or more",
    "int": "a whole number",
    "int_from_float": "a whole number",
    "ip_v4_network": "an address or a network such as 10.0.0.0/8",
    "ip_v6_network": "fd00::/8",
    "less_than_equal": "{le} or less",
    "list": "a list",
    "literal_error": "{expected}",
    "mapping": "names with values, as in `main: [stream]`",
    "missing": "something here",
    "model": "names with values, as in `events: 100`",
    "string": "text",
    "string_pattern_mismatch": "text of the form {pattern}",
    "too_short": "{min_length} or more of them",
}
"""What was expected, by pydantic's name for the mistake. The others speak for themselves."""


class BadSettings(Mistakes):
    """Settings that cannot be used."""


@dataclass(frozen=True)
class Places:
    """Where a node keeps its things: absolute paths, and the database's URL."""

    folder: Path
    data: Path
    keys: Path
    run: Path
    database: str


def find_folder(cwd: Path, environ: Mapping[str, str]) -> Path:
    """Find the node's folder: `OPENLINE_DIR`, or here if `openline.yaml` is here, or `.crossbar`."""
    if FOLDER in environ:
        return cwd / environ[FOLDER]
    return cwd if (cwd / FILE).exists() else cwd / ".crossbar"


def load(folder: Path, environ: Mapping[str, str]) -> Settings:
    """Read the settings of the node in a folder. Without a file they are the defaults. Raises `BadSettings`."""
    file = folder / FILE
    try:
        document = read(file.read_text() if file.exists() else "", FILE)
        variables = {name: read(text, variable) for name, variable, text in _variables(environ)}
    except UnicodeDecodeError as error:
        raise BadSettings([f"{FILE}: this is not text in UTF-8: {error.reason} at byte {error.start}"]) from None
    except Mistakes as mistakes:
        raise BadSettings(mistakes.lines) from None
    if not isinstance(document.value, dict | None):
        raise BadSettings([document.say((), f"expected settings such as `port: 8080`, got {_shown(document.value)}")])
    values = {**(document.value or {}), **{name: variable.value for name, variable in variables.items()}}
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise BadSettings(_explain(error, values, document, variables)) from None


def places(folder: Path, settings: Settings) -> Places:
    """Resolve the paths of the settings, which are relative to the folder they lie in. SQLite's file is one of them."""
    folder = folder.resolve()
    database = re.sub(r"^(sqlite[^:]*:///)(?![/:?]|$)", rf"\g<1>{folder}/", settings.database)
    return Places(folder, folder / settings.data, folder / settings.keys, folder / settings.run, database)


def _variables(environ: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """List the settings that the environment replaces: name, variable, text. `OPENLINE_PORT` goes before `PORT`."""
    known = {f"{PREFIX}{name}".upper(): name for name in Settings.model_fields}
    ours = {name for name in environ if name.startswith(PREFIX)} - {FOLDER}
    if unknown := sorted(ours - known.keys()):
        raise Mistakes(f"{name}: unknown; known are {', '.join([*known, FOLDER])}" for name in unknown)
    for variable, name in {"PORT": "port", **known}.items():
        if environ.get(variable):
            yield name, variable, environ[variable]


def _explain(
    error: ValidationError, values: object, document: Document, variables: Mapping[str, Document]
) -> Iterator[str]:
    """Say in a line each what is wrong; alternatives of which none fits are one mistake."""
    found: dict[Spot, list[str]] = {}
    for detail in error.errors(include_url=False):
        found.setdefault(_spot(detail, values), []).append(_wish(detail))
    for spot, wishes in found.items():
        if any(other[: len(spot)] == spot != other for other in found):
            continue  # One alternative fits but for something deeper, which has a line of its own.
        sentence = (
            wishes[0] + "".join(f" or {wish.removeprefix('expected ')}" for wish in wishes[1:]) + _got(spot, values)
        )
        variable = variables.get(str(spot[0]))
        yield f"{variable.name}{show(('', *spot[1:]))}: {sentence}" if variable else document.say(spot, sentence)


def _spot(detail: ErrorDetails, values: object) -> Spot:
    """Find the place of a mistake: pydantic's, without the names of alternatives, which stand in no file."""
    spot: Spot = ()
    for step in detail["loc"]:
        if _has(values, (*spot, step)):
            spot = (*spot, step)
    return (*spot, detail["loc"][-1]) if detail["type"] == "missing" else spot


def _has(values: object, spot: Spot) -> bool:
    try:
        _at(values, spot)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _at(values: Any, spot: Spot) -> object:
    for step in spot:
        values = values[step]
    return values


def _wish(detail: ErrorDetails) -> str:
    """Say what was expected."""
    if detail["type"] == "extra_forbidden":
        return _unknown(detail["loc"])
    wish = WISHES.get(detail["type"].removesuffix("_parsing").removesuffix("_type"), detail["msg"])
    return "expected " + wish.format(**detail.get("ctx", {})).removeprefix("Value error, ").removeprefix("expected ")


def _got(spot: Spot, values: object) -> str:
    return f", got {_shown(_at(values, spot))}" if _has(values, spot) else ""


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _unknown(spot: Spot) -> str:
    """Say which names there are beside one that is not, the likely one first."""
    model: type[BaseModel] = Settings
    for step in spot[:-1]:
        model = _model(_by_name(model)[step].annotation) if isinstance(step, str) else model
    names = list(_by_name(model))
    likely = difflib.get_close_matches(str(spot[-1]), names, 1)
    return f"unknown, did you mean `{likely[0]}`?" if likely else f"unknown, expected one of {', '.join(names)}"


def _by_name(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """List the fields of a model by the names they have in the file."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _model(annotation: Any) -> type[BaseModel]:
    """Find the model in a type such as `list[Namespace]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(_model(inner) for inner in get_args(annotation))
