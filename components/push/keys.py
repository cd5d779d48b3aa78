"""The keys by which push services know this node (VAPID, RFC 8292): files in `keys/push`, the first made at start.

A subscription is bound to the key that it was made with. So a new key (`openline keys rotate --push`) is what pages
subscribe with from then on, whenever they are opened; the older ones stay until no device needs them.
"""

import os
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from components.here import private_folder

from .rules import encoded

FOLDER = "push"
_FILE = re.compile(r"vapid-(\d{1,12})\.pem")


class BadKey(Exception):
    """A file that is no key that can be used here. The text is for the operator."""


@dataclass(frozen=True)
class Key:
    """One key, in its file."""

    path: Path
    private: ec.EllipticCurvePrivateKey

    @property
    def public(self) -> str:
        """The half that browsers and push services see, in base64url."""
        return encoded(self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def load(keys: Path, now: float) -> dict[str, Key]:
    """Read all keys, by their public halves, the newest first; there is one at least. Raises `BadKey`."""
    folder = keys / FOLDER
    found = _files(folder)
    if not found:
        rotate(keys, now)
        found = _files(folder)
    return {key.public: key for key in map(_read, found)}


def rotate(keys: Path, now: float) -> str:
    """Make a new key, and say in which file."""
    private_folder(keys)
    private_folder(keys / FOLDER)
    seconds = int(now)
    text = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    while not _write(keys / FOLDER / f"vapid-{seconds}.pem", text):
        seconds += 1
    return f"vapid-{seconds}"


def drop(known: dict[str, Key], needed: Collection[str]) -> None:
    """Throw away the keys that no device needs, but for the newest."""
    for public, key in [*known.items()][1:]:
        if public not in needed:
            key.path.unlink(missing_ok=True)


def state(keys: Path) -> object:
    """Tell one state of the folder from another."""
    return [(path.name, path.stat().st_mtime_ns) for path in _files(keys / FOLDER)]


def _files(folder: Path) -> list[Path]:
    """List the files, the newest key first."""
    with suppress(FileNotFoundError):
        found = {path: int(name[1]) for path in folder.iterdir() if (name := _FILE.fullmatch(path.name))}
        return sorted(found, key=lambda path: -found[path])
    return []


def _read(path: Path) -> Key:
    try:
        private = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise BadKey(f"{path}: {' '.join(str(error).split())}") from None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or not isinstance(private.curve, ec.SECP256R1):
        raise BadKey(f"{path}: expected a private key of the curve P-256")
    return Key(path, private)


def _write(path: Path, text: bytes) -> bool:
    """Make a file, whole or not at all; another process may be looking. Says no where there is one."""
    draft = path.with_name(f".{path.name}.{token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
