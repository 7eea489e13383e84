"""Sending an invitation again, and taking it back."""

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.permissions import Permission
from komet_shop.services import invitations
from komet_shop.services.invitations import NothingToInvite, TooManyMails
from komet_shop.services.people import NoSuchPerson
from komet_shop.web.current import shop
from komet_shop.web.people.blueprint import bp, keeper
from komet_shop.web.permissions import requires


@bp.post("/<public_id>/invitation")
@requires(Permission.USERS, Permission.ECOMMERCE_USERS, fresh=True)
def send_again(public_id: str) -> ResponseReturnValue:
    """Send a new link; the old one is dead."""
    try:
        invitations.send_again(shop(), keeper(), public_id)
    except NoSuchPerson:
        abort(404)
    except NothingToInvite:
        flash(_("This person needs no invitation."), "info")
    except TooManyMails:
        flash(
            _("Three invitations went to this address within the hour. Try again later."),
            "warning",
        )
    else:
        flash(_("A new link is on its way. The one before it works no more."), "success")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id>/invitation/delete")
@requires(Permission.USERS, Permission.ECOMMERCE_USERS, fresh=True)
def revoke(public_id: str) -> ResponseReturnValue:
    """Take the link back."""
    try:
        invitations.revoke(shop(), keeper(), public_id)
    except NoSuchPerson:
        abort(404)
    except NothingToInvite:
        flash(_("No invitation was open."), "info")
    else:
        flash(_("The link works no more."), "success")
    return redirect(url_for(".show", public_id=public_id), 303)
