"""One of the two applications behind its server: started, measured, ended."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.browser import Browser
from komet_shop.demo.children import Children, Program

LOOK_EVERY_SECONDS = 0.005
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to start an application, and where it will answer."""

    program: Program
    environment: Mapping[str, str]
    port: int
    folder: Path


class Server:
    """A running application. Whoever makes it must `end` it."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._children = Children(logs=recipe.folder, folder=recipe.folder)
        self._children.start(recipe.program, recipe.environment)

    @property
    def pid(self) -> int:
        """The process under which all others of the application are."""
        return next(iter(self._children.pids.values()))

    def wait_for(self, path: str, browser: Browser) -> None:
        """Return with the first good answer.

        Raises:
            Broken: the process ended.
            TimeoutError
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not _is_good(browser, path):
            self._children.check()
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self._recipe.program.name} does not answer {path}")
            time.sleep(LOOK_EVERY_SECONDS)

    def end(self) -> None:
        """End all its processes."""
        self._children.end()


def _is_good(browser: Browser, path: str) -> bool:
    try:
        return browser.ask("GET", path).status == 200
    except OSError:  # nobody listens yet
        browser.leave()
        return False
