"""The pages, as a browser asks for them."""

import gzip
import json
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http import Request
from twisted.web.server import Site as Server
from twisted.web.static import Data
from twisted.web.test.requesthelper import DummyChannel

from router.http.site import Site, make

PAGE = b'<!doctype html><script type="importmap">{"imports": {}}</script>' + b"<p>hello</p>" * 50


class Answer:
    """What came back."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


class SiteTests(SynchronousTestCase):
    """A folder of pages."""

    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "web"
        (self.root / "vendor").mkdir(parents=True)
        (self.root / "index.html").write_bytes(PAGE)
        (self.root / "app.js").write_text("export const a = 1\n")
        (self.root / "vendor/preact.js").write_text("export {}\n")
        self.server = Server(Site(self.root))

    def ask(self, path: str, method: str = "GET", **headers: str) -> Answer:
        channel = DummyChannel()
        channel.site = self.server
        request = self.server.requestFactory(channel, False)
        for name, value in headers.items():
            request.requestHeaders.setRawHeaders(name.replace("_", "-").encode(), [_bytes(value)])
        request.gotLength(0)
        request.requestReceived(method.encode(), path.encode(), b"HTTP/1.1")
        assert isinstance(request, Request)
        return Answer(channel.transport.written.getvalue())

    def test_a_folder_answers_with_its_index(self) -> None:
        answer = self.ask("/")
        assert (answer.status, answer.body) == (200, PAGE)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"

    def test_files_have_their_type_below_any_path(self) -> None:
        answer = self.ask("/vendor/preact.js")
        assert (answer.status, answer.headers["content-type"]) == (200, "text/javascript; charset=utf-8")

    def test_a_page_may_run_its_import_map_and_files_of_the_site(self) -> None:
        policy = self.ask("/").headers["content-security-policy"]
        assert "script-src 'self' 'sha256-" in policy
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy

    def test_every_answer_is_safe(self) -> None:
        for path in ("/", "/app.js", "/nothing"):
            headers = self.ask(path).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["server"] == "Openline"

    def test_what_was_not_changed_is_not_sent_again(self) -> None:
        tag = self.ask("/app.js").headers["etag"]
        again = self.ask("/app.js", if_none_match=tag)
        assert (again.status, again.body) == (304, b"")
        (self.root / "app.js").write_text("export const a = 22\n")
        changed = self.ask("/app.js", if_none_match=tag)
        assert (changed.status, changed.body) == (200, b"export const a = 22\n")

    def test_text_is_packed_for_who_takes_it(self) -> None:
        answer = self.ask("/", accept_encoding="gzip, br")
        assert answer.headers["content-encoding"] == "gzip"
        assert gzip.decompress(answer.body) == PAGE
        assert answer.headers["etag"] != self.ask("/").headers["etag"]

    def test_what_is_known_may_be_one_of_several_or_packed_by_a_proxy(self) -> None:
        tag = self.ask("/app.js").headers["etag"]
        for known in (f'"other", {tag}', f'"other",{tag}', f"W/{tag}", "*"):
            assert self.ask("/app.js", if_none_match=known).status == 304, known
        for other in ('"other"', tag.strip('"'), ""):
            assert self.ask("/app.js", if_none_match=other).status == 200, other

    def test_any_bytes_may_stand_in_a_header(self) -> None:
        odd: Any = b"\xff\xfe\xc3("
        assert self.ask("/app.js", if_none_match=odd, accept_encoding=odd).status == 200

    def test_text_is_not_packed_for_who_does_not_take_it(self) -> None:
        for accepted in ("", "br", "gzip;q=0", "identity, gzip; q=0.0", "gzipped"):
            assert "content-encoding" not in self.ask("/", accept_encoding=accepted).headers, accepted
        assert "content-encoding" in self.ask("/", accept_encoding="br;q=1.0, GZIP;q=0.5").headers

    def test_a_page_names_the_version_of_each_module_of_others(self) -> None:
        (self.root / "index.html").write_bytes(
            b'<script type="importmap">{"imports": {"preact": "./vendor/preact.js", "x": "./vendor/x.js"}}</script>'
            b'<link rel="modulepreload" href="vendor/preact.js"><script type="module" src="app.js"></script>'
        )
        page = self.ask("/").body.decode()
        found = re.findall(r"vendor/preact\.js\?v=(\w+)", page)
        assert len(found) == 2
        assert '"./vendor/x.js"' in page and 'src="app.js"' in page
        lasting = self.ask(f"/vendor/preact.js?v={found[0]}")
        assert (lasting.status, lasting.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
        packed = self.ask(f"/vendor/preact.js?v={found[0]}", accept_encoding="gzip")
        assert packed.headers["cache-control"] == lasting.headers["cache-control"]

    def test_the_policy_of_a_page_is_of_what_is_sent(self) -> None:
        (self.root / "index.html").write_bytes(b'<script type="importmap">{"a": "./vendor/preact.js"}</script>')
        page = self.ask("/")
        script = page.body.partition(b">")[2].removesuffix(b"</script>")
        assert b"?v=" in script
        assert b64encode(sha256(script).digest()).decode() in page.headers["content-security-policy"]

    def test_a_module_that_was_built_anew_has_another_address(self) -> None:
        (self.root / "index.html").write_bytes(b'<link href="vendor/preact.js"><link href="vendor/late.js">')
        before = self.ask("/")
        (self.root / "vendor/preact.js").write_text("export const changed = 1\n")
        (self.root / "vendor/late.js").write_text("export {}\n")
        after = self.ask("/", if_none_match=before.headers["etag"])
        assert after.status == 200
        old, new = (re.findall(rb"preact\.js\?v=(\w+)", page.body)[0].decode() for page in (before, after))
        assert old != new and b"late.js?v=" in after.body
        stale = self.ask(f"/vendor/preact.js?v={old}")
        assert (stale.body, stale.headers["cache-control"]) == (b"export const changed = 1\n", "no-cache")

    def test_what_has_no_version_is_asked_for_again(self) -> None:
        for path in ("/", "/app.js", "/vendor/preact.js", "/vendor/preact.js?v=", "/vendor/preact.js?v=x&v=y"):
            assert self.ask(path).headers["cache-control"] == "no-cache", path
        assert self.ask("/nothing").headers["cache-control"] == "no-store"

    def test_pages_keep_to_themselves(self) -> None:
        headers = self.ask("/").headers
        assert headers["cross-origin-embedder-policy"] == "require-corp"
        assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"

    def test_head_is_get_without_a_body(self) -> None:
        answer = self.ask("/app.js", method="HEAD")
        assert (answer.status, answer.body) == (200, b"")
        assert answer.headers["content-length"] == "19"

    def test_there_is_nothing_else(self) -> None:
        (self.root / ".secret.js").write_text("")
        (self.root / "package.json").write_text("{}")
        (self.root / "node_modules").mkdir()
        (self.root / "node_modules/a.js").write_text("")
        (self.root.parent / "outside.js").write_text("secret")
        (self.root / "link.js").symlink_to(self.root.parent / "outside.js")
        for path in (
            "/nothing", "/.secret.js", "/package.json", "/node_modules/a.js", "/link.js", "/vendor", "/vendor/",
            "/../outside.js", "/%2e%2e/outside.js", "/..%2foutside.js", "/vendor/../../outside.js", "//etc/passwd",
            "/%00", "/a%00.js", "/%ff%fe", "/" + "x" * 300, "/" + "x" * 300 + ".js", "/" + "x/" * 3000, "/app.js/x",
            "/%0d%0aX: y", "/..%c0%af..%c0%afetc/passwd", "/....//outside.js", "/..%5coutside.js", "/.%00./outside.js",
        ):  # fmt: skip
            answer = self.ask(path)
            assert (answer.status, answer.body) == (404, b"There is nothing here.\n"), path

    def test_what_is_not_open_yet_is_asked_for_again(self) -> None:
        site = Site(self.root, due={"events", "auth"})
        self.server = Server(site)
        for path, method in (("/events?stream=app.a", "GET"), ("/auth/guest", "POST"), ("/events", "OPTIONS")):
            answer = self.ask(path, method=method)
            assert (answer.status, answer.headers["retry-after"]) == (503, "1"), path
        site.putChild(b"events", Data(b"open", "text/plain"))
        assert self.ask("/events").body == b"open"
        assert self.ask("//events").status == 404
        assert self.ask("/app.js").status == 200

    def test_the_service_worker_names_every_file_and_is_another_when_one_is(self) -> None:
        (self.root / "sw.js").write_text("const SHELL = { version: '', files: [] }\nconst more = 1\n")
        (self.root / "node_modules").mkdir()
        (self.root / "node_modules/a.js").write_text("")
        (self.root / "room/test").mkdir(parents=True)
        (self.root / "room/test/a.test.js").write_text("")
        (self.root / "room/room.css").write_text("")
        (self.root / "vendor/LICENSES.txt").write_text("")
        first = self.ask("/sw.js")
        shell = json.loads(first.body.decode().partition("const SHELL = ")[2].partition("\n")[0])
        vendor = sha256(b"export {}\n").hexdigest()[:20]
        assert shell["files"] == ["app.js", "index.html", "room/room.css", f"vendor/preact.js?v={vendor}"]
        assert first.body.endswith(b"\nconst more = 1\n")
        assert self.ask("/sw.js", if_none_match=first.headers["etag"]).status == 304
        for name in ("app.js", "room/new.js"):
            before = self.ask("/sw.js").headers["etag"]
            (self.root / name).write_text(f"export const changed = '{name}'\n")
            assert self.ask("/sw.js").headers["etag"] != before, name
        before = self.ask("/sw.js").headers["etag"]
        (self.root / "room/new.js").unlink()
        assert self.ask("/sw.js").headers["etag"] != before

    def test_a_service_worker_may_ask_for_files_and_is_asked_for_each_time(self) -> None:
        (self.root / "sw.js").write_text("")
        headers = self.ask("/sw.js").headers
        assert headers["content-security-policy"].startswith("default-src 'none'; connect-src 'self';")
        assert headers["cache-control"] == "no-cache"
        page = self.ask("/").headers["content-security-policy"]
        assert "worker-src 'self'" in page and "manifest-src 'self'" in page

    def test_a_manifest_has_its_type(self) -> None:
        (self.root / "manifest.webmanifest").write_text("{}")
        assert self.ask("/manifest.webmanifest").headers["content-type"] == "application/manifest+json"

    def test_nothing_is_written_here(self) -> None:
        for method in ("POST", "PUT", "DELETE"):
            assert self.ask("/app.js", method=method).status == 405


def test_a_node_asks_for_patience_until_its_paths_are_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[3] / ".crossbar")
    channel = DummyChannel()
    channel.site = Server(make({"root": "../web"}))
    request = channel.site.requestFactory(channel, False)
    request.gotLength(0)
    request.requestReceived(b"GET", b"/events?stream=app.demo.news", b"HTTP/1.1")
    assert Answer(channel.transport.written.getvalue()).status == 503
