"""Crossbar formats nothing for nobody, and what it does say keeps its content."""

from collections.abc import Iterator
from typing import Any

import pytest
from autobahn import util
from autobahn.wamp import message
from crossbar import _util
from crossbar.router import role, router, session
from crossbar.router.router import Router

from router import hooks

HELPERS = [
    getattr(module, name)
    for module in (_util, util)
    for name in ("hl", "hlid", "hlval", "hluserid", "hlcontract", "hltype")
]


@pytest.fixture(autouse=True)
def undone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put everything back afterwards."""
    for helper in HELPERS:
        for part in ("__code__", "__defaults__", "__kwdefaults__"):
            monkeypatch.setattr(helper, part, getattr(helper, part))
    for module in (role, router, session):
        monkeypatch.setattr(module, "pformat", module.pformat)
    log: Any = Router.log
    before = log._log_level
    monkeypatch.setattr(log, "_log_level_set_explicitly", log._log_level_set_explicitly)
    yield
    log._set_log_level(before)


@pytest.mark.parametrize("helper", HELPERS, ids=lambda helper: f"{helper.__module__}.{helper.__name__}")
def test_what_is_said_keeps_its_content_and_loses_its_colours(helper: Any) -> None:
    coloured = helper("Ada")
    hooks.quiet()
    assert "\x1b" in coloured
    assert f"{helper('Ada')}" == "Ada"


def test_options_of_the_helpers_are_taken() -> None:
    hooks.quiet()
    assert (
        f"{_util.hl('x', bold=True, color='red')}{util.hlval(7, color='blue')}{_util.hltype(dict, render=True)}"
        == "x7dict"
    )
    assert "PUBLISH::" in str(message.Publish(1, "a.b"))


def test_nothing_is_printed_prettily() -> None:
    hooks.quiet()
    extra = {"a": [1]}
    assert all(module.pformat(extra) is extra for module in (role, router, session))


def test_crossbar_does_not_write_down_who_comes_and_goes() -> None:
    log: Any = Router.log
    log._set_log_level("info")
    spoken = log.info
    hooks.quiet()
    assert log.info is not spoken and log.warn is not log.info
    assert log._log_level == "warn"


def test_whoever_asked_for_more_gets_it() -> None:
    log: Any = Router.log
    log._set_log_level("debug")
    hooks.quiet()
    assert log._log_level == "debug"


@pytest.mark.parametrize("module", [role, router, session])
def test_a_crossbar_that_is_built_differently_is_found_out(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(module, "pformat")
    with pytest.raises(hooks.HookMoved, match="pformat"):
        hooks.quiet()
