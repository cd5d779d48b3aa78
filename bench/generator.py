"""The load generator, as the driver holds it: one command after the other (bench/load/main.c)."""

import json
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


class LoadFailed(Exception):
    """Something was lost, repeated, out of order or refused; the generator's sentence."""


@dataclass(frozen=True)
class Done:
    """What a command did: connections, subscriptions, deliveries or calls; wall and CPU seconds it took."""

    work: int
    seconds: float
    cpu: float


class Generator:
    """One process that holds connections to a server. `options` are those of bench/load/main.c."""

    def __init__(self, binary: Path, options: Mapping[str, object]) -> None:
        words = [f"--{name}={value}" for name, value in options.items()]
        self._process = subprocess.Popen(
            [str(binary), *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def do(self, command: str) -> Done:
        """Have a command carried out whole."""
        assert self._process.stdin and self._process.stdout
        with suppress(BrokenPipeError):  # It said why before it ended.
            self._process.stdin.write(command + "\n")
        said = self._process.stdout.readline()
        answer = json.loads(said) if said else {"error": "the generator ended without a word"}
        if "error" in answer:
            raise LoadFailed(f"{command}: {answer['error']}")
        return Done(**answer)

    def close(self) -> None:
        """Drop all connections."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()

    def __enter__(self) -> "Generator":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
