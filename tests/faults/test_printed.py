"""What the matrix says of what ran."""

import pytest

from tests.faults import printed


def report(outcome: str, *cell: str, when: str = "call", seconds: float = 1) -> pytest.TestReport:
    """A report of a test, of a cell if one is named."""
    return pytest.TestReport(
        nodeid="a test",
        location=("", 0, ""),
        keywords={},
        outcome=outcome,  # type: ignore[arg-type]  # one of pytest's three words
        longrepr=None,
        when=when,  # type: ignore[arg-type]  # one of pytest's three phases
        duration=seconds,
        user_properties=[(printed.PROPERTY, list(cell))] if cell else [],
    )


def row_of(reports: list[pytest.TestReport], fault: str) -> list[str]:
    lines = printed.lines(printed.read(reports))
    return next(line for line in lines if line.startswith(fault)).removeprefix(fault).split()


def test_a_cell_is_green_when_it_is_green_on_every_database() -> None:
    reports = [
        report("passed", "06 reset, not charged", "void", seconds=1),
        report("passed", "06 reset, not charged", "void", seconds=3),
        report("passed", "06 reset, not charged", "refund"),
        report("failed", "06 reset, not charged", "refund"),
    ]

    row = row_of(reports, "06 reset, not charged")

    assert " ".join(row) == "· · · · · ✓ 2.0 ✗ 1.0 ·"


def test_a_cell_that_could_not_even_begin_is_red() -> None:
    reports = [
        report("passed", "25 100 MB", "void", when="teardown"),
        report("failed", "25 100 MB", "sale new", when="setup"),
    ]

    row = row_of(reports, "25 100 MB")

    assert " ".join(row) == "✗ 1.0 · · · · · · ·"


def test_a_cell_that_makes_no_sense_is_a_dash_with_its_reason() -> None:
    matrix = printed.read([report("passed", "22 200 partial", "capture")])

    text = "\n".join(printed.lines(matrix))

    assert f"✓ 1.0       {printed.NO_CELL}" in text
    assert "a void names no amount" in text
    assert "1 cells, 1 runs, 0 failed, 1 s in all" in text


def test_other_tests_are_no_cells() -> None:
    assert printed.read([report("passed")]) == {}
