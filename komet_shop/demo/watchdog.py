"""Ends the demo's processes when the demo itself is killed and cannot do it any more.

Reads numbers of process groups, one a line; the end of the input without a `done` before it
means that the demo is gone.
"""

import sys
from collections.abc import Iterable

from komet_shop.demo.groups import end_groups

DONE = "done"


def main() -> None:
    """Wait for the end of the input."""
    groups = orphans(sys.stdin)
    end_groups(groups)


def orphans(lines: Iterable[str]) -> list[int]:
    """The groups that nobody will end, once `lines` are over."""
    groups: list[int] = []
    for line in lines:
        if line.strip() == DONE:
            return []
        groups.append(int(line))
    return groups


if __name__ == "__main__":
    main()
