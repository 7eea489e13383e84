"""Runs an order of the house in a process of its own, and hears how far it came."""

import multiprocessing

from tests.crash import house
from tests.crash.house import Order

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload([house.__name__])
PATIENCE = 30


def process(order: Order) -> list[str] | None:
    """Run a process; the points it passed, or None when it was killed."""
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=house.run, args=(order, theirs), daemon=True)
    child.start()
    theirs.close()
    child.join(PATIENCE)
    assert child.exitcode in (0, -9), f"the process ended with {child.exitcode}"
    return ours.recv() if child.exitcode == 0 else None
