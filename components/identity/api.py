"""What the identity component offers on the wire, and all it offers.

Somebody who signs in on a device opens a *family*: a chain of refresh secrets, of which each is good once and gives
the next one with a new `Entry`. The router worker makes an access token of an entry: `sub`, `name` and `role` are its
`id`, `name` and `role`, `sid` is its `family`, and `iat` is its `at`, fractions included: a `Cut` refuses what was so
before it. Passwords and refresh secrets come from the router worker, by HTTP; no session of a person carries one, but
for `change_password`.

What happens is told on the stream `openline.audit`, without any secret; `by` is who did it. The events of this
component, with their `data`:

- `signed_up` `{id, login, role, way, address, agent}` and `signed_in` `{id, family, way, address, agent}`; `way` is
  `password`, `invite`, `reset`, `operator` (who added somebody by command), or the name of a provider
- `sign_in_refused` `{login, count, addresses}`, at most one a minute and login; an unknown name is told as `""`, since
  people type their password there
- `signed_out` `{id, family}`, where `family` is `""` for all devices; `refresh_replayed` `{id, family, address, agent}`
- `password_changed` `{id}`, `password_reset` `{id}`, `invited` `{role, uses, expires}`, and `reset_made` `{id}`, by the
  node where a link is mailed to who forgot their password
- `role_changed` `{id, role, was}`, `disabled` `{id, disabled}`, `revoked` `{id}`
"""

from typing import Annotated, Literal

from pydantic import Field

from components.contract import COMPONENT, MEMBER, OPERATOR, PEOPLE, Nothing, Procedure, Refusal, Topic, payload
from components.notice import LIVING as LIVING

GRACE = 20.0
"""Seconds in which a refresh secret that was replaced still answers: two tabs at once, or an answer that was lost."""

_ACCOUNTS = frozenset({MEMBER, OPERATOR})
_OPERATORS = frozenset({OPERATOR, COMPONENT})

Typed = Annotated[str, Field(max_length=1_024)]
"""What somebody typed: judged by the rules, not by its form."""
Secret = Annotated[str, Field(max_length=200)]
Id = Annotated[str, Field(min_length=1, max_length=200)]
Role = Literal["member", "operator"]


@payload
class Device:
    """Where a sign-in comes from: the address of the net, and what the browser calls itself."""

    address: str
    agent: str


@payload
class SignUp:
    """Somebody new. The name that others see is the login, unless one is given."""

    login: Typed
    password: Typed
    device: Device
    name: Typed | None = None
    invite: Secret | None = None


@payload
class SignIn:
    """A name and a password."""

    login: Typed
    password: Typed
    device: Device


@payload
class Refresh:
    """The newest secret of a device."""

    refresh: Secret
    device: Device


@payload
class SignOut:
    """The device to sign out, by its secret; or all devices of the same person."""

    refresh: Secret
    everywhere: bool = False


@payload
class ResetPassword:
    """The code of a link that an operator made or that was mailed, and the password from now on."""

    code: Secret
    password: Typed
    device: Device


@payload
class Forgot:
    """The login of somebody who forgot their password, or says so."""

    login: Typed
    device: Device


@payload
class Mail:
    """What a component of the site is given to send, by the procedure that `accounts.mail` names.

    `id`, `login` and `name` are of the account; the site knows where to send it. `kind` says what the link is for.
    """

    id: str
    login: str
    name: str
    kind: Literal["reset"]
    link: str
    expires: float


@payload
class Enter:
    """Somebody whom a provider signed in, by the provider's name in the settings and its own name for them."""

    provider: Id
    subject: Annotated[str, Field(min_length=1, max_length=255)]
    name: Typed
    device: Device


@payload
class Entry:
    """Somebody who is signed in on a device.

    `refresh` is the secret that the next `openline.identity.refresh` takes, good until `expires`; `at` is when all of
    this was so: the `iat` of access tokens. `login` is empty for who comes by a provider alone. Times are in seconds
    since 1970, UTC.
    """

    id: str
    name: str
    role: Role
    avatar: str
    login: str
    family: str
    refresh: str
    expires: float
    at: float


@payload
class Cut:
    """What is refused: a person's tokens with an `iat` of `at` or before; those of one family, or all (`""`)."""

    id: str
    family: str
    at: float


@payload
class Cuts:
    """Everything that is cut and may not have run out by itself yet."""

    cuts: list[Cut]


@payload
class Profile:
    """What somebody sees of their own account. `avatar` is a colour (`#rrggbb`) or an image (`data:image/png;…`)."""

    id: str
    login: str
    name: str
    role: Role
    avatar: str
    has_password: bool


@payload
class ProfileChange:
    """What is to be different; an empty `avatar` is the colour one had at first."""

    name: Typed | None = None
    avatar: Annotated[str, Field(max_length=16_384)] | None = None


@payload
class Wanted:
    """People to show. Who has no account has nothing to show."""

    ids: Annotated[list[Id], Field(max_length=20)]


@payload
class Face:
    """What somebody chose to be known by at a glance: a colour, an image, or nothing (`""`)."""

    id: str
    avatar: str


@payload
class Faces:
    """The people who chose something."""

    faces: list[Face]


@payload
class PasswordChange:
    """The password until now, and from now on."""

    old: Typed
    new: Typed


@payload
class SignedInDevice:
    """A device on which somebody is signed in. `used` is when it last refreshed; `current` is the one that asks."""

    family: str
    agent: str
    address: str
    created: float
    used: float
    current: bool


