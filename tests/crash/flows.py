"""The ways in which money moves: what leads to each, what is clicked, how all stands then."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import select

from komet_shop.models import OpenCredit, SavedCard
from komet_shop.plugin_api import Kind
from komet_shop.services.order_payments import PayOrder
from tests.crash import points
from tests.crash.house import Follow
from tests.crash.points import (
    MENDING,
    SETTLING,
    TELLING_OF_THE_ORDER,
    TELLING_OF_THE_PAYMENT,
)
from tests.faults import flows as faults
from tests.faults.flows import BACK_CENTS, CREDIT_CENTS, Stands, draft, held, paid, returned
from tests.faults.standing import Standing
from tests.services.mishaps import charged_twice, strays
from tests.world import World


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One way of moving money by a click, which makes `calls` of these names in this order.

    `before` and `after` say how an order of so many cents stands. `mending` are the points
    of the worker that finds it killed after its last call. After a kill at one of `resumes`
    the same click goes on, because nothing has been written of what comes next.
    """

    name: str
    job: str
    prepare: Callable[[World], object]
    click: Callable[[World], PayOrder | Follow]
    before: Stands
    after: Stands
    calls: tuple[str, ...]
    mending: tuple[str, ...] = SETTLING
    resumes: frozenset[int] = frozenset({1})

    @property
    def points(self) -> tuple[str, ...]:
        """What its process passes."""
        return points.of_calls(*self.calls)

    @property
    def before_the_call(self) -> int:
        """The point where it is about to send what moves the money."""
        return self.after_the_call - 1

    @property
    def after_the_call(self) -> int:
        """The first point where the money has moved."""
        return 1 + self.points.index(f"after {self.calls[-1]}")

    def __str__(self) -> str:
        return self.name


def hold_with_saved_card(world: World) -> None:
    """A location that holds money at checkout, and a card on file."""
    world.hold_at_checkout()
    world.keep_card()


def pay_with_saved_card(world: World) -> PayOrder:
    """A click on the pay button, with the card on file."""
    with world.shop.database.read() as session:
        card = session.scalars(select(SavedCard.public_id)).one()
    return world.click(saved_card=card)


def follow(world: World) -> Follow:
    """A click on the one payment, for all of it."""
    return Follow(asked=world.asked(), cents=world.total_cents)


def follow_credit(world: World, cents: int = BACK_CENTS) -> Follow:
    """A click on the customer's credit, for a part of it."""
    credit = world.only(OpenCredit).public_id
    return Follow(asked=world.asked(), cents=cents, credit=credit)


def follow_whole_credit(world: World) -> Follow:
    """A click on the customer's credit, for all of it."""
    return follow_credit(world, CREDIT_CENTS)


def follow_stray(world: World) -> Follow:
    """A click on the stray money."""
    [stray] = strays(world)
    return Follow(asked=world.asked(payment=stray.public_id))


def charge_twice_and_close(world: World) -> None:
    """One order with two charges, one of them stray, and both settled."""
    charged_twice(world)
    world.close_batch()


def with_stray(cents: int) -> Standing:
    """An order that was paid twice: one charge is in suspense."""
    return replace(paid(cents), clearing=2 * cents, suspense=-cents)


def without_the_credit(cents: int) -> Standing:
    """An order that was paid, and whose customer's credit went back whole."""
    return replace(
        faults.CREDIT_REFUND.after(cents),
        credit_used=CREDIT_CENTS,
        refund_reserved=CREDIT_CENTS,
        clearing=cents - CREDIT_CENTS,
    )


SALE = Flow(
    name="sale",
    job="pay",
    prepare=faults.keep_card,
    click=pay_with_saved_card,
    before=draft,
    after=paid,
    calls=("sale",),
    mending=MENDING,
)
AUTHORIZE = Flow(
    name="authorize",
    job="pay",
    prepare=hold_with_saved_card,
    click=pay_with_saved_card,
    before=draft,
    after=held,
    calls=("authorize",),
    mending=(*SETTLING, *TELLING_OF_THE_ORDER),
)
CAPTURE = Flow(
    name="capture",
    job="capture",
    prepare=faults.hold,
    click=follow,
    before=held,
    after=paid,
    calls=("capture",),
    mending=(*SETTLING, *TELLING_OF_THE_PAYMENT),
)
VOID = Flow(
    name="void",
    job="void",
    prepare=faults.pay,
    click=follow,
    before=paid,
    after=lambda cents: returned(cents, Kind.VOID),
    calls=("void",),
)
REFUND = Flow(
    name="refund",
    job="refund",
    prepare=faults.pay_and_close,
    click=follow,
    before=paid,
    after=lambda cents: returned(cents, Kind.REFUND),
    calls=("refund",),
)
CREDIT_REFUND = Flow(
    name="credit refund",
    job="refund_credit",
    prepare=faults.pay_and_owe,
    click=follow_credit,
    before=paid,
    after=faults.CREDIT_REFUND.after,
    calls=("refund",),
)
NAIVE_REFUND = replace(
    CREDIT_REFUND,
    name="naive refund",
    job="refund_credit_naively",
    click=follow_whole_credit,
    after=without_the_credit,
)
"""The twin that sums and then inserts. Alone it is as good as the shop's."""

GIVE_BACK = Flow(
    name="give back",
    job="give_back",
    prepare=charged_twice,
    click=follow_stray,
    before=with_stray,
    after=paid,
    calls=("void",),
)
GIVE_BACK_SETTLED = replace(
    GIVE_BACK,
    name="give back what is settled",
    prepare=charge_twice_and_close,
    calls=("void", "refund"),
    resumes=frozenset({1, *range(4, 10)}),  # nothing, or only that the void is declined
)
BESIDE_THE_SALE = (
    AUTHORIZE,
    CAPTURE,
    VOID,
    REFUND,
    CREDIT_REFUND,
    GIVE_BACK,
    GIVE_BACK_SETTLED,
)
ALL = (SALE, *BESIDE_THE_SALE)
