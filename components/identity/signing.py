"""Signing up, in and out: what is done about it, in one transaction each."""

from dataclasses import dataclass, replace

from components.contract import Author, NotAuthorized
from components.names import made_presentable

from . import devices, rules, store
from .api import CodeInvalid, Device, Enter, Entry, InviteInvalid, LoginTaken, Refresh, SignOut, WrongPassword
from .book import NODE, Book, whence
from .family import Family, Fresh, Held, Replayed, digest, opened, parse, turned
from .rules import Account


@dataclass(frozen=True)
class Newcomer:
    """Somebody who signs up: the id they will have, and what the rules have made of what they said."""

    id: str
    login: str
    name: str
    password: str
    invite: str | None


def author(account: Account) -> Author:
    return Author(account.id, account.name)


def sign_up(book: Book, new: Newcomer, device: Device, fresh: Fresh) -> Entry:
    """Make an account, and sign it in."""
    role = store.use_invite(book.connection, digest(new.invite), book.now) if new.invite else "member"
    if role is None:
        raise InviteInvalid
    must_be_free(book, new.login)
    account = Account(new.id, new.login, new.name, role, "", new.password, False, book.now)
    return begin(book, account, device, fresh, "invite" if new.invite else "password")


def must_be_free(book: Book, login: str) -> None:
    if store.by_login(book.connection, login) is not None:
        raise LoginTaken(field="login")


def begin(book: Book, account: Account, device: Device, fresh: Fresh, way: str) -> Entry:
    """Keep a new account, and sign it in."""
    store.add(book.connection, account)
    told = {"id": account.id, "login": account.login, "role": account.role, "way": way}
    book.tell("signed_up", author(account), **told, **whence(device))
    return enter(book, account, device, fresh, way)


def sign_in(book: Book, seen: Account, rehashed: str | None, device: Device, fresh: Fresh) -> Entry:
    """Sign somebody in whose password was right, unless that changed while it was compared."""
    account = store.hold(book.connection, seen.id)
    if account.password != seen.password or account.disabled:
        raise WrongPassword
    if rehashed:
        account = replace(account, password=rehashed)
        store.change(book.connection, account)
    return enter(book, account, device, fresh, "password")


def enter(book: Book, account: Account, device: Device, fresh: Fresh, way: str) -> Entry:
    """Open the family of a device; whoever has too many loses the one that was not used for longest."""
    family = opened(fresh, account.id, device.agent[: rules.MOST_AGENT], device.address, book.now)
    book.end(devices.of(book.connection, account.id)[rules.MOST_DEVICES - 1 :])
    devices.add(book.connection, family)
    book.tell("signed_in", author(account), id=account.id, family=family.id, way=way, **whence(device))
    return _entry(book, account, family, str(fresh.held))


def enter_by_provider(book: Book, asked: Enter, id: str, fresh: Fresh) -> Entry:
    """Sign somebody in whom a provider knows, and make their account the first time."""
    account = store.by_subject(book.connection, asked.provider, asked.subject)
    if account is None:
        role = rules.role_of_stranger(book.provider(asked.provider), book.accounts)
        account = Account(id, "", made_presentable(asked.name, "Somebody"), role, "", None, False, book.now)
        entry = begin(book, account, asked.device, fresh, asked.provider)
        store.link(book.connection, asked.provider, asked.subject, account.id)
        return entry
    if account.disabled:
        raise NotAuthorized("This account is disabled.")
    return enter(book, account, asked.device, fresh, asked.provider)


def refresh(book: Book, asked: Refresh, salt: str) -> Entry | None:
    """Give a device its next secret, and say who it belongs to now. `None`: it has to sign in again."""
    shown = parse(asked.refresh)
    family = _family(book, shown)
    if shown is None or family is None:
        return None
    try:
        newer, secret = turned(family, shown.secret, salt, book.now)
    except Replayed:
        _end_replayed(book, family, asked.device)
        return None
    if newer is not family:
        devices.change(book.connection, newer)
    return _entry(book, store.load(book.connection, family.account), newer, str(replace(shown, secret=secret)))


def sign_out(book: Book, asked: SignOut) -> None:
    """End a device, or all of them. One that shows an old secret is ended as a thief's might be, and alone."""
    shown = parse(asked.refresh)
    family = _family(book, shown)
    if shown is None or family is None:
        return
    try:
        turned(family, shown.secret, "", book.now)
    except Replayed:
        return _end_replayed(book, family, Device("", family.agent))
    account = store.load(book.connection, family.account)
    if asked.everywhere:
        book.end_all(account.id)
    else:
        book.end([family])
    book.tell("signed_out", author(account), id=account.id, family="" if asked.everywhere else family.id)


def reset_password(book: Book, code: str, password: str, device: Device, fresh: Fresh) -> Entry:
    """Set a password by a link, once. Whoever was signed in is not any more."""
    account = store.account_of_code(book.connection, code, book.now)
    if account is None or account.disabled:
        raise CodeInvalid
    account = replace(store.hold(book.connection, account.id), password=password)
    store.change(book.connection, account)
    store.forget_codes_of(book.connection, account.id)
    book.end(devices.of(book.connection, account.id))
    book.tell("password_reset", author(account), id=account.id)
    return enter(book, account, device, fresh, "reset")


def _family(book: Book, shown: Held | None) -> Family | None:
    """Find a device that is signed in, by the mark of what it holds."""
    family = devices.by_mark(book.connection, digest(shown.mark)) if shown else None
    return family if family and family.lives(book.now, book.accounts.refresh) else None


def _end_replayed(book: Book, family: Family, device: Device) -> None:
    """Somebody has shown a secret that was used before: them, or the one it was stolen from."""
    book.end([family])
    book.tell("refresh_replayed", NODE, id=family.account, family=family.id, **whence(device))


def _entry(book: Book, account: Account, family: Family, refresh: str) -> Entry:
    return Entry(
        id=account.id,
        name=account.name,
        role=account.role,
        avatar=rules.shown_avatar(account),
        login=account.login,
        family=family.id,
        refresh=refresh,
        expires=family.expires(book.accounts.refresh),
        at=book.now,
    )
