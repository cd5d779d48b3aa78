"""Links to new passwords for people who forgot theirs, which a component of the site mails; on both databases."""

from typing import Any

from twisted.internet.defer import Deferred, fail, succeed
from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import SynchronousTestCase

from components.contract import InvalidArgument, NotAuthorized, Nothing
from components.identity import api, mail
from components.identity.test.world import HERE, ROUTER, URL, IdentityWorld
from components.identity.throttle import PER_ADDRESS
from tests.support.database import MemoryDatabase
from tests.support.postgres import PostgresDatabase

MAIL = "app.mail.send"
NEW = "a pot of green paint"


class MailTests(IdentityWorld):
    """What holds whatever database is below."""

    def setUp(self) -> None:
        super().setUp()
        self.identity = self.made(mail=MAIL)
        self.bus.answers[MAIL] = lambda: succeed(None)

    def forgot(self, login: str = "ada", address: str = HERE.address) -> None:
        """Ask for a link, and wait until whatever comes of it has come."""
        asked = api.Forgot(login, api.Device(address, ""))
        assert self.get(self.identity.forgot(ROUTER, asked)) == Nothing()
        self.clock.advance(0.0)

    def mails(self) -> list[api.Mail]:
        assert {uri for uri, _ in self.bus.asked} <= {MAIL}
        return [mail for _, mail in self.bus.asked]

    def code(self, of: api.Mail) -> str:
        before, _, code = of.link.rpartition("/")
        assert before == f"{URL}/#/reset"
        return code

    def set(self, code: str) -> Any:
        return self.identity.reset_password(ROUTER, api.ResetPassword(code, NEW, HERE))

    def test_the_link_that_is_mailed_sets_a_password_once(self) -> None:
        entry = self.sign_up("ada", name="Ada Lovelace")
        self.forgot(" ADA ")
        [mailed] = self.mails()
        assert (mailed.id, mailed.login, mailed.name, mailed.kind) == (entry.id, "ada", "Ada Lovelace", "reset")
        assert mailed.expires == self.clock.seconds() + 86_400.0
        assert self.audit()[-1] == ("reset_made", "openline", {"id": entry.id})
        assert self.get(self.set(self.code(mailed))).id == entry.id
        assert self.get(self.sign_in(password=NEW)).id == entry.id
        self.refused(self.set(self.code(mailed)), api.CodeInvalid)

    def test_it_is_answered_before_anybody_is_looked_for(self) -> None:
        self.sign_up("ada")
        for login in ("ada", "nobody"):
            assert self.get(self.identity.forgot(ROUTER, api.Forgot(login, HERE))) == Nothing()
        assert self.mails() == [] and self.told("reset_made") == []
        self.clock.advance(0.0)
        assert [mailed.login for mailed in self.mails()] == ["ada"]
        assert len(self.told("reset_made")) == 1

    def test_a_slow_component_keeps_nobody_waiting(self) -> None:
        self.sign_up("ada")
        self.bus.answers[MAIL] = Deferred
        for times in (1, 2):
            self.forgot()
            assert len(self.mails()) == times

    def test_who_is_disabled_is_mailed_nothing(self) -> None:
        entry = self.sign_up("ada")
        self.get(self.identity.disable(ROUTER, api.Disabling(entry.id, True)))
        self.forgot()
        assert self.mails() == [] and self.told("reset_made") == []

    def test_three_links_an_hour_are_mailed_whoever_asks(self) -> None:
        self.sign_up("ada")
        self.sign_up("bob")
        for number in range(5):
            self.forgot(address=f"203.0.113.{number}")
        assert len(self.mails()) == len(self.told("reset_made")) == 3
        self.forgot("bob")
        assert self.mails()[-1].login == "bob"
        self.clock.advance(3_600.0)
        self.forgot()
        assert len(self.mails()) == 5

    def test_an_address_asks_as_often_as_it_may_be_wrong(self) -> None:
        for number in range(PER_ADDRESS):
            self.forgot(f"nobody{number}")
        refusal = self.refused(self.identity.forgot(ROUTER, api.Forgot("ada", HERE)), api.TooManyTries)
        assert refusal.fields == {"retry_after": 60.0}
        self.forgot("ada", "198.51.100.7")

    def test_nobody_ends_the_link_of_an_operator_by_asking(self) -> None:
        added = self.get(self.identity.add(ROUTER, api.NewUser("grace", "operator")))
        self.forgot("grace")
        assert self.get(self.set(added.code)).id == added.id
        self.refused(self.set(self.code(self.mails()[0])), api.CodeInvalid)

    def test_what_cannot_be_a_login_is_said_to_be_none(self) -> None:
        for typed in ("ada@example.com", "a\0b", ""):
            refusal = self.refused(self.identity.forgot(ROUTER, api.Forgot(typed, HERE)), InvalidArgument)
            assert refusal.fields == {"field": "login"}

    def test_a_failure_is_a_line_without_the_link(self) -> None:
        self.sign_up("ada")
        failing = {
            "RuntimeError": lambda: fail(RuntimeError(self.mails()[-1].link)),
            "openline.error.not_authorized": lambda: fail(NotAuthorized(self.mails()[-1].link)),
            "TimeoutError": Deferred,
        }
        with capturedLogs() as said:
            for answer in failing.values():
                self.bus.answers[MAIL] = answer
                self.forgot()
            self.clock.advance(mail.SECONDS)
        lines = [formatEvent(event) for event in said]
        assert lines == [f"{MAIL} did not take a link to a new password: {why}" for why in failing]
        assert "/#/" not in repr(said)

    def test_without_the_setting_an_operator_makes_links(self) -> None:
        self.identity = self.made()
        refusal = self.refused(self.identity.forgot(ROUTER, api.Forgot("ada", HERE)), api.NoMail)
        assert refusal.message == "Ask an operator for a link."
        assert refusal.uri == "openline.identity.error.no_mail"


class MailInSqlite(MailTests, SynchronousTestCase):
    database = MemoryDatabase


class MailInPostgres(MailTests, SynchronousTestCase):
    database = PostgresDatabase
