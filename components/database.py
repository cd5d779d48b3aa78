"""Storage: run works, which are functions of a connection, on threads of their own.

Works that write share one thread and one connection. All that wait run as savepoints of one transaction: one commit,
and so one write to the disk, serves them all, and none of them is answered before it. Works that only read have
threads and connections of their own, and see the state of one moment.
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Condition, Thread
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

from sqlalchemy import URL, Connection, Engine
from twisted.internet.defer import Deferred, fail, gatherResults
from twisted.internet.interfaces import IReactorFromThreads
from twisted.logger import Logger
from twisted.python.failure import Failure

from .contract import Unavailable
from .engines import Backend, backend_of
from .migrate import migrate

P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[Concatenate[Connection, P], T]

BATCH = 256
"""The most works that share a commit."""
READERS = 4
WAITING = 10_000
"""The most works that may wait before further ones are refused."""
TRIES = 4
"""How often a transaction is done before its conflicts with other processes count as a failure."""

log = Logger()


class Database:
    """The node's storage. Works may run more than once: they touch nothing but their connection."""

    def __init__(self, url: URL | str, reactor: IReactorFromThreads) -> None:
        backend = backend_of(url)
        self._writes = Line(Transactions(backend, backend.writer()), reactor, threads=1, most=BATCH)
        self._reads = Line(Transactions(backend, backend.reader(READERS)), reactor, threads=READERS, most=1)

    @classmethod
    def open(cls, url: URL | str, reactor: IReactorFromThreads) -> "Database":
        """Bring the tables up to date, then take works. Blocks: for the start of a process."""
        migrate(url)
        return cls(url, reactor)

    def run(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        """Run a work that may write. Fires after its commit, in the order of commits.

        A work that raises is undone alone. `Unavailable` says that the database cannot be used: nothing is kept,
        unless a server went away during the commit itself.
        """
        return self._writes.put(Job(lambda connection: work(connection, *args, **kwargs)))

    def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> Deferred[T]:
        """Run a work that only reads, from the state of one moment."""
        return self._reads.put(Job(lambda connection: work(connection, *args, **kwargs)))

    def close(self) -> Deferred[Any]:
        """Do what was taken, take nothing more, and end the threads."""
        return gatherResults([self._writes.close(), self._reads.close()])


class Job(Generic[T]):
    """A work that waits for its turn and then for its commit."""

    def __init__(self, work: Callable[[Connection], T]) -> None:
        self.work = work
        self.done: Deferred[T] = Deferred()
        self.outcome: T | Failure | None = None

    def give_up(self) -> None:
        """Nothing of this was kept."""
        self.outcome = Failure(Unavailable())

    def settle(self) -> None:
        """Tell who waits."""
        self.done.callback(cast(T, self.outcome))


class Transactions:
    """Does jobs, many in one transaction."""

    def __init__(self, backend: Backend, engine: Engine) -> None:
        self._backend = backend
        self._engine = engine
        self._trouble = ""

    def do(self, jobs: Sequence[Job[Any]]) -> int:
        """Do jobs, commit once, and say how many of them were done; the others wait for the next transaction.

        None are done where the database cannot be used: then nothing of any of them is kept.
        """
        try:
            done = self._try(jobs)
        except Exception as error:
            self._note(_briefly(error))
            return 0
        self._note("")
        return done

    def close(self) -> None:
        self._engine.dispose()

    def _try(self, jobs: Sequence[Job[Any]]) -> int:
        """Do jobs, again if another process was in the way or the connection had been dropped."""
        for _ in range(TRIES - 1):
            try:
                return self._commit(jobs)
            except _Again:
                pass
        return self._commit(jobs)

    def _commit(self, jobs: Sequence[Job[Any]]) -> int:
        with self._engine.begin() as connection:
            try:
                return self._do_all(jobs, connection)
            except Exception as error:
                if self._backend.passing(error):
                    raise _Again(_briefly(error)) from error
                raise

    def _do_all(self, jobs: Sequence[Job[Any]], connection: Connection) -> int:
        """Do jobs until one of them would have to wait while what was done for others is locked.

        So processes do not wait for each other in a circle, and one that waits keeps nobody else waiting.
        """
        self._do(jobs[0], connection)
        if len(jobs) > 1:
            self._backend.hurry(connection)
        for number, job in enumerate(jobs[1:], start=1):
            try:
                self._do(job, connection)
            except Exception as error:
                if self._backend.locked(error):
                    connection.exec_driver_sql("ROLLBACK TO SAVEPOINT job")
                    return number
                raise
        return len(jobs)

    def _do(self, job: Job[Any], connection: Connection) -> None:
        """Do one job as a savepoint. Raises only what concerns the whole transaction."""
        connection.exec_driver_sql("SAVEPOINT job")
        try:
            job.outcome = job.work(connection)
            connection.exec_driver_sql("RELEASE SAVEPOINT job")
        except Exception as error:
            if self._backend.lost(error):
                raise
            job.outcome = Failure()
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT job")
            connection.exec_driver_sql("RELEASE SAVEPOINT job")

    def _note(self, trouble: str) -> None:
        """Write down a trouble when it begins and when it is over, not at every attempt in between."""
        if trouble and not self._trouble:
            log.error("the database cannot be used: {trouble}", trouble=trouble)
        elif self._trouble and not trouble:
            log.info("the database can be used again")
        self._trouble = trouble


class Line:
    """Jobs that wait, and the threads that do them."""

    def __init__(self, transactions: Transactions, reactor: IReactorFromThreads, threads: int, most: int) -> None:
        self._transactions = transactions
        self._reactor = reactor
        self._most = most
        self._waiting: deque[Job[Any]] = deque()
        self._changed = Condition()
        self._closing = False
        self._ended: list[Deferred[None]] = [Deferred() for _ in range(threads)]
        for ended in self._ended:
            Thread(target=self._serve, args=[ended], daemon=True).start()

    def put(self, job: Job[T]) -> Deferred[T]:
        """Let a job wait for its turn."""
        with self._changed:
            if self._closing or len(self._waiting) >= WAITING:
                return fail(Unavailable())
            self._waiting.append(job)
            self._changed.notify()
        return job.done

    def close(self) -> Deferred[Any]:
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        return gatherResults(self._ended).addCallback(lambda _: self._transactions.close())

    def _serve(self, ended: Deferred[None]) -> None:
        while jobs := self._take():
            done = self._transactions.do(jobs)
            settled = self._put_back(jobs, done) if done else self._give_up(jobs)
            self._reactor.callFromThread(_settle, settled)
        self._reactor.callFromThread(ended.callback, None)

    def _take(self) -> list[Job[Any]]:
        """Wait for jobs and take as many as may share a transaction; none means that the line is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            return [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]

    def _put_back(self, jobs: list[Job[Any]], done: int) -> list[Job[Any]]:
        with self._changed:
            self._waiting.extendleft(reversed(jobs[done:]))
        return jobs[:done]

    def _give_up(self, jobs: list[Job[Any]]) -> list[Job[Any]]:
        """Refuse what has been waiting meanwhile too: it would wait as long, and be refused then."""
        with self._changed:
            jobs = [*jobs, *self._waiting]
            self._waiting.clear()
        for job in jobs:
            job.give_up()
        return jobs


class _Again(Exception):
    """The transaction was undone, and may succeed if it is done again."""


def _briefly(error: Exception) -> str:
    """Say what the driver said, without the statement or the values."""
    said = str(getattr(error, "orig", error)).strip()
    return said.partition("\n")[0] or type(error).__name__


def _settle(jobs: Sequence[Job[Any]]) -> None:
    for job in jobs:
        job.settle()
