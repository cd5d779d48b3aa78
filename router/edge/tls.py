"""TLS with a certificate that may be renewed while we run."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates
from OpenSSL import SSL
from twisted.internet.interfaces import IOpenSSLContextFactory
from twisted.logger import Logger
from zope.interface import implementer

from components.settings import Tls

LOOK = 10.0
"""Seconds between two looks at the files."""
CIPHERS = b"ECDHE+AESGCM:ECDHE+CHACHA20:!PSK"
"""Of TLS 1.2, those that keep what was said secret when the key is lost, and that nobody has found a hole in. TLS 1.3
has no others."""

log = Logger()
_State = tuple[tuple[int, int, int], ...]


class BadCertificate(Exception):
    """A certificate and key that cannot be used."""


@implementer(IOpenSSLContextFactory)
class Certificate:
    """What new connections are shown: the newest pair of files that fitted together."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._certificate, self._key = certificate, key
        self._state = self._look()
        self._context = self._load()

    def getContext(self) -> SSL.Context:  # noqa: N802
        """Give Twisted what a new connection is made from."""
        return self._context

    def watch(self, ticker: Any) -> None:
        """Look at the files from time to time."""
        ticker.every(LOOK, self.renew)

    def renew(self) -> None:
        """Take up files that have changed. Those that do not fit are left alone, for they may be half written."""
        state = self._look()
        if state == self._state:
            return
        self._state = state
        try:
            self._context = self._load()
            log.info("A new certificate is used from now on: {path}", path=str(self._certificate))
        except BadCertificate as error:
            log.error("The certificate on disk cannot be used, so the one before stays: {error}", error=error)

    def _look(self) -> _State:
        """Tell one state of the files from another, also when a link was moved or a file of the same age put there."""
        return tuple(_state(path) for path in (self._certificate, self._key))

    def _load(self) -> SSL.Context:
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(SSL.TLS1_2_VERSION)
        context.set_cipher_list(CIPHERS)
        context.set_options(SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION | SSL.OP_NO_TICKET)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        context.set_mode(SSL.MODE_RELEASE_BUFFERS)
        context.set_alpn_select_callback(_http)
        chain = _read(self._certificate, load_pem_x509_certificates)
        key = _read(self._key, partial(load_pem_private_key, password=None))
        try:
            context.use_certificate(chain[0])
            for each in chain[1:]:
                context.add_extra_chain_cert(each)
            context.use_privatekey(key)
            context.check_privatekey()
        except (SSL.Error, TypeError) as error:
            raise BadCertificate(f"{self._key} is not the key of {self._certificate}") from error
        return context


def _read(path: Path, load: Callable[[bytes], Any]) -> Any:
    try:
        return load(path.read_bytes())
    except OSError as error:
        raise BadCertificate(f"{path}: {error.strerror}") from None
    except (TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise BadCertificate(f"{path}: {str(error).split('. ')[0]}") from None


def _state(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def _http(connection: SSL.Connection, offered: list[bytes]) -> Any:
    """Agree to HTTP/1.1, the one version that is spoken here; who offers others alone is left to find out."""
    return b"http/1.1" if b"http/1.1" in offered else SSL.NO_OVERLAPPING_PROTOCOLS


def certificate(files: Tls | None, folder: Path) -> Certificate | None:
    """Take the certificate that the settings name, relative to their folder. Raises `BadCertificate`."""
    if files is None:
        return None
    try:
        return Certificate(folder / files.certificate, folder / files.key)
    except BadCertificate as error:
        log.error("TLS cannot be spoken: {error}", error=error)
        raise
