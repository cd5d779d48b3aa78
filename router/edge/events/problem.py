"""Why a request got no stream: an HTTP status, with the error's name and sentence as JSON."""

from collections.abc import Mapping
from typing import Any

from components.contract import InvalidArgument, NotAuthorized, Refusal, Unavailable

from ..cut import Cut

AWAY = frozenset(
    {
        "openline.error.unavailable",
        "wamp.error.authorization_failed",
        "wamp.error.canceled",
        "wamp.error.no_available_callee",
        "wamp.error.no_such_procedure",
    }
)
"""Nobody is there to answer, for now."""
TOO_FAST = "openline.error.too_fast"
NOT_SIGNED_IN = "openline.error.not_signed_in"
_DENIED = "wamp.error.not_authorized"
_STATUS = {
    InvalidArgument.uri: 400,
    NotAuthorized.uri: 403,
    Unavailable.uri: 503,
    TOO_FAST: 429,
    "openline.error.internal": 500,
    "openline.error.too_many_subscriptions": 400,
}
_NOT_THERE = ("unknown_", "no_such_")


class Problem(Exception):
    """An error as its wire says it: the name, a sentence, and fields for programs."""

    def __init__(self, uri: str, message: str, status: int, fields: Mapping[str, Any] | None = None) -> None:
        self.uri, self.message, self.status, self.fields = uri, message, status, fields or {}
        super().__init__(f"{uri}: {message}")

    @property
    def retry_after(self) -> float | None:
        """Seconds after which to try again, where that helps."""
        given = self.fields.get("retry_after")
        return float(given) if isinstance(given, int | float) else None

    @property
    def is_passing(self) -> bool:
        """Whether the same question may have another answer in a moment."""
        return self.uri in (Unavailable.uri, TOO_FAST)

    def content(self) -> dict[str, Any]:
        """Say it as JSON."""
        return {"error": self.uri, "message": self.message, **self.fields}


def of_error(uri: str, fields: Mapping[str, Any]) -> Problem:
    """Read a WAMP ERROR."""
    if uri in AWAY:
        return of_refusal(Unavailable())
    if uri == _DENIED:
        return of_refusal(NotAuthorized())
    rest = {name: value for name, value in fields.items() if name != "message"}
    missing = uri.rpartition(".")[2].startswith(_NOT_THERE)
    return Problem(uri, str(fields.get("message", "")), _STATUS.get(uri, 404 if missing else 403), rest)


def of_refusal(refusal: Refusal) -> Problem:
    """Say a refusal of ours over HTTP."""
    return Problem(refusal.uri, refusal.message, _STATUS.get(refusal.uri, 400), refusal.fields)


def of_cut(cut: Cut) -> Problem:
    """Say over HTTP why a connection was cut."""
    fields: dict[str, Any] = {"code": cut.why.code}
    if cut.retry_after is not None:
        fields["retry_after"] = round(cut.retry_after, 3)
    return Problem(f"openline.error.{cut.why.name.lower()}", cut.words, cut.why.status, fields)


def not_signed_in() -> Problem:
    """Ask for a token."""
    return Problem(NOT_SIGNED_IN, "Sign in: send a token as `Authorization: Bearer …`.", 401)