@payload
class Devices:
    """Where one is signed in, the latest first."""

    devices: list[SignedInDevice]


@payload
class WhichDevice:
    """One of one's own devices."""

    family: Id


@payload
class Search:
    """Accounts to list, oldest first: those with some words in their login or name, or of an id; after a `next`."""

    search: Annotated[str, Field(max_length=100)] | None = None
    after: Id | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 100


@payload
class User:
    """An account as operators see it. `used` is when one of its devices last refreshed; `avatar` is a colour."""

    id: str
    login: str
    name: str
    role: Role
    avatar: str
    disabled: bool
    has_password: bool
    created: float
    used: float | None


@payload
class Users:
    """Some accounts, and where the next ones begin if there are more."""

    users: list[User]
    next: str | None = None


@payload
class RoleChange:
    """An account and its role from now on."""

    id: Id
    role: Role


@payload
class Disabling:
    """An account, and whether it is to be kept from signing in."""

    id: Id
    disabled: bool


@payload
class Which:
    """A person: an account; where any person is meant, also a guest or somebody whom a site signed in."""

    id: Id


@payload
class Invitation:
    """Who is invited: into which role, how many of them, for how many days."""

    role: Role = "member"
    uses: Annotated[int, Field(ge=1, le=10_000)] = 1
    days: Annotated[int, Field(ge=1, le=365)] = 7


@payload
class Code:
    """A code that is told once, and how long it is good."""

    code: str
    expires: float


@payload
class NewUser:
    """An account to make, for somebody who sets their password by a link."""

    login: Typed
    role: Role
    name: Typed | None = None


@payload
class Added:
    """The account that was made, and the code with which its password is set."""

    id: str
    code: str
    expires: float


class WrongPassword(Refusal):
    """This name and password do not belong together."""


class TooManyTries(Refusal):
    """That was wrong too often. Try again in a moment."""


class Busy(Refusal):
    """Many people are signing in right now. Try again in a moment."""


class SignedOut(Refusal):
    """Please sign in again."""


class SignUpClosed(Refusal):
    """Nobody can sign up here at the moment."""


class InviteInvalid(Refusal):
    """This invitation is not valid, or not any more."""


class LoginTaken(Refusal):
    """Somebody has this name already."""


class WeakPassword(Refusal):
    """This password is too easy to guess."""


class CodeInvalid(Refusal):
    """This link is not valid, or not any more."""


class NoPassword(Refusal):
    """You sign in here without a password. An operator can give you a link to set one."""


class NoMail(Refusal):
    """Ask an operator for a link."""


class NoSuchUser(Refusal):
    """There is no such account."""


class LastOperator(Refusal):
    """This is the last operator, and somebody has to be one."""


SIGN_UP = Procedure("openline.identity.sign_up", SignUp, Entry, callers={COMPONENT})
SIGN_IN = Procedure("openline.identity.sign_in", SignIn, Entry, callers={COMPONENT})
REFRESH = Procedure("openline.identity.refresh", Refresh, Entry, callers={COMPONENT})
SIGN_OUT = Procedure("openline.identity.sign_out", SignOut, Nothing, callers={COMPONENT})
RESET_PASSWORD = Procedure("openline.identity.reset_password", ResetPassword, Entry, callers={COMPONENT})
FORGOT = Procedure("openline.identity.forgot", Forgot, Nothing, callers={COMPONENT})
ENTER = Procedure("openline.identity.enter", Enter, Entry, callers={COMPONENT})
REVOKED = Procedure("openline.identity.revoked", Nothing, Cuts, callers={COMPONENT})
ME = Procedure("openline.identity.me", Nothing, Profile, callers=_ACCOUNTS)
CHANGE_PROFILE = Procedure("openline.identity.change_profile", ProfileChange, Profile, callers=_ACCOUNTS)
FACES = Procedure("openline.identity.faces", Wanted, Faces, callers=PEOPLE)
CHANGE_PASSWORD = Procedure("openline.identity.change_password", PasswordChange, Nothing, callers=_ACCOUNTS)
DEVICES = Procedure("openline.identity.devices", Nothing, Devices, callers=_ACCOUNTS)
END_DEVICE = Procedure("openline.identity.end_device", WhichDevice, Nothing, callers=_ACCOUNTS)
END_OTHERS = Procedure("openline.identity.end_others", Nothing, Nothing, callers=_ACCOUNTS)
USERS = Procedure("openline.identity.users", Search, Users, callers=_OPERATORS)
SET_ROLE = Procedure("openline.identity.set_role", RoleChange, Nothing, callers=_OPERATORS)
DISABLE = Procedure("openline.identity.disable", Disabling, Nothing, callers=_OPERATORS)
REVOKE = Procedure("openline.identity.revoke", Which, Nothing, callers=_OPERATORS)
INVITE = Procedure("openline.identity.invite", Invitation, Code, callers=_OPERATORS)
RESET = Procedure("openline.identity.reset", Which, Code, callers=_OPERATORS)
ADD = Procedure("openline.identity.add", NewUser, Added, callers={COMPONENT})
ON_PROFILE = Topic("openline.identity.on_profile", Face, readers=PEOPLE)
"""Somebody chose something else."""
ON_REVOKED = Topic("openline.identity.on_revoked", Cut, readers={COMPONENT})
"""Said before the answer to whatever cut: routers end the sessions that it means."""
