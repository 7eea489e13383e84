"""Taking away the second factor of somebody who lost it."""

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.permissions import Permission
from komet_shop.services import second_factor
from komet_shop.services.people import NoSuchPerson
from komet_shop.services.people_changes import OwnAccount, RoleAbove
from komet_shop.web.current import shop
from komet_shop.web.people.blueprint import keeper
from komet_shop.web.permissions import requires

bp = Blueprint("second_factor", __name__, url_prefix="/setup/people")


@bp.post("/<public_id>/second-factor/reset")
@requires(Permission.USERS, fresh=True)
def reset(public_id: str) -> ResponseReturnValue:
    """Take it away, and go back to the person's page."""
    now, who = shop().clock.now(), keeper()
    try:
        had_one = shop().database.run(lambda unit: second_factor.reset(unit, who, public_id, now))
    except NoSuchPerson:
        abort(404)
    except OwnAccount:
        flash(_("Nobody resets their own two-step login; another administrator can."), "danger")
    except RoleAbove:
        flash(_("Their roles go beyond yours."), "danger")
    else:
        _tell(had_one=had_one)
    return redirect(url_for("people.show", public_id=public_id), 303)


def _tell(*, had_one: bool) -> None:
    if had_one:
        flash(_("Two-step login was reset. The person logs in with the password."), "success")
    else:
        flash(_("There was no two-step login. The person's sessions have ended."), "info")
