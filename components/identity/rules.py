"""What an account may be: logins, passwords, avatars, roles. Pure: values in; new values, or a refusal, out."""

import base64
import binascii
import colorsys
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from components.contract import InvalidArgument
from components.provider import Provider
from components.settings import Accounts

from .api import InviteInvalid, LastOperator, Role, SignUpClosed, WeakPassword

SHORTEST, LONGEST = 10, 256
"""How many characters a password has."""
MOST_AGENT = 200
MOST_DEVICES = 50
"""On how many devices somebody is signed in at once; the one that was not used for longest is signed out."""
RESET_SECONDS = 86_400.0
"""How long the link to a new password is good."""
WELCOME_SECONDS = 7 * 86_400.0
"""How long the link to the first password of an account is good that an operator made."""
REVOKED_SECONDS = 30 * 86_400.0
"""How long a revocation is remembered, at least: no site's tokens for its users should live longer."""
LEEWAY_SECONDS = 120.0
"""How long a token may be taken for good after it has run out: clocks differ."""
_LOGIN = re.compile(r"[a-z0-9._-]{2,32}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_IMAGE = re.compile(r"data:image/(png|jpeg|webp);base64,([A-Za-z0-9+/]+=*)")
_BEGINNINGS = {"png": rb"\x89PNG\r\n\x1a\n", "jpeg": rb"\xff\xd8\xff", "webp": rb"RIFF....WEBP"}


@dataclass(frozen=True)
class Account:
    """Somebody with an account. `avatar` is empty for their first colour; `password` is a hash, if there is one."""

    id: str
    login: str
    name: str
    role: Role
    avatar: str
    password: str | None
    disabled: bool
    created: float


def as_typed(login: str) -> str:
    """Read a login as it is looked up: who types it with a capital letter means the same."""
    return unicodedata.normalize("NFKC", login).casefold().strip()


def login(typed: str) -> str:
    """Take the login of a new account, or refuse it."""
    found = as_typed(typed)
    if not _LOGIN.fullmatch(found):
        raise InvalidArgument("A sign-in name has 2 to 32 of the letters a-z, digits, and . _ -", field="login")
    return found


def secret(password: str) -> str:
    """Read a password as it is hashed: keyboards write the same character in different ways (NIST SP 800-63B)."""
    return unicodedata.normalize("NFKC", password)


def new_password(typed: str, of: str, common: Collection[str], field: str = "password") -> str:
    """Take a password from now on, of the account with some login, or refuse it."""
    password = secret(typed)
    if len(password) < SHORTEST:
        raise WeakPassword(f"A password has at least {SHORTEST} characters.", field=field)
    if len(password) > LONGEST:
        raise WeakPassword(f"A password has at most {LONGEST} characters.", field=field)
    if password.casefold() == of:
        raise WeakPassword("Your sign-in name is not a password.", field=field)
    if password.casefold() in common:
        raise WeakPassword("This password is among those that everybody tries first.", field=field)
    return password


def avatar(given: str) -> str:
    """Take a colour, a small image, or nothing, which is the first colour again."""
    if not given or _COLOUR.fullmatch(given) or _is_image(given):
        return given
    raise InvalidArgument("An avatar is a colour such as #4a6785, or a PNG, JPEG or WebP image.", field="avatar")


def _is_image(given: str) -> bool:
    """Say whether an image is what it says it is, as far as its beginning tells."""
    found = _IMAGE.fullmatch(given)
    if not found:
        return False
    try:
        content = base64.b64decode(found[2], validate=True)
    except binascii.Error:
        return False
    return re.match(_BEGINNINGS[found[1]], content, re.DOTALL) is not None


def colour(id: str) -> str:
    """Derive somebody's first colour, dark enough for white letters on it."""
    hue = int.from_bytes(sha256(id.encode()).digest()[:2]) / 65_536
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, 0.32, 0.45))


def shown_avatar(account: Account) -> str:
    return account.avatar or colour(account.id)


def must_be_open(sign_up: Literal["open", "invite", "closed"], invite: str | None) -> None:
    """Say whether somebody may make an account; whether the invitation is good is another question."""
    if sign_up == "closed":
        raise SignUpClosed
    if sign_up == "invite" and not invite:
        raise InviteInvalid("Signing up takes an invitation here.")


def role_of_stranger(provider: Provider | None, settings: Accounts) -> Role:
    """Say what somebody becomes who comes by a provider for the first time, or refuse them: they show no invitation."""
    said = provider.sign_up if provider else None
    if not (settings.sign_up == "open" if said is None else said):
        raise SignUpClosed
    return provider.role if provider else "member"


def must_leave_an_operator(operators: Collection[str], id: str) -> None:
    """There is somebody left who can mend it, whatever is done to one of the operators."""
    if not set(operators) - {id}:
        raise LastOperator
