"""`komet-shop worker`: delivers, looks up, expires, pulls and seals in the background."""

import click

from komet_shop import worker as background
from komet_shop.commands.opening import Stop, running_shop
from komet_shop.config import ConfigError


@click.command()
@click.option(
    "--threads",
    type=click.IntRange(min=2),
    default=background.THREADS,
    show_default=True,
    help="Jobs at the same time.",
)
@click.option(
    "--timetable/--no-timetable",
    default=True,
    help="Whether this worker starts what happens by the clock; one of several should.",
)
def worker(threads: int, timetable: bool) -> None:
    """Work in the background until stopped; what is under way is finished first."""
    with running_shop() as shop:
        try:
            background.run(shop, threads=threads, timetable=timetable)
        except ConfigError as error:
            raise Stop(str(error)) from error


commands = (worker,)
