"""Every way in which the gateway can fail a sale: shop and gateway agree afterwards."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import create_server, socket

import pytest

from komet_shop.domain.operation_states import UNSETTLED, State
from komet_shop.models import Operation
from komet_shop.services.order_payments import PayOrder
from komet_shop.services.shop import Shop
from tests.certificates import self_signed
from tests.conftest import MovableClock
from tests.world import World

APPROVED, DECLINED, FAILED, REVIEW = (
    State.APPROVED,
    State.DECLINED,
    State.FAILED,
    State.NEEDS_REVIEW,
)

AT_THE_GATEWAY = {
    "reset_before_booking": (FAILED, 0),
    "reset_after_booking": (APPROVED, 1),
    "silence_before_booking": (FAILED, 0),
    "silence_after_booking": (APPROVED, 1),
    "book_late": (APPROVED, 1),
    "error_500_before": (FAILED, 0),
    "error_500_after": (APPROVED, 1),
    "html_502": (FAILED, 0),
    "html_503": (FAILED, 0),
    "html_504": (FAILED, 0),
    "rate_limited_429": (FAILED, 0),
    "rate_limited_after_booking": (APPROVED, 1),
    "unauthorized_401": (FAILED, 0),
    "forbidden_403": (FAILED, 0),
    "decline_402": (DECLINED, 0),
    "duplicate_402_045": (FAILED, 0),
    "previously_approved_other": (FAILED, 0),
    "unparsable": (APPROVED, 1),
    "cut_short": (APPROVED, 1),
    "empty_200": (APPROVED, 1),
    "wrong_type": (APPROVED, 1),
    "partial_approval": (REVIEW, 1),
    "other_amount": (APPROVED, 1),
    "other_currency": (APPROVED, 1),
    "other_reference": (APPROVED, 1),
    "missing_amount": (APPROVED, 1),
    "missing_reference": (APPROVED, 1),
    "drip": (APPROVED, 1),
    "huge": (APPROVED, 1),
    "redirect": (FAILED, 0),
    "webhook_before_answer": (APPROVED, 1),
    "webhook_storm": (APPROVED, 1),
    "close_batch_before": (APPROVED, 1),
}
"""Where the operation ends, and how many charges the gateway has for it."""

QUICK = {"reset_after_booking", "decline_402", "partial_approval", "previously_approved_other"}
LASTING = {"book_late": {"seconds": 1.2}, "drip": {"seconds": 1}}
"""The deadline in tests is one second: this one charges after it."""
ROUNDS = (6, 60, 120, 300, 180, 60, 60, 60)


def cells(expected: dict[str, tuple[State, int]]) -> list[object]:
    """All faults; those that are not quick only in the full run."""
    return [
        pytest.param(fault, *end, marks=() if fault in QUICK else pytest.mark.full, id=fault)
        for fault, end in expected.items()
    ]


def settle(world: World, clock: MovableClock, operation_id: int) -> State:
    """The worker's rounds, until the operation is settled or a person is asked."""
    for seconds in ROUNDS:
        if world.operation(operation_id).state not in UNSETTLED - {State.NEEDS_REVIEW}:
            break
        clock.advance(seconds=seconds)
        world.sweep()
    return State(world.operation(operation_id).state)


def click_with(world: World, card: str) -> PayOrder:
    """A click with a card on file, or with a new one that is to be saved."""
    if card == "saved":
        return world.click(saved_card=world.keep_card())
    return world.click(save_card=True)


def require_agreement(world: World, operation: Operation, charges: int) -> None:
    """The gateway's ledger is the truth; the shop's books say the same."""
    booked = [row for row in world.booked() if row["invoice"] == operation.gateway_ref]
    assert len(booked) == charges
    if operation.state == REVIEW:
        assert world.invoice().pay_reserved_cents == world.total_cents
        assert world.clearing_cents() == 0
        return
    assert world.clearing_cents() == sum(row["amount_cents"] for row in booked)
    assert world.invoice().pay_reserved_cents == 0
    assert world.invoice().open_cents == (0 if charges else world.total_cents)
    assert world.order().state == ("pending_approval" if charges else "draft")
    assert world.order().held_by_payment_id is None


