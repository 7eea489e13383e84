"""Sandboxes on real sockets."""

from collections.abc import Iterator

import pytest

from komet_shop.sandboxes.komet import KometSandboxServer
from komet_shop.sandboxes.mail import MailCatcher
from tests.sandboxes.caller import Komet


@pytest.fixture(scope="module")
def running_komet() -> Iterator[Komet]:
    with KometSandboxServer() as server:
        yield Komet(server.url, server.base_url, server.token, server.company_id)


@pytest.fixture
def komet(running_komet: Komet) -> Komet:
    """An untouched Komet: empty books, no faults, switches as at the start."""
    running_komet.control("reset", "POST")
    return running_komet


@pytest.fixture
def mail() -> Iterator[MailCatcher]:
    with MailCatcher() as catcher:
        yield catcher
