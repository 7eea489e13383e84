"""The customer's invoices: open ones, or all."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.permissions import Permission
from komet_shop.services import invoices
from komet_shop.web import cursors
from komet_shop.web.account.blueprint import bp
from komet_shop.web.current import scope
from komet_shop.web.permissions import requires
from komet_shop.web.shopping import opened_visit

PAGE_SIZE = 25


@bp.get("/invoices")
@requires(Permission.OWN_INVOICES)
def list_invoices() -> ResponseReturnValue:
    """Invoices of the customer that the buyer shops for, newest first."""
    only_open = request.args.get("show") != "all"
    kind = "invoices:open" if only_open else "invoices:all"
    after = cursors.after(kind)
    with opened_visit() as (unit, visit):
        found, place = invoices.page(
            unit, scope(), visit.buyer.id, only_open=only_open, after=after, size=PAGE_SIZE
        )
    after_text = cursors.cursor(kind, place)
    shown = None if only_open else "all"
    return render_template(
        "account/invoices.html",
        invoices=found,
        only_open=only_open,
        tabs=_tabs(only_open=only_open),
        next_href=url_for(".list_invoices", show=shown, after=after_text) if after_text else None,
        first_href=url_for(".list_invoices", show=shown) if after is not None else None,
    )


def _tabs(*, only_open: bool) -> list[dict[str, object]]:
    return [
        {"label": _("Open"), "href": url_for(".list_invoices"), "active": only_open},
        {"label": _("All"), "href": url_for(".list_invoices", show="all"), "active": not only_open},
    ]
