"""The identity component, with no reactor, no thread, and no clock but ours; on SQLite and on PostgreSQL."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from argon2 import PasswordHasher
from sqlalchemy import Connection, text
from twisted.internet.defer import Deferred, fail
from twisted.trial.unittest import SynchronousTestCase

from components.contract import Caller, InvalidArgument, NotAuthorized, Nothing
from components.identity import api
from components.identity.family import ABSOLUTE
from components.identity.passwords import Passwords
from components.identity.rules import MOST_DEVICES
from components.identity.test.world import CHEAP, HERE, PASSWORD, ROUTER, THERE, IdentityWorld, as_caller
from components.notice import Families
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase

DAY = 86_400.0
NEW = "a pot of green paint"
T = TypeVar("T")


def everything(connection: Connection) -> str:
    """All that the database holds, as text."""
    tables = ["identity_account", "identity_family", "identity_code", "identity_link", "identity_cut", "event"]
    rows = [[*map(str, row)] for table in tables for row in connection.execute(text(f"SELECT * FROM {table}"))]
    return json.dumps(rows)


class IdentityTests(IdentityWorld):
    """What holds whatever database is below."""

    def test_who_signs_up_is_signed_in(self) -> None:
        entry = self.sign_up("Ada", name=" Ada  Lovelace ")
        assert (entry.login, entry.name, entry.role) == ("ada", "Ada Lovelace", "member")
        assert entry.id.startswith("u_") and entry.avatar.startswith("#") and entry.at == 1_000_000.0
        assert entry.expires == 1_000_000.0 + 30 * DAY
        assert self.get(self.refresh(entry.refresh)).id == entry.id

    def test_a_name_is_taken_once_however_it_is_written(self) -> None:
        self.sign_up("ada")
        for login in ("ada", "ADA", " ada ", "\uff41da"):  # The last one has a fullwidth letter.
            refusal = self.refused(self.identity.sign_up(ROUTER, api.SignUp(login, NEW, HERE)), api.LoginTaken)
            assert refusal.fields["field"] == "login"

    def test_the_field_that_is_wrong_is_named(self) -> None:
        wrong: list[tuple[api.SignUp, type[Exception], str]] = [
            (api.SignUp("a b", PASSWORD, HERE), InvalidArgument, "login"),
            (api.SignUp("ada", PASSWORD, HERE, name="\u202e"), InvalidArgument, "name"),
            (api.SignUp("ada", "password123", HERE), api.WeakPassword, "password"),
        ]
        for asked, kind, field in wrong:
            assert self.refused(self.identity.sign_up(ROUTER, asked), kind).fields["field"] == field
        assert self.audit() == []

    def test_nobody_signs_up_where_it_is_closed(self) -> None:
        self.identity = self.made(sign_up="closed")
        code = self.get(self.identity.invite(ROUTER, api.Invitation())).code
        for invite in (None, code):
            asked = api.SignUp("ada", PASSWORD, HERE, invite=invite)
            self.refused(self.identity.sign_up(ROUTER, asked), api.SignUpClosed)

    def test_an_invitation_lets_so_many_in_and_gives_them_its_role(self) -> None:
        self.identity = self.made(sign_up="invite")
        code = self.get(self.identity.invite(ROUTER, api.Invitation("operator", uses=2))).code
        self.refused(self.identity.sign_up(ROUTER, api.SignUp("ada", PASSWORD, HERE)), api.InviteInvalid)
        assert [self.sign_up(login, invite=code).role for login in ("ada", "bob")] == ["operator", "operator"]
        asked = api.SignUp("eve", PASSWORD, HERE, invite=code)
        self.refused(self.identity.sign_up(ROUTER, asked), api.InviteInvalid)
        assert [one["way"] for one in self.told("signed_up")] == ["invite", "invite"]

    def test_an_invitation_is_good_for_some_days(self) -> None:
        code = self.get(self.identity.invite(ROUTER, api.Invitation(days=1))).code
        self.clock.advance(DAY)
        asked = api.SignUp("ada", PASSWORD, HERE, invite=code)
        self.refused(self.identity.sign_up(ROUTER, asked), api.InviteInvalid)

    def test_a_refused_sign_up_leaves_the_invitation(self) -> None:
        code = self.get(self.identity.invite(ROUTER, api.Invitation())).code
        self.sign_up("ada")
        self.refused(self.identity.sign_up(ROUTER, api.SignUp("ada", PASSWORD, HERE, invite=code)), api.LoginTaken)
        assert self.sign_up("bob", invite=code).login == "bob"

    def test_a_link_for_a_password_is_no_invitation(self) -> None:
        added = self.get(self.identity.add(ROUTER, api.NewUser("boss", "operator")))
        asked = api.SignUp("eve", PASSWORD, HERE, invite=added.code)
        self.refused(self.identity.sign_up(ROUTER, asked), api.InviteInvalid)

    def test_name_and_password_open_a_family_each_time(self) -> None:
        first = self.sign_up()
        second = self.get(self.sign_in("  ADA "))
        assert (second.id, second.name) == (first.id, first.name)
        assert second.family != first.family and second.refresh != first.refresh

    def test_a_password_may_be_written_by_another_keyboard(self) -> None:
        self.get(self.identity.sign_up(ROUTER, api.SignUp("ada", "caf\u00e9 au lait", HERE)))
        assert self.get(self.sign_in("ada", "cafe\u0301 au lait")).login == "ada"

    def test_no_is_said_in_the_same_words(self) -> None:
        self.sign_up("ada")
        self.sign_up("bob")
        bob = self.get(self.identity.users(ROUTER, api.Search("bob"))).users[0].id
        self.get(self.identity.disable(ROUTER, api.Disabling(bob, True)))
        asked = [("ada", "wrong"), ("nobody", PASSWORD), ("a b", PASSWORD), ("bob", PASSWORD), ("", "")]
        said = [self.refused(self.sign_in(*one), api.WrongPassword) for one in asked]
        assert {(one.message, *one.fields) for one in said} == {
            ("This name and password do not belong together.",),
        }

    def test_a_hash_is_made_anew_when_the_parameters_change(self) -> None:
        self.sign_up()
        self.identity = self.made(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
        self.get(self.sign_in())
        assert "$argon2id$v=19$m=16,t=2,p=1$" in self.get(self.db.read(everything))
        assert self.get(self.sign_in()).login == "ada"

    def test_nothing_that_signs_in_is_kept(self) -> None:
        entry = self.sign_up()
        newer = self.get(self.refresh(entry.refresh))
        invite = self.get(self.identity.invite(ROUTER, api.Invitation())).code
        reset = self.get(self.identity.reset(ROUTER, api.Which(entry.id))).code
        kept = self.get(self.db.read(everything))
        parts = [part for one in (entry, newer) for part in one.refresh.split(".")]
        assert entry.id in kept
        assert not [secret for secret in [PASSWORD, invite, reset, *parts] if secret in kept]

    def test_each_refresh_gives_a_new_secret_to_the_same_device(self) -> None:
        entry = self.sign_up()
        secrets = {entry.refresh}
        for _ in range(5):
            self.clock.advance(900.0)
            newer = self.get(self.refresh(entry.refresh))
            assert newer.refresh not in secrets and newer.family == entry.family
            assert newer.expires == self.clock.seconds() + 30 * DAY and newer.at == self.clock.seconds()
            secrets.add(newer.refresh)
            entry = newer

    def test_an_old_secret_ends_the_family(self) -> None:
        stolen = self.sign_up()
        entry = self.get(self.refresh(stolen.refresh))
        self.clock.advance(21.0)
        self.refused(self.refresh(stolen.refresh, THERE), api.SignedOut)
        assert self.cuts() == [api.Cut(entry.id, entry.family, self.clock.seconds())]
        self.refused(self.refresh(entry.refresh), api.SignedOut)
        assert self.told("refresh_replayed") == [
            {"id": entry.id, "family": entry.family, "address": THERE.address, "agent": "Safari"}
        ]

    def test_an_old_secret_of_long_ago_ends_the_family_too(self) -> None:
        stolen = entry = self.sign_up()
        for _ in range(30):
            self.clock.advance(900.0)
            self.get(self.identity.prune())
            entry = self.get(self.refresh(entry.refresh))
        self.refused(self.refresh(stolen.refresh), api.SignedOut)
        self.refused(self.refresh(entry.refresh), api.SignedOut)

    def test_who_does_not_hold_the_secret_ends_nothing(self) -> None:
        entry = self.sign_up()
        for rubbish in ("", "x", ".", entry.family, f"{entry.family}.x", entry.refresh.split(".")[1], "\u00e4.\u00e4"):
            self.refused(self.refresh(rubbish), api.SignedOut)
            self.get(self.identity.sign_out(ROUTER, api.SignOut(rubbish)))
        assert self.get(self.refresh(entry.refresh)).id == entry.id

    def test_two_tabs_and_a_lost_answer_are_given_the_same_secret(self) -> None:
        entry = self.sign_up()
        first = self.get(self.refresh(entry.refresh))
        self.clock.advance(19.0)
        again = self.get(self.refresh(entry.refresh))
        assert again.refresh == first.refresh
        newest = self.get(self.refresh(again.refresh))
        assert self.get(self.refresh(first.refresh)).refresh == newest.refresh
        assert self.told("refresh_replayed") == []

    def test_a_late_answer_leads_over_several_steps_to_the_newest_secret(self) -> None:
        entry = self.sign_up()
        first = self.get(self.refresh(entry.refresh))
        second = self.get(self.refresh(first.refresh))
        assert self.get(self.refresh(entry.refresh)).refresh == second.refresh

    def test_after_a_minute_nothing_leads_from_an_old_secret_to_the_newest(self) -> None:
        self.get(self.refresh(self.sign_up().refresh))
        assert self.get(self.db.read(_steps)) != ["[]"]
        self.clock.advance(60.0)
        self.get(self.identity.prune())
        assert self.get(self.db.read(_steps)) == ["[]"]

    def test_a_device_that_is_not_used_is_signed_out(self) -> None:
        self.identity = self.made(refresh="7d")
        entry = self.sign_up()
        self.clock.advance(7 * DAY)
        self.refused(self.refresh(entry.refresh), api.SignedOut)

    def test_a_device_that_is_used_is_signed_out_after_ninety_days(self) -> None:
        entry = self.sign_up()
        for _ in range(9):
            self.clock.advance(10 * DAY - 1)
            entry = self.get(self.refresh(entry.refresh))
        assert entry.expires == 1_000_000.0 + ABSOLUTE
        self.clock.advance(9.0)
        self.refused(self.refresh(entry.refresh), api.SignedOut)

    def test_signing_out_ends_one_device(self) -> None:
        entry, other = self.sign_up(), self.get(self.sign_in())
        self.get(self.identity.sign_out(ROUTER, api.SignOut(entry.refresh)))
        assert self.cuts() == [api.Cut(entry.id, entry.family, self.clock.seconds())]
        self.refused(self.refresh(entry.refresh), api.SignedOut)
        assert self.get(self.refresh(other.refresh)).id == entry.id
        assert self.told("signed_out") == [{"id": entry.id, "family": entry.family}]

    def test_signing_out_everywhere_ends_all(self) -> None:
        entry, other = self.sign_up(), self.get(self.sign_in())
        self.get(self.identity.sign_out(ROUTER, api.SignOut(entry.refresh, everywhere=True)))
        assert self.cuts() == [api.Cut(entry.id, "", self.clock.seconds())]
        for one in (entry, other):
            self.refused(self.refresh(one.refresh), api.SignedOut)

    def test_an_old_secret_signs_nobody_else_out(self) -> None:
        entry, other = self.sign_up(), self.get(self.sign_in())
        self.get(self.refresh(entry.refresh))
        self.clock.advance(21.0)
        self.get(self.identity.sign_out(ROUTER, api.SignOut(entry.refresh, everywhere=True)))
        assert self.get(self.refresh(other.refresh)).id == entry.id
        assert len(self.told("refresh_replayed")) == 1

    def test_who_has_too_many_devices_loses_the_one_unused_for_longest(self) -> None:
        entries = [self.sign_up()]
        for _ in range(MOST_DEVICES):
            self.clock.advance(1.0)
            entries.append(self.get(self.sign_in()))
        self.refused(self.refresh(entries[0].refresh), api.SignedOut)
        assert [cut.family for cut in self.cuts()] == [entries[0].family]
        assert self.get(self.refresh(entries[1].refresh)).id == entries[0].id

    def test_one_sees_and_ends_ones_devices(self) -> None:
        entry = self.sign_up()
        self.clock.advance(5.0)
        other = self.get(self.sign_in(device=THERE))
        caller = as_caller(entry)
        devices = self.get(self.identity.devices(caller, Nothing())).devices
        assert [(one.family, one.agent, one.address, one.current) for one in devices] == [
            (other.family, "Safari", THERE.address, False),
            (entry.family, "Firefox", HERE.address, True),
        ]
        self.get(self.identity.end_device(caller, api.WhichDevice(other.family)))
        assert [cut.family for cut in self.cuts()] == [other.family]
        self.refused(self.refresh(other.refresh), api.SignedOut)
        assert [one.family for one in self.get(self.identity.devices(caller, Nothing())).devices] == [entry.family]

    def test_components_learn_which_devices_are_signed_in_still(self) -> None:
        first, second = self.sign_up(), self.get(self.sign_in(device=THERE))
        asked = Families([first.family, second.family, "f_nobody"])
        assert {*self.get(self.identity.living(ROUTER, asked)).families} == {first.family, second.family}
        self.get(self.identity.end_device(as_caller(first), api.WhichDevice(second.family)))
        assert self.get(self.identity.living(ROUTER, asked)).families == [first.family]
        self.clock.advance(31 * 86_400.0)
        assert self.get(self.identity.living(ROUTER, asked)).families == []

    def test_one_ends_all_ones_other_devices(self) -> None:
        entry, *others = self.sign_up(), *(self.get(self.sign_in()) for _ in range(2))
        self.get(self.identity.end_others(as_caller(entry), Nothing()))
        assert {cut.family for cut in self.cuts()} == {one.family for one in others}
        assert self.get(self.refresh(entry.refresh)).id == entry.id

    def test_nobody_ends_the_device_of_another(self) -> None:
        ada, bob = self.sign_up("ada"), self.sign_up("bob")
        self.get(self.identity.end_device(as_caller(bob), api.WhichDevice(ada.family)))
        assert self.cuts() == []
        assert self.get(self.refresh(ada.refresh)).id == ada.id

    def test_the_password_is_changed_by_who_knows_it(self) -> None:
        entry, other = self.sign_up(), self.get(self.sign_in())
        caller = as_caller(entry)
        wrong = self.identity.change_password(caller, api.PasswordChange("wrong", NEW))
        assert self.refused(wrong, api.WrongPassword).fields == {"field": "old"}
        weak = self.identity.change_password(caller, api.PasswordChange(PASSWORD, "ada"))
        assert self.refused(weak, api.WeakPassword).fields == {"field": "new"}
        self.get(self.identity.change_password(caller, api.PasswordChange(PASSWORD, NEW)))
        assert [cut.family for cut in self.cuts()] == [other.family]
        assert self.get(self.refresh(entry.refresh)).id == entry.id
        self.refused(self.refresh(other.refresh), api.SignedOut)
        self.refused(self.sign_in(), api.WrongPassword)
        assert self.get(self.sign_in("ada", NEW)).id == entry.id
        assert self.told("password_changed") == [{"id": entry.id}]

    def test_guessing_the_old_password_has_to_wait(self) -> None:
        caller = as_caller(self.sign_up())
        for _ in range(5):
            wrong = self.identity.change_password(caller, api.PasswordChange("wrong", NEW))
            self.refused(wrong, api.WrongPassword)
        right = self.identity.change_password(caller, api.PasswordChange(PASSWORD, NEW))
        assert self.refused(right, api.TooManyTries).fields == {"retry_after": 1.0}

    def test_a_link_sets_a_password_once_and_ends_what_there_was(self) -> None:
        entry = self.sign_up()
        code = self.get(self.identity.reset(ROUTER, api.Which(entry.id))).code
        again = self.get(self.identity.reset_password(ROUTER, api.ResetPassword(code, NEW, THERE)))
        assert again.id == entry.id
        assert [cut.family for cut in self.cuts()] == [entry.family]
        self.refused(self.refresh(entry.refresh), api.SignedOut)
        assert self.get(self.refresh(again.refresh)).family == again.family
        twice = self.identity.reset_password(ROUTER, api.ResetPassword(code, "another pot", THERE))
        self.refused(twice, api.CodeInvalid)
        self.refused(self.sign_in(), api.WrongPassword)
        assert self.get(self.sign_in("ada", NEW)).id == entry.id
        assert self.told("password_reset") == [{"id": entry.id}]
        assert [one["way"] for one in self.told("signed_in")] == ["password", "reset", "password"]

    def test_a_link_is_good_for_a_day_and_the_newest_counts(self) -> None:
        entry = self.sign_up()
        first, second = (self.get(self.identity.reset(ROUTER, api.Which(entry.id))).code for _ in range(2))
        self.refused(self.identity.reset_password(ROUTER, api.ResetPassword(first, NEW, HERE)), api.CodeInvalid)
        self.clock.advance(DAY)
        self.refused(self.identity.reset_password(ROUTER, api.ResetPassword(second, NEW, HERE)), api.CodeInvalid)

    def test_a_weak_password_leaves_the_link(self) -> None:
        code = self.get(self.identity.reset(ROUTER, api.Which(self.sign_up().id))).code
        weak = self.identity.reset_password(ROUTER, api.ResetPassword(code, "short", HERE))
        assert self.refused(weak, api.WeakPassword).fields == {"field": "password"}
        assert self.get(self.identity.reset_password(ROUTER, api.ResetPassword(code, NEW, HERE))).login == "ada"

    def test_an_operator_adds_somebody_who_sets_the_password(self) -> None:
        added = self.get(self.identity.add(ROUTER, api.NewUser("Grace", "operator", "Grace Hopper")))
        self.refused(self.sign_in("grace", ""), api.WrongPassword)
        self.refused(self.identity.add(ROUTER, api.NewUser("grace", "member")), api.LoginTaken)
        entry = self.get(self.identity.reset_password(ROUTER, api.ResetPassword(added.code, NEW, HERE)))
        assert (entry.id, entry.login, entry.name, entry.role) == (added.id, "grace", "Grace Hopper", "operator")

    def test_who_comes_by_a_provider_is_the_same_person_each_time(self) -> None:
        asked = api.Enter("corp", "4711", "Ada\u202e", HERE)
        first = self.get(self.identity.enter(ROUTER, asked))
        assert (first.name, first.login, first.role) == ("Ada", "", "member")
        again = self.get(self.identity.enter(ROUTER, replace(asked, name="Somebody else")))
        assert (again.id, again.name) == (first.id, "Ada")
        assert self.get(self.identity.enter(ROUTER, replace(asked, subject="4712"))).id != first.id
        assert self.get(self.identity.enter(ROUTER, replace(asked, provider="other"))).id != first.id
        assert not self.get(self.identity.me(as_caller(first), Nothing())).has_password
        change = self.identity.change_password(as_caller(first), api.PasswordChange("", NEW))
        self.refused(change, api.NoPassword)

    def test_strangers_do_not_come_by_a_provider_where_one_has_to_be_invited(self) -> None:
        asked = api.Enter("corp", "4711", "Ada", HERE)
        self.get(self.identity.enter(ROUTER, asked))
        self.identity = self.made(sign_up="invite")
        assert self.get(self.identity.enter(ROUTER, asked)).name == "Ada"
        self.refused(self.identity.enter(ROUTER, replace(asked, subject="4712")), api.SignUpClosed)

    def test_a_provider_says_whether_strangers_come_by_it_and_what_they_become(self) -> None:
        corp = {"name": "corp", "title": "Corp", "issuer": "https://id.example.com", "client_id": "openline"}
        asked = api.Enter("corp", "4711", "Ada", HERE)
        self.identity = self.made(oidc=[{**corp, "sign_up": False}])
        self.refused(self.identity.enter(ROUTER, asked), api.SignUpClosed)
        self.identity = self.made(oidc=[{**corp, "sign_up": True, "role": "operator"}], sign_up="closed")
        assert self.get(self.identity.enter(ROUTER, asked)).role == "operator"
        self.identity = self.made(oidc=[{**corp, "sign_up": False, "role": "member"}])
        assert self.get(self.identity.enter(ROUTER, asked)).role == "operator"

    def test_one_changes_what_others_see(self) -> None:
        entry = self.sign_up()
        caller = as_caller(entry)
        changed = self.get(self.identity.change_profile(caller, api.ProfileChange("Lady Ada", "#336699")))
        assert (changed.name, changed.avatar, changed.has_password) == ("Lady Ada", "#336699", True)
        assert self.get(self.identity.me(caller, Nothing())) == changed
        assert self.get(self.refresh(entry.refresh)).name == "Lady Ada"
        back = self.get(self.identity.change_profile(caller, api.ProfileChange(avatar="")))
        assert (back.name, back.avatar) == ("Lady Ada", entry.avatar)
        wrong = self.identity.change_profile(caller, api.ProfileChange(avatar="javascript:alert(1)"))
        assert self.refused(wrong, InvalidArgument).fields == {"field": "avatar"}

    def test_everybody_sees_what_somebody_chose(self) -> None:
        ada, bob = self.sign_up("ada"), self.sign_up("bob")
        guest, wanted = Caller("u_guest", "guest", "Guest"), api.Wanted([ada.id, bob.id, "u_nobody"])
        assert self.get(self.identity.faces(guest, wanted)).faces == []
        self.get(self.identity.change_profile(as_caller(ada), api.ProfileChange(name="Countess")))
        assert self.bus.published == []
        self.get(self.identity.change_profile(as_caller(ada), api.ProfileChange(avatar="#336699")))
        face = api.Face(ada.id, "#336699")
        assert self.get(self.identity.faces(guest, wanted)).faces == [face]
        assert self.bus.published == [(api.ON_PROFILE.uri, face)]

    def test_a_new_role_ends_the_tokens_and_not_the_device(self) -> None:
        boss, entry = self.operator(), self.sign_up()
        self.clock.advance(1.0)
        self.get(self.identity.set_role(boss, api.RoleChange(entry.id, "operator")))
        assert self.cuts() == [api.Cut(entry.id, "", self.clock.seconds())]
        self.clock.advance(1.0)
        newer = self.get(self.refresh(entry.refresh))
        assert newer.role == "operator" and newer.at > self.clock.seconds() - 1.0
        assert self.audit()[-1] == ("role_changed", boss.id, {"id": entry.id, "role": "operator", "was": "member"})
        self.get(self.identity.set_role(boss, api.RoleChange(entry.id, "operator")))
        assert self.cuts() == []

    def test_the_last_operator_stays_one(self) -> None:
        boss, other = self.operator(), self.sign_up()
        for asked in (
            self.identity.set_role(boss, api.RoleChange(boss.id, "member")),
            self.identity.disable(boss, api.Disabling(boss.id, True)),
        ):
            self.refused(asked, api.LastOperator)
        assert self.cuts() == []
        self.get(self.identity.set_role(boss, api.RoleChange(other.id, "operator")))
        self.get(self.identity.disable(boss, api.Disabling(boss.id, True)))
        self.refused(self.identity.set_role(ROUTER, api.RoleChange(other.id, "member")), api.LastOperator)

    def test_who_is_disabled_is_out_until_let_in_again(self) -> None:
        boss, entry = self.operator(), self.sign_up()
        code = self.get(self.identity.reset(boss, api.Which(entry.id))).code
        self.get(self.identity.disable(boss, api.Disabling(entry.id, True)))
        assert self.cuts() == [api.Cut(entry.id, "", self.clock.seconds())]
        self.refused(self.refresh(entry.refresh), api.SignedOut)
        self.refused(self.sign_in(), api.WrongPassword)
        self.refused(self.identity.reset_password(boss, api.ResetPassword(code, NEW, HERE)), api.CodeInvalid)
        self.get(self.identity.disable(boss, api.Disabling(entry.id, False)))
        assert self.get(self.sign_in()).id == entry.id
        assert [one["disabled"] for one in self.told("disabled")] == [True, False]

    def test_who_is_disabled_does_not_come_by_a_provider_either(self) -> None:
        asked = api.Enter("corp", "4711", "Ada", HERE)
        entry = self.get(self.identity.enter(ROUTER, asked))
        self.get(self.identity.disable(ROUTER, api.Disabling(entry.id, True)))
        self.refused(self.identity.enter(ROUTER, asked), NotAuthorized)

    def test_revoking_ends_everything_and_lets_sign_in_again(self) -> None:
        boss, entry = self.operator(), self.sign_up()
        self.get(self.identity.revoke(boss, api.Which(entry.id)))
        assert self.cuts() == [api.Cut(entry.id, "", self.clock.seconds())]
        self.refused(self.refresh(entry.refresh), api.SignedOut)
        self.clock.advance(1.0)
        assert self.get(self.sign_in()).at > self.clock.seconds() - 1.0
        assert ("revoked", boss.id, {"id": entry.id}) in self.audit()

    def test_who_has_no_account_is_revoked_for_thirty_days(self) -> None:
        self.get(self.identity.revoke(ROUTER, api.Which("h_4711")))
        cut = api.Cut("h_4711", "", self.clock.seconds())
        assert self.cuts() == [cut]
        self.clock.advance(30 * DAY + 119.0)
        self.get(self.identity.prune())
        assert self.get(self.identity.revoked(ROUTER, Nothing())).cuts == [cut]
        self.clock.advance(1.0)
        assert self.get(self.identity.revoked(ROUTER, Nothing())).cuts == []

    def test_guests_who_stay_longer_are_revoked_for_longer(self) -> None:
        settings = self.identity.settings
        guests = settings.guests.model_copy(update={"token": 60 * DAY})
        self.identity = replace(self.identity, settings=settings.model_copy(update={"guests": guests}))
        self.get(self.identity.revoke(ROUTER, api.Which("u_guest")))
        self.clock.advance(59 * DAY)
        assert len(self.get(self.identity.revoked(ROUTER, Nothing())).cuts) == 1

    def test_what_was_cut_is_remembered_while_tokens_live(self) -> None:
        entry = self.sign_up()
        self.get(self.identity.sign_out(ROUTER, api.SignOut(entry.refresh)))
        self.clock.advance(900.0 + 119.0)
        assert [cut.family for cut in self.get(self.identity.revoked(ROUTER, Nothing())).cuts] == [entry.family]
        self.clock.advance(1.0)
        assert self.get(self.identity.revoked(ROUTER, Nothing())).cuts == []

    def test_a_shorter_cut_does_not_end_a_longer_one(self) -> None:
        boss, entry = self.operator(), self.sign_up()
        self.get(self.identity.revoke(boss, api.Which(entry.id)))
        self.clock.advance(5.0)
        self.get(self.identity.set_role(boss, api.RoleChange(entry.id, "operator")))
        self.clock.advance(DAY)
        assert self.get(self.identity.revoked(ROUTER, Nothing())).cuts == [api.Cut(entry.id, "", 1_000_005.0)]

    def test_what_was_cut_stays_cut_when_no_router_hears_of_it(self) -> None:
        entry = self.sign_up()
        self.get(self.identity.sign_out(ROUTER, api.SignOut(entry.refresh)))
        self.identity = self.made()
        assert [cut.family for cut in self.get(self.identity.revoked(ROUTER, Nothing())).cuts] == [entry.family]

    def test_operators_see_everybody_a_page_at_a_time(self) -> None:
        for login in ("ada", "bob", "eve"):
            self.sign_up(login, name=f"{login.title()} 100%")
            self.clock.advance(1.0)
        first = self.get(self.identity.users(ROUTER, api.Search(limit=2)))
        assert [one.login for one in first.users] == ["ada", "bob"]
        last = self.get(self.identity.users(ROUTER, api.Search(limit=2, after=first.next)))
        assert ([one.login for one in last.users], last.next) == (["eve"], None)
        for words, found in {"BOB": ["bob"], "100%": ["ada", "bob", "eve"], "%b": [], "zoe": []}.items():
            assert [one.login for one in self.get(self.identity.users(ROUTER, api.Search(words))).users] == found
        user = first.users[0]
        assert self.get(self.identity.users(ROUTER, api.Search(user.id))).users == [user]
        assert (user.created, user.used, user.has_password, user.disabled) == (1_000_000.0, 1_000_000.0, True, False)

    def test_nothing_is_done_to_who_is_not_there(self) -> None:
        for asked in (
            self.identity.set_role(ROUTER, api.RoleChange("u_nobody", "member")),
            self.identity.disable(ROUTER, api.Disabling("u_nobody", True)),
            self.identity.reset(ROUTER, api.Which("u_nobody")),
            self.identity.users(ROUTER, api.Search(after="u_nobody")),
        ):
            self.refused(asked, api.NoSuchUser)
        assert self.audit() == []

    def test_wrong_sign_ins_are_told_once_a_minute_and_login(self) -> None:
        self.sign_up()
        for _ in range(3):
            self.refused(self.sign_in("ada", "wrong"), api.WrongPassword)
        for typed in ("my secret password", "nobody"):
            self.refused(self.sign_in(typed, "wrong", THERE), api.WrongPassword)
        assert self.told("sign_in_refused") == [
            {"login": "ada", "count": 1, "addresses": [HERE.address]},
            {"login": "", "count": 1, "addresses": [THERE.address]},
        ]
        self.clock.advance(60.0)
        self.get(self.identity.prune())
        assert self.told("sign_in_refused")[2:] == [
            {"login": "ada", "count": 2, "addresses": [HERE.address]},
            {"login": "", "count": 1, "addresses": [THERE.address]},
        ]

    def test_of_200_wrong_sign_ins_in_a_minute_20_are_evaluated(self) -> None:
        people = [self.sign_up(f"p{number}", api.Device(f"203.0.113.{number}", "")) for number in range(40)]
        evaluated = 0
        for number in range(200):
            refusal = self.start(self.sign_in(f"p{number % 40}", "wrong"))
            evaluated += refusal is api.WrongPassword
            self.clock.advance(0.29)
        assert evaluated == 20
        assert self.get(self.sign_in("p1", device=THERE)).id == people[1].id

    def test_a_login_that_is_attacked_lets_its_owner_in_from_elsewhere(self) -> None:
        entry = self.sign_up(device=HERE)
        for number in range(300):
            self.start(self.sign_in("ada", "wrong", api.Device(f"203.0.113.{number % 250}", "")))
        far = self.sign_in(device=api.Device("203.0.113.251", ""))
        assert self.refused(far, api.TooManyTries).fields == {"retry_after": 6.0}
        assert self.get(self.sign_in(device=HERE)).id == entry.id

    def start(self, answer: Awaitable[object]) -> type[BaseException]:
        """How it was refused."""
        return type(self.refused(answer, Exception))

    def test_when_it_is_busy_a_try_counts_as_none(self) -> None:
        self.sign_up()
        busy = replace(self.identity, passwords=Passwords(_busy, CHEAP))
        for _ in range(30):
            self.refused(busy.sign_in(ROUTER, api.SignIn("ada", PASSWORD, HERE)), api.Busy)
        assert self.get(self.sign_in()).login == "ada"

    def test_without_a_stream_for_it_nothing_is_audited_and_all_else_works(self) -> None:
        settings = self.identity.settings.model_copy(update={"streams": []})
        self.identity = replace(self.identity, settings=settings)
        self.get(self.identity.prepare())
        assert self.get(self.refresh(self.sign_up().refresh)).login == "ada"
        assert self.audit() == []

    def test_devices_are_forgotten_in_the_end(self) -> None:
        self.sign_up()
        self.clock.advance(ABSOLUTE + 1)
        self.get(self.identity.prune())
        assert self.get(self.db.read(_steps)) == []


def _busy(work: Callable[[], T]) -> "Deferred[T]":
    """What a node says that has more than enough to do."""
    return fail(api.Busy(retry_after=2.0))


def _steps(connection: Connection) -> list[str]:
    return list(connection.execute(text("SELECT steps FROM identity_family")).scalars())


class IdentityInSqlite(IdentityTests, SynchronousTestCase):
    database = MemoryDatabase


class IdentityInPostgres(IdentityTests, SynchronousTestCase):
    database = PostgresDatabase
