"""One demo and one browser for all browser tests; each person starts fresh."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.demo import Demo, Person, running


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="session")
def running_demo(demo_folder: Path) -> Iterator[Demo]:
    """The whole shop, with a gateway deadline that tests can wait for."""
    with running(
        demo_folder, KOMET_SHOP_GATEWAY_TOTAL_MS="4000", KOMET_SHOP_KOMET_SECONDS="3"
    ) as demo:
        yield demo


@pytest.fixture
def demo(running_demo: Demo) -> Demo:
    """The demo, with nothing broken."""
    running_demo.forget_faults()
    return running_demo


@pytest.fixture(scope="session")
def buyer_state(chromium: Browser, running_demo: Demo) -> Any:
    """The buyer's cookies after one login."""
    person = Person(chromium, running_demo)
    person.log_in("buyer")
    state = person.context.storage_state()
    person.leave()
    return state


@pytest.fixture
def buyer(chromium: Browser, demo: Demo, buyer_state: Any) -> Iterator[Person]:
    """A florist who is logged in. No page may have had a problem at the end."""
    person = Person(chromium, demo, buyer_state)
    yield person
    problems = person.problems
    person.leave()
    assert problems == []
