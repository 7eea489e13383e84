"""Starts the Komet sandbox: on a thread for tests, or as a program that a person runs."""

from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import click
from flask import Flask

from komet_shop.sandboxes.komet import api, control, pages
from komet_shop.sandboxes.komet.history import write_history
from komet_shop.sandboxes.komet.state import Sandbox
from komet_shop.sandboxes.server import (
    SandboxServer,
    end_signal,
    protect_page,
    refuse_production,
    write_ready_file,
)

SANDBOXES = Path(__file__).parents[1]


def create_app(sandbox: Sandbox) -> Flask:
    """The sandbox's addresses: the API, its control and its pages."""
    app = Flask(
        "komet_sandbox",
        root_path=str(SANDBOXES),
        template_folder="templates",
        static_folder="static",
    )
    app.config["PROPAGATE_EXCEPTIONS"] = True  # a dropped connection must reach the server
    app.extensions["komet_sandbox"] = sandbox
    app.register_blueprint(api.bp)
    app.register_blueprint(control.bp)
    app.register_blueprint(pages.bp)
    app.after_request(protect_page)
    return app


class KometSandboxServer:
    """A Komet on a real socket, for as long as the `with` block lasts."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        folder: Path | None = None,
        clock_file: Path | None = None,
        users: int = 5,
        history: int = 0,
    ) -> None:
        self.sandbox = Sandbox(
            folder=folder,
            clock_file=clock_file,
            users=users,
            past=partial(write_history, invoices=history) if history else None,
        )
        app = create_app(self.sandbox)
        self._server = SandboxServer(app, host=host, port=port, stopping=self.sandbox.stopping)
        self.token = self.sandbox.token
        self.company_id = self.sandbox.company_id
        self.base_url = self._server.url
        self.url = f"{self.base_url}/api"

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.__exit__(kind, error, trace)
        self.sandbox.store.close()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=0, help="0 takes a free one.")
@click.option("--ready-file", type=click.Path(path_type=Path), help="Written once it answers.")
@click.option(
    "--data", "folder", type=click.Path(path_type=Path), help="Folder that keeps the books."
)
@click.option("--clock-file", type=click.Path(path_type=Path), help="Seconds added to the time.")
@click.option("--users", default=5, show_default=True, help="Paid users: 1,000 calls a day each.")
@click.option("--history", default=0, show_default=True, help="Past invoices to begin with.")
def main(
    host: str,
    port: int,
    ready_file: Path | None,
    folder: Path | None,
    clock_file: Path | None,
    users: int,
    history: int,
) -> None:
    """Run a local Komet A/R until Ctrl-C."""
    refuse_production()
    ended = end_signal()
    with KometSandboxServer(
        host=host,
        port=port,
        folder=folder,
        clock_file=clock_file,
        users=users,
        history=history,
    ) as komet:
        facts = {"url": komet.url, "token": komet.token, "company_id": komet.company_id}
        write_ready_file(ready_file, facts)
        click.echo(f"Komet sandbox: {komet.base_url} (pages), {komet.url} (API)")
        ended.wait()
