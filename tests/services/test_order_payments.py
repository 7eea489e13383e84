"""Paying an order by card, against a real gateway, on both databases."""

from collections.abc import Callable

import pytest

from komet_shop.domain.operation_states import State
from komet_shop.models import SavedCard
from komet_shop.services import checkout, operations, order_payments, saved_cards
from komet_shop.services.secret_box import SealBroken
from komet_shop.services.shop import Shop
from tests.conftest import MovableClock
from tests.world import World


def test_an_approved_sale_pays_the_invoice_and_checks_the_order_out(world: World) -> None:
    operation = world.pay()

    assert operation.state == State.APPROVED
    assert world.order().state == "pending_approval"
    assert world.order().held_by_payment_id is None
    assert world.invoice().open_cents == 0
    assert world.invoice().pay_reserved_cents == 0
    assert [row["amount_cents"] for row in world.booked()] == [world.total_cents]
    assert world.clearing_cents() == world.total_cents
    assert world.messages() == ["komet_order", "checkout", "komet_payment", "receipt"]


def test_the_gateway_gets_our_reference_as_invoice_and_order_id(world: World) -> None:
    operation = world.pay()

    [row] = world.booked()
    assert row["invoice"] == row["order_id"] == operation.gateway_ref


def test_a_declined_card_leaves_the_cart_open_for_another_try(world: World) -> None:
    world.arm("decline_402", code="012", match={"path": "sale"})

    declined = world.pay()
    shown = world.payments()[0]
    approved = world.pay()

    assert declined.state == State.DECLINED
    assert (shown.card_brand, shown.card_last_four) == ("Visa", "1111")
    assert "declined" in declined.buyer_message.lower()
    assert approved.state == State.APPROVED
    assert world.clearing_cents() == world.total_cents
    assert world.invoice().open_cents == 0


def test_the_same_click_twice_charges_once(world: World) -> None:
    click = world.click()

    first = world.start(click)
    second = world.start(click)
    world.send(first)

    assert second.payment_id == first.payment_id
    assert second.call is None
    assert len(world.booked()) == 1


def test_the_key_of_one_click_cannot_carry_another_request(world: World) -> None:
    click = world.click()
    world.start(click)
    other = world.click(action_key=click.action_key, expected_cents=1)

    with pytest.raises(operations.KeyReused):
        world.start(other)


def test_a_second_tab_is_shown_the_payment_that_runs(world: World) -> None:
    first = world.start()

    with pytest.raises(checkout.PaymentUnderWay) as refusal:
        world.start()

    assert refusal.value.payment_id == first.payment_id
    assert len(world.payments()) == 1


def test_another_total_than_the_page_showed_refuses_the_order(world: World) -> None:
    with pytest.raises(checkout.TotalChanged):
        world.start(world.click(expected_cents=world.total_cents - 1))

    assert world.payments() == []


def test_a_card_token_is_accepted_once(world: World) -> None:
    world.arm("decline_402", code="023", match={"path": "sale"})
    click = world.click()
    world.pay(click)
    again = world.click(card_token=click.card_token)

    with pytest.raises(order_payments.CardTokenSpent):
        world.start(again)


def test_a_foreign_order_answers_like_an_absent_one(world: World) -> None:
    stranger = world.scope.__class__(
        **{**vars(world.scope), "customer_ids": frozenset({world.customer_id + 1})}
    )

    with pytest.raises(checkout.NoSuchOrder):
        order_payments.pay(world.shop, stranger, world.click())


@pytest.mark.parametrize(
    "fault",
    ["reset_after_booking", "error_500_after", "silence_after_booking", "other_reference"],
)
def test_a_charge_whose_answer_was_lost_is_found_by_lookup(
    world: World, clock: MovableClock, fault: str
) -> None:
    world.arm(fault, match={"path": "sale"}, seconds=2)

    operation = world.pay()
    clock.advance(seconds=6)
    world.sweep()

    assert operation.state == State.UNKNOWN
    assert world.operation(operation.id).state == State.APPROVED
    assert len(world.booked()) == 1
    assert world.clearing_cents() == world.total_cents
    assert world.order().state == "pending_approval"


def test_not_found_is_believed_after_ten_minutes_and_three_noes(
    world: World, clock: MovableClock
) -> None:
    world.arm("reset_before_booking", match={"path": "sale"})

    operation = world.pay()
    states = []
    for seconds in (6, 60, 300, 240, 60, 60):
        clock.advance(seconds=seconds)
        world.sweep()
        states.append(world.operation(operation.id).state)

    assert operation.state == State.UNKNOWN
    assert states[0] == State.UNKNOWN
    assert states[-1] == State.FAILED
    assert world.booked() == []
    assert world.clearing_cents() == 0
    assert world.order().held_by_payment_id is None
    assert world.invoice().pay_reserved_cents == 0


def test_an_unsettled_payment_keeps_the_order_on_hold(world: World) -> None:
    world.arm("error_500_after", match={"path": "sale"})
    world.pay()

    with pytest.raises(checkout.PaymentUnderWay):
        world.start()

    assert world.invoice().pay_reserved_cents == world.total_cents


def test_an_intent_that_was_never_sent_is_given_up_after_two_minutes(
    world: World, clock: MovableClock
) -> None:
    started = world.start()

    clock.advance(seconds=121)
    world.sweep()
    world.send(started)

    assert started.operation_id is not None
    assert world.operation(started.operation_id).state == State.FAILED
    assert world.booked() == []
    assert world.order().held_by_payment_id is None


def test_a_card_saved_while_paying_pays_the_next_order(world: World) -> None:
    world.pay(world.click(save_card=True))
    card: SavedCard = world.only(SavedCard)
    world.take_another_cart()

    operation = world.pay(world.click(saved_card=card.public_id))

    assert (card.brand, card.last_four, card.expiry) == ("Visa", "1111", "1230")
    assert card.is_primary
    assert operation.state == State.APPROVED
    assert [row["card_last4"] for row in world.booked()] == ["1111", "1111"]


def test_a_token_at_rest_is_sealed(world: World) -> None:
    world.pay(world.click(save_card=True))

    card: SavedCard = world.only(SavedCard)
    opened = saved_cards.opened(card, world.shop.box)

    assert opened.token.endswith("1111")
    assert opened.token not in card.token_ciphertext
    with pytest.raises(SealBroken):
        world.shop.box.open(card.token_ciphertext, purpose="card:1:999")


def test_a_card_of_another_customer_cannot_be_used(world: World) -> None:
    world.pay(world.click(save_card=True))
    card: SavedCard = world.only(SavedCard)
    world.take_another_cart(of_another_customer=True)

    with pytest.raises(saved_cards.NoSuchCard):
        world.start(world.click(saved_card=card.public_id))


def test_a_refused_connection_charges_nothing_and_frees_the_cart(
    world: World, open_shop_at: Callable[[str], Shop]
) -> None:
    click = world.click()
    world.shop = open_shop_at("http://127.0.0.1:9")

    operation = world.pay(click)

    assert operation.state == State.FAILED
    assert world.order().held_by_payment_id is None
    assert world.invoice().pay_reserved_cents == 0
