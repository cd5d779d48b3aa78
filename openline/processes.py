"""Processes of the operating system: a program with all that it starts, and the signals that reach us. Linux only."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

_prctl = ctypes.CDLL(None).prctl
_PDEATHSIG, _SUBREAPER = 1, 36  # prctl(2)


class Family:
    """A program and everything it starts, in a process group of their own; none of them outlives us."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        # Whoever loses its parent becomes our child, so that we can collect it: a container may have no init.
        _prctl(_SUBREAPER, 1)
        parent = os.getpid()

        def prepare() -> None:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # A shell's `&` turns it off, and Twisted leaves it so.
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            _prctl(_PDEATHSIG, signal.SIGINT)
            if os.getppid() != parent:
                os._exit(1)

        self._process = subprocess.Popen(command, env=environ, start_new_session=True, preexec_fn=prepare)
        self.code: int | None = None
        """How the program itself ended, as `Popen.returncode`."""

    def collect(self) -> bool:
        """Bury the dead; say whether anyone is left."""
        try:
            while (found := os.waitpid(-self._process.pid, os.WNOHANG)) != (0, 0):
                if found[0] == self._process.pid:
                    self.code = self._process.returncode = os.waitstatus_to_exitcode(found[1])
        except ChildProcessError:
            pass
        return self._signal(0)

    def interrupt(self) -> None:
        """Ask the program to end in good order; it asks the others."""
        self._tell(signal.SIGINT)

    def terminate(self) -> None:
        """Ask the program to end at once. While it imports, Python answers an interrupt with a traceback."""
        self._tell(signal.SIGTERM)

    def kill(self) -> None:
        """End them all, whatever they are doing."""
        self._signal(signal.SIGKILL)

    def _tell(self, number: int) -> None:
        if self.code is None:
            self._process.send_signal(number)

    def _signal(self, number: int) -> bool:
        try:
            os.killpg(self._process.pid, number)
        except ProcessLookupError:
            return False
        return True


class Signals:
    """Holds signals back while it is entered, so that they are met where we wait and nowhere else."""

    STOP = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    _WATCHED = STOP | {signal.SIGCHLD}

    def __enter__(self) -> Self:
        self._before = signal.pthread_sigmask(signal.SIG_BLOCK, self._WATCHED)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)

    def wait(self, seconds: float) -> bool:
        """Wait until someone wants us to stop (True), a child ended, or time is up (False)."""
        found = signal.sigtimedwait(self._WATCHED, seconds)
        return found is not None and found.si_signo in self.STOP
