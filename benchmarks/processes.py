"""What a tree of processes used so far, as Linux tells it in /proc."""

import os
import time
from pathlib import Path

PROC = Path("/proc")
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PARENT, TIMES = 1, slice(11, 15)
"""Places in a process's `stat`, counted from its state; user and system, its own and of those
of its children that have ended."""
IDLE_SECONDS = 0.1
PATIENCE_SECONDS = 2.0


def cpu_seconds(root: int) -> float:
    """CPU of a process and all below it, those that have ended included; to a hundredth."""
    return sum(int(ticks) for pid in tree(root) for ticks in _stat(pid)[TIMES]) / TICKS_A_SECOND


def memory_mib(root: int) -> float:
    """Proportional set size of the tree: what several processes share counts once."""
    return sum(_pss_kib(pid) for pid in tree(root)) / 1024


def tree(root: int) -> list[int]:
    """The process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for pid in (int(entry.name) for entry in PROC.iterdir() if entry.name.isdecimal()):
        stat = _stat(pid)
        if stat:
            children.setdefault(int(stat[PARENT]), []).append(pid)
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def cpu_when_idle(*roots: int) -> list[float]:
    """CPU of each tree once none works any more: late work is paid by what caused it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    before = [cpu_seconds(root) for root in roots]
    while time.monotonic() < deadline:
        time.sleep(IDLE_SECONDS)
        now = [cpu_seconds(root) for root in roots]
        if now == before:
            break
        before = now
    return before


def _stat(pid: int) -> list[str]:
    """The fields after the name; none when the process has ended."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _pss_kib(pid: int) -> int:
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