@pytest.mark.parametrize("card", ["new", "saved"])
@pytest.mark.parametrize(("fault", "state", "charges"), cells(AT_THE_GATEWAY))
def test_shop_and_gateway_agree_after(
    world: World, clock: MovableClock, fault: str, state: State, charges: int, card: str
) -> None:
    if fault == "previously_approved_other":
        world.pay()
        world.take_another_cart()
        before = world.clearing_cents()
    else:
        before = 0
    click = click_with(world, card)
    world.arm(fault, match={"path": "sale"}, **LASTING.get(fault, {}))

    started = world.start(click)
    world.send(started)
    assert started.operation_id is not None
    if fault == "book_late":
        world.wait_for_booking()
    reached = settle(world, clock, started.operation_id)

    assert reached is state
    if not before:
        require_agreement(world, world.operation(started.operation_id), charges)
    assert world.clearing_cents() - before in (0, world.total_cents)
    assert len(world.booked()) == charges + bool(before)


@contextmanager
def nobody() -> Iterator[str]:
    yield "http://127.0.0.1:9"


@contextmanager
def no_such_name() -> Iterator[str]:
    yield "https://gateway.invalid"


@contextmanager
def never_accepts() -> Iterator[str]:
    """A listener whose queue is full, so that connecting takes for ever."""
    with create_server(("127.0.0.1", 0), backlog=0) as server:
        address = server.getsockname()
        waiting = [socket() for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            with suppress(BlockingIOError):
                one.connect(address)
        yield f"http://127.0.0.1:{address[1]}"
        for one in waiting:
            one.close()


@contextmanager
def wrong_certificate(folder: Path) -> Iterator[str]:
    """A server that nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(folder))
    server = create_server(("127.0.0.1", 0))

    def shake_hands() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                with suppress(OSError), context.wrap_socket(connection, server_side=True):
                    pass

    thread = threading.Thread(target=shake_hands, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.getsockname()[1]}"
    server.close()


@pytest.mark.parametrize("place", ["nobody", "no_such_name", "never_accepts", "wrong_certificate"])
def test_a_gateway_that_is_not_reached_charges_nothing(
    world: World,
    open_shop_at: Callable[[str], Shop],
    tmp_path: Path,
    place: str,
) -> None:
    places = {
        "nobody": nobody,
        "no_such_name": no_such_name,
        "never_accepts": never_accepts,
        "wrong_certificate": lambda: wrong_certificate(tmp_path),
    }
    click = world.click()

    with places[place]() as address:
        world.shop = open_shop_at(address)
        operation = world.pay(click)

    assert operation.state == FAILED
    require_agreement(world, operation, charges=0)


def test_a_lookup_that_is_down_for_a_while_delays_the_answer_only(
    world: World, clock: MovableClock
) -> None:
    world.arm("reset_after_booking", match={"path": "sale"})
    world.arm("lookup_down", times=2)

    operation = world.pay()
    reached = settle(world, clock, operation.id)

    assert reached is APPROVED
    require_agreement(world, operation, charges=1)


def test_a_charge_that_the_search_shows_late_is_not_given_up(
    world: World, clock: MovableClock
) -> None:
    world.arm("reset_after_booking", match={"path": "sale"})
    world.arm("lookup_empty", seconds=60)

    operation = world.pay()
    clock.advance(seconds=6)
    world.sweep()
    meanwhile = world.operation(operation.id).state
    world.disarm()
    reached = settle(world, clock, operation.id)

    assert meanwhile == State.UNKNOWN
    assert reached is APPROVED
    require_agreement(world, operation, charges=1)
