"""The keys that tokens are signed and read with: files in a folder, taken up when they change.

`token.key` is the first of our own, `token-<seconds since 1970>.key` are later ones. What host applications sign with
is in `host/`: `*.secret` (shared, HS256), `*.pem` (public, RS256 or EdDSA) and `*.jwks.json` (several public ones). A
key says by itself with which algorithm it is used; a token has no say in that.
"""

import json
import math
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from twisted.logger import Logger

LOOK = 2.0
"""Seconds between two looks at the folder."""
SETTLE = 5.0
"""Seconds after which a new key signs: by then every router worker has looked, and reads what it signed."""
HOSTS = "host"
LEAST_SECRET = 32
"""Bytes; as many as HS256 puts out (RFC 7518 §3.2)."""
LEAST_RSA = 2_048
_OF_TYPE = {"RSA": "RS256", "OKP": "EdDSA"}
_ONLY = "only public keys of RS256 and EdDSA are taken"
_OURS = re.compile(r"token(?:-(\d{1,12}))?\.key")

log = Logger()


class BadKey(Exception):
    """A file that is no key that can be used here."""


@dataclass(frozen=True)
class Key:
    """One key. Its name is the `kid` of what is signed with it; `since` and `until` are in seconds since 1970."""

    name: str
    algorithm: str
    material: Any
    since: float = 0.0
    until: float = math.inf
    """When everything that it signed has run out, because another one has long taken its place."""


@dataclass(frozen=True)
class Ring:
    """The keys at one moment: our own, the newest first, and those of host applications."""

    ours: tuple[Key, ...]
    hosts: tuple[Key, ...] = ()
    problems: tuple[str, ...] = ()
    """What is wrong with the files that were passed over."""

    def signing(self, now: float) -> Key:
        """Choose what to sign with."""
        return next((key for key in self.ours if key.since + SETTLE <= now), self.ours[-1])

    def named(self, name: str | None, now: float) -> list[Key]:
        """List the keys that a token may mean: those of a name, or any when it names none."""
        return [key for key in (*self.ours, *self.hosts) if name in (None, key.name) and now < key.until]


class Keyring:
    """What lies in the folder right now. `longest` is how many seconds our own tokens last at most."""

    def __init__(self, folder: Path, longest: float) -> None:
        self._folder, self._longest = folder, longest
        make_first(folder)
        self._state = _look(folder)
        self._ring = self._load()

    @property
    def ring(self) -> Ring:
        """The keys of this moment."""
        return self._ring

    def watch(self, ticker: Any) -> None:
        """Look at the folder from time to time."""
        ticker.every(LOOK, self.renew)

    def renew(self) -> None:
        """Take up files that are new, have changed or are gone. Where none is left to sign with, all stays as it is."""
        state = _look(self._folder)
        if state != self._state:
            self._state = state
            try:
                self._ring = self._load()
            except BadKey as error:
                log.error("The keys stay as they were: {error}", error=error)

    def _load(self) -> Ring:
        ring = load(self._folder, self._longest)
        for problem in ring.problems:
            log.error("A key is passed over: {problem}", problem=problem)
        log.info("Tokens are read by these keys: {names}", names=[key.name for key in (*ring.ours, *ring.hosts)])
        return ring


