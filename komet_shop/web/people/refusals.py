"""Why a person was not added or changed, in words."""

from flask_babel import gettext as _

from komet_shop.services.people_changes import (
    ChangedMeanwhile,
    LastAdministrator,
    MixedKinds,
    OwnAccount,
    PersonRefused,
    RoleAbove,
    UnknownChoice,
)


def refusal_text(refusal: PersonRefused) -> str:
    """What happened and what to do."""
    if isinstance(refusal, UnknownChoice):
        return _unknown(str(refusal))
    texts: dict[type[PersonRefused], str] = {
        OwnAccount: _(
            "Nobody changes their own rights. Ask another administrator; name and language are "
            "in your profile."
        ),
        RoleAbove: _("You may give only roles that do not go beyond your own."),
        MixedKinds: _("Choose at least one role."),
        LastAdministrator: _(
            "This is the last administrator who can log in. Make somebody else administrator "
            "first, and wait until they have accepted their invitation."
        ),
        ChangedMeanwhile: _(
            "Somebody changed this person after you opened the page. Open the page again, look "
            "at what changed, and enter your change once more."
        ),
    }
    return str(texts[type(refusal)])


def _unknown(what: str) -> str:
    texts = {
        "locations": _("One of the locations is not there any more. Choose again."),
        "customers": _("Choose at least one customer. One that is not there any more is left out."),
        "sales_person": _("Choose which sales person in Komet this is."),
    }
    return str(texts.get(what, _("Check name and language.")))
