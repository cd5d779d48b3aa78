"""A line says when, who, what and with which fields, and shows nothing on a terminal but that."""

import json
from collections.abc import Callable

import pytest
from twisted.logger import ILogObserver, Logger, LogLevel
from twisted.python.failure import Failure
from zope.interface import provider

from components.log_lines import Line, observer, stamp
from components.settings import LogFormat


def written(kind: LogFormat, say: Callable[[Logger], None], namespace: str = "components.room") -> list[str]:
    """All rows that are written for what a logger is told."""
    rows: list[str] = []
    observe = provider(ILogObserver)(observer(kind, "main", 42, rows.append))
    say(Logger(namespace, observer=observe))
    return rows


def test_text() -> None:
    assert written("text", lambda log: log.warn("{n} of them", n=3)) == ["main[42] warn: 3 of them"]


def test_json() -> None:
    (row,) = written("json", lambda log: log.info("{n} of them, {error}", n=3, error=ValueError("é")))
    line = json.loads(row)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "info",
        "process": "main",
        "pid": 42,
        "logger": "components.room",
        "message": "3 of them, é",
        "n": 3,
        "error": "é",
    }
    assert row.isascii()


@pytest.mark.parametrize("kind", ["text", "json"])
def test_libraries_are_heard_when_they_warn(kind: LogFormat) -> None:
    assert not written(kind, lambda log: log.info("connecting"), "autobahn.wamp.x")
    assert not written(kind, lambda log: log.debug("thinking"), "components.room")
    (row,) = written(kind, lambda log: log.warn("odd {ticket}", ticket="s3cret", other="s3cret"), "autobahn.wamp.x")
    assert row.count("s3cret") == 1, "what it says, but not its fields"


def test_the_first_attempt_to_connect_is_no_warning() -> None:
    namespace = "autobahn.twisted.component.Component"
    assert not written("text", lambda log: log.warn("trying transport 0"), namespace)
    assert written("text", lambda log: log.error("Connection failed"), namespace)


def test_a_traceback_stays_together() -> None:
    def say(log: Logger) -> None:
        try:
            raise ValueError("boom")
        except ValueError:
            log.failure("it failed, incident {incident}", incident="ab12")

    (text,) = written("text", say)
    first, *others = text.split("\n")
    assert first == "main[42] critical: it failed, incident ab12"
    assert others and all(row.startswith("| ") for row in others)
    (row,) = written("json", say)
    line = json.loads(row)
    assert line["incident"] == "ab12" and "ValueError: boom" in line["message"]


def test_what_a_supervised_process_says_goes_on_as_it_was_said() -> None:
    def say(log: Logger) -> None:
        log.info("[{tag}] {line}", tag="main", line="main[7] warn: x", stream="stderr")
        log.info("[{tag}] {line}", tag="main", line="", stream="stderr")

    assert written("text", say, "twisted.runner.procmon.ProcessMonitor") == ["main[7] warn: x"]


def test_no_trick_with_the_terminal() -> None:
    text = Line(0, "info", "main", 1, "a\x1b[2Jb\rc\x9b31m\nmain[1] info: not me").text()
    assert text == "main[1] info: a\\x1b[2Jb\\x0dc\\x9b31m\n| main[1] info: not me"


def test_a_field_does_not_take_the_place_of_what_is_ours() -> None:
    (row,) = written("json", lambda log: log.info("hi", pid=1, process="other", message="else"))
    line = json.loads(row)
    assert (line["pid"], line["process"], line["message"]) == (42, "main", "hi")


def test_fields_that_json_cannot_say() -> None:
    (row,) = written(
        "json", lambda log: log.info("hi", failure=Failure(ValueError("x")), level_=LogLevel.info, odd={1: b"x"})
    )
    assert json.loads(row)["message"] == "hi"


def test_a_time_is_utc() -> None:
    assert stamp(1_795_350_000.1234) == "2026-11-22T12:20:00.123Z"
