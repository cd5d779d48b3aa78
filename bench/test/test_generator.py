"""The generator counts right, and notices what a faulty server does."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bench import build
from bench.generator import Generator, LoadFailed
from bench.server import listens
from tests.support.node import free_port, wait_for

pytestmark = pytest.mark.skipif(not shutil.which("gcc"), reason="the generator is compiled")


@contextmanager
def generator(path: str, fault: str = "", speak: str = "plain") -> Iterator[Generator]:
    """Start a sink, with or without a fault, and a generator before it."""
    port = free_port()
    sink = subprocess.Popen([str(build.sink()), str(port), fault])
    try:
        wait_for(lambda: listens(port), "the sink does not listen")
        with Generator(build.load(), {"speak": speak, "port": port, "path": path}) as load:
            yield load
    finally:
        sink.kill()
        sink.wait()


@pytest.mark.parametrize("window", [1, 64])
def test_counts_each_delivery_once(window: int) -> None:
    with generator("/fan") as load:
        assert load.do("open 21 8").work == 21
        assert load.do("join 8").work == 20
        first, second = load.do(f"fan {window} 0.05"), load.do(f"fan {window} 0.05")
        assert first.work > 0 and first.work % 20 == 0
        assert second.work > 0 and second.work % 20 == 0


@pytest.mark.parametrize(("callers", "flying"), [(1, 64), (16, 1)])
def test_counts_each_answer_once(callers: int, flying: int) -> None:
    with generator("/echo") as load:
        load.do("open 16 8")
        assert load.do(f"call {callers} {flying} 0.05").work >= callers * flying


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [("lose", r"heard event 11 after 9"), ("repeat", r"heard event 10 after 10"), ("swap", r"heard event 11 after 9")],
)
def test_notices_an_event_that_is_lost_repeated_or_out_of_order(fault: str, sentence: str) -> None:
    with generator("/fan", fault) as load:
        load.do("open 4 4")
        load.do("join 4")
        with pytest.raises(LoadFailed, match=sentence):
            load.do("fan 64 1")


def test_notices_an_answer_that_comes_twice() -> None:
    with generator("/echo", "repeat") as load:
        load.do("open 1 1")
        with pytest.raises(LoadFailed, match="call 10 was answered with 10"):
            load.do("call 1 64 1")


def test_notices_a_server_that_is_not_there() -> None:
    nowhere = Generator(build.load(), {"speak": "plain", "port": free_port(), "path": "/"})
    with nowhere, pytest.raises(LoadFailed, match="Connection refused"):
        nowhere.do("open 1 1")


def test_says_what_it_does_not_know() -> None:
    with generator("/fan") as load, pytest.raises(LoadFailed, match="what is dance"):
        load.do("dance")
