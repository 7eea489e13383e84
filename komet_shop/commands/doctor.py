"""`komet-shop doctor`: is everything there that the shop needs, and in order? One line each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import click
from sqlalchemy import select

from komet_shop.commands.opening import running_shop
from komet_shop.komet_client import open_komet
from komet_shop.models import GatewayAccount
from komet_shop.plugin_api import ProvesHealth
from komet_shop.services import invariants, invariants_watch, readiness
from komet_shop.services.invariants import LINKED, NO_CARD_NUMBERS, SAYS, Breach
from komet_shop.services.shop import Shop

OK, WARNING, FAILURE = "ok", "warn", "FAIL"
WIDTH = max(map(len, SAYS))


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    message: str
    warns: bool = False

    @property
    def mark(self) -> str:
        """What the line begins with."""
        if self.ok:
            return WARNING if self.warns else OK
        return FAILURE


@click.command()
@click.option("--texts", is_flag=True, help="Also read all stored texts for card numbers.")
def doctor(texts: bool) -> None:
    """Check configuration, database, plugin, gateway, Komet and the shop's own records.

    Exit code 1 if one of them fails.
    """
    with running_shop() as shop:
        findings = list(_examine(shop, texts=texts))
    for finding in findings:
        click.echo(f"{finding.mark:<4}  {finding.what:<{WIDTH}}  {finding.message}")
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)


def _examine(shop: Shop, *, texts: bool) -> Iterator[Finding]:
    yield Finding(
        what="configuration", ok=True, message=f"{shop.config.env}, {shop.config.base_url}"
    )
    yield Finding(what="plugin", ok=True, message=shop.gateways.plugin.title)
    problem = readiness.database_problem(shop.database)
    message = problem or f"{shop.database.url.get_backend_name()}, up to date"
    yield Finding(what="database", ok=problem is None, message=message)
    if problem is None:
        yield from _gateway(shop)
        yield from _komet(shop)
        yield _outbox(shop)
        yield from _invariants(shop, texts=texts)


def _gateway(shop: Shop) -> Iterator[Finding]:
    with shop.database.read() as session:
        accounts = session.scalars(
            select(GatewayAccount).where(
                GatewayAccount.retired_at.is_(None), GatewayAccount.settings_ciphertext != ""
            )
        ).all()
    if not accounts:
        yield Finding(what="gateway", ok=True, message="no account has its keys yet")
    for account in accounts:
        connection = shop.gateways.connect(account.id)
        if isinstance(connection, ProvesHealth):
            health = connection.check()
            what = f"gateway {account.id}"
            yield Finding(what=what, ok=health.ok, message=health.message)


def _komet(shop: Shop) -> Iterator[Finding]:
    komet = open_komet(shop)
    if komet is None:
        yield Finding(what="Komet", ok=True, message="not connected: the shop keeps its own books")
        return
    try:
        found = sum(1 for _ in komet.locations())
    except Exception as error:
        yield Finding(what="Komet", ok=False, message=f"{type(error).__name__}: {error}")
    else:
        yield Finding(what="Komet", ok=True, message=f"answers; {found} locations")


def _outbox(shop: Shop) -> Finding:
    late = invariants.waiting(shop.database, shop.clock.now())
    if late is None:
        return Finding(what="outbox", ok=True, message="nothing waits for long")
    minutes = late.oldest // timedelta(minutes=1)
    message = f"{late.count} wait, the oldest for {minutes} minutes: is a worker running?"
    return Finding(what="outbox", ok=True, warns=True, message=message)


def _invariants(shop: Shop, *, texts: bool) -> Iterator[Finding]:
    """What is found here replaces what the whole check of last night found."""
    now, komet = shop.clock.now(), bool(shop.config.komet_url)
    breaches = invariants.check(shop.database, now, komet=komet, texts=texts)
    shop.database.run(
        partial(invariants_watch.keep, scope=invariants_watch.ALL, breaches=breaches, now=now)
    )
    found = {breach.invariant: breach for breach in breaches}
    for name, says in SAYS.items():
        if name == NO_CARD_NUMBERS and not texts:
            says = f"{says}: read every hour as it comes; --texts reads all of it again"
        if name != LINKED.name or komet:
            yield _told(name, says, found.get(name))


def _told(name: str, says: str, breach: Breach | None) -> Finding:
    if breach is None:
        return Finding(what=name, ok=True, message=says)
    examples = ", ".join(breach.examples)
    message = f'Not so: "{says}". Found {breach.count}: {examples}'
    return Finding(what=name, ok=False, message=message)


commands = (doctor,)
