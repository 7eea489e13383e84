"""`python -m benchmarks`: run it all once, show the figures, end."""

import signal
import sys
import tempfile
from pathlib import Path

import click
from rich.console import Console

from benchmarks.run import Options, Run
from benchmarks.stage import Size, stage
from komet_shop import logs

WIDTH = 120
"""Of a file that the tables go to."""


@click.command()
@click.option("--seconds", type=click.FloatRange(0.1, 60), default=3.0, show_default=True,
              help="How long each task is measured in each round.")  # fmt: skip
@click.option("--connections", type=click.IntRange(1, 64), default=8, show_default=True,
              help="Visitors at the same time; for orders it is 1 and 8.")  # fmt: skip
@click.option("--rounds", type=click.IntRange(1, 10), default=2, show_default=True,
              help="Turns of each application in each task.")  # fmt: skip
@click.option("--orders", type=click.IntRange(100, 5_000_000), default=10_000, show_default=True,
              help="Old orders in the database.")  # fmt: skip
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path),
              help="Write the figures here too.")  # fmt: skip
def main(seconds: float, connections: int, rounds: int, orders: int, file: Path | None) -> None:
    """Compare this shop with a bare application, side by side on this machine."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that everything started is ended
    options = Options(seconds=seconds, connections=connections, rounds=rounds, old_orders=orders)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    with tempfile.TemporaryDirectory(prefix="ks-bench-") as folder:
        logs.configure((Path(folder) / "benchmark.log").open("w"))
        with console.status("Setting up database, Komet and gateway ...") as status:
            size = Size(buyers=options.buyers, old_orders=orders)
            with stage(Path(folder), size) as built:
                report = Run(built, options, status.update).measure()
    report.show(console)
    if file is not None:
        report.write(file)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
