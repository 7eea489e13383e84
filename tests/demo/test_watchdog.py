"""What the watchdog makes of its input."""

from komet_shop.demo.watchdog import orphans


def test_groups_of_a_demo_that_broke_off_are_orphans() -> None:
    assert orphans(["101\n", "102\n"]) == [101, 102]


def test_a_demo_that_said_goodbye_leaves_none() -> None:
    assert orphans(["101\n", "102\n", "done\n"]) == []
