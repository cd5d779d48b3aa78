"""Where the node's pages are: is that free, does it answer, and how do people write it?"""

import errno
import http.client
import os
import socket
from dataclasses import dataclass

ANYWHERE = {"", "0.0.0.0", "::"}
HERE = {*ANYWHERE, "localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Address:
    """A host (empty: all of this machine's) and a port."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """What to type into a browser."""
        host = "localhost" if self.host in HERE else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

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
        connection = http.client.HTTPConnection("localhost" if self.host in HERE else self.host, self.port, timeout=0.5)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True
