"""How many files this process may have open: each connection is one."""

import resource

SPARE = 640
"""Files for all that is no connection that was let in: those that are refused, logs, databases, other ports."""


def make_room(connections: int) -> int:
    """Ask the system for as many files as some connections take, and say how many connections fit.

    A shell or a service gets 1,024 files at first on most systems; up to another bound a process may ask for more.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + SPARE
    if soft < wanted and soft != resource.RLIM_INFINITY:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else min(connections, max(1, soft - SPARE))
