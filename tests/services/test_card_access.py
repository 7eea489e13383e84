""" "Restrict Credit Card Access": no saved cards for this person, seen or used."""

from dataclasses import replace

import pytest

from komet_shop.models import SavedCard, User
from komet_shop.services import saved_cards
from komet_shop.services.saved_cards import NoSuchCard, ShownCard
from komet_shop.services.scope import WORKER
from tests.world import World


def hide_cards(world: World) -> None:
    with world.shop.database.write() as session:
        session.get_one(User, world.scope.actor.user_id).hides_cards = True


def shown(world: World) -> list[ShownCard]:
    with world.shop.database.read() as session:
        return saved_cards.shown(
            session,
            world.scope,
            customer_id=world.customer_id,
            location_id=world.location_id,
            now=world.shop.clock.now(),
        )


def test_a_restricted_person_sees_no_cards(world: World) -> None:
    world.pay(world.click(save_card=True))
    before = shown(world)

    hide_cards(world)

    assert (len(before), shown(world)) == (1, [])


def test_a_restricted_person_pays_with_no_saved_card(world: World) -> None:
    world.pay(world.click(save_card=True))
    card: SavedCard = world.only(SavedCard)
    hide_cards(world)
    world.take_another_cart()

    with pytest.raises(NoSuchCard):
        world.start(world.click(saved_card=card.public_id))

    assert len(world.booked()) == 1


def test_nobody_known_sees_no_cards(world: World) -> None:
    world.pay(world.click(save_card=True))
    world.scope = replace(world.scope, actor=WORKER)

    assert shown(world) == []
