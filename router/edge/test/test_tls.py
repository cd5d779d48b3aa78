"""Which certificate new connections are shown, while its files come and go."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL
from twisted.logger import capturedLogs

from components.settings import Tls
from router.edge.ticker import Ticker
from router.edge.tls import LOOK, BadCertificate, Certificate, certificate
from tests.support.certificate import common_name, write_certificate


def shown(by: Certificate, **versions: int) -> SSL.Connection:
    """Shake hands in memory, and return the client's end."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_alpn_protos([b"h2", b"http/1.1"])
    if "highest" in versions:
        context.set_max_proto_version(versions["highest"])
    client, server = SSL.Connection(context), SSL.Connection(by.getContext())
    client.set_connect_state()
    server.set_accept_state()
    for _ in range(6):
        for end in (client, server):
            with suppress(SSL.WantReadError):
                end.do_handshake()
        pump(client, server)
        pump(server, client)
    return client


def pump(one: SSL.Connection, other: SSL.Connection) -> None:
    with suppress(SSL.WantReadError):
        other.bio_write(one.bio_read(65_536))


def name(by: Certificate) -> str | None:
    found: Any = shown(by).get_peer_certificate(as_cryptography=True)
    return common_name(found.public_bytes(Encoding.DER))


@pytest.fixture
def files(tmp_path: Path) -> Path:
    write_certificate(tmp_path, "first")
    return tmp_path


def use(folder: Path) -> Certificate:
    found = certificate(Tls(certificate="cert.pem", key="key.pem"), folder)
    assert found is not None
    return found


def test_without_files_there_is_no_tls(tmp_path: Path) -> None:
    assert certificate(None, tmp_path) is None


@pytest.mark.parametrize(("highest", "agreed"), [(SSL.TLS1_3_VERSION, "TLSv1.3"), (SSL.TLS1_2_VERSION, "TLSv1.2")])
def test_two_versions_are_spoken(files: Path, highest: int, agreed: str) -> None:
    connection = shown(use(files), highest=highest)
    assert connection.get_protocol_version_name() == agreed
    assert "GCM" in str(connection.get_cipher_name()) or "CHACHA" in str(connection.get_cipher_name())
    assert connection.get_alpn_proto_negotiated() == b"http/1.1"


def test_old_versions_are_not(files: Path) -> None:
    with pytest.raises(SSL.Error):
        shown(use(files), highest=SSL.TLS1_1_VERSION)


def test_a_renewed_certificate_is_taken_up(files: Path) -> None:
    now = [1.0]
    ticker, one = Ticker(lambda: now[0]), use(files)
    one.watch(ticker)
    write_certificate(files, "second")
    assert name(one) == "first"
    for _ in range(2):
        now[0] += LOOK
        ticker.tick()
    assert name(one) == "second"


def test_a_pair_put_in_its_place_by_renaming_is_taken_up(files: Path) -> None:
    one = use(files)
    stat = (files / "cert.pem").stat()
    (files / "new").mkdir()
    write_certificate(files / "new", "second")
    for each in ("cert.pem", "key.pem"):
        os.utime(files / "new" / each, ns=(stat.st_mtime_ns, stat.st_mtime_ns))
        (files / "new" / each).replace(files / each)
    one.renew()
    assert name(one) == "second"


def test_half_a_pair_changes_nothing_until_the_other_half_is_there(files: Path) -> None:
    one = use(files)
    with capturedLogs() as said:
        (files / "new").mkdir()
        write_certificate(files / "new", "second")
        for content in (b"", (files / "new/cert.pem").read_bytes()[:200], (files / "new/cert.pem").read_bytes()):
            (files / "cert.pem").write_bytes(content)
            one.renew()
            one.renew()
            assert name(one) == "first"
        (files / "key.pem").unlink()
        one.renew()
        assert name(one) == "first"
        (files / "new/key.pem").replace(files / "key.pem")
        one.renew()
        assert name(one) == "second"
    assert [event["log_level"].name for event in said] == ["error"] * 4 + ["info"]


def test_what_cannot_be_used_ends_the_start_with_its_name(files: Path) -> None:
    write_certificate(files, "hidden", passphrase=b"secret")
    with pytest.raises(BadCertificate, match=r"key\.pem: Password was not given"):
        use(files)
    (files / "key.pem").unlink()
    with pytest.raises(BadCertificate, match=r"key\.pem: .*No such file"):
        use(files)
    (files / "key.pem").write_text("nonsense")
    with pytest.raises(BadCertificate):
        use(files)
