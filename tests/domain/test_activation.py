"""The check-list of a location: steps in order, and one of them is next."""

import pytest

from komet_shop.domain.activation import (
    Progress,
    Standing,
    Status,
    Step,
    checklist,
    done,
    next_step,
)

EVERY = [
    Standing(status=status, has_keys=has_keys, is_tested=is_tested, is_shown=is_shown)
    for status in Status
    for has_keys in (False, True)
    for is_tested in (False, True)
    for is_shown in (False, True)
]


@pytest.mark.parametrize(
    ("standing", "step"),
    [
        (Standing(), Step.ENABLED),
        (Standing(status=Status.REQUESTED), Step.APPLIED),
        (Standing(status=Status.RATES_PENDING), Step.RATES_AGREED),
        (Standing(status=Status.KEYS_PENDING), Step.KEYS_ENTERED),
        (Standing(status=Status.KEYS_PENDING, has_keys=True), Step.TESTED),
        (Standing(status=Status.KEYS_PENDING, has_keys=True, is_tested=True), Step.ACTIVE),
        (Standing(status=Status.ACTIVE), Step.SHOWN),
        (Standing(status=Status.ACTIVE, is_shown=True), None),
        (Standing(status=Status.DISABLED, has_keys=True, is_tested=True), None),
    ],
)
def test_what_comes_next(standing: Standing, step: Step | None) -> None:
    assert next_step(standing) is step


@pytest.mark.parametrize("standing", EVERY)
def test_no_step_is_done_before_an_earlier_one(standing: Standing) -> None:
    behind = done(standing)

    assert set(list(Step)[: len(behind)]) == behind


@pytest.mark.parametrize("standing", EVERY)
def test_at_most_one_step_is_to_be_done_now(standing: Standing) -> None:
    shown = [progress for _, progress in checklist(standing)]

    assert shown == sorted(shown, key=list(Progress).index)
    assert shown.count(Progress.NOW) == (next_step(standing) is not None)
