"""Answer the identity API: read what is known, compare passwords off the reactor, then decide and keep at once."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import deferLater
from twisted.logger import Logger

from components.contract import AUDIT, Bus, Caller, Chore, Component, Nothing, Route
from components.database import Database
from components.given import Given
from components.links import link
from components.names import presentable
from components.notice import Families
from components.settings import Settings
from components.streams import Log, Streams
from router.edge.address import neighbours

from . import api, changes, devices, mail, rules, signing, store
from .book import NODE, Book
from .family import Fresh, Held, digest
from .passwords import Found, Passwords, Threads, common, hasher
from .refusals import Refusals
from .rules import Account
from .throttle import Throttle, Try

P = ParamSpec("P")
T = TypeVar("T")

PRUNE_SECONDS = 60.0
MOST_LOGIN = 64
"""How much of what was typed as a login is told apart: nobody's is that long."""

logger = Logger()


def build(given: Given) -> "Identity":
    reactor: Any = given.clock
    passwords = Passwords(Threads(reactor).do, hasher())
    return Identity(given.db, given.streams, given.bus, given.clock, given.settings, passwords)


@dataclass(frozen=True)
class Identity(Component):
    """All it touches is handed to it; all it knows is in the store, but for who was wrong just now."""

    db: Database
    streams: Streams
    bus: Bus
    clock: IReactorTime
    settings: Settings
    passwords: Passwords
    throttle: Throttle = field(default_factory=Throttle)
    refusals: Refusals = field(default_factory=Refusals)

    def routes(self) -> list[Route]:
        return [
            api.SIGN_UP.by(self.sign_up),
            api.SIGN_IN.by(self.sign_in),
            api.REFRESH.by(self.refresh),
            api.SIGN_OUT.by(self.sign_out),
            api.RESET_PASSWORD.by(self.reset_password),
            api.FORGOT.by(self.forgot),
            api.ENTER.by(self.enter),
            api.REVOKED.by(self.revoked),
            api.ME.by(self.me),
            api.CHANGE_PROFILE.by(self.change_profile),
            api.FACES.by(self.faces),
            api.CHANGE_PASSWORD.by(self.change_password),
            api.DEVICES.by(self.devices),
            api.END_DEVICE.by(self.end_device),
            api.END_OTHERS.by(self.end_others),
            api.USERS.by(self.users),
            api.SET_ROLE.by(self.set_role),
            api.DISABLE.by(self.disable),
            api.REVOKE.by(self.revoke),
            api.INVITE.by(self.invite),
            api.RESET.by(self.reset),
            api.ADD.by(self.add),
            api.LIVING.by(self.living),
        ]

    def chores(self) -> list[Chore]:
        return [Chore(PRUNE_SECONDS, self.prune)]

    async def prepare(self) -> None:
        """Say what an operator should know of."""
        if self.settings.namespace(AUDIT) is None:
            logger.warn("nothing is audited: openline.yaml has no stream {stream}", stream=AUDIT)

    async def sign_up(self, caller: Caller, asked: api.SignUp) -> api.Entry:
        """Make an account. What needs no hash is refused before there is one."""
        rules.must_be_open(self.settings.accounts.sign_up, asked.invite)
        login = rules.login(asked.login)
        name = presentable(asked.name or login)
        password = rules.new_password(asked.password, login, common())
        self.throttle.newcomer(neighbours(asked.device.address), self.clock.seconds())
        await self.db.read(_must_be_welcome, login, asked.invite, self.clock.seconds())
        hash = await self.passwords.hash(password)
        new = signing.Newcomer(_person(), login, name, hash, asked.invite)
        return await self._write(signing.sign_up, new, asked.device, _fresh())

    async def sign_in(self, caller: Caller, asked: api.SignIn) -> api.Entry:
        """Compare a password. The same words, and the same work, whether there is such an account or not."""
        login, place = rules.as_typed(asked.login)[:MOST_LOGIN], neighbours(asked.device.address)
        self.throttle.look(login, place, self.clock.seconds())
        account, known = await self.db.read(_seen, login, place)
        tried = self.throttle.take(login, place, known, self.clock.seconds())
        found = await self._check(tried, asked.password, account.password if account else None)
        if account is None or account.disabled or not found.right:
            self._count(account.login if account else "", asked.device.address)
            raise api.WrongPassword
        self.throttle.right(tried)
        return await self._write(signing.sign_in, account, found.rehashed, asked.device, _fresh())

    async def refresh(self, caller: Caller, asked: api.Refresh) -> api.Entry:
        entry = await self._write(signing.refresh, asked, secrets.token_hex(16))
        if entry is None:
            raise api.SignedOut
        return entry

    async def sign_out(self, caller: Caller, asked: api.SignOut) -> Nothing:
        await self._write(signing.sign_out, asked)
        return Nothing()

    async def reset_password(self, caller: Caller, asked: api.ResetPassword) -> api.Entry:
        """Set a password by a link. The link is looked at first: a wrong one costs no hash."""
        code = digest(asked.code)
        account = await self.db.read(store.account_of_code, code, self.clock.seconds())
        if account is None or account.disabled:
            raise api.CodeInvalid
        hash = await self.passwords.hash(rules.new_password(asked.password, account.login, common()))
        return await self._write(signing.reset_password, code, hash, asked.device, _fresh())

    async def forgot(self, caller: Caller, asked: api.Forgot) -> Nothing:
        """Have a link mailed to who forgot their password. It is answered before anything is looked up."""
        uri = self.settings.accounts.mail
        if uri is None:
            raise api.NoMail
        login = rules.login(asked.login)
        self.throttle.forgot(neighbours(asked.device.address), self.clock.seconds())
        later = deferLater(self.clock, 0, lambda: Deferred.fromCoroutine(self._remind(uri, login)))
        later.addErrback(lambda failure: logger.failure("no link to a new password was made", failure))
        return Nothing()

    async def enter(self, caller: Caller, asked: api.Enter) -> api.Entry:
        return await self._write(signing.enter_by_provider, asked, _person(), _fresh())

    async def revoked(self, caller: Caller, nothing: Nothing) -> api.Cuts:
        return api.Cuts(await self.db.read(store.cuts, self.clock.seconds()))

    async def me(self, caller: Caller, nothing: Nothing) -> api.Profile:
        return changes.profile(await self.db.read(store.load, caller.id))

    async def change_profile(self, caller: Caller, change: api.ProfileChange) -> api.Profile:
        profile = await self._write(changes.change_profile, caller.id, change)
        if change.avatar is not None:
            await self.bus.publish(api.ON_PROFILE, api.Face(caller.id, change.avatar))
        return profile

    async def faces(self, caller: Caller, wanted: api.Wanted) -> api.Faces:
        return api.Faces(await self.db.read(store.faces, wanted.ids))

    async def change_password(self, caller: Caller, change: api.PasswordChange) -> Nothing:
        """Change one's own password. The old one is asked for: a session that was left open is not enough."""
        account = await self.db.read(store.load, caller.id)
        if account.password is None:
            raise api.NoPassword
        new = rules.new_password(change.new, account.login, common(), "new")
        tried = self.throttle.take(caller.id, caller.id, known=True, now=self.clock.seconds())
        if not (await self._check(tried, change.old, account.password)).right:
            raise api.WrongPassword("This is not your password.", field="old")
        self.throttle.right(tried)
        await self._write(changes.change_password, account, await self.passwords.hash(new), caller.family)
        return Nothing()

    async def devices(self, caller: Caller, nothing: Nothing) -> api.Devices:
        return api.Devices(await self.db.read(self._devices, caller))

    async def end_device(self, caller: Caller, which: api.WhichDevice) -> Nothing:
        await self._write(changes.end_devices, caller, which.family)
        return Nothing()

    async def end_others(self, caller: Caller, nothing: Nothing) -> Nothing:
        await self._write(changes.end_devices, caller, None)
        return Nothing()

    async def users(self, caller: Caller, asked: api.Search) -> api.Users:
        found = await self.db.read(store.users, asked)
        page = found[: asked.limit]
        return api.Users(page, page[-1].id if len(found) > len(page) else None)

    async def set_role(self, caller: Caller, change: api.RoleChange) -> Nothing:
        await self._write(changes.set_role, change, caller)
        return Nothing()

    async def disable(self, caller: Caller, change: api.Disabling) -> Nothing:
        await self._write(changes.disable, change, caller)
        return Nothing()

    async def revoke(self, caller: Caller, which: api.Which) -> Nothing:
        await self._write(changes.revoke, which.id, caller)
        return Nothing()

    async def invite(self, caller: Caller, wanted: api.Invitation) -> api.Code:
        return await self._write(changes.invite, wanted, _code(), caller)

    async def reset(self, caller: Caller, which: api.Which) -> api.Code:
        return await self._write(changes.reset, which.id, _code(), caller)

    async def add(self, caller: Caller, new: api.NewUser) -> api.Added:
        login = rules.login(new.login)
        account = Account(_person(), login, presentable(new.name or login), new.role, "", None, False, 0.0)
        return await self._write(changes.add, account, _code(), caller)

    async def living(self, caller: Caller, asked: Families) -> Families:
        """Say to components which devices are signed in still."""
        idle = self.settings.accounts.refresh
        return Families(await self.db.read(devices.living, asked.families, self.clock.seconds(), idle))

    async def prune(self) -> None:
        """Forget what has run out, and tell of the wrong sign-ins that were not told of yet."""
        self._tell_refusals()
        await self.db.run(_prune, self.clock.seconds())

    async def _write(self, work: Callable[Concatenate[Book, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work(book, *args)` in one transaction. What it cut is said before anybody is answered."""

        def booked(log: Log) -> tuple[T, list[api.Cut]]:
            book = Book(log, self.settings)
            return work(book, *args, **kwargs), book.cuts

        result, cuts = await self.streams.write(booked)
        for cut in cuts:
            await self.bus.publish(api.ON_REVOKED, cut)
        return result

    async def _check(self, tried: Try, password: str, hash: str | None) -> Found:
        """Compare a password; a try that could not be evaluated counts as nothing."""
        try:
            return await self.passwords.check(rules.secret(password), hash)
        except BaseException:
            self.throttle.spare(tried)
            raise

    async def _remind(self, uri: str, login: str) -> None:
        """Make a link to a new password and hand it to the site's component, where there is somebody to send it to."""
        account = await self.db.read(store.by_login, login)
        if account is None or account.disabled or not self.throttle.takes_link(account.id, self.clock.seconds()):
            return
        made = await self._write(changes.remind, account.id, _code())
        there = link(self.settings.url or "", "reset", made.code)
        letter = api.Mail(account.id, account.login, account.name, "reset", there, made.expires)
        await mail.send(self.bus, self.clock, uri, letter)

    def _count(self, login: str, address: str) -> None:
        self.refusals.count(login, address)
        self._tell_refusals()

    def _tell_refusals(self) -> None:
        """Tell the audit. Nobody waits for it: the time would tell whether there is such an account."""
        if due := self.refusals.due(self.clock.seconds()):
            told = Deferred.fromCoroutine(self._write(_tell_refused, due))
            told.addErrback(lambda failure: logger.failure("wrong sign-ins were not told", failure))

    def _devices(self, connection: Connection, caller: Caller) -> list[api.SignedInDevice]:
        now, idle = self.clock.seconds(), self.settings.accounts.refresh
        return [
            api.SignedInDevice(one.id, one.agent, one.address, one.created, one.used, one.id == caller.family)
            for one in devices.of(connection, caller.id)
            if one.lives(now, idle)
        ]


def _person() -> str:
    return f"u_{secrets.token_hex(8)}"


def _fresh() -> Fresh:
    return Fresh(f"f_{secrets.token_hex(8)}", Held(secrets.token_hex(16), secrets.token_hex(32)))


def _code() -> str:
    return secrets.token_urlsafe(24)


def _seen(connection: Connection, login: str, place: str) -> tuple[Account | None, bool]:
    """Find an account, and whether its owner was signed in at a place."""
    account = store.by_login(connection, login)
    return account, account is not None and devices.is_known(connection, account.id, place)


def _must_be_welcome(connection: Connection, login: str, invite: str | None, now: float) -> None:
    """Refuse at once what the transaction would refuse later, when a hash has been made for nothing."""
    if invite and store.invite(connection, digest(invite), now) is None:
        raise api.InviteInvalid
    if store.by_login(connection, login) is not None:
        raise api.LoginTaken(field="login")


def _tell_refused(book: Book, due: list[dict[str, object]]) -> None:
    for one in due:
        book.tell("sign_in_refused", NODE, **one)


def _prune(connection: Connection, now: float) -> None:
    store.prune(connection, now)
    devices.prune(connection, now)
    devices.wipe_salts(connection, now - api.GRACE)
