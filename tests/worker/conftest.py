"""A house on a local Komet, and a mail catcher. Both are started once and emptied per test."""

from collections.abc import Callable, Iterator
from copy import copy

import pytest

from komet_shop.sandboxes.clock import Clock
from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.sandboxes.komet.company import Company
from komet_shop.sandboxes.mail import MailCatcher
from komet_shop.services.shop import Shop
from tests.conftest import MovableClock
from tests.worker.house import House, make_smaller


@pytest.fixture(scope="session")
def komet_server() -> Iterator[KometSandboxServer]:
    """A Komet that runs as long as the tests do."""
    with KometSandboxServer() as server:
        make_smaller(server.sandbox.company)
        yield server


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailCatcher]:
    """A mail server that runs as long as the tests do."""
    with MailCatcher() as server:
        yield server


@pytest.fixture
def komet(komet_server: KometSandboxServer, clock: MovableClock) -> Iterator[KometSandboxServer]:
    """A Komet with empty books and this test's clock; its company is as it was afterwards."""
    sandbox = komet_server.sandbox
    whole, sandbox.company = sandbox.company, _copy_of(sandbox.company)
    sandbox.reset()
    sandbox.clock = Clock(clock.path)
    yield komet_server
    sandbox.company = whole


@pytest.fixture
def house(
    open_shop_at: Callable[[str], Shop], komet: KometSandboxServer, mail_server: MailCatcher
) -> House:
    """The company, its buyer, Komet and the mailbox."""
    mail_server.mailbox.clear()
    mail_server.mailbox.clear_faults()
    return House.build(open_shop_at("http://127.0.0.1:9"), komet, mail_server)


def _copy_of(company: Company) -> Company:
    copied = copy(company)
    for name, value in vars(company).items():
        setattr(copied, name, dict(value))
    return copied
