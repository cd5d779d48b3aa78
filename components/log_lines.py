"""Lines of the log: text for people, or a JSON object for programs; the same from every process of the node."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from twisted.logger import ILogObserver, LogEvent, LogLevel, formatEvent
from zope.interface import provider

from .settings import LogFormat

FOREIGN = {"", "-", "__main__", "autobahn", "crossbar", "log_legacy", "twisted", "txaio"}
"""Whose news are no news, unless they are warnings; and whose fields may hold anything, so only their text is kept."""
_LEVELS = {LogLevel.debug: 0, LogLevel.info: 1, LogLevel.warn: 2, LogLevel.error: 3, LogLevel.critical: 4}
_OURS = {"time", "level", "process", "pid", "logger", "message", "traceback", "cb_namespace"}
_COLOURS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}
"""What could make a terminal show something else than what was said."""


@dataclass(frozen=True)
class Line:
    """One thing that happened. More than one row of text stays one line, or is marked as one."""

    time: float
    level: str
    process: str
    pid: int
    message: str
    logger: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)

    def text(self) -> str:
        """For people, without the time: whoever collects it writes that."""
        message = "\n| ".join(row for row in self.message.translate(_CONTROL).split("\n") if row.strip())
        return f"{self.process}[{self.pid}] {self.level}: {message}"

    def json(self) -> str:
        """For programs; nothing in it but ASCII, so it may be cut and joined at any byte."""
        line = {
            "time": stamp(self.time),
            "level": self.level,
            "process": self.process,
            "pid": self.pid,
            **({"logger": self.logger} if self.logger else {}),
            "message": self.message,
            **self.fields,
        }
        return json.dumps(line, default=str, skipkeys=True)


def stamp(time: float) -> str:
    """Write a time as ISO 8601, UTC, to the millisecond."""
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def line_of(event: LogEvent, process: str, pid: int) -> Line:
    """Make a line of what a logger of Twisted's, or of Crossbar's, was told."""
    logger = namespace(event)
    message = _COLOURS.sub("", formatEvent(event)).strip()
    fields = {} if is_foreign(event) else {k: v for k, v in event.items() if not (k in _OURS or k.startswith("log_"))}
    if "log_failure" in event:
        message = f"{message}\n{event['log_failure'].getTraceback().rstrip()}".lstrip()
    return Line(event["log_time"], event["log_level"].name, process, pid, message, logger, fields)


def namespace(event: LogEvent) -> str:
    """Say which logger was told; Crossbar's controller hands on what the logger of a worker was."""
    return str(event.get("cb_namespace") or event.get("log_namespace") or "")


def is_foreign(event: LogEvent) -> bool:
    """Say whether this comes from a library."""
    return namespace(event).split(".")[0] in FOREIGN


def is_news(event: LogEvent) -> bool:
    """Say whether anybody should read this: what we say, and the warnings of others."""
    level = _LEVELS[event["log_level"]]
    return level >= 2 or (level == 1 and not is_foreign(event))


def observer(kind: LogFormat, process: str, pid: int, write: Callable[[str], Any]) -> ILogObserver:
    """Write the log of one process, a row at a time. What the processes it supervises say goes on as they said it."""

    @provider(ILogObserver)
    def observe(event: LogEvent) -> None:
        if namespace(event).startswith("twisted.runner.procmon") and "line" in event:
            row = event["line"]
        elif namespace(event).startswith("autobahn.twisted.component") and _LEVELS[event["log_level"]] < 3:
            return  # It warns of each attempt to connect, the first one too.
        elif is_news(event):
            line = line_of(event, process, pid)
            row = line.json() if kind == "json" else line.text()
        else:
            return
        if row.strip():
            write(row)

    return cast(ILogObserver, observe)
