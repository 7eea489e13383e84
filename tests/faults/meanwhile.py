"""What else happens around a trial: before it, between its call and the rounds, or much later."""

from sqlalchemy import update

from komet_shop.domain.operation_states import State
from komet_shop.models import Order
from tests.faults.receiver import receiving
from tests.faults.trial import ROUNDS, Trial

STORM = 10


def nothing(_: Trial) -> None:
    """Nothing else happens."""


def one_more_before(trial: Trial) -> None:
    """The same was done with an earlier order, which the gateway remembers."""
    trial.flow.prepare(trial.world)
    done = trial.flow.act(trial.world)
    assert done.state == State.APPROVED
    carrier = trial.world.order().carrier_id
    trial.world.take_another_cart()
    cart = update(Order).where(Order.public_id == trial.world.order_id)
    with trial.world.shop.database.write() as session:
        session.execute(cart.values(carrier_id=carrier))


def notified(trial: Trial) -> None:
    """The gateway tells the shop of every transaction."""
    trial.receiver = trial.ending.enter_context(receiving(trial.world))


def one_notification(trial: Trial) -> None:
    """It has come, and was believed to be the gateway's."""
    _require_statuses(trial, [204])


def ten_notifications(trial: Trial) -> None:
    """They have all come, and the forged one was refused."""
    _require_statuses(trial, [204] * (STORM - 1) + [400])


def late_booking(trial: Trial) -> None:
    """The gateway charges after the shop has stopped waiting."""
    trial.wait_for_booking(trial.booked_before)


def very_late_booking(trial: Trial) -> None:
    """The request reaches the gateway after the shop has given it up."""
    assert trial.proxy is not None
    before = len(trial.world.booked())
    trial.proxy.release()
    trial.wait_for_booking(before)


def found_after_a_while(trial: Trial) -> None:
    """The first lookup finds nothing, the next one does."""
    trial.settle(ROUNDS[:1])
    assert trial.operation.state == State.UNKNOWN
    trial.world.disarm()


def found_after_all_rounds(trial: Trial) -> None:
    """Lookups find nothing until the shop believes it, if it does."""
    trial.settle(ROUNDS)
    trial.world.disarm()


def _require_statuses(trial: Trial, expected: list[int]) -> None:
    assert trial.receiver is not None
    earlier = [204] * trial.booked_before
    trial.receiver.wait_for(len(earlier) + len(expected))
    assert sorted(trial.receiver.statuses) == earlier + expected
