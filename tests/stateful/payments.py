"""A day at the shop, made up step by step: what people, the gateway and bad luck may do."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import requests
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from komet_clearent.sandbox import faults
from sqlalchemy import select, update

from komet_shop.domain import identifiers
from komet_shop.domain.operation_states import UNSETTLED, State
from komet_shop.domain.verdict import judge_transaction
from komet_shop.models import LocationCardSettings, Operation, Order, Payment
from komet_shop.plugin_api import Kind
from komet_shop.services import (
    audit_chain,
    captures,
    credit_refunds,
    deliveries,
    follow_ups,
    invariants,
    ledger,
    lookups,
    operations,
    refunds,
    review_decisions,
    sending,
    stray_returns,
    stray_uses,
    strays,
    voids,
)
from komet_shop.services.checkout import CheckoutRefused
from komet_shop.services.follow_ups import Asked, FollowUpRefused
from komet_shop.services.order_payments import PayOrder
from komet_shop.services.order_payments import Started as Charge
from komet_shop.services.review_decisions import Decision, DecisionRefused, Outcome
from komet_shop.services.scope import Scope
from tests.conftest import MovableClock
from tests.services.fees import CARDS, FLAT, NEW, SURCHARGE, click_by
from tests.world import TIMEOUT, World

Started = Charge | follow_ups.Started

FAULTS = (
    None,
    None,
    None,
    "reset_before_booking",
    "reset_after_booking",
    "error_500_before",
    "error_500_after",
    "html_502",
    "rate_limited_429",
    "rate_limited_after_booking",
    "forbidden_403",
    "decline_402",
    "duplicate_402_045",
    "previously_approved_other",
    "unparsable",
    "cut_short",
    "empty_200",
    "partial_approval",
    "other_amount",
    "other_reference",
    "missing_amount",
    "missing_reference",
    "close_batch_before",
)
"""What may become of a call; none of them costs a deadline."""

LOOKUP_FAULTS = (None, None, "lookup_down", "lookup_twice")
WAITS = (6, 61, 300, 660, 3_600, 25 * 3_600)
SETTLED = frozenset(State) - UNSETTLED | {State.NEEDS_REVIEW}
SWEEPS = 3
"""The worker looks every second; after a question without answer the others wait a round."""

ROUNDS_TO_THE_END = (6, 61, 300, 660, 61, 61, 61, 25 * 3_600)
"""Three noes after ten minutes, and what waits a day for a person."""

FEES: tuple[dict[str, Any], ...] = ({"fee_type": "none"}, SURCHARGE, SURCHARGE, FLAT)

picks = st.integers(min_value=0, max_value=1_000)


class Payments(RuleBasedStateMachine):
    """One buyer, one location, one gateway; the invariants must hold all day.

    They are asked after every `check_every` steps, and in the end.
    """

    def __init__(
        self, open_world: Callable[[], tuple[World, MovableClock]], *, check_every: int
    ) -> None:
        super().__init__()
        self.world, self.clock = open_world()
        self.check_every, self.steps = check_every, 0
        self.shop = self.world.shop
        self.gateway = self.world.gateway.sandbox
        self.last: PayOrder | None = None
        self.operations: list[Operation] = []

    def has(self, *states: State, **values: Any) -> bool:
        """Whether there is an operation in one of these states, with these values."""
        return any(
            (not states or State(one.state) in states)
            and all(getattr(one, name) == value for name, value in values.items())
            for one in self.operations
        )

    @initialize()
    def a_gateway_that_notices_no_duplicates(self) -> None:
        """Nothing but the shop prevents a second charge."""
        self._control("assumptions", {"duplicate_rule_default_on": False})

    @rule(
        fault=st.sampled_from(FAULTS),
        card=st.sampled_from(CARDS),
        holds=st.booleans(),
        fee=st.sampled_from(FEES),
    )
    def buy(self, fault: str | None, card: str, holds: bool, fee: dict[str, Any]) -> None:
        """A buyer pays for a new cart, by a new card or one on file, with a fee or without."""
        self._new_cart()
        self._set(LocationCardSettings, preauthorization_on=holds, **fee)
        self._pay(click_by(self.world, card), fault)

    @precondition(lambda self: self.has())
    @rule(fault=st.sampled_from(FAULTS))
    def pay_the_same_order(self, fault: str | None) -> None:
        """The buyer tries the last order again, with another click."""
        self._pay(click_by(self.world, NEW), fault)

    @precondition(lambda self: self.last is not None)
    @rule()
    def click_twice(self) -> None:
        """The same click comes again: nothing may be sent."""
        assert self.last is not None
        with suppress(CheckoutRefused):
            assert self.world.start(self.last).call is None

    @rule(is_sent=st.booleans())
    def lose_power(self, is_sent: bool) -> None:
        """The process dies between its commit and its answer, before or after the call."""
        self._new_cart()
        try:
            started = self.world.start(click_by(self.world, NEW))
        except CheckoutRefused:
            return  # while the gateway is in trouble no card is taken
        assert started.operation_id is not None
        assert started.call is not None
        connection = self.shop.gateways.connect(self._operation(started.operation_id).account_id)
        operation = self.shop.database.run(lambda session: self._claimed(session, started))
        if is_sent:
            started.call(connection, operation)

    @precondition(lambda self: self.has(State.FAILED, kind=Kind.SALE))
    @rule(pick=picks)
    def charge_late(self, pick: int) -> None:
        """A slow gateway charges what we had given up, within the two days of the watch."""
        given_up = [one for one in self._of(Kind.SALE) if self._is_watched(one)]
        if not given_up or any(one.gateway_ref in self._charged() for one in given_up):
            return
        operation = given_up[pick % len(given_up)]
        body = {"amount_cents": operation.amount_cents, "invoice": operation.gateway_ref}
        self._control("sale", body | {"account": self.world.gateway.accounts[0]["label"]})

    @precondition(lambda self: self.has(State.APPROVED, kind=Kind.AUTHORIZE))
    @rule(pick=picks, percent=st.integers(1, 100), fault=st.sampled_from(FAULTS))
    def capture(self, pick: int, percent: int, fault: str | None) -> None:
        """Take what is held, or a part of it."""
        payment = self._payment(pick)
        if payment is not None and payment.authorised_cents:
            cents = max(1, payment.amount_cents * percent // 100)
            asked = self._asked(payment.public_id)
            self._follow(
                lambda: captures.capture(self.shop, self.scope, asked, amount_cents=cents), fault
            )

    @precondition(lambda self: self.has(State.APPROVED))
    @rule(pick=picks, fault=st.sampled_from(FAULTS))
    def void(self, pick: int, fault: str | None) -> None:
        """Undo a payment."""
        payment = self._payment(pick)
        if payment is not None:
            asked = self._asked(payment.public_id)
            self._follow(lambda: voids.void(self.shop, self.scope, asked), fault)

    @precondition(lambda self: self.has(State.APPROVED))
    @rule(pick=picks, fault=st.sampled_from(FAULTS))
    def refund(self, pick: int, fault: str | None) -> None:
        """Send a payment back."""
        payment = self._payment(pick)
        if payment is not None:
            asked = self._asked(payment.public_id)
            self._follow(lambda: refunds.refund(self.shop, self.scope, asked), fault)

    @precondition(lambda self: self.has(State.APPROVED))
    @rule(percent=st.integers(1, 100), fault=st.sampled_from(FAULTS))
    def refund_a_credit(self, percent: int, fault: str | None) -> None:
        """Give the customer a credit for the latest payment, and send it to the card."""
        payment = self._payment(-1)
        if payment is None or not payment.captured_cents:
            return
        cents = max(1, (payment.captured_cents - payment.fee_cents) * percent // 100)
        credit = self.world.credit_from_payment(cents)
        self._follow(
            lambda: credit_refunds.refund_credit(
                self.shop, self.scope, self._asked(""), credit=credit, amount_cents=cents
            ),
            fault,
        )

    @rule()
    def close_the_batch(self) -> None:
        """The gateway settles."""
        self.world.close_batch()

    @rule(seconds=st.sampled_from(WAITS), fault=st.sampled_from(LOOKUP_FAULTS))
    def wait(self, seconds: int, fault: str | None) -> None:
        """Time passes, and the worker does its round."""
        self._arm(fault)
        self.clock.advance(seconds=seconds)
        self._work()
        self.gateway.faults.clear()

    @precondition(lambda self: self.has(State.NEEDS_REVIEW))
    @rule(pick=picks)
    def decide(self, pick: int) -> None:
        """A clerk decides about what waits for a person, as the gateway's portal shows it."""
        waiting = [one for one in self._of(*Kind) if one.state == State.NEEDS_REVIEW]
        if waiting:
            self._decide(waiting[pick % len(waiting)])

    @precondition(lambda self: self.has(State.STRAY, resolution=None))
    @rule(pick=picks, give_back=st.booleans(), fault=st.sampled_from(FAULTS))
    def resolve_a_stray(self, pick: int, give_back: bool, fault: str | None) -> None:
        """A clerk gives stray money back, or applies it."""
        open_strays = [one for one in self._of(*Kind) if strays.is_unresolved(one)]
        if not open_strays:
            return
        asked = self._asked(open_strays[pick % len(open_strays)].public_id)
        self._arm(fault)
        with suppress(FollowUpRefused):
            if give_back:
                stray_returns.give_back(self.shop, self.scope, asked)
            else:
                stray_uses.apply(self.shop, self.scope, asked)
        self.gateway.faults.clear()

    @invariant()
    def all_is_well(self) -> None:
        """After every step: look at what there is, and now and then into the books."""
        self.operations = self._of(*Kind)
        self.steps += 1
        if self.steps % self.check_every == 0:
            self.the_invariants_hold()

    def the_invariants_hold(self) -> None:
        """What production asks of itself every hour."""
        breaches = invariants.check(self.shop.database, self.shop.clock.now(), texts=False)
        assert breaches == [], breaches

    def teardown(self) -> None:
        """In the end everything is settled, and the books say what the gateway says."""
        for seconds in ROUNDS_TO_THE_END:
            if not self._is_under_way():
                break
            self.clock.advance(seconds=seconds)
            self._work()
        for operation in self._of(*Kind):
            if operation.state == State.NEEDS_REVIEW:
                self._decide(operation)
        self._resolve_everything()
        self.the_invariants_hold()
        assert [one.public_id for one in self._of(*Kind) if one.state in UNSETTLED] == []
        assert self.world.clearing_cents() == self.world.net_cents()
        with self.shop.database.read() as session:
            assert ledger.balance_cents(session, ledger.SUSPENSE) == 0
        self.shop.database.close()

    @property
    def scope(self) -> Scope:
        """Staff: every customer's rows."""
        return replace(self.world.scope, customer_ids=None)

    def _new_cart(self) -> None:
        self.world.take_another_cart(of_another_customer=True)
        self.world.customer_id = next(iter(self.world.scope.customer_ids or ()))
        now = self.shop.clock.now()
        self._set(
            Order, ship_date=now.date() + timedelta(days=4), expires_at=now + timedelta(days=3)
        )

    def _pay(self, click: PayOrder, fault: str | None) -> None:
        with suppress(CheckoutRefused):
            started = self.world.start(click)
            self.last = click
            self._send(started, fault)

    def _follow(self, start: Callable[[], follow_ups.Started], fault: str | None) -> None:
        with suppress(FollowUpRefused):
            self._send(start(), fault)

    def _send(self, started: Started, fault: str | None) -> None:
        assert started.operation_id is not None
        assert started.call is not None
        self._arm(fault)
        sending.send(self.shop, started.operation_id, started.call, actor=self.scope.actor)
        self.gateway.faults.clear()

    def _work(self) -> None:
        for _ in range(SWEEPS):
            if not lookups.sweep(self.shop, owner="model"):
                break
        stray_returns.give_back_what_is_paid_twice(self.shop)
        deliveries.deliver_to_erp(self.shop, None, owner="test")
        audit_chain.seal(self.shop)

    def _is_watched(self, operation: Operation) -> bool:
        return operation.state == State.FAILED and operation.next_check_at is not None

    def _is_under_way(self) -> bool:
        charged = self._charged()
        return any(
            State(one.state) not in SETTLED
            or (one.state == State.FAILED and one.gateway_ref in charged)
            for one in self._of(*Kind)
        )

    def _decide(self, operation: Operation) -> None:
        found = review_decisions.ask(self.shop, self.scope, operation.public_id)
        assert found is not None
        decisive = found.decisive(operation)
        outcome = Outcome.NOT_CHARGED
        if decisive is not None:
            proved = judge_transaction(operations.intent_of(operation), decisive[0]).state
            outcomes = {State.APPROVED: Outcome.CHARGED, State.NEEDS_REVIEW: Outcome.GIVE_BACK}
            outcome = outcomes.get(proved, Outcome.NOT_CHARGED)
        decision = Decision(
            operation=operation.public_id,
            outcome=outcome,
            reason="the portal shows it",
            action_key=identifiers.action_key(),
        )
        with suppress(DecisionRefused):
            review_decisions.decide(self.shop, self.scope, decision)

    def _resolve_everything(self) -> None:
        for one in self._of(*Kind):
            if not strays.is_unresolved(one):
                continue
            try:
                stray_uses.apply(self.shop, self.scope, self._asked(one.public_id))
            except FollowUpRefused:
                stray_returns.give_back(self.shop, self.scope, self._asked(one.public_id))

    def _claimed(self, session: Any, started: Charge) -> Operation:
        operation: Operation = session.get_one(Operation, started.operation_id)
        now = self.shop.clock.now()
        operations.mark_sending(session, operation, now=now, deadline_seconds=1)
        return operation

    def _asked(self, payment: str) -> Asked:
        return Asked(payment=payment, action_key=identifiers.action_key(), reason="a model")

    def _payment(self, pick: int) -> Payment | None:
        payments = self.world.payments()
        return payments[pick % len(payments)] if payments else None

    def _operation(self, operation_id: int) -> Operation:
        return self.world.operation(operation_id)

    def _of(self, *kinds: Kind) -> list[Operation]:
        with self.shop.database.read() as session:
            statement = select(Operation).where(Operation.kind.in_(kinds)).order_by(Operation.id)
            return list(session.scalars(statement))

    def _charged(self) -> set[str]:
        return {row.invoice for row in self.gateway.ledger.rows() if row.is_approved}

    def _set(self, model: type[Any], **values: Any) -> None:
        with self.shop.database.write() as session:
            session.execute(update(model).values(**values))

    def _arm(self, fault: str | None) -> None:
        if fault is not None:
            self.gateway.faults.arm(faults.read({"fault": fault}))

    def _control(self, path: str, body: dict[str, Any]) -> None:
        answer = requests.post(
            f"{self.world.gateway.url}/_control/{path}", json=body, timeout=TIMEOUT
        )
        answer.raise_for_status()
