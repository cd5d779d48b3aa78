"""What a provider says of itself (OpenID Connect Discovery 1.0), as far as it is needed and believed."""

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
from pydantic import ConfigDict, TypeAdapter, ValidationError

from components.provider import is_here, is_safe

from .stopped import Stopped, Why


@dataclass(frozen=True)
class Endpoints:
    """Where a provider answers what, and how it wants to be asked."""

    __pydantic_config__: ClassVar = ConfigDict(extra="ignore", strict=True)
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False

    def addresses(self) -> list[str]:
        """List all that it may have us ask."""
        named = (self.authorization_endpoint, self.token_endpoint, self.jwks_uri, self.userinfo_endpoint)
        return [one for one in named if one is not None]


_ENDPOINTS = TypeAdapter(Endpoints)


def address(issuer: str) -> str:
    """Say where the document of an issuer lies (§4)."""
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def read(document: Any, issuer: str) -> Endpoints:
    """Take the document of an issuer, if it is of that issuer and names only what may be asked, or raise `Stopped`."""
    try:
        found = _ENDPOINTS.validate_json(orjson.dumps(document))
    except ValidationError as error:
        wrong = ", ".join(".".join(map(str, one["loc"])) or "all of it" for one in error.errors())
        raise Stopped(Why.UNREACHABLE, f"its configuration is not one: {wrong}") from None
    if found.issuer != issuer:
        raise Stopped(Why.INVALID, f"its configuration is of the issuer {found.issuer[:200]!r}")
    for one in found.addresses():
        if not is_safe(one) or is_here(one) != is_here(issuer):
            raise Stopped(Why.INVALID, f"its configuration names {one[:200]!r}, which is not to be asked")
    return found
