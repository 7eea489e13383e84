"""The ways to pay that a company knows, and which of them take a card through the gateway."""

from enum import StrEnum

from komet_shop.plugin_api.texts import N_


class Method(StrEnum):
    """A way to pay. The values are the codes that payments keep."""

    CASH = "cash"
    CHECK = "check"
    WIRE = "wire"
    ACH = "ach"
    CARD_IN_APP = "card_in_app"
    CARD_TERMINAL = "card_terminal"
    CARD_EXTERNAL = "card_external"
    OTHER = "other"


LABELS = {
    Method.CASH: N_("Cash"),
    Method.CHECK: N_("Check"),
    Method.WIRE: N_("Wire"),
    Method.ACH: N_("ACH"),
    Method.CARD_IN_APP: N_("Credit Card (In-App)"),
    Method.CARD_TERMINAL: N_("Credit Card (POS Terminal)"),
    Method.CARD_EXTERNAL: N_("Credit Card (external)"),
    Method.OTHER: N_("Other"),
}
"""What each is called on screens, in English; shown in the reader's language."""
