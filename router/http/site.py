"""The pages: files as they lie in a folder, with the headers that Crossbar's own service cannot set."""

import gzip
import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from twisted.web.http import CACHED, NOT_ALLOWED, NOT_FOUND
from twisted.web.resource import Resource
from twisted.web.server import Request

from .headers import NOTHING, put

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
"""What is served; any other file is not there."""
_HIDDEN = {"node_modules", "stubs", "test"}
_PACKED = {".png", ".ico", ".woff2"}
_IMPORT_MAP = re.compile(rb'<script type="importmap">(.*?)</script>', re.DOTALL)
_CSP = (
    "default-src 'none'; script-src 'self'{hashes}; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types app dompurify"
)
"""The strictest policy that the pages work with: no inline script but the import map, which is named by its hash."""


@dataclass(frozen=True)
class File:
    """A file ready to be sent: its bytes, packed where that helps, and what they are."""

    body: bytes
    packed: bytes | None
    type: str
    tag: str
    policy: str


class Site(Resource):
    """Answers GET and HEAD for every path below it."""

    isLeaf = False  # noqa: N815

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = root.resolve()
        self._files: dict[tuple[Path, int, int], File] = {}

    def getChild(self, path: bytes, request: Request) -> Resource:  # noqa: N802
        return _Page(self, [path, *(request.postpath or [])])

    def render(self, request: Request) -> bytes:
        return _Page(self, []).render(request)

    def answer(self, request: Request, path: list[str]) -> bytes:
        """Send the file at a path, or say that there is none."""
        file = self._find(path)
        if file is None:
            return _say(request, NOT_FOUND, b"There is nothing here.\n")
        return _send(request, file)

    def _find(self, path: list[str]) -> File | None:
        if any(part.startswith(".") or part in _HIDDEN or "\0" in part or "/" in part for part in path):
            return None
        found = self._root.joinpath(*path)
        if found.is_dir():
            found /= "index.html"
        if found.suffix not in TYPES or not found.is_file() or not found.resolve().is_relative_to(self._root):
            return None
        return self._load(found)

    def _load(self, path: Path) -> File:
        """Read a file once for each time it changes."""
        stat = path.stat()
        key = (path, stat.st_mtime_ns, stat.st_size)
        if key not in self._files:
            for old in [other for other in self._files if other[0] == path]:
                del self._files[old]
            self._files[key] = _prepare(path)
        return self._files[key]


class _Page(Resource):
    """The rest of a path below the site, whatever it is."""

    isLeaf = True  # noqa: N815

    def __init__(self, site: Site, path: list[bytes]) -> None:
        super().__init__()
        self._site, self._path = site, path

    def render(self, request: Request) -> bytes:
        if request.method not in (b"GET", b"HEAD"):
            put(request, {"Allow": "GET, HEAD"})
            return _say(request, NOT_ALLOWED, b"Pages are only read.\n")
        parts = [part.decode("utf-8", "replace") for part in self._path]
        return self._site.answer(request, [part for part in parts if part])


def make(extra: dict[str, Any]) -> Site:
    """Make the site for Crossbar's `resource` service; `root` is relative to the `.crossbar` folder."""
    return Site(Path(extra["root"]))


def _prepare(path: Path) -> File:
    body = path.read_bytes()
    packed = None if path.suffix in _PACKED else gzip.compress(body, 9, mtime=0)
    tag = sha256(body).hexdigest()[:20]
    policy = _CSP.format(hashes=_hashes(body)) if path.suffix == ".html" else NOTHING
    return File(body, packed if packed and len(packed) < len(body) else None, TYPES[path.suffix], tag, policy)


def _hashes(page: bytes) -> str:
    digests = (sha256(script).digest() for script in _IMPORT_MAP.findall(page))
    return "".join(f" 'sha256-{b64encode(digest).decode()}'" for digest in digests)


def _say(request: Request, status: int, words: bytes) -> bytes:
    request.setResponseCode(status)
    put(request, {"Content-Type": "text/plain; charset=utf-8", "Content-Security-Policy": NOTHING})
    return words


def _send(request: Request, file: File) -> bytes:
    pack = file.packed is not None and b"gzip" in (request.getHeader(b"accept-encoding") or b"")
    put(
        request,
        {
            "Content-Type": file.type,
            "Content-Security-Policy": file.policy,
            "Cache-Control": "no-cache",
            "Vary": "Accept-Encoding",
            **({"Content-Encoding": "gzip"} if pack else {}),
        },
    )
    if request.setETag(f'"{file.tag}{"-gz" if pack else ""}"'.encode()) is CACHED:
        return b""
    return file.packed if pack and file.packed is not None else file.body
