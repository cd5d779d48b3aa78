"""`POST /auth/signup`, `/signin`, `/refresh`, `/signout`, `/reset`, `/forgot`: accounts, which `identity` knows of.

It is asked as a component asks; a password travels no other way. What it answers becomes an access token, which goes to
the page, and a secret in a cookie, which no script can read.
"""

from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field, TypeAdapter
from twisted.logger import Logger

from components.contract import NotAuthorized, Nothing, Procedure, Refusal, payload
from components.identity import api
from router.tokens import Token

from . import cookie
from .desk import Answer, Asked, Desk, Posted, refused

Typed = Annotated[str, Field(max_length=1_024)]
Body = TypeVar("Body")

log = Logger()


@payload
class NewAccount:
    """Who wants an account."""

    login: Typed
    password: Typed
    name: Typed | None = None
    invite: Typed | None = None


@payload
class Known:
    """Who has one."""

    login: Typed
    password: Typed


@payload
class NewPassword:
    """The code of a link, and the password from now on."""

    code: Typed
    password: Typed


@payload
class Forgetful:
    """Who forgot their password."""

    login: Typed


@payload
class Leaving:
    """Whether all devices are signed out."""

    everywhere: bool = False


class Entering(Posted, Generic[Body]):
    """Takes what somebody signs in with, answers who they are, and gives their browser its cookie."""

    def __init__(
        self,
        desk: Desk,
        kind: type[Body],
        procedure: Procedure[Any, api.Entry],
        made: Callable[[Body, api.Device], object],
    ) -> None:
        """`made` makes the request to `procedure` of what was sent and of the device that sent it."""
        super().__init__(desk)
        self._body, self._procedure, self._made = TypeAdapter(kind), procedure, made

    async def answer(self, asked: Asked) -> Answer:
        need_accounts(self.desk)
        entry = await self.desk.ask(self._procedure, self._made(asked.body(self._body), device(asked)))
        await self._forget(asked)
        return entered(self.desk, asked, entry)

    async def _forget(self, asked: Asked) -> None:
        """Sign out whoever was signed in by this browser before: nothing else remembers that secret."""
        before = cookie.given(asked.request, asked.visitor)
        if before is not None:
            try:
                await self.desk.ask(api.SIGN_OUT, api.SignOut(before[:LONGEST]))
            except Refusal as refusal:
                log.debug("who was signed in before could not be signed out: {error}", error=refusal)


class Refresh(Posted):
    """Takes the cookie, answers with a new token and a new cookie. One that is not good any more is cleared."""

    async def answer(self, asked: Asked) -> Answer:
        need_accounts(self.desk)
        asked.body(_NOTHING)
        secret = cookie.given(asked.request, asked.visitor)
        if secret is None:
            raise api.SignedOut
        entry = await self.desk.ask(api.REFRESH, api.Refresh(secret[:LONGEST], device(asked)))
        return entered(self.desk, asked, entry)

    def refuse(self, asked: Asked, refusal: Refusal) -> Answer:
        said = refused(refusal)
        is_over = isinstance(refusal, api.SignedOut)
        return Answer(said.content, said.status, cookie.cleared(asked.visitor) if is_over else None, said.headers)


class SignOut(Posted):
    """Ends what the cookie stands for, and clears it."""

    async def answer(self, asked: Asked) -> Answer:
        need_accounts(self.desk)
        leaving = asked.body(_LEAVING)
        secret = cookie.given(asked.request, asked.visitor)
        if secret is not None:
            try:
                await self.desk.ask(api.SIGN_OUT, api.SignOut(secret[:LONGEST], leaving.everywhere))
            except api.SignedOut:
                log.debug("who signs out was signed out already")
        return Answer(cookie=cookie.cleared(asked.visitor))


class Forgot(Posted):
    """Has a link to a new password sent, to whoever it is for: the answer says nothing of them."""

    async def answer(self, asked: Asked) -> Answer:
        need_accounts(self.desk)
        await self.desk.ask(api.FORGOT, api.Forgot(asked.body(_FORGETFUL).login, device(asked)))
        return Answer()


LONGEST = 200
"""Characters of a secret that are asked about."""
_NOTHING, _LEAVING, _FORGETFUL = TypeAdapter(Nothing), TypeAdapter(Leaving), TypeAdapter(Forgetful)


def sign_up(desk: Desk) -> Posted:
    """Make what opens accounts."""
    return Entering(
        desk,
        NewAccount,
        api.SIGN_UP,
        lambda new, device: api.SignUp(new.login, new.password, device, new.name, new.invite),
    )


def sign_in(desk: Desk) -> Posted:
    """Make what takes a name and a password."""
    return Entering(desk, Known, api.SIGN_IN, lambda known, device: api.SignIn(known.login, known.password, device))


def reset(desk: Desk) -> Posted:
    """Make what takes a code and a new password."""
    return Entering(
        desk,
        NewPassword,
        api.RESET_PASSWORD,
        lambda new, device: api.ResetPassword(new.code, new.password, device),
    )


def need_accounts(desk: Desk) -> None:
    """Refuse where nobody keeps accounts."""
    if not desk.has_accounts:
        raise NotAuthorized("There are no accounts here.")


def device(asked: Asked) -> api.Device:
    """Say where a sign-in comes from."""
    return api.Device(asked.visitor.address, asked.visitor.agent)


def entered(desk: Desk, asked: Asked, entry: api.Entry) -> Answer:
    """Tell a page who it is now, and its browser how to stay that."""
    expires = float(int(entry.at + desk.settings.accounts.access))
    token = Token(entry.id, entry.name, entry.role, expires, entry.family, issued=entry.at)
    about = {"login": entry.login, "avatar": entry.avatar}
    content = {"token": desk.tokens.sign(token), "id": token.id, "role": token.role, **token.extra, **about}
    return Answer(content, cookie=cookie.written(asked.visitor, entry.refresh, entry.expires - desk.now()))
