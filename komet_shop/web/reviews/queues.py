"""The lists of Reviews: what waits, oldest first, and what is settled or was searched for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from komet_shop.domain.permissions import Permission
from komet_shop.services import payment_search, reviews, undelivered
from komet_shop.services.reviews import Item, Queue
from komet_shop.web import cursors
from komet_shop.web.backoffice import Waiting, opened_desk, waiting
from komet_shop.web.checkout.cards import brand_mark, brand_name
from komet_shop.web.current import scope, shop
from komet_shop.web.permissions import requires
from komet_shop.web.reviews.blueprint import bp
from komet_shop.web.reviews.messages import MessageRow, message_row
from komet_shop.web.reviews.words import Word, age_text, kind_word, reason_text, state_word

UNDELIVERED, SETTLED, FOUND = "undelivered", "settled", "found"
SHOWN = (Queue.UNCLEAR.value, Queue.DECIDE.value, Queue.STRAY.value, UNDELIVERED, SETTLED)
FIRST = (Queue.DECIDE.value, Queue.STRAY.value, UNDELIVERED, Queue.UNCLEAR.value)
"""Where a clerk starts: the first of these lists in which something waits."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A payment in a list."""

    item: Item
    href: str
    kind: str
    why: str
    state: Word
    age: str
    mark: str
    brand: str


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One of the lists, with how many wait there."""

    label: str
    href: str
    active: bool
    count: int | None = None


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of a list: payments or messages, and the place to read on after."""

    rows: list[Row]
    messages: list[MessageRow]
    place: int | None


@dataclass(frozen=True, kw_only=True)
class Emptiness:
    """What a list says that has nothing in it."""

    title: str
    text: str


@bp.get("")
@requires(Permission.REVIEWS)
def index() -> ResponseReturnValue:
    """One of the lists, or what goes by a number; else the first list in which something waits."""
    asked, number = request.args.get("show", ""), _number()
    with opened_desk() as unit:
        shown = FOUND if number else _shown(asked)
        kind = f"reviews:{shown}:{number}"
        after = cursors.after(kind)
        page = _page(unit, shown, after)
    address: dict[str, Any] = {"q": number} if number else {"show": shown}
    next_cursor = cursors.cursor(kind, page.place)
    return render_template(
        "reviews/index.html",
        shown=shown,
        number=number,
        tabs=_tabs(shown, waiting()),
        rows=page.rows,
        messages=page.messages,
        lead=_leads()[shown],
        emptiness=_emptiness()[shown],
        first_href=url_for(".index", **address) if after is not None else None,
        next_href=url_for(".index", **address, after=next_cursor) if next_cursor else None,
    )


def _number() -> str:
    """What somebody looks for; PostgreSQL takes no zero bytes."""
    return request.args.get("q", "").replace("\0", "").strip()[: payment_search.LONGEST]


def _shown(asked: str) -> str:
    if asked in SHOWN:
        return asked
    return next((name for name in FIRST if getattr(waiting(), name)), FIRST[0])


def _page(unit: Session, shown: str, after: int | None) -> Page:
    now = shop().clock.now()
    if shown == UNDELIVERED:
        messages, place = undelivered.listing(unit, scope(), after=after)
        return Page(rows=[], messages=[message_row(one, now) for one in messages], place=place)
    if shown == FOUND:
        items, place = reviews.found(unit, scope(), _number(), after=after)
    elif shown == SETTLED:
        items, place = reviews.settled(unit, scope(), after=after)
    else:
        items, place = reviews.waiting(unit, scope(), Queue(shown), after=after)
    others = _others(unit, shown, items)
    rows = [_row(item, now, others.get(item.payment_row, [])) for item in items]
    return Page(rows=rows, messages=[], place=place)


def _others(unit: Session, shown: str, items: list[Item]) -> dict[int, list[Item]]:
    """What else happened to the payments, where the list shows how they ended."""
    if shown not in (SETTLED, FOUND):
        return {}
    return reviews.of_payments(unit, scope(), {item.payment_row for item in items})


def _row(item: Item, now: datetime, others: list[Item]) -> Row:
    return Row(
        item=item,
        href=url_for(".show", operation_id=item.public_id),
        kind=kind_word(item.kind),
        why=reason_text(item.reason),
        state=state_word(item, others),
        age=age_text(item.sent_at or item.created_at, now),
        mark=brand_mark(item.card_brand),
        brand=brand_name(item.card_brand),
    )


def _tabs(shown: str, counted: Waiting) -> list[Tab]:
    labels = {
        Queue.UNCLEAR.value: _("Unclear"),
        Queue.DECIDE.value: _("To decide"),
        Queue.STRAY.value: _("Unexpected money"),
        UNDELIVERED: _("Not delivered"),
        SETTLED: _("Settled"),
    }
    return [
        Tab(
            label=label,
            href=url_for(".index", show=name),
            active=name == shown,
            count=getattr(counted, name, None),
        )
        for name, label in labels.items()
    ]


def _leads() -> dict[str, str]:
    return {
        Queue.UNCLEAR.value: _(
            "The card processor has not said yet what became of these. There is nothing to do: the "
            "shop keeps asking, most are settled within a quarter of an hour, and the buyer "
            "cannot pay twice meanwhile."
        ),
        Queue.DECIDE.value: _(
            "The card processor said something that does not fit, or nothing for a day. Look at "
            "what happened and decide. Until then the order cannot be paid or changed."
        ),
        Queue.STRAY.value: _(
            "Money moved at the card processor for payments that the shop had given up. It lies "
            "apart in the books until you give it back or apply it."
        ),
        UNDELIVERED: _(
            "Accounting or a mailbox refused these five times. Later messages about the same "
            "customer wait behind them."
        ),
        SETTLED: _("Card payments that need nobody, newest first."),
        FOUND: _("Card payments that go by this number, newest first."),
    }


def _emptiness() -> dict[str, Emptiness]:
    return {
        Queue.UNCLEAR.value: Emptiness(
            title=_("Every payment is clear"),
            text=_(
                "When the card processor does not answer a payment, you see it here while we ask."
            ),
        ),
        Queue.DECIDE.value: Emptiness(
            title=_("Nothing to decide"),
            text=_(
                "When the card processor's word and ours differ, the payment waits here for you."
            ),
        ),
        Queue.STRAY.value: Emptiness(
            title=_("No unexpected money"),
            text=_("All that the card processor took belongs to a payment."),
        ),
        UNDELIVERED: Emptiness(
            title=_("Everything has arrived"),
            text=_("Orders and payments are in accounting, and mails are sent or on their way."),
        ),
        SETTLED: Emptiness(
            title=_("No payments yet"),
            text=_("Card payments stand here as soon as it is clear how they ended."),
        ),
        FOUND: Emptiness(
            title=_("No payment goes by that number"),
            text=_(
                "Type the whole number: W… of an order, R… of a receipt, its number in Komet, or "
                "the card processor's transaction number."
            ),
        ),
    }
