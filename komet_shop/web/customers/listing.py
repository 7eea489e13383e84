"""The list of customers, by name, with what to look at first."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.card_rules import CardRule
from komet_shop.domain.permissions import Permission
from komet_shop.services import customers
from komet_shop.services.customers import Account, Filters, Listed, Place
from komet_shop.web import cursors
from komet_shop.web.backoffice import opened_desk
from komet_shop.web.current import scope
from komet_shop.web.customers.blueprint import bp
from komet_shop.web.customers.words import Word, limit_text, rule_word
from komet_shop.web.permissions import requires

LONGEST_TEXT = 200
CURSOR = "customers"


@dataclass(frozen=True, kw_only=True)
class CustomerRow:
    """A customer in the list."""

    item: Listed
    href: str
    rule: Word
    limit: str
    is_over: bool


@bp.get("")
@requires(Permission.CUSTOMERS)
def index() -> ResponseReturnValue:
    """Customers that the visitor looks after, a page at a time."""
    filters = _filters()
    after = _after()
    with opened_desk() as unit:
        found, more = customers.page(unit, scope(), filters, after=after)
        people = customers.sales_people(unit, scope())
    next_cursor = cursors.cursor(CURSOR, [more.name, more.row] if more else None)
    asked = _address(filters)
    return render_template(
        "customers/index.html",
        rows=[_row(one) for one in found],
        filters=filters,
        is_narrowed=bool(asked),
        rules=_rules(),
        accounts=_accounts(),
        sales_people=[("", _("Everybody")), *((one, one) for one in people)],
        first_href=url_for(".index", **asked) if after is not None else None,
        next_href=url_for(".index", **asked, after=next_cursor) if next_cursor else None,
    )


def _filters() -> Filters:
    """What the address asks for; values that nobody offers count as not given."""
    rule, account = request.args.get("rule", ""), request.args.get("account", "")
    return Filters(
        words=_text("q"),
        rule=CardRule(rule) if rule in list(CardRule) else None,
        account=Account(account) if account in list(Account) else Account.OPEN,
        sales_person=_text("sales_person"),
    )


def _text(name: str) -> str:
    """What somebody typed; PostgreSQL takes no zero bytes."""
    return request.args.get(name, "").replace("\0", "").strip()[:LONGEST_TEXT]


def _address(filters: Filters) -> dict[str, Any]:
    given = {
        "q": filters.words,
        "rule": filters.rule.value if filters.rule else "",
        "account": filters.account.value,
        "sales_person": filters.sales_person,
    }
    return {name: value for name, value in given.items() if value}


def _after() -> Place | None:
    place = cursors.after(CURSOR)
    return Place(name=place[0], row=place[1]) if place is not None else None


def _row(item: Listed) -> CustomerRow:
    return CustomerRow(
        item=item,
        href=url_for(".show", customer_id=item.public_id),
        rule=rule_word(item.rule),
        limit=limit_text(item.credit.limit_cents, item.currency),
        is_over=item.credit.is_over,
    )


def _rules() -> list[tuple[str, str]]:
    return [("", _("All")), *((rule.value, rule_word(rule).label) for rule in CardRule)]


def _accounts() -> list[tuple[str, str]]:
    return [
        (Account.OPEN.value, _("All active")),
        (Account.ON_HOLD.value, _("On hold")),
        (Account.OVER_LIMIT.value, _("Over the limit")),
        (Account.INACTIVE.value, _("Inactive")),
    ]
