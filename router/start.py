"""`crossbar start`, with a log that is worth reading: `openline run` starts the node with `python -m router.start`.

Crossbar knows no JSON, and where its own chatter is hidden it hides what the components say too. So we take its place
as the one who writes the log, in its controller: there the lines of all processes of the node come together.
"""

import json
import os
import re
import sys
from collections.abc import Callable

import crossbar
from twisted.logger import LogEvent

from components.here import here
from components.log_lines import Line, is_news, line_of, stamp
from components.settings import LogFormat

from . import hooks

_ROW = re.compile(r"\S+\[\d+\] (debug|info|warn|error|critical): |\| ")
"""How the text of `log_lines` begins: a line, or one of its further rows."""


class NodeLog:
    """Writes a line for what any process of the node said, if that is news."""

    def __init__(self, kind: LogFormat, write: Callable[[str], object]) -> None:
        self._kind, self._write = kind, write

    def __call__(self, event: LogEvent) -> None:
        process, pid = _process(event)
        if process == "guest":
            self._pass_on(line_of(event, "components", pid))
        elif is_news(event) and (line := line_of(event, process, pid)).message:
            self._say(line)

    def _pass_on(self, line: Line) -> None:
        """Write what the components' processes wrote: lines as ours, or what nobody thought of."""
        if not self._is_done(line.message):
            self._say(Line(line.time, "warn", line.process, line.pid, line.message))
        elif self._kind == "json" or line.message.startswith("| "):
            self._write(line.message)
        else:
            self._write(f"{stamp(line.time)} {line.message}")

    def _is_done(self, row: str) -> bool:
        """Say whether this is a line already."""
        if self._kind == "text":
            return _ROW.match(row) is not None
        try:
            return isinstance(json.loads(row), dict)
        except ValueError:
            return False

    def _say(self, line: Line) -> None:
        self._write(line.json() if self._kind == "json" else f"{stamp(line.time)} {line.text()}")


def _process(event: LogEvent) -> tuple[str, int]:
    """Say which process it was, as Crossbar's controller does: `Router        123`, or nothing for itself."""
    kind, _, pid = str(event.get("log_system") or "-").partition(" ")
    return (kind.lower(), int(pid)) if pid.strip().isdigit() else ("controller", os.getpid())


def main() -> None:
    """Become the controller of the node; the arguments are those of `crossbar`."""
    settings, _ = here()
    out = sys.stdout

    def write(row: str) -> None:
        out.write(f"{row}\n")
        out.flush()

    hooks.log_by(NodeLog(settings.log, write))
    crossbar.run()


if __name__ == "__main__":
    main()
