"""Check `config.yaml` with Crossbar's own checker, and find the line that it complains of."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from components.document import Document, Mistakes, Spot, read

FILE = "config.yaml"

REALM = {"name", "options", "roles", "store", "rlinks", "id"}
ROLE = {"name", "permissions", "authorizer", "id"}
"""Crossbar takes any other name in these two groups for nothing at all, so a slip there would go unseen."""

BY_KEY = "cryptosign: {type: function, create: router.component_session.create}"
"""How components sign in. Without any `auth`, Crossbar lets in whoever connects."""

NEAR = 2
"""How far below what was being checked a complaint may point; the same word further down is another thing."""

Parts = list[tuple[Spot, Any]]


def check(folder: Path) -> None:
    """Raise `Mistakes` unless Crossbar can start from the `config.yaml` in a folder."""
    if found := _mistakes(_read(folder)):
        raise Mistakes(found)


def web_endpoint(folder: Path) -> tuple[str, int]:
    """Find the interface (empty: all) and port of the first web transport. Raises `Mistakes` where there is none."""
    document = _read(folder)
    if found := _web_endpoint(document.value):
        return found
    raise Mistakes(_mistakes(document) or [document.say((), "there is no web transport with a port")])


def web_paths(folder: Path) -> frozenset[str]:
    """Find the first parts of the paths that the first web transport has, below its root."""
    transport = _web_transport(_read(folder).value)
    return frozenset(path.partition("/")[0] for path in transport.get("paths", {}) if path != "/")


def _web_endpoint(config: Any) -> tuple[str, int] | None:
    try:
        endpoint = _web_transport(config)["endpoint"]
        return endpoint.get("interface", ""), int(endpoint["port"])
    except (AttributeError, KeyError, StopIteration, TypeError, ValueError):
        return None


def _web_transport(config: Any) -> Any:
    transports = [each for worker in config["workers"] for each in worker.get("transports", [])]
    return next(each for each in transports if each["type"] == "web")


def _read(folder: Path) -> Document:
    try:
        return read((folder / FILE).read_text(), FILE)
    except OSError as error:
        raise Mistakes([f"{FILE}: {error.strerror} ({folder})"]) from None


def _mistakes(document: Document) -> list[str]:
    """Ask Crossbar, and then look for what it passes over."""
    try:
        _ask_crossbar(document.value)
    except Exception as error:  # The checker raises KeyError and others too, on what it did not think of.
        return [_explain(error, document)]
    return list(_unseen(document))


def _ask_crossbar(config: object) -> None:
    from crossbar.personality import Personality  # Takes a second and a half: only whoever checks should wait.

    Personality.check_config(Personality, config)


def _unseen(document: Document) -> Iterator[str]:
    """Find names that Crossbar would pass over in silence, realms without one, and components without a key."""
    for spot, part in _parts(document.value, ()):
        if isinstance(part, dict) and part.get("type") == "rawsocket" and "transports" in spot:
            yield from _not_by_key(document, spot, part.get("auth") or {})
        known = {"realms": REALM, "roles": ROLE}.get(str(spot[-2])) if len(spot) > 1 else None
        if known and isinstance(part, dict):
            yield from (
                document.say((*spot, key), f"unknown, expected one of {', '.join(sorted(known))}")
                for key in part.keys() - known
            )
            if "name" not in part:
                yield document.say(spot, "expected a name")


def _not_by_key(document: Document, spot: Spot, auth: Any) -> Iterator[str]:
    """Find ways by which somebody would come in as a component without a key."""
    for method in [one for one in auth if one != "cryptosign"] or ([] if auth else [""]):
        where = (*spot, "auth", method) if method else spot
        yield document.say(where, f"components sign in with a key, expected `auth` to be `{BY_KEY}`")


def _explain(error: BaseException, document: Document) -> str:
    """Say what Crossbar says, with the place."""
    while error.__context__:
        error = error.__context__  # It wraps what it says in more general words, without the place.
    sentence = str(error) if type(error).__name__ == "InvalidConfigException" else repr(error)
    sentence = re.split(r"\s+(?:OrderedDict\(|\{)", sentence)[0]  # It goes on with all that it was looking at.
    return document.say(_spot(error.__traceback__, sentence, document.value), " ".join(sentence.split()))


def _spot(traceback: TracebackType | None, sentence: str, config: object) -> Spot:
    """Find what the complaint is about: a key or a value that it quotes, in the part that was being checked."""
    arguments, others = _checked(traceback, config)
    words = re.findall(r"""["'`]([^"'`]+)["'`]""", sentence) if "missing" not in sentence else []
    for is_meant in (_is_key, _is_value):
        for word in words:
            for spot, part in others:
                near = [
                    inner
                    for inner, value in _parts(part, spot, leaves=True)
                    if is_meant(word, inner[len(spot) :], value)
                ]
                if near:
                    return min(near, key=len)
    return (arguments or others or [((), config)])[0][0]


def _checked(traceback: TracebackType | None, config: object) -> tuple[Parts, Parts]:
    """Find the parts of the configuration in the checker's innermost frame that holds any, the smallest first.

    Its arguments are what it was called to check; among its other variables is what it had come to.
    """
    known = {id(part): (spot, part) for spot, part in _parts(config, ())}
    arguments: Parts = []
    others: Parts = []
    while traceback:
        frame = inspect.getargvalues(traceback.tb_frame)
        held = {name: known[id(value)] for name, value in frame.locals.items() if id(value) in known}
        if held:
            others = sorted(held.values(), key=lambda each: -len(each[0]))
            arguments = [each for each in others if each in [held.get(name) for name in frame.args]]
        traceback = traceback.tb_next
    return arguments, others


def _parts(part: Any, spot: Spot, leaves: bool = False) -> Iterator[tuple[Spot, Any]]:
    """List a part of a configuration and all groups in it, outermost first; with `leaves`, single values too."""
    is_group = isinstance(part, dict | list)
    if is_group or leaves:
        yield spot, part
    if is_group:
        for key, value in part.items() if isinstance(part, dict) else enumerate(part):
            yield from _parts(value, (*spot, key), leaves)


def _is_key(word: str, below: Spot, value: object) -> bool:
    return below[-1:] == (word,) and len(below) <= NEAR


def _is_value(word: str, below: Spot, value: object) -> bool:
    return str(value) == word and len(below) <= NEAR
