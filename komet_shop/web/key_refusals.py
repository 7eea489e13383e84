"""Why keys were not taken, in words: the same for a location's and for a terminal's."""

from flask_babel import gettext as _

from komet_shop.services.gateway_keys import ChangedMeanwhile, PaymentsUnderWay
from komet_shop.services.key_checks import (
    Crowded,
    KeyMissing,
    KeysDoNotWork,
    KeysRefused,
    KeyTaken,
    Unanswered,
    WrongEnvironment,
)


def key_refusal_text(refusal: KeysRefused) -> str:
    """What is wrong, and what to do; nothing was kept."""
    if isinstance(refusal, KeysDoNotWork):
        return str(_(str(refusal)))
    if isinstance(refusal, KeyTaken):
        return str(
            _(
                "%(what)s is one that %(place)s uses already. Each location and each terminal "
                "has keys of its own: copy the ones of this.",
                what=_(str(refusal)),
                place=refusal.place,
            )
        )
    texts = {
        KeyMissing: _("Something is missing, or far too long: %(what)s.", what=_(str(refusal))),
        WrongEnvironment: _(
            "Keys of that environment do not belong in this installation. Live keys belong in "
            "production only."
        ),
        Unanswered: _(
            "The gateway did not answer within %(seconds)s seconds. Nothing was changed. Try "
            "again in a moment.",
            seconds=str(refusal),
        ),
        Crowded: _(
            "So many payments are under way that the gateway could not be asked. Nothing was "
            "changed. Try again in a moment."
        ),
        PaymentsUnderWay: _(
            "A payment is not settled yet at the gateway that you want to leave. Try again when "
            "Reviews shows none."
        ),
        ChangedMeanwhile: _("Somebody else changed the keys in the same moment. Look first."),
    }
    return str(texts[type(refusal)])
