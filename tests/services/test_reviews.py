"""What waits for a person, its evidence, and what a person may decide, at a real gateway."""

from collections.abc import Callable

import pytest

from komet_shop.domain.operation_states import Resolution, State
from komet_shop.models import Audit, Operation
from komet_shop.plugin_api import Kind
from komet_shop.services import (
    review_decisions,
    review_desk,
    review_evidence,
    review_hints,
    reviews,
)
from komet_shop.services.bulkhead import Full
from komet_shop.services.review_decisions import (
    BeingAsked,
    GatewayHasMoney,
    NoAnswer,
    NoProof,
    NoSuchOperation,
    NotWaiting,
    OfAnotherPayment,
    Outcome,
    ReasonMissing,
)
from komet_shop.services.review_evidence import Evidence
from komet_shop.services.reviews import Queue
from tests.at_once import THREADS, at_once
from tests.conftest import MovableClock
from tests.services.mishaps import (
    REASON,
    books_are_right,
    clerk,
    decide,
    followers,
    part_approved,
    patient,
    sell_outside,
    settle,
    silent_for_a_day,
    strays,
    suspense_cents,
)
from tests.statements import count_statements
from tests.world import World


def evidence(world: World, operation: Operation) -> Evidence:
    with world.shop.database.read() as session:
        found = review_evidence.evidence(session, clerk(world), operation.public_id)
    assert found is not None
    return found


def counts(world: World) -> dict[Queue, int]:
    with world.shop.database.read() as session:
        return reviews.counts(session, clerk(world))


def audited(world: World, action: str) -> list[Audit]:
    with world.shop.database.read() as session:
        return list(session.query(Audit).filter(Audit.action == action))


def test_a_part_that_was_approved_waits_for_a_person_with_its_evidence(world: World) -> None:
    operation = part_approved(world)

    found = evidence(world, operation)

    assert operation.state == State.NEEDS_REVIEW
    assert counts(world) == {Queue.UNCLEAR: 0, Queue.DECIDE: 1, Queue.STRAY: 0}
    assert [moment.what for moment in found.moments] == [
        "intended", "sent", "operation_unknown", "looked_up", "operation_needs_review",
    ]  # fmt: skip
    assert found.item.card_last_four == "1111"
    assert found.moments[0].who == "Ana Person"
    hint = review_hints.hint(found)
    assert hint.outcome is Outcome.GIVE_BACK
    assert hint.found_cents == operation.amount_cents // 2
    assert world.messages()[-1] == "review"


def test_giving_a_part_back_leaves_nothing_and_frees_the_order(world: World) -> None:
    operation = part_approved(world)

    state = decide(world, operation, Outcome.GIVE_BACK)

    [stray] = strays(world)
    assert state is State.APPROVED
    assert world.operation(operation.id).state == State.FAILED
    assert stray.resolution == Resolution.RETURNED
    assert followers(world, stray) == [("void", "approved")]
    assert (world.net_cents(), suspense_cents(world)) == (0, 0)
    assert world.order().held_by_payment_id is None
    assert books_are_right(world)


def test_after_that_the_buyer_can_pay(world: World) -> None:
    decide(world, part_approved(world), Outcome.GIVE_BACK)

    again = world.pay()

    assert again.state == State.APPROVED
    assert world.net_cents() == world.total_cents
    assert books_are_right(world)


def test_a_part_whose_batch_is_closed_is_refunded(world: World) -> None:
    operation = part_approved(world)
    world.close_batch()

    decide(world, operation, Outcome.GIVE_BACK)

    [stray] = strays(world)
    assert followers(world, stray) == [("void", "declined"), ("refund", "approved")]
    assert (world.net_cents(), suspense_cents(world)) == (0, 0)
    assert books_are_right(world)


@pytest.mark.parametrize(
    ("outcome", "refusal"),
    [(Outcome.CHARGED, NoProof), (Outcome.NOT_CHARGED, GatewayHasMoney)],
)
def test_a_part_is_neither_the_whole_nor_nothing(
    world: World, outcome: Outcome, refusal: type[Exception]
) -> None:
    operation = part_approved(world)

    with pytest.raises(refusal):
        decide(world, operation, outcome)

    assert world.operation(operation.id).state == State.NEEDS_REVIEW
    assert world.order().held_by_payment_id is not None
    assert world.ledger_rows() == 0


def test_what_was_charged_in_silence_pays_its_order(world: World, clock: MovableClock) -> None:
    operation = silent_for_a_day(world, clock, booked=True)

    state = decide(world, operation, Outcome.CHARGED)

    assert state is State.APPROVED
    assert world.order().state == "pending_approval"
    assert world.invoice().open_cents == 0
    assert world.net_cents() == world.total_cents
    assert books_are_right(world)
    [entry] = audited(world, "operation_approved")
    assert (entry.actor, entry.reason) == ("carol", REASON)


