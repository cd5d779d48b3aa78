"""The pages: files as they lie in a folder, with the headers that Crossbar's own service cannot set."""

import gzip
import re
from base64 import b64encode
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from twisted.web.http import NOT_ALLOWED, NOT_FOUND, NOT_MODIFIED, SERVICE_UNAVAILABLE
from twisted.web.resource import Resource
from twisted.web.server import Request

from components.here import here
from router.config_file import web_paths

from . import shell
from .headers import NOTHING, put, read

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
_LASTING = "public, max-age=31536000, immutable"
_HIDDEN = {"node_modules", "stubs", "test"}
_PACKED = {".png", ".ico", ".woff2"}
_VENDOR = re.compile(rb"(?<=[\"'/])vendor/[\w.-]+(?=[\"'])")
"""What a page names of the modules of others. They change only when they are built anew, so browsers need not ask."""
_IMPORT_MAP = re.compile(rb'<script type="importmap">(.*?)</script>', re.DOTALL)
_CSP = (
    "default-src 'none'; script-src 'self'{hashes}; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types app dompurify"
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
    sources: "dict[Path, _State]"
    """What it was made from, in which state."""


class Site(Resource):
    """Answers GET and HEAD for every path below it.

    Crossbar opens the port first, and then, one after the other, what else stands on it: `due` are the paths that come
    to us only until they are there. Whoever comes too early is told to come again, not that there is nothing.
    """

    isLeaf = False  # noqa: N815

    def __init__(self, root: Path, due: Collection[str] = ()) -> None:
        super().__init__()
        self._root = root.resolve()
        self._due = due
        self._files: dict[Path, File] = {}

    def getChild(self, path: bytes, request: Request) -> Resource:  # noqa: N802
        if path.decode("utf-8", "replace") in self._due:
            return _Early()
        return _Page(self, [path, *(request.postpath or [])])

    def render(self, request: Request) -> bytes:
        return _Page(self, []).render(request)

    def answer(self, request: Request, path: list[str]) -> bytes:
        """Send the file at a path, or say that there is none."""
        if request.method not in (b"GET", b"HEAD"):
            put(request, {"Allow": "GET, HEAD"})
            return _say(request, NOT_ALLOWED, b"Pages are only read.\n")
        file = self._find(path)
        if file is None:
            return _say(request, NOT_FOUND, b"There is nothing here.\n")
        return _send(request, file)

    def _find(self, path: list[str]) -> File | None:
        if any(part.startswith(".") or part in _HIDDEN or "\0" in part or "/" in part for part in path):
            return None
        found = self._root.joinpath(*path)
        try:
            if found.is_dir():
                found /= "index.html"
            if found.suffix not in TYPES or not found.is_file() or not found.resolve().is_relative_to(self._root):
                return None
            return self._load(found)
        except OSError:  # A name longer than names can be, or a file that is not for us to read.
            return None

    def _load(self, path: Path) -> File:
        """Read a file once for each time it changes."""
        file = self._files.get(path)
        if file is None or any(_state(source) != state for source, state in file.sources.items()):
            file = self._files[path] = self._prepare(path)
        return file

    def _prepare(self, path: Path) -> File:
        sources = {path: _state(path)}
        body = path.read_bytes()
        if path.suffix == ".html":
            body = _VENDOR.sub(lambda found: self._versioned(found[0], sources), body)
        if path == self._root / shell.WORKER:
            body = self._filled(body, sources)
        packed = None if path.suffix in _PACKED else gzip.compress(body, 9, mtime=0)
        policy = _CSP.format(hashes=_hashes(body)) if path.suffix == ".html" else NOTHING
        policy = shell.POLICY if path == self._root / shell.WORKER else policy
        packed = packed if packed and len(packed) < len(body) else None
        return File(body, packed, TYPES[path.suffix], shell.tag(body), policy, sources)

    def _filled(self, worker: bytes, sources: "dict[Path, _State]") -> bytes:
        """Name all files of the site in the service worker. A file that comes or goes changes its folder."""
        found, folders = shell.walk(self._root, TYPES, _HIDDEN)
        sources |= {path: _state(path) for path in (*found.values(), *folders)}
        return shell.fill(worker, {name: path.read_bytes() for name, path in found.items()})

    def _versioned(self, name: bytes, sources: "dict[Path, _State]") -> bytes:
        """Put the tag of what a page names behind it, so that the address is another when the file is."""
        path = self._root / name.decode()
        file = self._find([*path.relative_to(self._root).parts])
        sources[path] = _state(path)
        return b"%s?v=%s" % (name, file.tag.encode()) if file else name


class _Page(Resource):
    """The rest of a path below the site, whatever it is."""

    isLeaf = True  # noqa: N815

    def __init__(self, site: Site, path: list[bytes]) -> None:
        super().__init__()
        self._site, self._path = site, path

    def render(self, request: Request) -> bytes:
        parts = [part.decode("utf-8", "replace") for part in self._path]
        return self._site.answer(request, [part for part in parts if part])


class _Early(Resource):
    """What is not open yet, whatever is wanted of it."""

    isLeaf = True  # noqa: N815

    def render(self, request: Request) -> bytes:
        put(request, {"Retry-After": "1"})
        return _say(request, SERVICE_UNAVAILABLE, b"This node is starting. Try again in a moment.\n")


def make(extra: dict[str, Any]) -> Site:
    """Make the site for Crossbar's `resource` service; `root` is relative to the `.crossbar` folder."""
    return Site(Path(extra["root"]), web_paths(here()[1].folder))


_State = tuple[int, int, int]


def _state(path: Path) -> _State:
    """Tell one state of a file from another; one that is not there has a state too."""
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def _hashes(page: bytes) -> str:
    digests = (sha256(script).digest() for script in _IMPORT_MAP.findall(page))
    return "".join(f" 'sha256-{b64encode(digest).decode()}'" for digest in digests)


def _say(request: Request, status: int, words: bytes) -> bytes:
    request.setResponseCode(status)
    about = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
    put(request, {**about, "Content-Security-Policy": NOTHING})
    return words


def _send(request: Request, file: File) -> bytes:
    pack = file.packed is not None and _takes_gzip(read(request, b"accept-encoding") or "")
    tag = f'"{file.tag}{"-gz" if pack else ""}"'
    put(
        request,
        {
            "Content-Type": file.type,
            "Content-Security-Policy": file.policy,
            "Cross-Origin-Embedder-Policy": "require-corp",
            "Cache-Control": _LASTING if request.args.get(b"v") == [file.tag.encode()] else "no-cache",
            "ETag": tag,
            "Vary": "Accept-Encoding",
            **({"Content-Encoding": "gzip"} if pack else {}),
        },
    )
    if _known(read(request, b"if-none-match") or "", tag):
        request.setResponseCode(NOT_MODIFIED)
        return b""
    return file.packed if pack and file.packed is not None else file.body


def _takes_gzip(accepted: str) -> bool:
    """Read `Accept-Encoding` (RFC 9110 §12.5.3) as far as it is about gzip."""
    return any(
        name.strip() == "gzip" and not re.fullmatch(r"q=0(\.0*)?", quality.strip())
        for name, _, quality in (one.partition(";") for one in accepted.lower().split(","))
    )


def _known(tags: str, tag: str) -> bool:
    """Say whether a tag is in an `If-None-Match`; proxies that pack an answer make its tag a weak one."""
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in tags.split(","))
