"""One page, with the parts that its reader has screens for."""

from flask import render_template
from flask_babel import gettext as _

from komet_shop.domain.permissions import BUYER, DESCRIPTIONS, Permission
from komet_shop.web.backoffice import SETTINGS, opened_desk
from komet_shop.web.current import may, shop, visitor
from komet_shop.web.permissions import requires
from komet_shop.web.staff_help.blueprint import bp

PEOPLE = {Permission.USERS, Permission.ECOMMERCE_USERS}


@bp.get("")
@requires(Permission.CUSTOMERS)
def show() -> str:
    """What the screens are for; everybody of the staff sees customers, and this."""
    permissions = visitor().permissions
    with opened_desk():
        return render_template(
            "staff_help/index.html",
            states=_states() if may(Permission.REVIEWS) else [],
            sets_up=bool(permissions & SETTINGS),
            roles=_roles() if permissions & PEOPLE else [],
            processor=shop().gateways.plugin.title,
        )


def _states() -> list[tuple[str, str, str]]:
    """A payment's state, what it means, and what there is to do."""
    return [
        (
            _("Unclear"),
            _("The card processor has not said yet whether it charged the card."),
            _("Nothing: the shop keeps asking. The buyer cannot pay twice meanwhile."),
        ),
        (
            _("To decide"),
            _("The card processor said something that does not fit, or nothing for a day."),
            _("Open it, read what happened, and decide. Until then its order is kept as it is."),
        ),
        (
            _("Unexpected money"),
            _("The card processor moved money that no payment waits for."),
            _("Give it back, or apply it where the shop offers that."),
        ),
        (
            _("Settled: given back"),
            _("What was charged went back to the card."),
            _("Nothing. The buyer has a mail about it and may pay again."),
        ),
        (
            _("Did not happen"),
            _("Nothing was charged."),
            _("Nothing. The shop looks again for two days, in case money turns up late."),
        ),
        (
            _("Not delivered"),
            _("Komet or a mailbox refused a message five times."),
            _("Put right what the answer says and send it again, or enter it in Komet by hand."),
        ),
    ]


def _roles() -> list[tuple[str, str]]:
    """Each role of the staff by its name, and what it is for."""
    described = (_(text) for role, text in DESCRIPTIONS.items() if role != BUYER)
    split = (text.partition(": ") for text in described)
    return [(name, what[:1].upper() + what[1:]) for name, _colon, what in split]
