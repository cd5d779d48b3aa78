"""How people sign in to the plain Crossbar: the ticket is the role. Copied into its folder."""

from typing import Any


def create(config: object, controller: object) -> Any:
    """Make the authenticator, as Crossbar's `ticket` of type `function` wants it."""

    def authenticate(realm: str, authid: str, details: dict[str, Any]) -> dict[str, Any]:
        return {"realm": realm, "authid": authid, "role": details["ticket"], "extra": {"name": authid}}

    return authenticate
