"""Set up what `make run` and `make test` need, each step once. Called by make; needs nothing but Python.

What a step was made from is hashed and written down beside what it made, so the second time costs nothing.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
STAMPS = VENV / "set-up"
"""One file a step: the hash of what it was made from."""

APT = [
    "env",
    "DEBIAN_FRONTEND=noninteractive",
    "apt-get",
    "-q",
    "-o",
    "Dpkg::Use-Pty=0",
    "-o",
    "DPkg::Lock::Timeout=300",
]
APT_LOCK = threading.Lock()
"""One apt at a time: a second one does not wait, it fails."""

NGINX_FOLDER = ROOT / "build/nginx"

CLUSTERS = "/etc/postgresql-common/createcluster.conf"
"""Debian's PostgreSQL starts a server when it is installed, unless this file says otherwise."""


class Failed(Exception):
    """A step that could not be done, in a sentence for people."""


@dataclass(frozen=True)
class Step:
    """Something to be made once, and again when its inputs change."""

    title: str
    takes: str
    do: Callable[[], None]
    inputs: Sequence[str] = ()
    """Files whose content decides whether it has to be made again."""
    makes: Sequence[Path] = ()
    """What has to exist for it to count as done."""
    missing: Callable[[], bool] = field(default=lambda: False)

    @property
    def stamp(self) -> Path:
        """Where the hash of its inputs is kept."""
        return STAMPS / self.title.lower().replace(" ", "-")

    def hash(self) -> str:
        """Sum up the inputs, where the checkout lies (a moved environment does not run), and which Python it is."""
        found = hashlib.sha256(f"{ROOT} {sys.version}".encode())
        for name in self.inputs:
            found.update((ROOT / name).read_bytes())
        return found.hexdigest()

    def is_due(self) -> bool:
        """Say whether there is something to do."""
        if self.missing() or not all(path.exists() for path in self.makes):
            return True
        return bool(self.inputs) and (not self.stamp.exists() or self.stamp.read_text() != self.hash())

    def keep(self) -> None:
        """Write down that it is done."""
        STAMPS.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(self.hash())


def main(purpose: str) -> None:
    """Do what is due for a purpose, `run` or `test`."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs make may not know.
        raise Failed(f"Openline needs Python 3.11 or newer; {sys.executable} is older. Try: make PYTHON=python3.12")
    with one_at_a_time():
        chains = [[step for step in chain if step.is_due()] for chain in CHAINS[purpose]]
        due = [step for chain in chains for step in chain]
        with ThreadPoolExecutor() as pool:
            done = [pool.submit(follow, chain, due) for chain in chains]
        for chain in done:
            chain.result()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second make in the same folder wait for the first."""
    lock = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def follow(chain: Sequence[Step], due: Sequence[Step]) -> None:
    """Do steps that need each other one after the other, with a line before and after each."""
    for step in chain:
        name = f"[{due.index(step) + 1}/{len(due)}] {step.title}"
        say(f"{name} ({step.takes} the first time) ...")
        start = time.monotonic()
        step.do()
        step.keep()
        say(f"{name}: ready after {time.monotonic() - start:.0f} s")


def make_environment() -> None:
    """Make .venv from the pins. Without --no-deps pip would bring in what the pins leave out on purpose."""
    if not importlib.util.find_spec("ensurepip"):
        install(f"python3.{sys.version_info.minor}-venv")
    run(sys.executable, "-m", "venv", *(["--clear"] if is_moved() else []), str(VENV))
    pip("--no-deps", "--require-hashes", "-r", "requirements/run.txt", "-r", "requirements/node.txt")
    pip("--no-deps", "--no-build-isolation", "-e", ".")


def is_moved() -> bool:
    """Say whether there is an environment that was made elsewhere, or by another Python."""
    start = BIN / "pip"
    if not start.exists():
        return False
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return str(BIN) not in start.read_text().split("\n")[0] or not (BIN / python).exists()


def make_test_tools() -> None:
    """Add what only the tests and checks use."""
    pip("--no-deps", "--require-hashes", "-r", "requirements/test.txt")


def make_vendor() -> None:
    """Build the modules that pages import from elsewhere, as their lock file says, with the Node of .venv."""
    npm("web", "ci")
    run(str(BIN / "node"), "build.mjs", folder="web")


