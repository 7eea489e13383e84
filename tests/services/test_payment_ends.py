"""Who gets which mail when a payment that was unclear comes to its end, and when nobody does."""

from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from komet_shop.domain.operation_states import Resolution, State
from komet_shop.models import Company, Order, User
from komet_shop.services import deliveries, stray_returns, stray_uses
from komet_shop.services.follow_ups import Asked
from komet_shop.services.letters import End, Letter, PaymentEnd, Review
from komet_shop.services.operations import KeyReused
from komet_shop.services.review_decisions import Outcome
from tests import factories
from tests.conftest import MovableClock
from tests.services.mishaps import (
    charged_late,
    charged_twice,
    clerk,
    decide,
    given_up,
    part_approved,
    settle,
    silent_for_a_day,
    strays,
)
from tests.world import World

LATER = 10 * 60


@dataclass
class Pile:
    """Takes every letter and keeps it."""

    letters: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> None:
        self.letters.append(letter)


@dataclass
class Post:
    """What a worker of the world sends, and to whom."""

    world: World
    clock: MovableClock

    def letters(self) -> list[Letter]:
        pile = Pile()
        deliveries.deliver_mail(self.world.shop, pile, owner="test")
        return pile.letters

    def alarms(self) -> list[Review]:
        """What those who decide about payments are told, by now and in the minutes to come."""
        told = [*self.letters(), *self._later()]
        return [one.content for one in told if isinstance(one.content, Review)]

    def ends(self) -> list[PaymentEnd]:
        """What the buyer is told of how payments ended."""
        told = [one for one in self.letters() if isinstance(one.content, PaymentEnd)]
        assert {one.to for one in told} <= {self._buyer()}
        return [one.content for one in told if isinstance(one.content, PaymentEnd)]

    def _later(self) -> list[Letter]:
        self.clock.advance(seconds=LATER)
        return self.letters()

    def _buyer(self) -> str:
        with self.world.shop.database.read() as session:
            return session.get_one(User, self.world.scope.actor.user_id).email


@pytest.fixture
def post(world: World, clock: MovableClock) -> Post:
    """The mail, with somebody who looks after payments."""
    with world.shop.database.write() as session:
        company = session.scalars(select(Company)).one()
        roles = [factories.make_role(session, "admin")]
        factories.make_user(session, company, email="carol@rosa-alta.example", roles=roles)
    return Post(world, clock)


def asked(world: World, name: str = "k") -> Asked:
    [stray] = strays(world)
    return Asked(payment=stray.public_id, action_key=name, reason="seen in the portal")


def test_money_that_goes_back_in_the_same_decision_alarms_nobody(world: World, post: Post) -> None:
    operation = part_approved(world)
    first = post.alarms()

    decide(world, operation, Outcome.GIVE_BACK)

    assert [alarm.is_stray for alarm in first] == [False]
    assert strays(world)[0].resolution == Resolution.RETURNED
    assert post.alarms() == []


def test_nor_does_money_that_is_refunded_because_its_day_is_closed(
    world: World, post: Post
) -> None:
    operation = part_approved(world)
    post.alarms()
    world.close_batch()

    decide(world, operation, Outcome.GIVE_BACK)

    assert strays(world)[0].resolution == Resolution.RETURNED
    assert post.alarms() == []


def test_giving_back_that_is_refused_alarms_once(world: World, post: Post) -> None:
    operation = part_approved(world)
    post.alarms()
    world.arm("decline_402", code="024", match={"path": "void"})
    world.arm("decline_402", code="015", match={"path": "refund"})

    decide(world, operation, Outcome.GIVE_BACK)

    [alarm] = post.alarms()
    assert strays(world)[0].resolution is None
    assert alarm.is_stray
    assert alarm.is_in_vain


