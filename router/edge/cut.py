"""Why a connection is ended or a request refused: codes for programs, a sentence for people."""

from enum import Enum


class Why(Enum):
    """Each reason: WebSocket close code, HTTP status, sentence.

    3000-3499 tell a client to come back later, 3500-3999 not to come back as it is. 1002, 1007 and 1009 are RFC 6455's.
    """

    SLOW = (3000, 503, "More was said than this connection took. Connect again: nothing is lost.")
    SILENT = (3001, 408, "Nothing was heard from this connection any more.")
    FLOOD = (3002, 429, "Too much was sent at once. Wait a moment.")
    RESTART = (3003, 503, "This node is being restarted. Connect again in a moment.")
    NO_HELLO = (3004, 408, "Nobody signed in on this connection in time.")
    CROWDED = (3005, 503, "There are too many connections right now. Wait a moment.")
    SIGNED_OUT = (3006, 401, "This sign-in has ended. Sign in again.")
    UNAVAILABLE = (3007, 503, "Something went wrong on our side. It has been written down.")
    MALFORMED = (3500, 400, "This is not a WAMP message.")
    TOO_DEEP = (3501, 400, "The values of this message nest too deeply.")
    FORGED = (3502, 403, "forward_for is not for clients.")
    OUT_OF_TURN = (3503, 400, "This WAMP message may not be sent now.")
    FORBIDDEN = (3504, 403, "Connect from a page of this site.")
    SUBSCRIPTIONS = (3505, 400, "This session has too many subscriptions.")
    GAP = (3506, 409, "Something is missing before this.")
    PROTOCOL = (1002, 400, "This breaks the WebSocket protocol.")
    NOT_TEXT = (1007, 400, "This text is not UTF-8.")
    TOO_BIG = (1009, 413, "This message is too big.")
    DONE = (1000, 200, "")

    def __init__(self, code: int, status: int, words: str) -> None:
        self.code, self.status, self.words = code, status, words


class Cut(Exception):
    """Ends a connection, or refuses a request, for a reason. `retry_after` is in seconds."""

    def __init__(self, why: Why, words: str = "", retry_after: float | None = None) -> None:
        self.why, self.words, self.retry_after = why, words or why.words, retry_after
        super().__init__(self.words)
