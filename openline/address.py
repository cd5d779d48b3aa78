"""Where the node's pages are: is that free, does it answer, and how do people write it?"""

import errno
import http.client
import os
import socket
import ssl
from dataclasses import dataclass

from components.settings import Network
from router.edge.address import among

ANYWHERE = {"", "0.0.0.0", "::"}
HERE = {*ANYWHERE, "localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Address:
    """A host (empty: all of this machine's) and a port; whether TLS is spoken there, and who has to announce others."""

    host: str
    port: int
    encrypted: bool = False
    balancers: tuple[Network, ...] = ()

    @property
    def url(self) -> str:
        """What to type into a browser."""
        host = "localhost" if self.host in HERE else self.host
        return f"http{'s' * self.encrypted}://{f'[{host}]' if ':' in host else host}:{self.port}"

    def trouble(self) -> str:
        """Say why nothing can listen here; nothing if it can."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            socket.create_server((self.host, self.port), family=family).close()
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return (
                    f"Port {self.port} is taken by another program. End that, or choose another: PORT=8081 openline run"
                )
            return f"Nothing can listen on {self.url}: {os.strerror(error.errno) if error.errno else error}."
        return ""

    def answers(self) -> bool:
        """Say whether something speaks HTTP here."""
        host = "localhost" if self.host in HERE else self.host
        connection = http.client.HTTPConnection(host, self.port)
        try:
            connection.sock = self._connect(host)
            connection.request("GET", "/")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True

    def _connect(self, host: str) -> socket.socket:
        """Connect as the settings ask for. We look whether somebody is there, not who."""
        sock = socket.create_connection((host, self.port), timeout=0.5)
        if among(sock.getsockname()[0], self.balancers):
            sock.sendall(b"PROXY UNKNOWN\r\n")
        if not self.encrypted:
            return sock
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(sock)
