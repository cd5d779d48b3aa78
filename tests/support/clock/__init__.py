"""A clock that can be set, for the processes of one node alone.

`sitecustomize.py` beside this is what each of them reads first. libfaketime 0.9.10, as Debian has it, would not do:
under it `time.sleep` raises, because Python 3.11 sleeps until an absolute monotonic time.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

_FIRST = Path(__file__).with_name("sitecustomize.py")


class WallClock:
    """The time of day of the node that is started with `environ`. The monotonic clock goes on, as a machine's does."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "seconds"
        self._seconds = 0
        self._write()
        self.environ: Mapping[str, str] = {"PYTHONPATH": str(_FIRST.parent), "BACK": str(self._file)}

    def give_to(self, folder: Path) -> None:
        """Set it for the components of a node, too: Python finds theirs in the folder of the node alone."""
        shutil.copy(_FIRST, folder)

    def set_back(self, seconds: int) -> None:
        """Set it back, by so much more each time."""
        self._seconds += seconds
        self._write()

    def _write(self) -> None:
        """Put a new file in place of the old one: it is read at any time."""
        new = self._file.with_suffix(".new")
        new.write_text(str(self._seconds))
        new.replace(self._file)
