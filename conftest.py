"""What all tests share: one real browser per process, and quiet, quick logs."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from komet_shop import logs

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 20_000
"""How long a page may take to say what is expected of it, on a busy machine too."""

NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_configure() -> None:
    """Logs as in production: one JSON line, no drawn tracebacks."""
    logs.configure()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    program = next(path for path in map(shutil.which, NAMES) if path)
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield opened
        opened.close()