def test_what_was_never_charged_is_closed_and_may_be_paid(
    world: World, clock: MovableClock
) -> None:
    operation = silent_for_a_day(world, clock, booked=False)

    state = decide(world, operation, Outcome.NOT_CHARGED)

    assert state is State.FAILED
    assert world.order().held_by_payment_id is None
    assert world.invoice().pay_reserved_cents == 0
    assert books_are_right(world)


def test_what_the_gateway_shows_is_not_closed_as_nothing(world: World, clock: MovableClock) -> None:
    operation = silent_for_a_day(world, clock, booked=True)

    with pytest.raises(GatewayHasMoney):
        decide(world, operation, Outcome.NOT_CHARGED)


@pytest.mark.parametrize("fault", ["lookup_down", "lookup_empty"])
def test_silence_proves_nothing(world: World, clock: MovableClock, fault: str) -> None:
    world.pay()
    world.take_another_cart()
    operation = silent_for_a_day(world, clock, booked=True)
    world.arm(fault, times=50)

    with pytest.raises(NoAnswer):
        decide(world, operation, Outcome.NOT_CHARGED)

    assert world.operation(operation.id).state == State.NEEDS_REVIEW


def test_a_transaction_that_only_its_number_finds_can_be_named(
    world: World, clock: MovableClock
) -> None:
    operation = silent_for_a_day(world, clock, booked=False)
    transaction = sell_outside(world, operation.amount_cents)

    with pytest.raises(NoProof):
        decide(world, operation, Outcome.CHARGED)
    state = decide(world, operation, Outcome.CHARGED, transaction_id=transaction)

    assert state is State.APPROVED
    assert world.operation(operation.id).gateway_transaction_id == transaction
    assert books_are_right(world)


def test_another_payments_transaction_is_not_taken_twice(world: World, clock: MovableClock) -> None:
    paid = world.pay()
    world.take_another_cart()
    operation = silent_for_a_day(world, clock, booked=False)
    with world.shop.database.write() as session:
        session.get_one(Operation, operation.id).amount_cents = paid.amount_cents

    with pytest.raises(OfAnotherPayment):
        decide(world, operation, Outcome.CHARGED, transaction_id=paid.gateway_transaction_id or "")

    assert world.operation(operation.id).state == State.NEEDS_REVIEW


def test_a_named_transaction_of_another_amount_is_given_back(
    world: World, clock: MovableClock
) -> None:
    operation = silent_for_a_day(world, clock, booked=False)
    transaction = sell_outside(world, 1_000)

    decide(world, operation, Outcome.GIVE_BACK, transaction_id=transaction)

    [stray] = strays(world)
    assert (stray.gateway_transaction_id, stray.resolution) == (transaction, Resolution.RETURNED)
    assert (world.net_cents(), suspense_cents(world)) == (0, 0)
    assert books_are_right(world)


def test_of_two_charges_one_pays_and_the_other_is_stray(world: World, clock: MovableClock) -> None:
    operation = silent_for_a_day(world, clock, booked=True)
    world.arm("lookup_twice")

    decide(world, operation, Outcome.CHARGED)

    [stray] = strays(world)
    assert world.operation(operation.id).state == State.APPROVED
    assert suspense_cents(world) == stray.amount_cents == world.total_cents
    assert books_are_right(world)


def test_a_decision_needs_a_reason(world: World) -> None:
    operation = part_approved(world)

    with pytest.raises(ReasonMissing):
        decide(world, operation, Outcome.GIVE_BACK, reason="  ")

    assert world.operation(operation.id).state == State.NEEDS_REVIEW


def test_another_locations_clerk_finds_nothing(world: World) -> None:
    operation = part_approved(world)
    stranger = clerk(world, location_ids=frozenset({world.location_id + 1}))

    with pytest.raises(NoSuchOperation):
        decide(world, operation, Outcome.GIVE_BACK, scope=stranger)
    with world.shop.database.read() as session:
        assert review_evidence.evidence(session, stranger, operation.public_id) is None
        assert reviews.waiting(session, stranger, Queue.DECIDE) == ([], None)
        assert sum(reviews.counts(session, stranger).values()) == 0


def test_what_is_settled_waits_for_no_decision(world: World) -> None:
    with pytest.raises(NotWaiting):
        decide(world, world.pay(), Outcome.NOT_CHARGED)


def test_of_many_who_decide_at_once_one_wins(world: World) -> None:
    operation = part_approved(world)

    def job(number: int) -> Callable[[], State]:
        scope = clerk(world, f"clerk {number}")
        return lambda: decide(world, operation, Outcome.GIVE_BACK, scope=scope)

    answers = at_once([job(number) for number in range(THREADS)])

    won = [answer for answer in answers if isinstance(answer, State)]
    lost = [answer for answer in answers if isinstance(answer, BeingAsked | NotWaiting)]
    assert won == [State.APPROVED], answers
    assert len(lost) == THREADS - 1, answers
    assert len(strays(world)) == 1
    assert (world.net_cents(), suspense_cents(world)) == (0, 0)
    assert books_are_right(world)


