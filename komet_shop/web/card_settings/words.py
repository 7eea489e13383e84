"""Card settings in words: labels of Komet, what counts and who decided it."""

from flask_babel import gettext as _

from komet_shop.domain import money
from komet_shop.domain.activation import Status
from komet_shop.domain.card_settings import Effective, Fees, FeeType, Origin, Switch
from komet_shop.services.card_board import Board
from komet_shop.web import filters
from komet_shop.web.current import shop


def switch_label(which: Switch) -> str:
    """Komet's label of a switch."""
    labels = {
        Switch.ECOMMERCE: _("Enable %(plugin)s in E-Commerce", plugin=shop().gateways.plugin.title),
        Switch.SALESPEOPLE: _("Allow Salespeople to Manage Customer Credit Cards"),
        Switch.PREAUTHORIZATION: _("Allow Card Pre-Authorization"),
        Switch.PAY_ON_CONFIRMATION: _("Allow to receive payment upon confirmation"),
    }
    return str(labels[which])


def switch_help(which: Switch) -> str:
    """What a switch does."""
    texts = {
        Switch.ECOMMERCE: _(
            "Turns on card payment for buyers: in the shop they see “Pay & Checkout”."
        ),
        Switch.SALESPEOPLE: _(
            "In Komet's Quick Start Guide: “Allow Salespeople to add and delete Customer Credit "
            "Cards”. Administrators, Credit Managers, Sales Managers, Accounts Receivable and "
            "Cashiers always may."
        ),
        Switch.PREAUTHORIZATION: _(
            "Pre-authorization charges are placed on customers' cards at checkout: the money is "
            "held, and taken when the order ships."
        ),
        Switch.PAY_ON_CONFIRMATION: _(
            "Order Entry Options: salespeople may take the payment while they confirm an order, "
            "with “Pay & Confirm”. It comes with Order Entry."
        ),
    }
    return str(texts[which])


def switch_counts(board: Board, which: Switch, level: str) -> str:
    """What counts at a location, and who decided it."""
    found = board.switch(which, level)
    return _counts(board, level, on_or_off(found.value), found)


def on_or_off(value: bool) -> str:
    """How a switch stands."""
    return str(_("on") if value else _("off"))


def fee_counts(board: Board, level: str) -> str:
    """The fee that counts at a location, and who decided it."""
    found = board.fees(level)
    return _counts(board, level, fee_text(found.value), found)


def fee_text(fees: Fees) -> str:
    """A fee in a few words."""
    if fees.type is FeeType.CONVENIENCE:
        return str(_("convenience fee of %(amount)s", amount=filters.money(fees.flat_cents)))
    if fees.type is FeeType.SURCHARGE:
        rate = f"{money.format_plain(fees.basis_points)} %"
        return str(_("surcharge of %(rate)s", rate=rate))
    return str(_("no fee"))


def status_word(status: Status) -> tuple[str, str]:
    """How far a location's activation is, and the tone of the word."""
    if status is Status.ACTIVE:
        return str(_("Takes cards")), "success"
    if status is Status.DISABLED:
        return str(_("Turned off for good")), "danger"
    if status is Status.OFF:
        return str(_("Not enabled")), "neutral"
    return str(_("Being activated")), "waiting"


def _counts(board: Board, level: str, value: str, found: Effective[bool] | Effective[Fees]) -> str:
    if not board.place(level).is_active:
        text = _("Here, once the location is active: %(value)s", value=value)
    else:
        text = _("Here now: %(value)s", value=value)
    who = {
        Origin.LOCATION: _("decided here"),
        Origin.COMPANY: _("decided by the company"),
        Origin.DEFAULT: _("nobody has set it yet"),
    }
    return f"{text} ({who[found.origin]})"
