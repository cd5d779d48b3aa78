"""Who asks for files, and may they: by a token, as everywhere, and by the one check of permissions, as everywhere."""

import time
from typing import Any
from urllib.parse import parse_qs

from twisted.web.server import Request

from components.contract import Refusal
from components.permissions import Who
from components.room.files.api import NoSuchFile
from router.edge.cut import Cut, Why
from router.edge.edge import Edge
from router.edge.events import problem
from router.edge.events.asking import check_site, header, token
from router.edge.events.problem import Problem
from router.edge.visitors import visitor
from router.tokens import Token

COOKIE = b"openline_files"
"""What an `<img>` shows of whose it is: `POST /files/pass` gives it to a page that has a token."""
LONGEST = 3_600.0
"""Seconds that it is good for, at most."""
_STATUS = {
    "file_too_large": 413,
    "too_many_uploads": 429,
    "enough_for_today": 429,
    "no_room_for_files": 503,
    "no_such_file": 404,
    "no_such_room": 404,
    "not_a_member": 403,
    "muted": 403,
    "room_archived": 403,
}
"""Whatever else a component refuses is a mistake of whoever asks: 400."""


def who(edge: Edge, request: Request, given: str | None = None) -> Token:
    """Say who asks, and count that. Raises `Cut` or `Problem`."""
    check_site(request, edge.home)
    someone = edge.authenticate(given or _token(request), None)
    address = visitor(request, edge.settings).address
    if wait := edge.allowances.of(someone.id, address).take("call", time.monotonic()):
        raise Cut(Why.FLOOD, retry_after=wait)
    return someone


def _token(request: Request) -> str:
    """Find a token: as for streams, or, where files are only read, in the cookie that is for them alone."""
    ours = request.getCookie(COOKIE)
    if ours and request.method in (b"GET", b"HEAD") and header(request, b"authorization") is None:
        if header(request, b"sec-fetch-site") not in (None, "same-origin", "none"):
            raise Cut(Why.FORBIDDEN)
        return str(ours, "latin-1")
    return token(request)


async def must_read(edge: Edge, someone: Token, stream: str) -> None:
    """Refuse who may not read a room."""
    asks = Who(someone.id, someone.role, someone.rights)
    if not await edge.guard.decide(asks, "read", stream, "exact"):
        raise Problem("openline.error.not_authorized", "Only members of the room see its files.", 403)


def pass_cookie(someone: Token, given: str, secure: bool, now: float) -> str:
    """Write the cookie: for files alone, for our own pages alone, and for no script."""
    lasts = int(max(0.0, min(LONGEST, someone.expires - now)))
    more = "; Secure" if secure else ""
    return f"{COOKIE.decode()}={given}; Max-Age={lasts}; Path=/files; HttpOnly; SameSite=Strict{more}"


def cleared(secure: bool) -> str:
    """Write that the browser is to forget it."""
    return f"{COOKIE.decode()}=; Max-Age=0; Path=/files; HttpOnly; SameSite=Strict{'; Secure' if secure else ''}"


def asked(path: bytes) -> dict[str, str]:
    """Read what an address says after its `?`, before Twisted has."""
    fields = parse_qs(path.partition(b"?")[2].decode("utf-8", "replace"), max_num_fields=10)
    return {name: values[0] for name, values in fields.items()}


def as_problem(error: Exception) -> Problem:
    """Say an error over HTTP. Raises what nobody thought of."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Cut):
        return problem.of_cut(error)
    if isinstance(error, Refusal):
        status = _STATUS.get(error.uri.rpartition(".")[2])
        return problem.of_refusal(error) if status is None else Problem(error.uri, error.message, status, error.fields)
    raise error


def missing() -> Problem:
    """There is no such file, or it is none of theirs to know."""
    return as_problem(NoSuchFile())


def reason(why: Problem) -> Any:
    """Name a refusal as metrics do."""
    return why.uri.rpartition(".")[2]
