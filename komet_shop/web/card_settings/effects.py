"""What saving will do, in words."""

from flask_babel import ngettext

from komet_shop.services.card_impact import Effect, Impact
from komet_shop.web.card_settings.words import fee_text
from komet_shop.web.filters import number

MOST_PLACES = 5
"""So many locations are named; of more, how many there are."""


def effect_texts(impacts: list[Impact]) -> list[str]:
    """A sentence for each thing that will happen."""
    return [_text(one) for one in impacts]


def _text(impact: Impact) -> str:
    values = {
        "count": number(impact.count),
        "places": _places(impact.places),
        "fee": fee_text(impact.fees),
    }
    for words in (_in_the_shop, _by_staff, _fees):
        texts = words(impact.count, values)
        if impact.effect in texts:
            return texts[impact.effect]
    raise AssertionError(impact.effect)


def _places(names: tuple[str, ...]) -> str:
    if len(names) <= MOST_PLACES:
        return ", ".join(names)
    total = len(names)
    return str(ngettext("%(num)d location", "%(num)d locations", total))


def _in_the_shop(count: int, values: dict[str, str]) -> dict[Effect, str]:
    return {
        Effect.PAY_LOST: ngettext(
            "%(count)s buyer will lose “Pay & Checkout” at %(places)s.",
            "%(count)s buyers will lose “Pay & Checkout” at %(places)s.",
            count,
            **values,
        ),
        Effect.PAY_GAINED: ngettext(
            "%(count)s buyer will see “Pay & Checkout” at %(places)s.",
            "%(count)s buyers will see “Pay & Checkout” at %(places)s.",
            count,
            **values,
        ),
        Effect.REQUIREMENT_RESTS: ngettext(
            "%(count)s customer who must pay by card will order on terms instead at %(places)s.",
            "%(count)s customers who must pay by card will order on terms instead at %(places)s.",
            count,
            **values,
        ),
        Effect.REQUIREMENT_COUNTS: ngettext(
            "%(count)s customer who must pay by card can check out in no other way at %(places)s.",
            "%(count)s customers who must pay by card can check out in no other way at %(places)s.",
            count,
            **values,
        ),
        Effect.MONEY_HELD: ngettext(
            "At checkout, the money of %(count)s buyer at %(places)s is held and not taken yet.",
            "At checkout, the money of %(count)s buyers at %(places)s is held and not taken yet.",
            count,
            **values,
        ),
        Effect.MONEY_TAKEN: ngettext(
            "At checkout, the money of %(count)s buyer at %(places)s is taken at once.",
            "At checkout, the money of %(count)s buyers at %(places)s is taken at once.",
            count,
            **values,
        ),
    }


def _by_staff(count: int, values: dict[str, str]) -> dict[Effect, str]:
    return {
        Effect.CARDS_MANAGED: ngettext(
            "%(count)s salesperson may add and delete customers' cards at %(places)s.",
            "%(count)s salespeople may add and delete customers' cards at %(places)s.",
            count,
            **values,
        ),
        Effect.CARDS_LEFT_ALONE: ngettext(
            "%(count)s salesperson may no longer add and delete customers' cards at %(places)s.",
            "%(count)s salespeople may no longer add and delete customers' cards at %(places)s.",
            count,
            **values,
        ),
        Effect.CONFIRMING_PAID: ngettext(
            "%(count)s person will see “Pay & Confirm” at %(places)s. It comes with Order Entry.",
            "%(count)s people will see “Pay & Confirm” at %(places)s. It comes with Order Entry.",
            count,
            **values,
        ),
        Effect.CONFIRMING_UNPAID: ngettext(
            "%(count)s person will lose “Pay & Confirm” at %(places)s. It comes with Order Entry.",
            "%(count)s people will lose “Pay & Confirm” at %(places)s. It comes with Order Entry.",
            count,
            **values,
        ),
    }


def _fees(count: int, values: dict[str, str]) -> dict[Effect, str]:
    return {
        Effect.FEE_ADDED: ngettext(
            "A fee will be added to card payments of %(count)s customer at %(places)s: %(fee)s.",
            "A fee will be added to card payments of %(count)s customers at %(places)s: %(fee)s.",
            count,
            **values,
        ),
        Effect.FEE_CHANGED: ngettext(
            "The card fee of %(count)s customer at %(places)s will be another one: %(fee)s.",
            "The card fee of %(count)s customers at %(places)s will be another one: %(fee)s.",
            count,
            **values,
        ),
        Effect.FEE_GONE: ngettext(
            "%(count)s customer will pay no more card fee at %(places)s.",
            "%(count)s customers will pay no more card fee at %(places)s.",
            count,
            **values,
        ),
    }