def npm(folder: str, *verb: str) -> None:
    """Install what a package-lock.json says, with the Node of .venv, and run none of it."""
    run(str(BIN / "npm"), *verb, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", folder=folder)


def install_chromium() -> None:
    """Get the browser of the browser tests."""
    install("chromium")


def install_postgresql() -> None:
    """Get PostgreSQL's programs. The tests start a server of their own; Debian's is not to start beside it."""
    if not Path(CLUSTERS).exists():
        as_root("sh", "-c", f"mkdir -p {Path(CLUSTERS).parent} && echo create_main_cluster = false > {CLUSTERS}")
    install("postgresql")


def unpack_nginx() -> None:
    """Get the proxy of the tests that go through one, without installing it: Debian's would start at each boot."""
    if may_install():
        with APT_LOCK:
            as_root(*APT, "update")
    NGINX_FOLDER.mkdir(parents=True, exist_ok=True)
    folder = str(NGINX_FOLDER.relative_to(ROOT))
    run("apt-get", "download", "nginx", folder=folder)
    run("sh", "-c", "dpkg -x nginx_*.deb . && rm nginx_*.deb", folder=folder)


def install_clients() -> None:
    """Get the WAMP clients of the interop tests that come from npm."""
    npm("tests/interop", "install", "--no-save")  # `ci` takes a lock without add-ons for other machines for broken.


def has_no_nginx() -> bool:
    """Look for the proxy as tests/support/nginx.py does."""
    return not shutil.which("nginx", path=f"{NGINX_FOLDER}/usr/sbin:/usr/sbin:/usr/bin:/usr/local/sbin")


def has_no_chromium() -> bool:
    """Look for the browser as tests/browser/chromium.py does."""
    return not (os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser"))


def has_no_postgresql() -> bool:
    """Look for a server's programs, of whatever version, as tests/support/postgres.py does."""
    return not any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def install(package: str) -> None:
    """Install a package of Debian's, without asking for a password: nobody expects that of make."""
    if not shutil.which("apt-get"):
        raise Failed(f"This machine lacks what Debian calls {package}. Install it and try again.")
    if not may_install():
        raise Failed(f"This machine lacks {package}. Install it and try again: sudo apt-get install {package}")
    with APT_LOCK:
        as_root(*APT, "update")
        as_root(*APT, "install", "--yes", "--no-install-recommends", package)


def may_install() -> bool:
    """Say whether we have the rights, or get them for the asking."""
    if os.geteuid() == 0:
        return True
    return (
        bool(shutil.which("sudo")) and not subprocess.run(["sudo", "-n", "true"], stderr=subprocess.DEVNULL).returncode
    )


def as_root(*command: str) -> None:
    """Run a command with the rights that installing takes."""
    run(*(["sudo", "-n"] if os.geteuid() else []), *command)


def pip(*arguments: str) -> None:
    """Install into .venv."""
    run(str(BIN / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments)


def run(*command: str, folder: str = ".") -> None:
    """Run a command of a step in the caller's environment; show what it said only when it failed."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}
    done = subprocess.run(
        command,
        cwd=ROOT / folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        said = "\n".join(done.stdout.strip().split("\n")[-30:])
        raise Failed(f"{said}\nThis did not work (see above): {' '.join(command)}")


def say(line: str) -> None:
    """Tell the person who is waiting."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


PYTHON = Step(
    "Python environment",
    "about 2 minutes",
    make_environment,
    [
        "requirements/run.txt",
        "requirements/node.txt",
        "setup.cfg",
        "setup.py",
        "pyproject.toml",
        "tools/setup.py",
        "router/edge/_native.c",
    ],
    [BIN / "openline"],
)
PAGES = Step(
    "JavaScript for the pages",
    "about 20 seconds",
    make_vendor,
    ["web/package.json", "web/package-lock.json", "web/build.mjs"],
    [ROOT / "web/vendor"],
)
TOOLS = Step(
    "Tools of the tests",
    "about 20 seconds",
    make_test_tools,
    ["requirements/test.txt", *PYTHON.inputs],
    [BIN / "pytest"],
)
CHROMIUM = Step("Chromium", "about a minute", install_chromium, missing=has_no_chromium)
POSTGRESQL = Step("PostgreSQL", "about a minute", install_postgresql, missing=has_no_postgresql)

NGINX = Step("nginx", "about 20 seconds", unpack_nginx, missing=has_no_nginx)
CLIENTS = Step(
    "Clients of others",
    "about 10 seconds",
    install_clients,
    ["tests/interop/package.json", "tests/interop/package-lock.json"],
    [ROOT / "tests/interop/node_modules"],
)

CHAINS = {"run": [[PYTHON, PAGES]], "test": [[PYTHON, TOOLS, PAGES, CLIENTS], [CHROMIUM, POSTGRESQL, NGINX]]}
"""For each purpose, what may be done at the same time: lists of steps that need each other."""


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Failed as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)
