"""Where the node is: what people type, whether it is free, whether it answers."""

import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from openline.address import Address
from tests.support.certificate import write_certificate


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


def test_is_written_with_its_encryption() -> None:
    assert Address("192.0.2.7", 8443, encrypted=True).url == "https://192.0.2.7:8443"


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


@contextmanager
def server(kind: type[http.server.BaseHTTPRequestHandler]) -> Iterator[http.server.HTTPServer]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), kind) as server:
        yield server
        server.shutdown()


def serve(server: http.server.HTTPServer, **settings: Any) -> Address:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return Address("127.0.0.1", server.server_port, **settings)


def test_any_http_answer_will_do() -> None:
    with server(http.server.BaseHTTPRequestHandler) as there:
        assert serve(there).answers()


def test_an_encrypted_answer_will_do_whoever_gives_it(tmp_path: Path) -> None:
    write_certificate(tmp_path, "elsewhere.example")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with server(http.server.BaseHTTPRequestHandler) as there:
        there.socket = context.wrap_socket(there.socket, server_side=True)
        address = serve(there, encrypted=True)
        assert address.answers()
        assert not Address(address.host, address.port).answers()


class Announced(http.server.BaseHTTPRequestHandler):
    """Answers whom a PROXY header announces."""

    def handle(self) -> None:
        if self.rfile.readline() == b"PROXY UNKNOWN\r\n":
            super().handle()


def test_announces_itself_where_that_is_asked_for() -> None:
    with server(Announced) as there:
        address = serve(there, balancers=(ip_network("127.0.0.0/8"),))
        assert address.answers()
        assert not Address(address.host, address.port, balancers=(ip_network("10.0.0.0/8"),)).answers()
