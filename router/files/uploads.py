"""Bytes on their way in: from the connection to a file, each as it comes, and never all of them in memory.

A person is asked about before their bytes are read (`begin_upload`); until the answer is there the connection waits.
"""

from pathlib import Path
from typing import Any, BinaryIO

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from components.contract import Unavailable
from components.room.files import api
from components.room.files.blobs import incoming
from router.edge.cut import Cut, Why
from router.edge.edge import Edge
from router.edge.events.problem import Problem
from router.tokens import Token

from .access import as_problem, asked, who

PATIENCE = 30.0
"""Seconds over which the pace of an upload is measured."""
MAKING = 20
"""How often a component is asked whether it is done with a file: it answers after 15 s each time."""

log = Logger()


class Uploads:
    """All that is arriving at this router worker."""

    def __init__(self, edge: Edge, data: Path) -> None:
        self.edge, self.folder, self.limits = edge, incoming(data), edge.settings.files
        self.under_way = 0

    def body(self, request: Any, channel: Any, length: int | None, path: bytes) -> "Arriving":
        """Take in the body of a request whose headers are there. Raises `Problem`: nothing of it is read."""
        try:
            someone = who(self.edge, request)
            self._must_fit(length)
            return Arriving(self, request, channel, self._upload(someone, asked(path), length or 0))
        except Exception as error:
            raise as_problem(error) from error

    def _must_fit(self, length: int | None) -> None:
        if length is None:
            raise Problem("openline.error.invalid_argument", "Say with Content-Length how large the file is.", 411)
        if length > self.limits.bytes:
            most = f"{self.limits.bytes / 1_000_000:g}"
            raise api.FileTooLarge(f"This file is too large: {most} MB is the most.", limit=self.limits.bytes)
        if self.under_way >= self.limits.at_once:
            raise Cut(Why.CROWDED, retry_after=5.0)

    def _upload(self, someone: Token, said: dict[str, str], size: int) -> api.Upload:
        room, name = said.get("room", ""), said.get("name", "")
        if not 1 <= len(room) <= 40 or not 1 <= len(name) <= 2_000:
            raise Problem("openline.error.invalid_argument", "Say where and what: POST /files?room=…&name=…", 400)
        return api.Upload(room, someone.id, someone.name, someone.role, name, size)

    async def made(self, id: str) -> api.File:
        """Have a component make the file of what has arrived."""
        for _ in range(MAKING):
            taken = await self.edge.ask(api.TAKE_UPLOAD, api.WhichFile(id))
            if taken.file is not None:
                file: api.File = taken.file
                return file
        raise Unavailable

    def drop(self, id: str) -> None:
        """Have a component forget what did not arrive."""

        async def drop() -> None:
            await self.edge.ask(api.DROP_UPLOAD, api.WhichFile(id))

        dropping = Deferred.fromCoroutine(drop())
        dropping.addErrback(lambda failure: log.warn("an upload is dropped later: {error}", error=failure.value))


class Arriving:
    """One body: what `channel.Channel` hands its bytes to, and asks whether it goes on."""

    patience = PATIENCE

    def __init__(self, uploads: Uploads, request: Any, channel: Any, upload: api.Upload) -> None:
        self._uploads, self._request, self._channel, self._upload = uploads, request, channel, upload
        self.begun: Deferred[str] = Deferred()
        """The id under which it arrives, or why it may not."""
        self._id = ""
        self._early: list[bytes] = []
        self._file: BinaryIO | None = None
        self._received = self._before = 0
        self._is_over = self._is_whole = False
        uploads.under_way += 1
        request.notifyFinish().addErrback(lambda _: self.cut())

    def begin(self) -> None:
        """Ask whether they may. Nothing more is read until then."""
        self._channel.hold()
        Deferred.fromCoroutine(self._ask()).addCallbacks(self._open, self._refused)

    def take(self, data: bytes) -> None:
        """Take some bytes."""
        self._received += len(data)
        if self._file is None:
            self._early.append(data)
            return
        try:
            self._file.write(data)
        except OSError as error:
            log.failure("an upload cannot be written")
            self._fail(as_problem(api.NoRoomForFiles()), error)

    def goes_on(self) -> bool:
        """Say whether enough came since this was asked the last time."""
        came, self._before = self._received - self._before, self._received
        return self._file is None or came >= self.patience * self._uploads.limits.slowest

    async def whole(self) -> api.File:
        """Wait until all of it is a file. Raises a `Refusal`."""
        self._is_whole = True
        id = await self.begun
        self._close()
        self._uploads.edge.counters.upload_bytes += self._received
        file = await self._uploads.made(id)
        self._id = ""  # It is a component's now.
        return file

    def cut(self) -> None:
        """The connection is gone, or was ended. Harmless when repeated."""
        self._close()
        if self._id and not self._is_whole:
            self._uploads.edge.counters.refused("upload_cut")
            self._uploads.drop(self._id)
        self._id = ""

    async def _ask(self) -> str:
        asked: api.WhichFile = await self._uploads.edge.ask(api.BEGIN_UPLOAD, self._upload)
        return asked.file

    def _open(self, id: str) -> None:
        if self._is_over:  # They left meanwhile.
            self._uploads.drop(id)
            return
        self._id = id
        folder = self._uploads.folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = (folder / id).open("xb")
        except OSError as error:
            log.failure("an upload cannot be written")
            return self._fail(as_problem(api.NoRoomForFiles()), error)
        early, self._early = self._early, []
        for data in early:
            self.take(data)
        self.begun.callback(id)
        self._channel.go_on()

    def _refused(self, failure: Any) -> None:
        self._fail(_said(failure.value), failure.value)

    def _fail(self, why: Problem, error: BaseException) -> None:
        if self._is_whole:
            self.begun.errback(why)
        elif not self._is_over:
            self._channel.refuse_with(why.status, why.content(), why.retry_after)
            self.cut()

    def _close(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._uploads.under_way -= 1
            if self._file is not None:
                self._file.close()


def _said(error: Exception) -> Problem:
    try:
        return as_problem(error)
    except Exception:
        log.failure("an upload could not begin")
        return as_problem(Unavailable())
