"""The keys that components sign in with: a private half for whoever is one, a public half for the routers.

In `keys/components`, `<name>.key` is private (0600) and `<name>.pub` says what the routers believe: the key, and for a
component that an operator added (`openline component add`), what it may register and who may call that.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .contract import ROLES
from .here import private_folder

FOLDER = "components"
COMMANDS = "openline"
"""The name under which the operator's commands sign in. It registers nothing."""
PATTERN = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+(\.\*)?|[a-z][a-z0-9_]*\.\*")
"""A procedure, or all whose names begin so: `app.prices.get`, `app.prices.*`."""
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_LONGEST_NAME = 100
_KEY = re.compile(r"[0-9a-f]{64}")


class BadKey(Exception):
    """A key, or what is said of one, that cannot be used. The text is for the operator."""


@dataclass(frozen=True)
class Key:
    """A component's name and the private half of its key, in hexadecimal digits."""

    name: str
    private: str

    @property
    def public(self) -> str:
        """The half that everybody may see."""
        pair = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.private))
        return pair.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


@dataclass(frozen=True)
class Badge:
    """What the routers believe of a component. One of the node's own may `register` what it declares, and has none."""

    name: str
    key: str
    register: tuple[str, ...] = ()
    callers: frozenset[str] = frozenset()

    @property
    def is_added(self) -> bool:
        """Say whether an operator added it, from outside of the node."""
        return bool(self.register)

    def covers(self, uri: str) -> bool:
        """Say whether it may register a procedure."""
        return any(uri.startswith(one[:-1]) if one.endswith("*") else uri == one for one in self.register)


def own_key(keys: Path, name: str) -> Key:
    """Take the key of one of the node's own components. It is made by whichever process asks first."""
    return _make(keys, Badge(name, ""), _claim)


def add(keys: Path, name: str, register: Iterable[str], callers: Iterable[str]) -> Key:
    """Make the key of a component from outside. Raises `BadKey`."""
    badge = _checked(Badge(name, "0" * 64, tuple(register), frozenset(callers)))
    if not badge.register:
        raise BadKey("it has to be said what it may register")
    if name in marks(keys):
        raise BadKey(f"there is a component {name} already")
    return _make(keys, badge, _claim_new)


def remove(keys: Path, name: str) -> None:
    """Forget a component that was added: the public half first. Raises `BadKey` where there is none."""
    badge = load(keys, name)
    if badge is None or not badge.is_added:
        raise BadKey(f"no component {name} was added")
    _file(keys, name, "pub").unlink(missing_ok=True)
    _file(keys, name, "key").unlink(missing_ok=True)


def load(keys: Path, name: str) -> Badge | None:
    """Read what is believed of a component, if anything. Raises `BadKey` where the file cannot be used."""
    if not is_name(name):
        return None
    path = _file(keys, name, "pub")
    try:
        return _checked(_read(name, yaml.safe_load(path.read_text())))
    except FileNotFoundError:
        return None
    except (OSError, TypeError, ValueError, yaml.YAMLError) as error:
        raise BadKey(f"{path}: {' '.join(str(error).split())}") from None


def private_file(keys: Path, name: str) -> Path:
    """Say where the private half is, as long as nobody has taken it elsewhere."""
    return _file(keys, name, "key")


def marks(keys: Path) -> Mapping[str, object]:
    """Say for each component of which something is believed what changes whenever that does."""
    found: dict[str, object] = {}
    with suppress(FileNotFoundError), os.scandir(keys / FOLDER) as entries:
        for entry in entries:
            if entry.name.endswith(".pub"):
                with suppress(FileNotFoundError):
                    status = entry.stat()
                    found[entry.name.removesuffix(".pub")] = status.st_ino, status.st_mtime_ns, status.st_size
    return found


def is_name(name: str) -> bool:
    """Say whether a component may be called so. Nothing else ever becomes the name of a file."""
    return len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None


def _read(name: str, said: Any) -> Badge:
    if not isinstance(said, dict) or not said.keys() <= {"key", "register", "callers"}:
        raise ValueError("expected `key`, `register` and `callers`")
    return Badge(name, said.get("key", ""), tuple(said.get("register", ())), frozenset(said.get("callers", ())))


def _checked(badge: Badge) -> Badge:
    if not is_name(badge.name):
        raise BadKey(f"{badge.name!r} is no name: letters, digits and _, of at most {_LONGEST_NAME}")
    if not isinstance(badge.key, str) or not _KEY.fullmatch(badge.key):
        raise BadKey(f"the key of {badge.name} is none: 64 hexadecimal digits")
    for one in badge.register:
        if not isinstance(one, str) or not PATTERN.fullmatch(one):
            raise BadKey(f"{one!r} is no address of procedures: `app.prices.get`, or `app.prices.*` for all below")
        if one.startswith(("openline.", "wamp.", "client.")):
            raise BadKey(f"{one}: what begins so is not for components from outside")
    if unknown := badge.callers - ROLES:
        raise BadKey(f"{', '.join(sorted(map(str, unknown)))}: no role, there are {', '.join(sorted(ROLES))}")
    return badge


def _make(keys: Path, badge: Badge, claim: Callable[[Path, Path], None]) -> Key:
    """Write both halves. The public one follows from the private one, so it matters little who writes it, and when."""
    private_folder(keys)
    private_folder(keys / FOLDER)
    path = _file(keys, badge.name, "key")
    if not path.exists() or claim is _claim_new:
        written = _write(path, f"{token_hex(32)}\n")
        try:
            claim(written, path)
        finally:
            written.unlink()
    key = Key(badge.name, path.read_text().strip())
    text = _say(Badge(badge.name, key.public, badge.register, badge.callers))
    public = _file(keys, badge.name, "pub")
    if not public.exists() or public.read_text() != text:
        _write(public, text).replace(public)
    return key


def _claim(written: Path, path: Path) -> None:
    """Give a file its name, unless another process was first: then that one counts."""
    with suppress(FileExistsError):
        path.hardlink_to(written)


def _claim_new(written: Path, path: Path) -> None:
    try:
        path.hardlink_to(written)
    except FileExistsError:
        raise BadKey(f"there is a component {path.stem} already") from None


def _write(beside: Path, text: str) -> Path:
    """Write a whole file that nobody looks at yet."""
    path = beside.with_name(f".{beside.name}.{token_hex(6)}")
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return path


def _say(badge: Badge) -> str:
    said: dict[str, Any] = {"key": badge.key}
    if badge.is_added:
        said |= {"register": list(badge.register), "callers": sorted(badge.callers)}
    return yaml.safe_dump(said, sort_keys=False)


def _file(keys: Path, name: str, kind: str) -> Path:
    return keys / FOLDER / f"{name}.{kind}"
