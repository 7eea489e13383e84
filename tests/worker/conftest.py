"""A house on a local Komet, and a mail catcher."""

from collections.abc import Callable, Iterator

import pytest

from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.sandboxes.mail import MailCatcher
from komet_shop.services.shop import Shop
from tests.conftest import MovableClock
from tests.worker.house import House


@pytest.fixture
def house(open_shop_at: Callable[[str], Shop], clock: MovableClock) -> Iterator[House]:
    """The company, its buyer, Komet and the mailbox."""
    with KometSandboxServer(clock_file=clock.path) as komet, MailCatcher() as mail:
        yield House.build(open_shop_at("http://127.0.0.1:9"), komet, mail)
