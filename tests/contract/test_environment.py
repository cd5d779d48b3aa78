"""The pins are whole: nothing is missing from the environment but what is left out on purpose."""

from collections.abc import Iterator
from importlib.metadata import Distribution, distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LEFT_OUT = {"bjdata"}
"""See requirements/lock.py."""

INSTALLED: dict[str, Distribution] = {canonicalize_name(each.name): each for each in distributions()}


def wanted(
    name: str, extras: frozenset[str], seen: set[tuple[str, frozenset[str]]]
) -> Iterator[tuple[str, Requirement]]:
    """List what a distribution with some extras asks for, and what that asks for, with who asks."""
    if name not in INSTALLED or (name, extras) in seen:
        return
    seen.add((name, extras))
    for requirement in asked(INSTALLED[name], extras):
        yield name, requirement
        yield from wanted(canonicalize_name(requirement.name), frozenset(requirement.extras), seen)


def asked(distribution: Distribution, extras: frozenset[str]) -> Iterator[Requirement]:
    """List what a distribution asks for on this machine."""
    for line in distribution.requires or []:
        requirement = Requirement(line)
        if not requirement.marker or any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


@pytest.mark.skipif("openline" not in INSTALLED, reason="openline is not installed here, so there is nothing to ask")
def test_nothing_is_missing() -> None:
    missing = {
        f"{requirement} (for {name})"
        for name, requirement in wanted("openline", frozenset({"test", "node"}), set())
        if requirement.name not in LEFT_OUT and not is_there(requirement)
    }
    assert not missing


def is_there(requirement: Requirement) -> bool:
    """Say whether the environment has what is asked for, in a version that will do."""
    found = INSTALLED.get(canonicalize_name(requirement.name))
    return found is not None and requirement.specifier.contains(found.version, prereleases=True)


def test_what_is_left_out_is_not_there() -> None:
    assert not LEFT_OUT & INSTALLED.keys()
