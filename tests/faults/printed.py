"""The matrix as it is printed at the end of a run: faults as rows, flows as columns."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from tests.faults.flows import FLOWS
from tests.faults.matrix import FAULTS, SENSELESS

PROPERTY = "cell"
NO_CELL = "\N{EN DASH}"
WIDTH = 12
LABEL = 34


@dataclass
class Shown:
    """What became of one cell on all databases it ran on."""

    outcomes: list[bool] = field(default_factory=list)
    seconds: float = 0

    @property
    def text(self) -> str:
        """A mark, and the seconds that a run of the cell took on average."""
        mark = "✓" if all(self.outcomes) else "✗"
        return f"{mark} {self.seconds / len(self.outcomes):.1f}"


Matrix = dict[tuple[str, str], Shown]


def note(item: pytest.Item) -> None:
    """Let a test's reports name its cell; they reach whoever prints, from other processes too."""
    cell = item.callspec.params.get("cell") if hasattr(item, "callspec") else None
    if cell is not None:
        item.user_properties.append((PROPERTY, [cell.fault.key, cell.flow.name]))


def print_matrix(reporter: pytest.TerminalReporter) -> None:
    """Print what ran of the matrix; nothing of it, nothing at all."""
    matrix = read(report for reports in reporter.stats.values() for report in reports)
    if matrix:
        reporter.write_sep("=", "faults and flows, seconds of a run")
        for line in lines(matrix):
            reporter.write_line(line)


def read(reports: Iterable[object]) -> Matrix:
    """The cells that ran, by fault and flow."""
    matrix: Matrix = defaultdict(Shown)
    for report in reports:
        if not isinstance(report, pytest.TestReport):
            continue
        named = dict(report.user_properties).get(PROPERTY)
        if isinstance(named, list) and (report.when == "call" or report.failed):
            shown = matrix[named[0], named[1]]
            shown.outcomes.append(report.passed)
            shown.seconds += report.duration
    return matrix


def lines(matrix: Matrix) -> list[str]:
    """The table, the reasons for its gaps, and the totals."""
    header = "".join(f"{flow.name:<{WIDTH}}" for flow in FLOWS)
    rows = [f"{'':<{LABEL}}{header}".rstrip()]
    ran = {fault for fault, _ in matrix}
    rows += [_row(matrix, fault.key) for fault in FAULTS if fault.key in ran]
    return [*rows, "", *_reasons(ran), _total(matrix)]


def _row(matrix: Matrix, fault: str) -> str:
    cells = "".join(f"{_cell(matrix, fault, flow.name):<{WIDTH}}" for flow in FLOWS)
    return f"{fault:<{LABEL}}{cells}".rstrip()


def _cell(matrix: Matrix, fault: str, flow: str) -> str:
    if (fault, flow) in SENSELESS:
        return NO_CELL
    shown = matrix.get((fault, flow))
    return shown.text if shown else "·"


def _reasons(ran: set[str]) -> list[str]:
    reasons = {(fault, why) for (fault, _), why in SENSELESS.items() if fault in ran}
    return [f"{NO_CELL} {fault}: {why}" for fault, why in sorted(reasons)]


def _total(matrix: Matrix) -> str:
    runs = sum(len(shown.outcomes) for shown in matrix.values())
    failed = sum(not outcome for shown in matrix.values() for outcome in shown.outcomes)
    seconds = sum(shown.seconds for shown in matrix.values())
    return f"{len(matrix)} cells, {runs} runs, {failed} failed, {seconds:.0f} s in all"
