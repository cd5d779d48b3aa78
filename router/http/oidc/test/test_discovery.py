"""What a provider says of itself is believed as far as it has to be."""

from typing import Any

import pytest

from router.http.oidc import discovery
from router.http.oidc.stopped import Stopped, Why

ISSUER = "https://id.example.com"
DOCUMENT = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": "https://tokens.example.net/token",
    "jwks_uri": f"{ISSUER}/jwks",
    "claims_supported": ["sub"],
}
HERE = "http://127.0.0.1:4711"
LOCAL = {"issuer": HERE, **{name: f"{HERE}/x" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}}


def test_a_provider_says_where_it_answers() -> None:
    found = discovery.read(DOCUMENT, ISSUER)
    assert found.token_endpoint == "https://tokens.example.net/token"
    assert found.token_endpoint_auth_methods_supported == ("client_secret_basic",)
    assert found.userinfo_endpoint is None
    assert discovery.read(LOCAL, HERE).jwks_uri == f"{HERE}/x"


def test_its_document_lies_below_its_address() -> None:
    assert discovery.address("https://a.b/realms/x") == "https://a.b/realms/x/.well-known/openid-configuration"
    assert discovery.address("https://a.b/") == "https://a.b/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"issuer": f"{ISSUER}/"}, Why.INVALID),
        ({"issuer": "https://evil.example.com"}, Why.INVALID),
        ({"token_endpoint": "http://id.example.com/token"}, Why.INVALID),
        ({"token_endpoint": "https://127.0.0.1/token"}, Why.INVALID),
        ({"token_endpoint": "https://[::1]/token"}, Why.INVALID),
        ({"jwks_uri": "file:///etc/passwd"}, Why.INVALID),
        ({"jwks_uri": "https://id.example.com/a b"}, Why.INVALID),
        ({"jwks_uri": "https://"}, Why.INVALID),
        ({"jwks_uri": "https://[::1"}, Why.INVALID),
        ({"userinfo_endpoint": "https://user:pw@id.example.com/"}, Why.INVALID),
        ({"authorization_endpoint": "javascript:alert(1)"}, Why.INVALID),
        ({"authorization_endpoint": "https://id.example.com/\r\nSet-Cookie: a=b"}, Why.INVALID),
        ({"jwks_uri": None}, Why.UNREACHABLE),
        ({"token_endpoint": 7}, Why.UNREACHABLE),
    ],
)
def test_what_is_not_to_be_asked_is_not(change: dict[str, Any], why: Why) -> None:
    with pytest.raises(Stopped) as stopped:
        discovery.read({**DOCUMENT, **change}, ISSUER)
    assert stopped.value.why is why


def test_a_provider_on_this_machine_sends_nobody_elsewhere() -> None:
    with pytest.raises(Stopped):
        discovery.read({**LOCAL, "token_endpoint": "https://tokens.example.net/token"}, HERE)


@pytest.mark.parametrize("document", [None, [], "x", 7, {}])
def test_what_is_no_document_is_none(document: Any) -> None:
    with pytest.raises(Stopped, match="its configuration is not one"):
        discovery.read(document, ISSUER)
