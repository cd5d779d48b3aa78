"""`openline component` and `openline audit`, on a node that is not running."""

import json
from pathlib import Path

import pytest

from components import keys
from openline.__main__ import main

STREAMS = "streams:\n- match: openline.audit\n  keep: {events: null, for: forever}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "openline.yaml").write_text(STREAMS)
    return tmp_path


def openline(folder: Path, *arguments: str) -> int:
    verb, *more = arguments
    return main([verb, "--cbdir", str(folder), *more])


def trail(folder: Path, capsys: pytest.CaptureFixture[str], *more: str) -> list[tuple[int, str, str]]:
    capsys.readouterr()
    assert openline(folder, "audit", "export", *more) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [(event["offset"], event["type"], event["data"]["name"]) for event in events]


def test_a_component_comes_and_goes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert openline(folder, "component", "add", "prices", "--register", "app.prices.*", "--callers", "member") == 0
    said = capsys.readouterr().out
    path = folder / "keys/components/prices.key"
    assert f"{path}" in said and "app.prices.*" in said and path.read_text().strip() not in said
    compile(said[said.index("from autobahn") :], "said", "exec")
    assert openline(folder, "component", "list") == 0
    assert "prices: registers app.prices.*, called by member" in capsys.readouterr().out
    assert openline(folder, "component", "remove", "prices") == 0
    assert not path.exists()
    assert trail(folder, capsys) == [(1, "component_added", "prices"), (2, "component_removed", "prices")]
    assert trail(folder, capsys, "--after", "1") == [(2, "component_removed", "prices")]


def test_a_component_has_its_name_in_what_it_registers_unless_told(folder: Path) -> None:
    assert openline(folder, "component", "add", "prices") == 0
    badge = keys.load(folder / "keys", "prices")
    assert badge and badge.register == ("app.prices.*",) and badge.callers == {"operator", "component"}


@pytest.mark.parametrize("name", ["room", "stream", "openline"])
def test_the_nodes_own_names_are_taken(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert openline(folder, "component", "add", name) == 1
    assert capsys.readouterr().out == f"{name} is one of the node's own components\n"
    assert not (folder / "keys").exists()


def test_who_is_not_there_is_not_removed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert openline(folder, "component", "remove", "prices") == 1
    assert capsys.readouterr().out == "no component prices was added\n"
    assert trail(folder, capsys) == []


def test_nobody_there_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert openline(folder, "component", "list") == 0
    assert capsys.readouterr().out == "No component was added.\n"


def test_without_a_trail_it_is_said_and_done(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "openline.yaml").write_text("")
    assert openline(folder, "component", "add", "prices") == 0
    assert "This is not in the audit trail: openline.yaml has no stream openline.audit" in capsys.readouterr().out
    assert keys.load(folder / "keys", "prices")


def test_a_trail_that_cannot_be_read_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "openline.yaml").write_text(f"{STREAMS}database: sqlite:////proc/nowhere.sqlite\n")
    assert openline(folder, "audit", "export") == 1
    assert "Traceback" not in capsys.readouterr().out
