"""How a sign-in by a provider ends when it does not succeed."""

from enum import StrEnum


class Why(StrEnum):
    """What the sign-in page is told: it has a sentence for each."""

    UNKNOWN = "unknown"
    """There is no such provider here."""
    DENIED = "denied"
    """The provider, or the person there, said no."""
    EXPIRED = "expired"
    """It was not begun in this browser, or too long ago, or is over already."""
    UNREACHABLE = "unreachable"
    """The provider does not answer, or not as it should."""
    INVALID = "invalid"
    """What the provider says is not believed."""
    CLOSED = "closed"
    """This is nobody whom we know, and nobody new is taken."""
    DISABLED = "disabled"
    """An operator has closed this account."""
    BUSY = "busy"
    """Too many sign in right now, or what they are signed in by is being started."""


class Stopped(Exception):
    """A sign-in that goes no further. The text is for the log, and holds no secret."""

    def __init__(self, why: Why, reason: str) -> None:
        self.why, self.reason = why, reason
        super().__init__(f"{why}: {reason}")
