"""What people change about their own account, and operators about others': in one transaction each."""

from dataclasses import replace

from components.contract import Author, Caller
from components.names import presentable

from . import devices, rules, store
from .api import Added, Code, Disabling, Invitation, Profile, ProfileChange, RoleChange, WrongPassword
from .book import NODE, Book
from .family import digest
from .rules import Account
from .signing import author, must_be_free


def by(caller: Caller) -> Author:
    return Author(caller.id, caller.name)


def profile(account: Account) -> Profile:
    """Show somebody their own account."""
    shown = rules.shown_avatar(account)
    return Profile(account.id, account.login, account.name, account.role, shown, account.password is not None)


def change_profile(book: Book, id: str, change: ProfileChange) -> Profile:
    """Change what others see. Sessions go by the new name with their next token."""
    account = store.hold(book.connection, id)
    name = account.name if change.name is None else presentable(change.name)
    avatar = account.avatar if change.avatar is None else rules.avatar(change.avatar)
    account = replace(account, name=name, avatar=avatar)
    store.change(book.connection, account)
    return profile(account)


def change_password(book: Book, seen: Account, password: str, family: str) -> None:
    """Change a password whose old one was right, and end all other devices."""
    account = store.hold(book.connection, seen.id)
    if account.password != seen.password:
        raise WrongPassword(field="old")
    store.change(book.connection, replace(account, password=password))
    store.forget_codes_of(book.connection, account.id)
    book.end(one for one in devices.of(book.connection, account.id) if one.id != family)
    book.tell("password_changed", author(account), id=account.id)


def end_devices(book: Book, caller: Caller, family: str | None) -> None:
    """Sign out one of somebody's own devices, or all the others; one that is gone stays so."""
    for one in devices.of(book.connection, caller.id):
        if one.id == family or (family is None and one.id != caller.family):
            book.end([one])
            book.tell("signed_out", by(caller), id=caller.id, family=one.id)


def set_role(book: Book, change: RoleChange, caller: Caller) -> None:
    """Give somebody another role, and end what they are doing in the old one. They stay signed in."""
    account = store.hold(book.connection, change.id)
    if account.role == change.role:
        return
    _must_leave_an_operator(book, account)
    store.change(book.connection, replace(account, role=change.role))
    book.cut(account.id)
    book.tell("role_changed", by(caller), id=account.id, role=change.role, was=account.role)


def disable(book: Book, change: Disabling, caller: Caller) -> None:
    """Keep somebody out until they are let in again."""
    account = store.hold(book.connection, change.id)
    if account.disabled == change.disabled:
        return
    if change.disabled:
        _must_leave_an_operator(book, account)
        store.forget_codes_of(book.connection, account.id)
        book.end_all(account.id)
    store.change(book.connection, replace(account, disabled=change.disabled))
    book.tell("disabled", by(caller), id=account.id, disabled=change.disabled)


def revoke(book: Book, id: str, caller: Caller) -> None:
    """End everything that somebody was given until now, whoever gave it. Who has an account may sign in again."""
    book.end_all(id, keep=book.remembered)
    book.tell("revoked", by(caller), id=id)


def invite(book: Book, wanted: Invitation, code: str, caller: Caller) -> Code:
    """Make an invitation."""
    expires = book.now + wanted.days * 86_400.0
    store.add_code(book.connection, digest(code), expires, role=wanted.role, uses=wanted.uses)
    book.tell("invited", by(caller), role=wanted.role, uses=wanted.uses, expires=expires)
    return Code(code, expires)


def reset(book: Book, id: str, code: str, caller: Caller) -> Code:
    """Make a link to a new password. Earlier ones are not good any more."""
    account = store.load(book.connection, id)
    store.forget_codes_of(book.connection, account.id)
    made = _password_code(book, account.id, code, rules.RESET_SECONDS)
    book.tell("reset_made", by(caller), id=account.id)
    return made


def remind(book: Book, id: str, code: str) -> Code:
    """Make a link for who forgot their password. Earlier ones stay good: anybody may ask, in anybody's name."""
    made = _password_code(book, id, code, rules.RESET_SECONDS)
    book.tell("reset_made", NODE, id=id)
    return made


def add(book: Book, account: Account, code: str, caller: Caller) -> Added:
    """Make an account whose owner sets the password by a link."""
    must_be_free(book, account.login)
    store.add(book.connection, replace(account, created=book.now))
    told = {"id": account.id, "login": account.login, "role": account.role, "way": "operator"}
    book.tell("signed_up", by(caller), **told, address="", agent="")
    made = _password_code(book, account.id, code, rules.WELCOME_SECONDS)
    return Added(account.id, made.code, made.expires)


def _must_leave_an_operator(book: Book, account: Account) -> None:
    if account.role == "operator" and not account.disabled:
        rules.must_leave_an_operator(store.operators(book.connection), account.id)


def _password_code(book: Book, id: str, code: str, seconds: float) -> Code:
    store.add_code(book.connection, digest(code), book.now + seconds, account=id)
    return Code(code, book.now + seconds)
