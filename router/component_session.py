"""A component's session: it signs in with a key (WAMP spec §Cryptosign-based Authentication), and with nothing else.

Crossbar draws the challenge and checks the signature. Before that it would write down, parse and answer much of what
a stranger says; so the stranger is asked here for a key that we know, and told little.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from autobahn.wamp.exception import Error
from autobahn.wamp.types import Deny, HelloDetails
from crossbar.router.session import RouterSession
from twisted.internet.defer import maybeDeferred

from components.keys import Badge

from . import trust

METHOD = "cryptosign"
UNIX = "unix"
"""What the log calls the address of who comes over the node's own socket."""
_SIGNED = re.compile(r"[0-9a-f]{192}")
_FAREWELL = 1.0
"""Seconds that somebody who is sent away has to read why."""

Refused = Callable[[str, str], object]
"""Hears why somebody was not let in, and from where."""


class ComponentSession(RouterSession):
    """Takes the place of Crossbar's session on the transports that Crossbar itself serves (`hooks.sign_in_by_key`)."""

    def __init__(self, factory: Any, known: "trust.Trust", refused: Refused, seconds: float, reactor: Any) -> None:
        """`seconds` is the time from the connection to the sign-in."""
        super().__init__(factory)
        self._known, self._refused, self._seconds, self._reactor = known, refused, seconds, reactor
        self._timer: Any = None
        self._badge: Badge | None = None

    def onOpen(self, transport: Any) -> None:  # noqa: N802
        super().onOpen(transport)
        self._timer = self._reactor.callLater(self._seconds, self._out_of_time)

    def onHello(self, realm: str, details: HelloDetails) -> Any:  # noqa: N802
        said = details.authextra if isinstance(details.authextra, dict) else {}
        if METHOD not in (details.authmethods or ()):
            return self._deny("component_without_key", "Components sign in with a key: cryptosign.")
        self._badge = self._known.badge(details.authid, said.get("pubkey"))
        if self._badge is None:
            return self._deny("component_unknown", "This key is not known here, or not any more.")
        details.authmethods, details.authextra = [METHOD], {"pubkey": self._badge.key}
        details.authid, details.authrole = self._badge.name, None
        return super().onHello(realm, details)

    def onAuthenticate(self, signature: Any, extra: Any) -> Any:  # noqa: N802
        if self._badge is None or self._pending_auth is None:
            return self._deny("component_unknown", "Say hello first.")
        if not isinstance(signature, str) or not _SIGNED.fullmatch(signature):
            return self._answered(Deny())
        answer = maybeDeferred(super().onAuthenticate, signature, {})
        self._pending_auth = None  # One challenge, one answer.
        return answer.addCallback(self._answered)

    def _answered(self, answer: Any) -> Any:
        """Let in who signed well, unless the key was removed meanwhile."""
        badge = self._badge
        if isinstance(answer, Deny) or badge is None or self._known.badge(badge.name, badge.key) != badge:
            return self._deny("component_forged", "This was not signed with the key that was shown.")
        return answer

    def onJoin(self, details: Any) -> None:  # noqa: N802
        self._stop_timer()
        super().onJoin(details)

    def onClose(self, wasClean: bool) -> None:  # noqa: N802, N803
        self._stop_timer()
        super().onClose(wasClean)

    def dismiss(self) -> None:
        """End the session, whether or not the other side plays along."""
        with suppress(Error):  # It is leaving already.
            self.leave("openline.error.not_authorized", "The key of this component was removed.")
        self._hang_up_later()

    def _deny(self, reason: str, words: str) -> Deny:
        """Refuse, always in the same form, and hang up."""
        self._refused(reason, self.address)
        self._badge = None
        self._stop_timer()
        self._hang_up_later()
        return Deny("wamp.error.authentication_failed", words)

    @property
    def address(self) -> str:
        """Where it comes from: an address, or the node's own socket."""
        peer = str(getattr(self._transport, "peer", ""))
        return peer.split(":", 1)[1].rsplit(":", 1)[0] if peer.startswith("tcp") else UNIX

    def _out_of_time(self) -> None:
        self._timer = None
        if self._transport is not None:
            self._refused("no_hello", self.address)
            self._hang_up(self._transport)

    def _hang_up_later(self) -> None:
        self._reactor.callLater(_FAREWELL, self._hang_up, self._transport)

    def _hang_up(self, transport: Any) -> None:
        """Close the connection, whatever still waits to be read, unless that has happened."""
        if self._transport is not None and transport is self._transport:
            self._transport.abort()

    def _stop_timer(self) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.cancel()
        self._timer = None


def create(config: object, controller: object) -> Any:
    """Make what `config.yaml` names as the authenticator: it answers for who has shown a key that is known."""

    def authenticate(realm: str, authid: str, details: Any) -> dict[str, Any]:
        badge = trust.trust().badge(authid, details["authextra"]["pubkey"])
        if badge is None:
            return {"authid": None, "role": None}
        return {"realm": trust.trust().realm, "authid": badge.name, "role": trust.role(badge), "pubkey": badge.key}

    return authenticate