def test_contrary_decisions_at_once_have_one_winner(world: World, clock: MovableClock) -> None:
    operation = silent_for_a_day(world, clock, booked=False)
    transaction = sell_outside(world, operation.amount_cents)

    def charged(number: int) -> State:
        scope = clerk(world, f"clerk {number}")
        named = {"transaction_id": transaction, "scope": scope}
        return decide(world, operation, Outcome.CHARGED, **named)

    def nothing(number: int) -> State:
        scope = clerk(world, f"clerk {number}")
        return decide(world, operation, Outcome.NOT_CHARGED, scope=scope)

    jobs = [
        (lambda number=number, end=end: end(number))
        for number in range(THREADS // 2)
        for end in (charged, nothing)
    ]

    answers = at_once(jobs)

    [won] = [answer for answer in answers if isinstance(answer, State)]
    assert world.operation(operation.id).state == won
    assert len(audited(world, f"operation_{won}")) == 1


def test_asking_settles_what_the_gateway_knows(world: World) -> None:
    world.arm("reset_after_booking", match={"path": "sale"})
    operation = world.pay()

    found = review_decisions.ask(world.shop, clerk(world), operation.public_id)

    assert found is not None
    assert found.answered
    assert world.operation(operation.id).state == State.APPROVED
    assert books_are_right(world)


def test_nobody_asks_about_a_call_that_is_being_made(world: World) -> None:
    started = world.start()
    assert started.operation_id is not None
    operation = world.operation(started.operation_id)

    found = review_decisions.ask(world.shop, clerk(world), operation.public_id)

    after = world.operation(operation.id)
    assert found is None
    assert (after.state, after.lease_until) == (State.CREATED, None)


def test_a_full_crew_refuses_before_anything_is_done(world: World) -> None:
    operation = part_approved(world)
    slots = [world.shop.bulkhead.reserve() for _ in range(16)]

    with pytest.raises(Full):
        review_desk.ask(world.shop, clerk(world), operation.public_id)

    for slot in slots:
        slot.give_back()
    review_desk.ask(world.shop, clerk(world), operation.public_id)
    assert len([one for one in evidence(world, operation).moments if one.what == "looked_up"]) == 2


def test_a_slow_gateway_is_not_waited_for(world: World) -> None:
    operation = part_approved(world)
    shop = patient(world, seconds=4.0)
    world.arm("silence_before_booking", match={"path": "search"})

    with pytest.raises(review_desk.GoesOn):
        review_desk.ask(shop, clerk(world), operation.public_id)

    assert evidence(world, operation).is_under_way(shop.clock.now())


def test_what_the_gateway_forbade_is_on_the_time_line(world: World) -> None:
    operation = part_approved(world)
    decision = review_decisions.Decision(
        operation=operation.public_id,
        outcome=Outcome.NOT_CHARGED,
        reason="the buyer says so",
        action_key="k",
    )

    with pytest.raises(GatewayHasMoney):
        review_desk.decide(world.shop, clerk(world), decision)

    last = evidence(world, operation).moments[-1]
    assert (last.what, last.who, last.words) == ("decision_refused", "carol", "the buyer says so")
    assert last.facts["refusal"] == "GatewayHasMoney"


def test_a_void_is_told_on_the_time_line_of_what_it_gives_back(world: World) -> None:
    decide(world, part_approved(world), Outcome.GIVE_BACK)
    [stray] = strays(world)

    found = evidence(world, stray)

    told = [(moment.what, moment.item.kind) for moment in found.moments]
    assert told == [
        ("operation_stray", Kind.SALE),
        ("void_started", Kind.VOID),
        ("operation_approved", Kind.VOID),
    ]
    assert found.moments[1].words == REASON
    assert [one.kind for one in found.followers] == [Kind.VOID]


def test_pages_of_a_queue_follow_each_other(world: World) -> None:
    first = part_approved(world)
    world.take_another_cart(of_another_customer=True)
    second = part_approved(world)

    with world.shop.database.read() as session:
        page, place = reviews.waiting(session, clerk(world), Queue.DECIDE, size=1)
        rest, end = reviews.waiting(session, clerk(world), Queue.DECIDE, after=place, size=1)

    assert [item.public_id for item in page + rest] == [first.public_id, second.public_id]
    assert end is None


def test_a_list_is_one_statement_however_long(world: World) -> None:
    part_approved(world)
    world.take_another_cart(of_another_customer=True)
    part_approved(world)

    with count_statements(world.shop.database.engine) as sent, world.shop.database.read() as unit:
        reviews.waiting(unit, clerk(world), Queue.DECIDE)
        reviews.counts(unit, clerk(world))

    assert len(sent) == 2


def test_a_page_of_evidence_is_four_statements(world: World) -> None:
    operation = part_approved(world)
    for _ in range(3):
        settle(world, operation)

    with count_statements(world.shop.database.engine) as sent:
        evidence(world, operation)

    assert len(sent) == 4
