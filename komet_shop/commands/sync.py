"""`komet-shop sync`: pull from Komet now, and show what it changed."""

from collections.abc import Callable

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table

from komet_shop.commands.opening import Stop, running_shop
from komet_shop.komet_client import open_komet
from komet_shop.services import pulls
from komet_shop.services.erp import ErpRefused, ErpUnavailable
from komet_shop.services.pull_tables import Tally

COLUMNS = ("new", "changed", "unchanged", "gone", "skipped")


class SyncFailed(click.ClickException):
    """Komet is down or said no; what was pulled by then stays. Exit code 1."""


@click.command()
@click.option(
    "--changes", is_flag=True, help="Only what changed lately, as workers do every 15 minutes."
)
@click.option(
    "--company-name",
    default=pulls.DEFAULT_NAME,
    help="What to call the company when this is the first pull of all.",
)
def sync(changes: bool, company_name: str) -> None:
    """Pull locations, carriers, products, customers, addresses and stock from Komet."""
    with running_shop() as shop:
        erp = open_komet(shop)
        if erp is None:
            raise Stop("Komet is not connected: set KOMET_SHOP_KOMET_URL and _KOMET_TOKEN.")
        parts = pulls.HOURLY if changes else pulls.NIGHTLY

        def pull(report: pulls.Report) -> dict[str, Tally]:
            if changes:
                return pulls.pull_changes(shop, erp, report=report)
            return pulls.pull_everything(shop, erp, company_name=company_name, report=report)

        tallies = _watched(len(parts), pull)
    Console().print(_table(tallies))


def _watched(parts: int, pull: Callable[[pulls.Report], dict[str, Tally]]) -> dict[str, Tally]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Komet", total=parts)

        def report(name: str, tally: Tally | None) -> None:
            progress.update(task, description=name, advance=0 if tally is None else 1)

        try:
            return pull(report)
        except (ErpUnavailable, ErpRefused) as error:
            reason = str(error).rstrip(".")
            raise SyncFailed(f"{reason}. What was pulled by then stays; run it again.") from error


def _table(tallies: dict[str, Tally]) -> Table:
    table = Table(title="Pulled from Komet")
    table.add_column("")
    for name in COLUMNS:
        table.add_column(name, justify="right")
    for part, tally in tallies.items():
        table.add_row(part, *(str(getattr(tally, name)) for name in COLUMNS))
    return table


commands = (sync,)
