"""Accounts on a real node: what an operator types, what that does at once, and what outlives a kill."""

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_twisted
from autobahn.wamp.exception import ApplicationError
from twisted.internet import reactor

from components.contract import Nothing
from components.identity import api
from tests.support.insider import Insider, insider
from tests.support.node import Node, wait_for
from tests.support.person import sign_in

HERE = api.Device("192.0.2.1", "Firefox")
PASSWORD = "tin of blue paint"
LINK = re.compile(r"(http://localhost:\d+)/#/(reset|invite)/([\w-]{32})")


def openline(node: Node, *arguments: str) -> tuple[int, str]:
    """Type a command; its exit code, and what it said."""
    command = [sys.executable, "-m", "openline", *arguments]
    environ = {**os.environ, "OPENLINE_DIR": str(node.cbdir)}
    done = subprocess.run(command, capture_output=True, text=True, env=environ)
    assert done.stderr == ""
    return done.returncode, done.stdout


def code(said: str) -> str:
    """Take the code out of the link that was printed."""
    found = LINK.fullmatch(said.splitlines()[-1])
    assert found, said
    return found[3]


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with Node() as node:
        answers(node)
        yield node


def answers(node: Node) -> None:
    """Wait until the components are there."""
    wait_for(lambda: openline(node, "user", "list", "nobody")[0] == 0, "identity is not there")


@asynccontextmanager
async def inside(node: Node) -> AsyncIterator[Insider]:
    made = await insider(reactor, node)
    try:
        yield made
    finally:
        await made.leave()


async def enter(inside: Insider, login: str) -> api.Entry:
    return await inside.call(api.SIGN_IN, api.SignIn(login, PASSWORD, HERE))


