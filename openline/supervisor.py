"""Keep a program running: start it again with growing pauses when it ends, and end it with all that it started."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from openline.back_off import BackOff

PATIENCE = 25.0
"""Seconds that a program has to end by itself: it answers first what it was asked."""

LEFT_BEHIND = 4.0
"""Seconds that what it started has after it."""

POLL = 0.1
"""Seconds between two looks at something that tells nobody when it changes."""


class Processes(Protocol):
    """A program with all that it starts; `openline.processes.Family` is one."""

    code: int | None

    def collect(self) -> bool:
        """Bury the dead; say whether anyone is left."""

    def interrupt(self) -> None:
        """Ask the program to end in good order."""

    def terminate(self) -> None:
        """Ask the program to end at once."""

    def kill(self) -> None:
        """End them all."""


@dataclass
class Supervisor:
    """All it touches is handed to it."""

    start: Callable[[], Processes]
    is_ready: Callable[[], bool]
    on_ready: Callable[[], None]
    trouble: Callable[[bool], str]
    """Why starting is no use, or nothing. Told whether the program was ready last time: then little can be wrong."""
    wait: Callable[[float], bool]
    """Wait so many seconds, or less; say whether someone wants us to stop."""
    clock: Callable[[], float]
    say: Callable[[str], None]
    back_off: BackOff = field(default_factory=BackOff)

    def run(self) -> int:
        """Go on until someone stops us (0) or there is no use (1)."""
        was_ready = False
        while not (trouble := self.trouble(was_ready)):
            start = self.clock()
            program = self.start()
            was_ready, wants_stop = self._watch(program)
            if wants_stop:
                self._stop(program, was_ready)
            self._kill(program)
            if wants_stop:
                return 0
            pause = self.back_off.after(self.clock() - start)
            self.say(f"The node ended by itself (exit code {program.code}). It starts again in {pause:.1f} s.")
            if self._rest(pause):
                return 0
        self.say(trouble)
        return 1

    def _watch(self, program: Processes) -> tuple[bool, bool]:
        """Stay with a program until it ends or has to: was it ever ready, and does someone want us to stop?"""
        is_ready = False
        while program.code is None:
            if not is_ready and self.is_ready():
                is_ready = True
                self.on_ready()
            if self.wait(60.0 if is_ready else POLL):
                return is_ready, True
            program.collect()
        return is_ready, False

    def _stop(self, program: Processes, was_ready: bool) -> None:
        """Give a program the time to end in good order; whoever asks a second time is not kept waiting."""
        if was_ready:
            program.interrupt()
        else:
            program.terminate()
        deadline = self.clock() + PATIENCE
        while program.collect() and self.clock() < deadline and not self.wait(POLL):
            if program.code is not None:
                deadline = min(deadline, self.clock() + LEFT_BEHIND)

    def _kill(self, program: Processes) -> None:
        """Let no process stay."""
        program.kill()
        while program.collect():
            self.wait(POLL)

    def _rest(self, seconds: float) -> bool:
        """Pause; say whether someone wanted us to stop meanwhile."""
        deadline = self.clock() + seconds
        while (left := deadline - self.clock()) > 0:
            if self.wait(left):
                return True
        return False
