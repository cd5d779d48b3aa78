"""The log of a whole node, as it comes together in Crossbar's controller."""

import json
import os
from typing import Any

import pytest
from crossbar import _logging
from crossbar.node import worker
from twisted.logger import LogLevel

from components.settings import LogFormat
from router import hooks
from router.start import NodeLog

OUR_JSON = '{"time": "2026-11-22T12:20:00.123Z", "level": "warn", "process": "main", "pid": 9, "message": "odd"}'


def event(text: str, level: str = "info", **more: Any) -> dict[str, Any]:
    """What Crossbar's controller tells its observers."""
    values = {"log_time": 1_795_350_000.1234, "log_level": LogLevel.lookupByName(level), "log_format": "{said}"}
    return {**values, "said": text, **more}


def router(text: str, level: str = "info", namespace: str = "router.edge.journal", **more: Any) -> dict[str, Any]:
    return event(
        text, level, log_system="Router        123", log_namespace="crossbar.node", cb_namespace=namespace, **more
    )


def guest(row: str) -> dict[str, Any]:
    return event(row, log_system="Guest         456", log_namespace="crossbar.node.worker.GuestWorkerProcess")


def written(kind: LogFormat, *events: dict[str, Any]) -> list[str]:
    rows: list[str] = []
    log = NodeLog(kind, rows.append)
    for each in events:
        log(each)
    return rows


def test_what_we_say_in_the_router_worker() -> None:
    said = router("u_7f (guest) joined", id="u_7f")
    assert written("text", said) == ["2026-11-22T12:20:00.123Z router[123] info: u_7f (guest) joined"]
    (row,) = written("json", said)
    line = json.loads(row)
    assert (line["time"], line["level"], line["process"], line["pid"]) == (
        "2026-11-22T12:20:00.123Z",
        "info",
        "router",
        123,
    )
    assert (line["message"], line["logger"], line["id"]) == ("u_7f (guest) joined", "router.edge.journal", "u_7f")


@pytest.mark.parametrize("kind", ["text", "json"])
def test_crossbar_is_heard_when_it_warns(kind: LogFormat) -> None:
    chatter = router("\x1b[33mnew session attached\x1b[39m", namespace="crossbar.router.router.Router")
    trouble = router("\x1b[33mCannot listen\x1b[39m", "error", namespace="crossbar.worker.router.RouterController")
    (row,) = written(kind, chatter, trouble)
    assert "Cannot listen" in row and "\x1b" not in row and "\\u001b" not in row


@pytest.mark.parametrize("kind", ["text", "json"])
def test_empty_rows_are_left_out(kind: LogFormat) -> None:
    assert written(kind, event("", log_namespace="stdout"), event("", "warn", log_namespace="stdout")) == []


def test_the_controller_speaks_for_itself() -> None:
    (row,) = written("text", event("Could not start node", "error", log_namespace="crossbar.node.main"))
    assert row == f"2026-11-22T12:20:00.123Z controller[{os.getpid()}] error: Could not start node"


def test_lines_of_components_are_passed_on() -> None:
    assert written("json", guest(OUR_JSON)) == [OUR_JSON]
    rows = written("text", guest("main[9] error: it failed"), guest("| Traceback (most recent call last):"))
    assert rows == ["2026-11-22T12:20:00.123Z main[9] error: it failed", "| Traceback (most recent call last):"]


@pytest.mark.parametrize("row", ["Segmentation fault", '{"time": "2026-11-', "7", "[1]"])
def test_what_nobody_thought_of_is_a_warning(row: str) -> None:
    assert written("text", guest(row)) == [f"2026-11-22T12:20:00.123Z components[456] warn: {row}"]
    (line,) = written("json", guest(row))
    assert json.loads(line)["message"] == row


def test_more_rows_of_one_thing_are_marked() -> None:
    (text,) = written("text", router("it failed\nTraceback\n  File x", "critical"))
    assert text.split("\n")[1:] == ["| Traceback", "|   File x"]
    (row,) = written("json", router("it failed\nTraceback", "critical"))
    assert "\n" not in row


class TestHooks:
    """Where we take Crossbar's place."""

    @pytest.fixture(autouse=True)
    def undone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put everything back afterwards."""
        for name in ("make_stdout_observer", "make_stderr_observer"):
            monkeypatch.setattr(_logging, name, getattr(_logging, name))
        monkeypatch.setattr(worker.WorkerProcess, "_log_topic", None, raising=False)

    def test_crossbar_takes_our_observer_for_its_own(self) -> None:
        rows: list[str] = []
        hooks.log_by(NodeLog("text", rows.append))
        out = _logging.make_stdout_observer(show_source=False, format="standard", color=False)
        err = _logging.make_stderr_observer(show_source=False, format="standard", color=False)
        for observer in (out, err):
            observer(router("one line"))
        assert len(rows) == 1

    def test_crossbar_publishes_no_lines(self) -> None:
        hooks.log_by(print)
        process = worker.GuestWorkerProcess(None, "components", None)
        process.pid = 9
        process.log(2, b"main[9] warn: x\n")  # Without a controller there is nothing to publish with.
        assert process._log_topic is None

    def test_a_crossbar_that_is_built_differently_is_found_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(_logging, "make_stderr_observer")
        with pytest.raises(hooks.HookMoved):
            hooks.log_by(print)