def make_first(folder: Path) -> None:
    """See that there is a key of our own, and the folder."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not any(_OURS.fullmatch(name) for name in os.listdir(folder)):
        _write(folder / "token.key")


def rotate(folder: Path, longest: float, now: float) -> str:
    """Make a new key of our own, and throw away those that nothing lasts of. Answers its name."""
    make_first(folder)
    seconds = int(now)
    while not _write(folder / f"token-{seconds}.key"):
        seconds += 1
    for key in load(folder, longest).ours:
        if key.until <= now:
            (folder / f"{key.name}.key").unlink(missing_ok=True)
    return f"token-{seconds}"


def load(folder: Path, longest: float) -> Ring:
    """Read all keys of a folder. Raises `BadKey` where none of our own is there."""
    problems: list[str] = []
    ours = tuple(_replaced(list(_own(folder, problems)), longest))
    if not ours:
        raise BadKey("; ".join(problems) or f"{folder}: there is no token.key")
    return Ring(ours, tuple(_hosts(folder / HOSTS, problems)), tuple(problems))


def our_key(secret: bytes, name: str = "token", since: float = 0.0) -> Key:
    """Make a key of our own."""
    return Key(name, "HS256", _long_enough(secret), since)


def _own(folder: Path, problems: list[str]) -> Iterator[Key]:
    """Read our own keys, the newest first."""
    found = [(float(name[1] or 0), path) for path in _files(folder) if (name := _OURS.fullmatch(path.name))]
    for since, path in sorted(found, reverse=True):
        with _reporting(path, problems):
            yield our_key(bytes.fromhex(path.read_text()), path.stem, since)


def _replaced(keys: list[Key], longest: float) -> Iterator[Key]:
    """Tell each key when it is over: the longest token after the next one began to sign."""
    until = math.inf
    for key in keys:
        yield Key(key.name, key.algorithm, key.material, key.since, until)
        until = key.since + SETTLE + LOOK + longest


def _hosts(folder: Path, problems: list[str]) -> Iterator[Key]:
    for path in _files(folder):
        for ending, read in _READERS.items():
            if path.name.endswith(ending):
                with _reporting(path, problems):
                    yield from read(path)


def _read_secret(path: Path) -> Iterator[Key]:
    """Read a shared secret: the text of the file, without the white space around it."""
    yield Key(path.stem, "HS256", _long_enough(path.read_bytes().strip()))


def _read_pem(path: Path) -> Iterator[Key]:
    content = path.read_bytes()
    if b"PRIVATE KEY" in content:
        raise BadKey("this is a private key, which belongs to the site alone: put its public key here")
    yield _public(path.stem, load_pem_public_key(content))


def _read_jwks(path: Path) -> Iterator[Key]:
    """Read a JSON Web Key Set (RFC 7517)."""
    found = json.loads(path.read_bytes())
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        raise BadKey("this is no JSON Web Key Set")
    for each in found["keys"]:
        yield _read_jwk(each, path.name.removesuffix(".jwks.json"))


def _read_jwk(found: object, name: str) -> Key:
    algorithm = _OF_TYPE.get(str(found.get("kty"))) if isinstance(found, dict) else None
    if not isinstance(found, dict) or algorithm is None or "d" in found:
        raise BadKey(_ONLY)
    if found.get("alg", algorithm) != algorithm or found.get("use", "sig") != "sig":
        raise BadKey(_ONLY)
    return _public(str(found.get("kid", name)), jwt.PyJWK(found, algorithm).key)


_READERS: dict[str, Callable[[Path], Iterator[Key]]] = {
    ".secret": _read_secret,
    ".pem": _read_pem,
    ".jwks.json": _read_jwks,
}


def _public(name: str, key: object) -> Key:
    if isinstance(key, RSAPublicKey):
        if key.key_size < LEAST_RSA:
            raise BadKey(f"RSA keys have {LEAST_RSA} bits or more, this has {key.key_size}")
        return Key(name, "RS256", key)
    if isinstance(key, Ed25519PublicKey):
        return Key(name, "EdDSA", key)
    raise BadKey(_ONLY)


def _long_enough(secret: bytes) -> bytes:
    if len(secret) < LEAST_SECRET:
        raise BadKey(f"a secret has {LEAST_SECRET} bytes or more, this has {len(secret)}")
    return secret


@contextmanager
def _reporting(path: Path, problems: list[str]) -> Iterator[None]:
    """Pass over a file that cannot be used, and note why. What was read of it before counts."""
    try:
        yield
    except OSError as error:
        problems.append(f"{path}: {error.strerror}")
    except (BadKey, ValueError, TypeError, UnsupportedAlgorithm, jwt.PyJWTError) as error:
        problems.append(f"{path}: {str(error).split('. ')[0]}")


def _files(folder: Path) -> list[Path]:
    """List the files of a folder by name; none when it is not there."""
    with suppress(FileNotFoundError):
        return sorted(folder.iterdir())
    return []


def _look(folder: Path) -> object:
    """Tell one state of the folder from another."""
    return [
        (path.name, found.st_ino, found.st_mtime_ns, found.st_size)
        for path in (*_files(folder), *_files(folder / HOSTS))
        if (found := _stat(path)) is not None
    ]


def _stat(path: Path) -> os.stat_result | None:
    with suppress(OSError):
        return path.stat()
    return None


def _write(path: Path) -> bool:
    """Make a key, whole or not at all: another process may be looking. Says no when there is such a file."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
