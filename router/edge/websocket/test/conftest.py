"""Connections on real sockets, closed after each test."""

from collections.abc import Iterator
from typing import Any

import pytest

from .wire import Wire, Wires, new_reactor


@pytest.fixture(scope="session")
def reactor() -> Any:
    return new_reactor()


@pytest.fixture
def wires(reactor: Any) -> Iterator[Wires]:
    """Make connections."""
    made: list[Wire] = []

    def make(*args: Any, **options: Any) -> Wire:
        made.append(Wire(reactor, *args, **options))
        return made[-1]

    yield make
    for wire in made:
        wire.close()


@pytest.fixture
def wire(wires: Wires) -> Wire:
    """Make one connection."""
    return wires()
