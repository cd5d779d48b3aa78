"""`--long` adds the cases that take twenty minutes."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="run the cases that take twenty minutes too")


@pytest.fixture
def long(request: pytest.FixtureRequest) -> None:
    """Leave out what takes long, unless it is asked for."""
    if not request.config.getoption("--long", default=False):
        pytest.skip("takes twenty minutes: make nightly")
