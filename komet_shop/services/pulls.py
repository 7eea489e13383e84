"""Pulls from Komet what Komet owns, into our tables. What we own there is never touched.

Everything of one kind is fetched first, with no transaction open, and then written at once.
Pulling twice changes nothing the second time. Rule: docs/komet.md, "What comes from Komet".
"""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from komet_shop.models import Company
from komet_shop.services import pull_parts
from komet_shop.services.erp import ReadsErp
from komet_shop.services.pull_parts import Pull
from komet_shop.services.pull_tables import Tally
from komet_shop.services.shop import Shop

DEFAULT_NAME = "Our company"
CURRENCY = "USD"
EVERYTHING = "everything"
EVERYTHING_EVERY = timedelta(hours=24)

Report = Callable[[str, Tally | None], None]
"""Told the name of each part when it begins (None) and when it is done."""

HOURLY: dict[str, Callable[[Pull], Tally]] = {
    "customers": pull_parts.customers,
    "ship-tos": pull_parts.ship_tos,
    "inventory": pull_parts.inventory,
}
NIGHTLY: dict[str, Callable[[Pull], Tally]] = {
    "locations": pull_parts.locations,
    "carriers": pull_parts.carriers,
    "products": pull_parts.products,
    **HOURLY,
}


def _silent(name: str, tally: Tally | None) -> None:
    """Nobody watches."""


def pull_everything(
    shop: Shop, erp: ReadsErp, *, company_name: str = DEFAULT_NAME, report: Report = _silent
) -> dict[str, Tally]:
    """All that Komet owns; what it no longer lists is deactivated.

    `company_name` names the company when this is the first pull of all.

    Raises:
        ErpUnavailable, ErpRefused: parts that were done by then stay.
    """
    company_id = shop.database.run(lambda session: _company_id(session, company_name))
    pull = Pull(shop=shop, erp=erp, company_id=company_id, full=True)
    began_at = shop.clock.now()
    tallies = _run(pull, NIGHTLY, report)
    shop.database.run(lambda s: pull_parts.set_cursor(s, pull, EVERYTHING, began_at))
    return tallies


def is_everything_due(shop: Shop) -> bool:
    """True when the last whole pull that came to its end began a day ago, or never did."""
    last = pull_parts.cursor(shop, EVERYTHING)
    return last is None or shop.clock.now() - last >= EVERYTHING_EVERY


def pull_changes(shop: Shop, erp: ReadsErp, *, report: Report = _silent) -> dict[str, Tally]:
    """What changes by the hour: customers, their addresses, stock.

    Raises:
        ErpUnavailable, ErpRefused: parts that were done by then stay.
    """
    company_id = shop.database.run(lambda session: _company_id(session, DEFAULT_NAME))
    pull = Pull(shop=shop, erp=erp, company_id=company_id, full=False)
    return _run(pull, HOURLY, report)


def _run(pull: Pull, parts: dict[str, Callable[[Pull], Tally]], report: Report) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    for name, part in parts.items():
        report(name, None)
        tallies[name] = part(pull)
        report(name, tallies[name])
    return tallies


def _company_id(session: Session, name: str) -> int:
    found = session.scalars(select(Company.id).order_by(Company.id).limit(1)).one_or_none()
    if found is not None:
        return found
    made = insert(Company).values(name=name, currency=CURRENCY).returning(Company.id)
    return session.execute(made).scalar_one()
