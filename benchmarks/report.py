"""The figures: rows for a file, tables for a person."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from benchmarks.load import Sample
from benchmarks.statements import Counted

COLUMNS = (
    "per s",
    "p50 / p95 / p99 ms",
    "paying",
    "CPU ms",
    "statements",
    "rate",
    "CPU",
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One task in one application. CPU: milliseconds a task, of the server and the database."""

    work: str
    app: str
    connections: int
    count: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    paying_p50_ms: float | None
    cpu_ms: float
    database_cpu_ms: float
    statements: int
    statements_around: int


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """What an application needs just to be there."""

    app: str
    memory_mib: float
    cold_start_seconds: float


@dataclass(frozen=True, kw_only=True)
class Report:
    """One run. `machine`: cores, load averages and the run's options."""

    machine: dict[str, Any]
    rows: list[Row]
    footprints: list[Footprint]

    def write(self, path: Path) -> None:
        """All figures as JSON."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")

    def show(self, console: Console) -> None:
        """All figures as tables; the last columns set the shop against the bare application."""
        console.print(self._work_table())
        console.print(self._footprint_table())
        console.print("  ".join(f"{name} {value}" for name, value in self.machine.items()))

    def _work_table(self) -> Table:
        table = Table(title="Side by side", title_justify="left", box=SIMPLE)
        for name in ("work", "app"):
            table.add_column(name, no_wrap=True)
        for name in COLUMNS:
            table.add_column(name, justify="right", no_wrap=True)
        floors = {row.work: row for row in self.rows if row.app == "bare"}
        for row in self.rows:
            floor = floors[row.work]
            table.add_row(*_cells(row), *_ratios(row, floor))
        return table

    def _footprint_table(self) -> Table:
        table = Table(title="Footprint", title_justify="left", box=SIMPLE)
        for name in ("app", "memory MiB", "cold start s"):
            table.add_column(name, justify="right")
        for one in self.footprints:
            table.add_row(one.app, f"{one.memory_mib:.0f}", f"{one.cold_start_seconds:.2f}")
        return table


def row(work: str, app: str, connections: int, sample: Sample, cost: "Cost") -> Row:
    """A measurement as a row."""
    done = len(sample.laps)
    cuts = _percentiles(sample.laps)
    return Row(
        work=work,
        app=app,
        connections=connections,
        count=done,
        per_second=round(done / sample.seconds, 2),
        p50_ms=cuts[49],
        p95_ms=cuts[94],
        p99_ms=cuts[98],
        paying_p50_ms=_percentiles(sample.paying)[49] if sample.paying else None,
        cpu_ms=round(cost.server * 1000 / done, 3),
        database_cpu_ms=round(cost.database * 1000 / done, 3),
        statements=cost.statements.work,
        statements_around=cost.statements.around,
    )


@dataclass(kw_only=True)
class Cost:
    """CPU seconds of all tasks together, and the statements of one."""

    server: float = 0.0
    database: float = 0.0
    statements: Counted = Counted(0, 0)


def _percentiles(seconds: list[float]) -> list[float]:
    """The 1st to 99th in milliseconds."""
    known = seconds if len(seconds) > 1 else seconds * 2
    return [round(cut * 1000, 2) for cut in quantiles(known, n=100, method="inclusive")]


def _cells(row: Row) -> list[str]:
    paying = "" if row.paying_p50_ms is None else f"{row.paying_p50_ms:.1f}"
    return [
        row.work,
        row.app,
        f"{row.per_second:.1f}",
        f"{row.p50_ms:.1f} / {row.p95_ms:.1f} / {row.p99_ms:.1f}",
        paying,
        f"{row.cpu_ms:.2f} + {row.database_cpu_ms:.2f}",
        f"{row.statements} + {row.statements_around}",
    ]


def _ratios(row: Row, floor: Row) -> list[str]:
    if row is floor:
        return ["", ""]
    cpu = f"x {row.cpu_ms / floor.cpu_ms:.1f}" if floor.cpu_ms else ""
    return [f"{row.per_second / floor.per_second:.0%}", cpu]
