"""The four lists of Reviews, oldest first."""

from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from komet_shop.domain.permissions import Permission
from komet_shop.services import reviews, undelivered
from komet_shop.services.reviews import Item, Queue
from komet_shop.web import cursors
from komet_shop.web.backoffice import Waiting, opened_desk, waiting
from komet_shop.web.checkout.cards import brand_mark, brand_name
from komet_shop.web.current import scope, shop
from komet_shop.web.permissions import requires
from komet_shop.web.reviews.blueprint import bp
from komet_shop.web.reviews.messages import MessageRow, message_row
from komet_shop.web.reviews.words import age_text, kind_word, reason_text

UNDELIVERED = "undelivered"
SHOWN = (Queue.UNCLEAR.value, Queue.DECIDE.value, Queue.STRAY.value, UNDELIVERED)
FIRST = (Queue.DECIDE.value, Queue.STRAY.value, UNDELIVERED, Queue.UNCLEAR.value)
"""Where a clerk starts: the first of these lists in which something waits."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A payment in a list."""

    item: Item
    href: str
    kind: str
    why: str
    age: str
    mark: str
    brand: str


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One of the lists, with how many wait there."""

    label: str
    href: str
    active: bool
    count: int


@dataclass(frozen=True, kw_only=True)
class Emptiness:
    """What a list says that has nothing in it."""

    title: str
    text: str


@bp.get("")
@requires(Permission.REVIEWS)
def index() -> ResponseReturnValue:
    """One of the lists; without a choice the first in which something waits."""
    asked = request.args.get("show", "")
    with opened_desk() as unit:
        shown = asked if asked in SHOWN else _first(waiting())
        kind = f"reviews:{shown}"
        after = cursors.after(kind)
        rows, messages, place = _page(unit, shown, after)
    next_cursor = cursors.cursor(kind, place)
    return render_template(
        "reviews/index.html",
        shown=shown,
        tabs=_tabs(shown, waiting()),
        rows=rows,
        messages=messages,
        lead=_leads()[shown],
        emptiness=_emptiness()[shown],
        first_href=url_for(".index", show=shown) if after is not None else None,
        next_href=url_for(".index", show=shown, after=next_cursor) if next_cursor else None,
    )


def _first(counted: Waiting) -> str:
    return next((name for name in FIRST if getattr(counted, name)), FIRST[0])


def _page(
    unit: Session, shown: str, after: int | None
) -> tuple[list[Row], list[MessageRow], int | None]:
    now = shop().clock.now()
    if shown == UNDELIVERED:
        messages, place = undelivered.listing(unit, scope(), after=after)
        return [], [message_row(one, now) for one in messages], place
    items, place = reviews.waiting(unit, scope(), Queue(shown), after=after)
    return [_row(item, now) for item in items], [], place


def _row(item: Item, now: datetime) -> Row:
    return Row(
        item=item,
        href=url_for(".show", operation_id=item.public_id),
        kind=kind_word(item.kind),
        why=reason_text(item.reason),
        age=age_text(item.sent_at or item.created_at, now),
        mark=brand_mark(item.card_brand),
        brand=brand_name(item.card_brand),
    )


def _tabs(shown: str, counted: Waiting) -> list[Tab]:
    labels = {
        Queue.UNCLEAR.value: _("Unclear"),
        Queue.DECIDE.value: _("To decide"),
        Queue.STRAY.value: _("Stray money"),
        UNDELIVERED: _("Not delivered"),
    }
    return [
        Tab(
            label=label,
            href=url_for(".index", show=name),
            active=name == shown,
            count=getattr(counted, name),
        )
        for name, label in labels.items()
    ]


def _leads() -> dict[str, str]:
    return {
        Queue.UNCLEAR.value: _(
            "The gateway has not said yet what became of these. There is nothing to do: the "
            "shop keeps asking, most are settled within a quarter of an hour, and the buyer "
            "cannot pay twice meanwhile."
        ),
        Queue.DECIDE.value: _(
            "The gateway said something that does not fit, or nothing for a day. Look at the "
            "evidence and decide. Until then the order cannot be paid or changed."
        ),
        Queue.STRAY.value: _(
            "Money moved at the gateway for payments that the shop had given up. It lies apart "
            "in the books until you give it back or apply it."
        ),
        UNDELIVERED: _(
            "Accounting or a mailbox refused these five times. Later messages about the same "
            "customer wait behind them."
        ),
    }


def _emptiness() -> dict[str, Emptiness]:
    return {
        Queue.UNCLEAR.value: Emptiness(
            title=_("Every payment is clear"),
            text=_("When the gateway does not answer a payment, you see it here while we ask."),
        ),
        Queue.DECIDE.value: Emptiness(
            title=_("Nothing to decide"),
            text=_("When the gateway's word and ours differ, the payment waits here for you."),
        ),
        Queue.STRAY.value: Emptiness(
            title=_("No stray money"),
            text=_("All that the gateway took belongs to a payment."),
        ),
        UNDELIVERED: Emptiness(
            title=_("Everything has arrived"),
            text=_("Orders and payments are in accounting, and mails are sent or on their way."),
        ),
    }
