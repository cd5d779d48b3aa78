"""A browser without a page: goes where it is sent, one step at a time, and keeps cookies."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.cookiejar import Cookie, CookieJar
from ipaddress import IPv4Address
from itertools import count
from typing import Any


@dataclass(frozen=True)
class Step:
    """What one address answered."""

    status: int
    to: str
    cookies: list[str]
    content: Any = None


class _NoFurther(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


class Browser:
    """One person's browser, at an address of its own where the node believes what a proxy says."""

    _made = count(1)

    def __init__(self, address: str = "") -> None:
        self.jar = CookieJar()
        self._address = address or str(IPv4Address("10.1.0.0") + next(self._made))
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), _NoFurther)

    def go(self, url: str) -> Step:
        """Open an address, and say where it leads."""
        return self._open(urllib.request.Request(url))

    def post(self, url: str, content: object) -> Step:
        """Have a page of the site post something."""
        kind = {"Content-Type": "application/json"}
        return self._open(urllib.request.Request(url, json.dumps(content).encode(), kind))

    def cookie(self, name: str) -> Cookie | None:
        """Find a cookie that it keeps."""
        return next((one for one in self.jar if one.name == name), None)

    def _open(self, request: urllib.request.Request) -> Step:
        request.add_header("X-Forwarded-For", self._address)
        try:
            with self._opener.open(request, timeout=30) as answer:
                return _step(answer)
        except urllib.error.HTTPError as answer:
            return _step(answer)


def _step(answer: Any) -> Step:
    body = answer.read()
    is_json = answer.headers.get_content_type() == "application/json"
    cookies = answer.headers.get_all("Set-Cookie") or []
    return Step(answer.status, answer.headers.get("Location", ""), cookies, json.loads(body) if is_json else None)
