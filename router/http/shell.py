"""What the page's service worker has at hand when there is no network: every file of the site, all of one version."""

import os
from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

import orjson

WORKER = "sw.js"
POLICY = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""What a service worker may: ask for files of the site."""
_EMPTY = b"const SHELL = { version: '', files: [] }"
_LEFT_OUT = {".txt", ".ico"}


def fill(worker: bytes, files: Mapping[str, bytes], versioned: str = "vendor/") -> bytes:
    """Put into the service worker which files there are, so that it is another one when any of them is.

    Those below `versioned` are named as pages name them, with their tag.
    """
    tags = {name: tag(body) for name, body in sorted(files.items())}
    version = tag(b"".join(f"{name} {found}\n".encode() for name, found in tags.items()))
    named = [f"{name}?v={found}" if name.startswith(versioned) else name for name, found in tags.items()]
    return worker.replace(_EMPTY, b"const SHELL = " + orjson.dumps({"version": version, "files": named}))


def tag(body: bytes) -> str:
    """Name a file's content."""
    return sha256(body).hexdigest()[:20]


def walk(root: Path, types: Collection[str], hidden: Collection[str]) -> tuple[dict[str, Path], list[Path]]:
    """Find the files that pages are made of, by their names, and the folders that they lie in."""
    folders: list[Path] = []
    found: dict[str, Path] = {}
    for folder, inner, names in os.walk(root):
        inner[:] = sorted(name for name in inner if name not in hidden and not name.startswith("."))
        folders.append(Path(folder))
        found |= {path.relative_to(root).as_posix(): path for path in _parts(Path(folder), names, types)}
    found.pop(WORKER, None)
    return found, folders


def _parts(folder: Path, names: Collection[str], types: Collection[str]) -> Iterator[Path]:
    for name in names:
        path = folder / name
        if path.suffix in types and path.suffix not in _LEFT_OUT and not name.startswith(".") and not path.is_symlink():
            yield path
