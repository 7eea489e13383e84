"""What the gateway tells us is a hint: kept once, and looked up."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
from komet_dummy.connection import DummyConnection
from komet_dummy.plugin import DummyPlugin
from sqlalchemy import select

from komet_shop.app import open_shop
from komet_shop.config import Config
from komet_shop.models import Operation, WebhookEvent
from komet_shop.models.database import Database
from komet_shop.plugin_api import Account, Deadlines, Host, Notification
from komet_shop.services.shop import Shop
from tests import factories
from tests.web.browser import Browser
from tests.web.house import House

KEY = b"signing key of the test"
LATER = factories.NOW + timedelta(days=900)


class SigningConnection(DummyConnection):
    """A dummy account whose gateway signs notifications."""

    def read_notification(self, body: bytes, headers: Mapping[str, str]) -> Notification | None:
        if not hmac.compare_digest(headers.get("X-Signature", ""), _signature(body)):
            return None
        told = json.loads(body)
        return Notification(transaction_id=told["id"], reference=told["reference"])


class SigningPlugin(DummyPlugin):
    def open(self, account: Account, host: Host, deadlines: Deadlines) -> SigningConnection:
        del deadlines
        return SigningConnection(account, host)


@pytest.fixture
def web_shop(config: Config) -> Iterator[Shop]:
    opened = open_shop(config, SigningPlugin())
    yield opened
    opened.bulkhead.drain()
    opened.database.close()


@pytest.fixture
def account_id(house: House, database: Database) -> int:
    with database.write() as session:
        return factories.make_account(session, house.miami, {"key": "x"}, plugin="dummy").id


def _signature(body: bytes) -> str:
    return hmac.new(KEY, body, hashlib.sha256).hexdigest()


def _tell(browser: Browser, account_id: int, told: dict[str, object], **headers: str) -> int:
    body = json.dumps(told).encode()
    answer = browser.post_raw(
        f"/plugins/dummy/notifications/{account_id}",
        body,
        headers={"X-Signature": _signature(body), **headers},
    )
    return answer.status_code


def _operation(database: Database, account_id: int, house: House, state: str) -> int:
    with database.write() as session:
        operation = Operation(
            public_id=f"op_{state}",
            company_id=house.company.id,
            location_id=house.miami.id,
            account_id=account_id,
            kind="sale",
            state=state,
            action_key=f"key-{state}",
            request_hash="h",
            gateway_ref=f"REF{state.upper()}",
            amount_cents=100,
            currency="USD",
            created_at=factories.NOW,
            sent_at=factories.NOW,
            next_check_at=LATER,
        )
        session.add(operation)
        session.flush()
        return operation.id


def test_a_notification_has_its_payment_looked_up_now(
    browser: Browser, house: House, database: Database, account_id: int
) -> None:
    unclear = _operation(database, account_id, house, "unknown")
    under_way = _operation(database, account_id, house, "sending")

    status = _tell(browser, account_id, {"id": "T1", "reference": "REFUNKNOWN", "amount": 999})
    _tell(browser, account_id, {"id": "T2", "reference": "REFSENDING"})

    with database.read() as session:
        looked_up = session.get_one(Operation, unclear)
        assert looked_up.next_check_at is not None
        assert looked_up.next_check_at < LATER
        assert (looked_up.state, looked_up.amount_cents) == ("unknown", 100)
        assert session.get_one(Operation, under_way).next_check_at == LATER
    assert status == 204


def test_a_repeat_is_kept_once(browser: Browser, database: Database, account_id: int) -> None:
    statuses = [_tell(browser, account_id, {"id": "T1", "reference": ""}) for _ in range(3)]

    with database.read() as session:
        kept = session.scalars(select(WebhookEvent.transaction_id)).all()
    assert (statuses, kept) == ([204, 204, 204], ["T1"])


def test_a_signed_body_may_hold_what_looks_like_a_card(browser: Browser, account_id: int) -> None:
    told = {"id": "T1", "reference": "", "masked": "4111111111111111"}

    assert _tell(browser, account_id, told) == 204


def test_a_wrong_signature_is_refused(
    browser: Browser, database: Database, account_id: int
) -> None:
    told = {"id": "T1", "reference": ""}
    status = _tell(browser, account_id, told, **{"X-Signature": "forged"})

    with database.read() as session:
        kept = session.scalars(select(WebhookEvent)).all()
    assert (status, kept) == (400, [])


def test_an_unknown_account_or_plugin_leads_nowhere(browser: Browser, account_id: int) -> None:
    other_plugin = browser.post_raw(f"/plugins/other/notifications/{account_id}", b"{}")

    assert _tell(browser, account_id + 1000, {"id": "T1", "reference": ""}) == 404
    assert other_plugin.status_code == 404


def test_a_huge_notification_is_refused_unread(browser: Browser, account_id: int) -> None:
    answer = browser.post_raw(f"/plugins/dummy/notifications/{account_id}", b"x" * 70_000)

    assert answer.status_code == 413
