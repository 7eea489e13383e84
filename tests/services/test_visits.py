"""For whom, from where and for when a buyer shops, on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from komet_shop.domain import identifiers
from komet_shop.models import Company, Customer, Location, ShipTo
from komet_shop.services import carts
from komet_shop.services.shipping import Delivery
from komet_shop.services.shop import Shop
from komet_shop.services.visits import NobodyToBuyFor
from tests import factories
from tests.services.florist import Florist
from tests.statements import count_statements


@pytest.fixture
def florist(shop: Shop) -> Florist:
    return Florist.build(shop)


def carrier(florist: Florist, name: str, **values: Any) -> int:
    with florist.shop.database.write() as session:
        company = session.get_one(Company, florist.company_id)
        return factories.make_carrier(session, company, name=name, **values).id


def ship_to(florist: Florist, name: str, carrier_id: int | None = None) -> str:
    public_id = identifiers.public_id("shp")
    with florist.shop.database.write() as session:
        session.add(
            ShipTo(
                public_id=public_id,
                customer_id=florist.customer_id,
                komet_id=public_id,
                name=name,
                address="1 Elm St",
                carrier_id=carrier_id,
            )
        )
    return public_id


def chosen(delivery: Delivery) -> tuple[str | None, str | None]:
    return (
        delivery.ship_to.name if delivery.ship_to else None,
        delivery.carrier.name if delivery.carrier else None,
    )


def test_without_choices_the_first_date_is_taken(florist: Florist) -> None:
    visit = florist.visit()

    assert visit.ship_date == florist.dates[0]
    assert visit.cart.lines == 0
    assert not visit.is_locked


def test_a_choice_that_makes_no_sense_is_dropped(florist: Florist) -> None:
    visit = florist.visit(
        customer="cus_another",
        location="NOWHERE",
        ship_date=florist.dates[0] - timedelta(days=3),
    )

    assert visit.buyer.id == florist.customer_id
    assert visit.place.id == florist.location_id
    assert visit.ship_date == florist.dates[0]


def test_a_cart_with_lines_decides_over_the_choices(florist: Florist) -> None:
    florist.add(florist.shelve(), boxes=2)

    visit = florist.visit(ship_date=florist.dates[4])

    assert visit.is_locked
    assert visit.ship_date == florist.trip.ship_date
    assert (visit.cart.lines, visit.cart.total_cents) == (1, 22_750)


def test_the_location_with_the_cart_comes_first(florist: Florist) -> None:
    florist.add(florist.shelve())
    with florist.shop.database.write() as session:
        company = session.get_one(Company, florist.company_id)
        other = factories.make_location(session, company, name="Aachen", code="AAC")
    florist.more_locations = frozenset({other.id})

    visit = florist.visit(location="AAC")

    assert [place.name for place in visit.places] == ["Aachen", "Miami"]
    assert visit.place.id == florist.location_id


@pytest.mark.parametrize("model", [Customer, Location])
def test_what_was_switched_off_cannot_be_shopped_with(florist: Florist, model: type[Any]) -> None:
    florist.change(model, active=False)

    with pytest.raises(NobodyToBuyFor):
        florist.visit()


def test_a_colleagues_cart_is_not_ones_own(florist: Florist) -> None:
    florist.add(florist.shelve())

    assert florist.colleague().visit().cart.lines == 0


def test_the_address_brings_its_carrier(florist: Florist) -> None:
    carrier(florist, "Armellini")
    prime = carrier(florist, "Prime Floral")
    ship_to(florist, "Main shop")
    door = ship_to(florist, "Warehouse door", carrier_id=prime)

    assert chosen(florist.delivery()) == ("Main shop", "Armellini")
    assert chosen(florist.delivery(ship_to=door)) == ("Warehouse door", "Prime Floral")


def test_a_chosen_carrier_wins_over_the_usual_one(florist: Florist) -> None:
    usual = carrier(florist, "Armellini")
    other = carrier(florist, "Will Call")
    ship_to(florist, "Main shop", carrier_id=usual)

    assert chosen(florist.delivery(carrier_id=other)) == ("Main shop", "Will Call")


def test_retired_carriers_are_not_offered(florist: Florist) -> None:
    carrier(florist, "Retired Truck Line", active=False)

    assert chosen(florist.delivery()) == (None, None)


def test_a_locked_cart_shows_how_it_travels_without_asking_again(florist: Florist) -> None:
    armellini = carrier(florist, "Armellini")
    trip = carts.Trip(**(vars(florist.trip) | {"carrier_id": armellini}))
    carts.add(florist.shop, florist.scope, trip, line=florist.shelve(), boxes=1)

    with count_statements(florist.shop.database.engine) as statements:
        delivery = florist.delivery()

    assert chosen(delivery) == (None, "Armellini")
    assert len(statements) == 1
