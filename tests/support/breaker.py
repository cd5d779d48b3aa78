"""A TCP proxy that cuts connections at random, in the middle of what they carry."""

import contextlib
import random
import socket
import threading


class Breaker:
    """Forwards to a port. About half of the connections are cut after some bytes, going or coming."""

    def __init__(self, port: int, seed: int) -> None:
        self._to, self._random = port, random.Random(seed)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.cut_count = 0
        self._is_breaking = True
        threading.Thread(target=self._accept, daemon=True).start()

    def stop_breaking(self) -> None:
        """Let everything through from now on."""
        self._is_breaking = False

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def __enter__(self) -> "Breaker":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        """Carry one connection, both ways, until one side ends or its allowance is used up."""
        with contextlib.suppress(OSError), near, socket.create_connection(("127.0.0.1", self._to)) as far:
            going, coming = self._allowances()
            back = threading.Thread(target=self._copy, args=(far, near, coming), daemon=True)
            back.start()
            self._copy(near, far, going)
            back.join()

    def _allowances(self) -> tuple[int | None, int | None]:
        """Say after how many bytes to cut: never, in the request, or in the answer."""
        if not self._is_breaking:
            return None, None
        where = self._random.random()
        after = self._random.randrange(700)
        return (after if where < 0.2 else None), (after if 0.2 <= where < 0.5 else None)

    def _copy(self, source: socket.socket, target: socket.socket, allowance: int | None) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if allowance is not None and len(data) > allowance:
                    target.sendall(data[:allowance])
                    self.cut_count += 1
                    break
                allowance = None if allowance is None else allowance - len(data)
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
