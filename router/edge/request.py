"""Requests as our port takes them: bodies of bounded size, and no error that tells about the inside."""

from io import BytesIO
from secrets import token_hex
from typing import Any

from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web import server
from twisted.web.error import UnsupportedMethod
from twisted.web.http import NO_BODY_CODES
from twisted.web.pages import _ErrorPage
from twisted.web.resource import IResource, _UnsafeErrorPageBase
from twisted.web.server import NOT_DONE_YET

from .answers import WORDS, headers

_PAGES = (_UnsafeErrorPageBase, _ErrorPage)
"""What Twisted answers with, in HTML and words of its own, where there is nothing."""
_OF_CONNECTION = {b"Connection", b"Date", b"Server", b"Strict-Transport-Security"}
_LONGEST_PATH = 200
_STS = "max-age=31536000"
log = Logger()


class Request(server.Request):
    """One request to the web port."""

    defaultContentType = None  # noqa: N815
    channel: Any
    content: Any
    body: Any = None
    """What takes the body as it comes, where somebody does (`bodies.Body`)."""

    def __init__(self, channel: Any, *args: object) -> None:
        super().__init__(channel, *args, parsePOSTFormSubmission=False)

    def gotLength(self, length: int | None) -> None:  # noqa: N802
        """Keep bodies in memory: they are small, and Twisted would open a file for each that does not say its size."""
        self.content = BytesIO()

    def handleContentChunk(self, data: bytes) -> None:  # noqa: N802
        if self.body is not None:
            self.body.take(data)
        elif self.content.tell() + len(data) > self.channel.limits.body_bytes:
            self.channel.refuse(413)
        else:
            super().handleContentChunk(data)

    def process(self) -> None:
        if self.isSecure():
            self.setHeader("Strict-Transport-Security", _STS)
        super().process()

    def render(self, resource: IResource) -> None:
        body = self._render(resource)
        if body is not NOT_DONE_YET:
            if self.code not in NO_BODY_CODES:
                self.setHeader(b"Content-Length", b"%d" % len(body))
            self.write(body)
            self.finish()

    def _render(self, resource: Any) -> Any:
        """Have a resource answer, and put a sentence of ours where Twisted has a page of its own."""
        if isinstance(resource, _PAGES):
            return self._say(getattr(resource, "code", 404))
        try:
            return resource.render(self)
        except UnsupportedMethod as error:
            self.setHeader(b"Allow", b", ".join(error.allowedMethods))
            return self._say(405)

    def processingFailed(self, reason: Failure) -> Failure:  # noqa: N802
        """Tell the log what went wrong, and the client under which word."""
        incident = token_hex(6)
        log.failure("{path} failed, incident {incident}", reason, path=self.path[:_LONGEST_PATH], incident=incident)
        if self.startedWriting:
            self.channel.abort()
        elif not self._disconnected:
            for name in {name for name, _ in self.responseHeaders.getAllRawHeaders()} - _OF_CONNECTION:
                self.responseHeaders.removeHeader(name)
            self.write(self._say(500, incident))
            self.finish()
        return reason

    def _say(self, status: int, incident: str = "") -> bytes:
        words = f"{WORDS.get(status, WORDS[400]).format(incident=incident)}\n".encode()
        self.setResponseCode(status)
        for name, value in headers(len(words)).items():
            self.setHeader(name, value)
        return words
