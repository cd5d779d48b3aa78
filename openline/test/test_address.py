"""Where the node is: what people type, whether it is free, whether it answers."""

import http.server
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from openline.address import Address


@pytest.mark.parametrize(
    "host, url",
    [
        ("", "http://localhost:8080"),
        ("0.0.0.0", "http://localhost:8080"),
        ("127.0.0.1", "http://localhost:8080"),
        ("192.0.2.7", "http://192.0.2.7:8080"),
        ("2001:db8::7", "http://[2001:db8::7]:8080"),
    ],
)
def test_is_written_as_people_type_it(host: str, url: str) -> None:
    assert Address(host, 8080).url == url


@contextmanager
def taken() -> Iterator[Address]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Address("127.0.0.1", server.getsockname()[1])


def test_a_taken_port_is_trouble_until_it_is_free() -> None:
    with taken() as address:
        assert address.trouble().startswith(f"Port {address.port} is taken by another program.")
    assert address.trouble() == ""


def test_a_host_of_another_machine_is_trouble() -> None:
    assert Address("192.0.2.7", 8080).trouble() == (
        "Nothing can listen on http://192.0.2.7:8080: Cannot assign requested address."
    )


def test_a_host_that_does_not_exist_is_trouble() -> None:
    assert Address("no such host", 8080).trouble().startswith("Nothing can listen on http://no such host:8080: ")


def test_only_http_is_an_answer() -> None:
    with taken() as address:
        threading.Thread(target=_hang_up, args=(address,), daemon=True)
        assert not address.answers()  # The kernel accepts, nobody speaks.
    assert not address.answers()


def _hang_up(address: Address) -> None:
    socket.create_connection((address.host, address.port)).close()


def test_any_http_answer_will_do() -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert Address("127.0.0.1", server.server_port).answers()
        server.shutdown()
