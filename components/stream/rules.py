"""What a stream takes, and how much of it is kept. Pure: no I/O, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry

from components.settings import Keep, Namespace, Settings

from .api import EventTooLarge, InvalidData, Publication, UnknownStream, UnknownType

Validators = Mapping[str, Mapping[str, Draft202012Validator]]
"""By the pattern of the namespace, and the type of the event."""


def validators(spaces: Iterable[Namespace]) -> Validators:
    """Compile the schemas of all namespaces once."""
    return {space.match: {type: _validator(schema) for type, schema in (space.types or {}).items()} for space in spaces}


def _validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(schema, registry=Registry())  # A registry of its own: nothing is fetched.


def check(settings: Settings, compiled: Validators, wanted: Publication) -> None:
    """Refuse an event that its stream does not take."""
    space = settings.namespace(wanted.stream)
    if space is None:
        raise UnknownStream(stream=wanted.stream)
    size = len(_json(wanted.data))
    if size > space.max_event_bytes:
        raise EventTooLarge(size=size, limit=space.max_event_bytes)
    if space.types is not None:
        _check_type(compiled[space.match], wanted)


def _check_type(types: Mapping[str, Draft202012Validator], wanted: Publication) -> None:
    if wanted.type not in types:
        raise UnknownType(type=wanted.type, types=sorted(types))
    wrong = best_match(types[wanted.type].iter_errors(wanted.data))
    if wrong is not None:
        raise InvalidData(f"{wrong.json_path}: {wrong.message[:200]}", path=wrong.json_path)


def _json(data: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(data)
    except TypeError as error:
        raise InvalidData("The data holds something that JSON cannot say.") from error


def due(keep: Keep, head: int, oldest: int, time: float | None, now: float) -> bool:
    """Say whether the oldest event, which is of that time, is kept no longer."""
    return time is not None and first_kept(keep, head, [(oldest, time)], now) > oldest


def first_kept(keep: Keep, head: int, tail: Sequence[tuple[int, float]], now: float) -> int:
    """Find the first offset to keep, looking no further than the oldest events: `tail`, of at least one."""
    first = 1 if keep.events is None else head - keep.events + 1
    since = float("-inf") if keep.for_ is None else now - keep.for_
    return next((offset for offset, time in tail if offset >= first and time >= since), tail[-1][0] + 1)
