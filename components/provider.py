"""A provider that people sign in with (OpenID Connect), as `openline.yaml` names it."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

IN_KEYS = r"^[A-Za-z0-9_][\w.-]*(/[A-Za-z0-9_][\w.-]*)*$"
_SCOPE = r"^[\x21\x23-\x5b\x5d-\x7e]+$"
"""RFC 6749 §3.3."""
_NO_SPACE = re.compile(r"[\x21-\x7e]+")


def is_here(url: str) -> bool:
    """Say whether an address is on this machine."""
    return _is_loopback(urlsplit(url).hostname or "")


def is_safe(url: str) -> bool:
    """Say whether what is said to an address stays between us and it: https; or http, on this machine alone."""
    try:
        return _NO_SPACE.fullmatch(url) is not None and _is_safe(urlsplit(url))
    except ValueError:
        return False


def _is_safe(parts: SplitResult) -> bool:
    if not parts.hostname or parts.port == 0 or "@" in parts.netloc or "\\" in parts.netloc or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _issuer(url: str) -> str:
    if not is_safe(url) or "?" in url:
        raise ValueError("expected an address such as https://id.example.com; http is for this machine alone")
    return url


def _with_openid(scopes: list[str]) -> list[str]:
    if "openid" not in scopes:
        raise ValueError("expected a list with `openid` in it")
    return scopes


class BadSecret(Exception):
    """A secret in the keys folder cannot be read."""


class Provider(BaseModel):
    """One provider, which tells us who somebody is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
    """Stands in addresses, and is kept with every account that came this way."""
    title: Annotated[str, Field(min_length=1, max_length=40)]
    """What people call it: it stands on the button."""
    issuer: Annotated[str, AfterValidator(_issuer)]
    """Its address, to the letter as it writes it into its tokens; below it lies `.well-known/openid-configuration`."""
    client_id: Annotated[str, Field(min_length=1, max_length=400)]
    client_secret_file: Annotated[str, Field(pattern=IN_KEYS)] | None = None
    """In the keys folder; read each time. A public client has none."""
    scopes: Annotated[list[Annotated[str, Field(pattern=_SCOPE)]], AfterValidator(_with_openid)] = [
        "openid",
        "profile",
        "email",
    ]
    role: Literal["member", "operator"] = "member"
    """Of accounts that are made at somebody's first sign-in."""
    sign_up: bool | None = None
    """Whether the first sign-in makes an account. Left out, it does where `accounts.sign_up` is `open`."""

    def secret(self, keys: Path) -> str:
        """Read the secret by which the provider knows us, from the keys folder; empty for a public client."""
        if self.client_secret_file is None:
            return ""
        return read_secret(keys / self.client_secret_file)


def read_secret(path: Path) -> str:
    """Read a secret of one word from a file. Raises `BadSecret`."""
    try:
        found = path.read_text("ascii").strip()
    except OSError as error:
        raise BadSecret(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadSecret(f"{path}: this is not ASCII text") from None
    if not _NO_SPACE.fullmatch(found):
        raise BadSecret(f"{path}: expected one word")
    return found


def told_apart(providers: list[Provider]) -> list[Provider]:
    """Take providers of which no two have the same name."""
    names = [provider.name for provider in providers]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"expected a name of its own for each; there are two called {twice[0]}")
    return providers


Providers = Annotated[list[Provider], AfterValidator(told_apart)]
