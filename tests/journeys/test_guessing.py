"""Guessing passwords on a real node: how often, what is learnt from the answers, and whom it keeps out."""

import http.client
import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

import pytest

from tests.support.node import Node, wait_for

PASSWORD = "correct horse battery staple"
WRONG = "battery staple horse correct"
EVALUATED, WAIT = 401, 429
FREE = 5
"""How many tries of one login at one address are evaluated one after the other."""


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with Node() as node:
        wait_for(lambda: sign_up(node, "ada") == 200, "nobody could sign up")
        yield node


def sign_up(node: Node, login: str) -> int:
    return post(node, "signup", {"login": login, "password": PASSWORD})[0]


def sign_in(node: Node, login: str, password: str, source: str) -> tuple[int, Any]:
    return post(node, "signin", {"login": login, "password": password}, source)


def post(node: Node, path: str, body: object, source: str = "127.0.0.1") -> tuple[int, Any]:
    """Post from one of the addresses of this machine, over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=30, source_address=(source, 0))
    connection.request("POST", f"/auth/{path}", json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    status, content = answer.status, json.loads(answer.read())
    connection.close()
    return status, content


def test_of_two_hundred_guesses_over_many_connections_twenty_are_evaluated_in_a_minute(node: Node) -> None:
    start = time.monotonic()
    logins = ["ada", *(f"somebody{number}" for number in range(39))] * 5
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda login: sign_in(node, login, WRONG, "127.0.0.30"), logins))
    minutes = 1 + int((time.monotonic() - start) / 60)
    statuses = [status for status, _ in answers]
    assert {*statuses} <= {EVALUATED, WAIT, 503}
    assert 0 < statuses.count(EVALUATED) <= 20 * minutes
    told = [content for status, content in answers if status == WAIT]
    assert told and all(0 < content["retry_after"] <= 60 for content in told)
    assert sign_in(node, "ada", PASSWORD, "127.0.0.30")[0] == WAIT, "the right one is not evaluated here either"
    assert sign_in(node, "ada", PASSWORD, "127.0.0.31")[0] == 200, "whoever is elsewhere is not kept out"


def test_one_password_that_is_guessed_has_growing_waits(node: Node) -> None:
    answers = [sign_in(node, "ada", WRONG, "127.0.0.32") for _ in range(FREE + 5)]
    assert [status for status, _ in answers[:FREE]] == [EVALUATED] * FREE
    assert answers[-1][0] == WAIT


def test_nothing_in_an_answer_tells_whether_there_is_such_an_account(node: Node) -> None:
    for number in range(FREE):
        known, unknown = (sign_in(node, login, WRONG, f"127.0.0.{40 + number}") for login in ("ada", "nobody"))
        assert known == unknown
        assert known[0] == EVALUATED


def test_nor_does_the_time_that_it_takes(node: Node) -> None:
    """Fifty tries of each, in turn, so that a busy machine is as busy for both; and a second chance for it."""
    for chance in (0, 50):
        login, known, unknown = f"grace{chance}", [], []
        assert sign_up(node, login) == 200
        for number in range(50):
            source = f"127.0.1.{1 + chance + number}"
            known.append(seconds(node, login, source))
            unknown.append(seconds(node, f"nobody{number}", source))
        if abs(median(known) / median(unknown) - 1) < 0.2:
            break
    assert median(known) == pytest.approx(median(unknown), rel=0.2)


def seconds(node: Node, login: str, source: str) -> float:
    start = time.monotonic()
    status, content = sign_in(node, login, WRONG, source)
    assert status == EVALUATED, content
    return time.monotonic() - start
