"""`python -m benchmarks`, as short as it can be."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WORKS = {
    "listing of 48",
    "product page",
    "search",
    "orders list",
    "add to cart",
    "order, 1 customer",
    "order, 8 customers",
}
MOST_SECONDS = 240


@pytest.mark.full
def test_the_benchmark_measures_every_task_in_both_applications(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    size = ("--seconds", "0.3", "--connections", "2", "--rounds", "1", "--orders", "200")

    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks", *size, "--json", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr[-3000:]
    figures = json.loads(file.read_text())
    rows = figures["rows"]
    assert {(row["work"], row["app"]) for row in rows} == {
        (work, app) for work in WORKS for app in ("bare", "shop")
    }
    assert all(row["count"] > 0 and row["statements"] > 0 for row in rows)
    assert [one["app"] for one in figures["footprints"]] == ["bare", "shop"]
    assert all(one["memory_mib"] > 0 for one in figures["footprints"])
    assert all(one["cold_start_seconds"] > 0 for one in figures["footprints"])
