"""Runs the bare application as the shop is run: the same server, as many processes and threads."""

import sys

from granian import Granian
from granian.constants import Interfaces

PROCESSES = 2
THREADS = 8


def main() -> None:
    """Serve at the port that the command line names, until SIGTERM."""
    Granian(
        "benchmarks.bare:create_app",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        factory=True,
        workers=PROCESSES,
        blocking_threads=THREADS,
        log_access=False,
        websockets=False,
    ).serve()


if __name__ == "__main__":
    main()