def test_giving_back_that_fails_an_hour_later_alarms_then(
    world: World, post: Post, clock: MovableClock
) -> None:
    operation = part_approved(world)
    post.alarms()
    world.arm("reset_before_booking", match={"path": "void"})
    decide(world, operation, Outcome.GIVE_BACK)
    meanwhile = post.alarms()

    for _ in range(4):
        clock.advance(seconds=4 * 60)
        world.sweep()

    assert meanwhile == []
    assert [alarm.is_in_vain for alarm in post.alarms()] == [True]


def test_money_that_a_decision_leaves_behind_without_giving_it_back_alarms(
    world: World, post: Post
) -> None:
    operation = part_approved(world)
    post.alarms()

    with pytest.raises(KeyReused):
        decide(world, operation, Outcome.GIVE_BACK, action_key=operation.action_key)

    assert [alarm.is_stray for alarm in post.alarms()] == [True]


def test_money_found_without_a_decision_alarms_at_once(
    world: World, post: Post, clock: MovableClock
) -> None:
    charged_late(world, clock)

    told = [one.content for one in post.letters() if isinstance(one.content, Review)]

    assert [alarm.is_stray for alarm in told] == [True]


def test_the_buyer_of_what_was_never_charged_is_told(
    world: World, post: Post, clock: MovableClock
) -> None:
    given_up(world, clock)

    [end] = post.ends()

    assert (end.end, end.amount_cents) == (End.NOT_CHARGED, world.total_cents)
    assert (end.order_number, end.receipt_number) == ("W100001", "R100001")
    assert end.path == f"/payments/{world.payments()[0].public_id}"
    assert post.ends() == []


def test_the_buyer_of_what_a_clerk_closes_is_told(
    world: World, post: Post, clock: MovableClock
) -> None:
    operation = silent_for_a_day(world, clock, booked=False)

    decide(world, operation, Outcome.NOT_CHARGED)

    assert [end.end for end in post.ends()] == [End.NOT_CHARGED]


def test_the_buyer_of_what_is_given_back_is_told_once_how_much(world: World, post: Post) -> None:
    operation = part_approved(world)

    decide(world, operation, Outcome.GIVE_BACK)

    [end] = post.ends()
    assert (end.end, end.amount_cents) == (End.GIVEN_BACK, operation.amount_cents // 2)
    assert not end.is_paid_otherwise


def test_the_buyer_hears_of_a_return_only_when_it_is_sure(world: World, post: Post) -> None:
    operation = part_approved(world)
    world.arm("reset_after_booking", match={"path": "void"})
    decide(world, operation, Outcome.GIVE_BACK)
    unsure = post.ends()

    settle(world, world.operation(operation.id + 2))

    assert unsure == []
    assert [end.end for end in post.ends()] == [End.GIVEN_BACK]


def test_the_buyer_of_what_was_charged_twice_reads_that_the_order_is_paid(
    world: World, post: Post
) -> None:
    charged_twice(world)

    stray_returns.give_back_what_is_paid_twice(world.shop)

    [end] = post.ends()
    assert end.end == End.GIVEN_BACK
    assert end.is_paid_otherwise


def test_the_buyer_of_a_credit_is_told(world: World, post: Post, clock: MovableClock) -> None:
    charged_late(world, clock)
    post.ends()
    with world.shop.database.write() as session:
        session.query(Order).update({"state": "voided"})

    stray_uses.apply(world.shop, clerk(world), asked(world))

    assert [end.end for end in post.ends()] == [End.CREDITED]


def test_what_is_charged_brings_the_receipt_and_no_other_mail(
    world: World, post: Post, clock: MovableClock
) -> None:
    operation = silent_for_a_day(world, clock, booked=True)

    decide(world, operation, Outcome.CHARGED)

    assert post.ends() == []
    assert "receipt" in world.messages()


def test_what_the_page_says_at_once_is_not_mailed_too(world: World, post: Post) -> None:
    world.arm("decline_402", code="015", match={"path": "sale"})

    declined = world.pay()

    assert declined.state == State.DECLINED
    assert post.ends() == []
