"""`komet-shop doctor`: is everything there that the shop needs? One line each."""

from collections.abc import Iterator
from dataclasses import dataclass

import click
from sqlalchemy import select

from komet_shop.commands.opening import running_shop
from komet_shop.komet_client import open_komet
from komet_shop.models import GatewayAccount
from komet_shop.plugin_api import ProvesHealth
from komet_shop.services import readiness
from komet_shop.services.shop import Shop


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    message: str


@click.command()
def doctor() -> None:
    """Check configuration, database, plugin, gateway and Komet; exit code 1 if one fails."""
    with running_shop() as shop:
        findings = list(_examine(shop))
    for finding in findings:
        mark = "ok  " if finding.ok else "FAIL"
        click.echo(f"{mark}  {finding.what:<14} {finding.message}")
    if not all(finding.ok for finding in findings):
        raise SystemExit(1)


def _examine(shop: Shop) -> Iterator[Finding]:
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


def _gateway(shop: Shop) -> Iterator[Finding]:
    with shop.database.read() as session:
        accounts = session.scalars(
            select(GatewayAccount).where(GatewayAccount.retired_at.is_(None))
        ).all()
    if not accounts:
        yield Finding(what="gateway", ok=True, message="no account is set up yet")
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


commands = (doctor,)
