"""The pages, as a browser asks for them."""

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http import Request
from twisted.web.server import Site as Server
from twisted.web.test.requesthelper import DummyChannel

from router.http.site import Site

PAGE = b'<!doctype html><script type="importmap">{"imports": {}}</script>' + b"<p>hello</p>" * 50


class Answer:
    """What came back."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}


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
            request.requestHeaders.setRawHeaders(name.replace("_", "-"), [value])
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
            "/%00", "/a%00.js", "/%ff%fe",
        ):  # fmt: skip
            answer = self.ask(path)
            assert (answer.status, answer.body) == (404, b"There is nothing here.\n"), path

    def test_nothing_is_written_here(self) -> None:
        for method in ("POST", "PUT", "DELETE"):
            assert self.ask("/app.js", method=method).status == 405