async def refused(inside: Insider, procedure: Any, asked: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        await inside.call(procedure, asked)


@pytest_twisted.ensureDeferred
async def test_an_operator_adds_somebody_who_sets_the_password(node: Node) -> None:
    done, said = openline(node, "user", "add", "grace", "--role", "operator", "--name", "Grace Hopper")
    assert done == 0 and "grace is an operator now." in said
    found = LINK.search(said)
    assert found and found[1] == f"http://localhost:{node.port}" and found[2] == "reset"
    async with inside(node) as component:
        asked = api.ResetPassword(code(said), PASSWORD, HERE)
        entry = await component.call(api.RESET_PASSWORD, asked)
        assert (entry.login, entry.name, entry.role) == ("grace", "Grace Hopper", "operator")
        assert (await enter(component, "grace")).id == entry.id
        await refused(component, api.RESET_PASSWORD, asked, api.CodeInvalid)
    [row] = openline(node, "user", "list", "hopper")[1].splitlines()
    assert row.startswith("grace ") and entry.id in row and " operator " in row


@pytest_twisted.ensureDeferred
async def test_what_an_operator_does_to_somebody_is_so_at_once(node: Node) -> None:
    async with inside(node) as component:
        entry = await component.call(api.SIGN_UP, api.SignUp("ada", PASSWORD, HERE))
        heard: list[dict[str, Any]] = []
        await component.hear(api.ON_REVOKED, heard)
        assert openline(node, "user", "role", "ada", "operator") == (0, "ada is an operator now.\n")
        assert openline(node, "user", "role", entry.id, "member") == (0, f"{entry.id} is a member now.\n")
        entry = await component.call(api.REFRESH, api.Refresh(entry.refresh, HERE))
        assert entry.role == "member"
        assert openline(node, "user", "disable", "ada")[0] == 0
        await refused(component, api.REFRESH, api.Refresh(entry.refresh, HERE), api.SignedOut)
        await refused(component, api.SIGN_IN, api.SignIn("ada", PASSWORD, HERE), api.WrongPassword)
        assert openline(node, "user", "list", "ada")[1].endswith(" disabled\n")
        assert openline(node, "user", "enable", "ada") == (0, "ada can sign in again.\n")
        entry = await enter(component, "ada")
        assert openline(node, "revoke", "ADA")[0] == 0
        await refused(component, api.REFRESH, api.Refresh(entry.refresh, HERE), api.SignedOut)
        assert [(cut["id"], cut["family"]) for cut in heard] == [(entry.id, "")] * 4


@pytest_twisted.ensureDeferred
async def test_what_is_cut_is_said_before_the_answer(node: Node) -> None:
    async with inside(node) as component:
        heard: list[dict[str, Any]] = []
        await component.hear(api.ON_REVOKED, heard)
        for number in range(20):
            await component.call(api.REVOKE, api.Which(f"u_guest{number}"))
            assert heard[-1]["id"] == f"u_guest{number}"


@pytest_twisted.ensureDeferred
async def test_an_invitation_lets_somebody_in(node: Node) -> None:
    done, said = openline(node, "invite", "--role", "operator", "--days", "1")
    assert done == 0 and said.startswith("This link lets one person sign up as operator until ")
    async with inside(node) as component:
        entry = await component.call(api.SIGN_UP, api.SignUp("eve", PASSWORD, HERE, invite=code(said)))
        assert entry.role == "operator"
        asked = api.SignUp("mallory", PASSWORD, HERE, invite=code(said))
        await refused(component, api.SIGN_UP, asked, api.InviteInvalid)


@pytest_twisted.ensureDeferred
async def test_devices_and_what_is_cut_outlive_a_kill(node: Node) -> None:
    async with inside(node) as component:
        kept = await component.call(api.SIGN_UP, api.SignUp("bob", PASSWORD, HERE))
        ended = await enter(component, "bob")
        await component.call(api.SIGN_OUT, api.SignOut(ended.refresh))
    node.component_process().kill()
    answers(node)
    async with inside(node) as component:
        cuts = (await component.call(api.REVOKED, Nothing())).cuts
        assert ended.family in [cut.family for cut in cuts]
        await refused(component, api.REFRESH, api.Refresh(ended.refresh, HERE), api.SignedOut)
        assert (await component.call(api.REFRESH, api.Refresh(kept.refresh, HERE))).family == kept.family


@pytest_twisted.ensureDeferred
async def test_two_tabs_that_refresh_at_once_are_told_the_same(node: Node) -> None:
    async with inside(node) as component:
        entry = await component.call(api.SIGN_UP, api.SignUp("tabs", PASSWORD, HERE))
        asked = api.Refresh(entry.refresh, HERE)
        both = [pytest_twisted.defer.ensureDeferred(component.call(api.REFRESH, asked)) for _ in range(2)]
        first, second = [await one for one in both]
        assert first.refresh == second.refresh != entry.refresh


@pytest_twisted.ensureDeferred
async def test_people_call_none_of_what_is_for_operators_and_components(node: Node) -> None:
    guest = await sign_in(reactor, node.url, "Mallory")
    for procedure in (api.SIGN_UP, api.SIGN_IN, api.REVOKED, api.USERS, api.SET_ROLE, api.REVOKE, api.ADD, api.ME):
        with pytest.raises(ApplicationError) as found:
            await guest.call(procedure.uri)
        assert found.value.error == "wamp.error.not_authorized"
    with pytest.raises(ApplicationError) as found:
        await guest.subscribe(lambda **_: None, api.ON_REVOKED.uri)
    assert found.value.error == "wamp.error.not_authorized"
    guest.leave()


def test_what_the_node_refuses_is_said_in_a_sentence(node: Node) -> None:
    assert openline(node, "user", "role", "nobody", "operator") == (1, "Nobody has an account as nobody.\n")
    assert openline(node, "user", "add", "a b") == (
        1,
        "A sign-in name has 2 to 32 of the letters a-z, digits, and . _ -\n",
    )
    done, said = openline(node, "invite", "--uses", "0")
    assert done == 1 and said.startswith("uses: ")


def test_a_revoked_stranger_is_said_to_be_one(node: Node) -> None:
    done, said = openline(node, "revoke", "u_0123456789abcdef")
    assert done == 0 and "Nobody has an account as u_0123456789abcdef" in said


def test_without_a_node_that_is_said(tmp_path: Any) -> None:
    stopped = Node()
    assert openline(stopped, "user", "list") == (2, "The node is not running. Start it with `openline run`.\n")
