"""A new master key: at every moment of the exchange everything can be read."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

import pytest
from komet_dummy.plugin import plugin as dummy
from passlib.totp import TOTP
from sqlalchemy import select, update

from komet_shop.app import open_shop
from komet_shop.config import Config, Secret
from komet_shop.models import Audit, GatewayAccount, SavedCard, User
from komet_shop.models.database import Database
from komet_shop.services import master_key, saved_cards, totp_keys
from komet_shop.services.gateways import seal_purpose
from komet_shop.services.master_key import NoOldKey
from komet_shop.services.scope import Actor
from komet_shop.services.secret_box import SealBroken, SecretBox
from komet_shop.services.shop import Shop
from tests import factories

OLD, NEW = factories.MASTER_KEY, bytes(31) + b"n"
ACTOR = Actor(label="command line")
KEYS = [str(TOTP.new().base32_key) for _ in range(3)]
TOKENS = [f"token-{number}" for number in range(3)]
API_KEYS = ["api-key-of-miami", "api-key-of-quito"]
BATCHES = len(API_KEYS) + len(TOKENS) + len(KEYS) + 3
"""With one row in each: the last batch of a table finds nothing more."""
Read = tuple[list[str], list[str], list[str]]


@pytest.fixture(autouse=True)
def sealed_rows(database: Database) -> None:
    """Two accounts, one without keys, three cards, three people with an app, one without."""
    with database.write() as session:
        company = factories.make_company(session)
        places = [factories.make_location(session, company) for _ in range(3)]
        for place, key in zip(places, API_KEYS, strict=False):
            factories.make_account(session, place, {"api_key": key}, plugin="dummy")
        empty = factories.make_account(session, places[2], {}, plugin="dummy")
        empty.settings_ciphertext = ""
        customer = factories.make_customer(session, company)
        for token in TOKENS:
            factories.make_saved_card(session, customer, places[0], token)
        factories.make_user(session, company)
        for key in KEYS:
            sealed = totp_keys.seal(Secret(key), OLD)
            own = {"tf_primary_method": "authenticator", "tf_totp_secret": sealed}
            factories.make_user(session, company, **own)


@contextmanager
def _running(config: Config, database: Database, *keys: bytes) -> Iterator[Shop]:
    """The shop as it is configured with these master keys, the newest first."""
    old = keys[1] if len(keys) > 1 else b""
    opened = open_shop(replace(config, master_key=keys[0], old_master_key=old), dummy, database)
    yield opened
    opened.bulkhead.drain()


def _read(database: Database, *keys: bytes) -> Read:
    """All that is sealed, opened with these keys."""
    box, apps = SecretBox(*keys), totp_keys.factory(totp_keys.wallet(*keys))
    with database.read() as session:
        accounts = session.scalars(select(GatewayAccount).order_by(GatewayAccount.id))
        cards = session.scalars(select(SavedCard).order_by(SavedCard.id)).all()
        people = session.scalars(select(User).order_by(User.id)).unique()
        return (
            [
                json.loads(box.open(row.settings_ciphertext, purpose=seal_purpose(row)))["api_key"]
                for row in accounts
                if row.settings_ciphertext
            ],
            [saved_cards.opened(card, box).token for card in cards],
            [
                str(apps.from_source(person.tf_totp_secret).base32_key)
                for person in people
                if person.tf_totp_secret
            ],
        )


def test_after_it_the_new_key_alone_opens_everything(config: Config, database: Database) -> None:
    with _running(config, database, NEW, OLD) as shop:
        batches = list(master_key.exchange(shop, actor=ACTOR))

    assert _read(database, NEW) == (API_KEYS, TOKENS, KEYS)
    assert {(one.what, one.resealed, one.unreadable) for one in batches} == {
        ("gateway_accounts", 2, 0),
        ("saved_cards", 3, 0),
        ("authenticator_apps", 3, 0),
    }
    with pytest.raises(SealBroken):
        _read(database, OLD)


@pytest.mark.parametrize("done", range(BATCHES + 1))
def test_killed_anywhere_everything_is_readable_and_the_rest_is_found(
    config: Config, database: Database, done: int
) -> None:
    with _running(config, database, NEW, OLD) as shop:
        killed = list(islice(master_key.exchange(shop, actor=ACTOR, most=1), done))

    half_way = _read(database, NEW, OLD)
    with _running(config, database, NEW, OLD) as shop:
        rest = list(master_key.exchange(shop, actor=ACTOR, most=1))

    assert half_way == (API_KEYS, TOKENS, KEYS)
    assert sum(one.resealed for one in killed + rest) == len(API_KEYS + TOKENS + KEYS)
    assert _read(database, NEW) == (API_KEYS, TOKENS, KEYS)


def test_what_is_sealed_while_both_are_there_is_under_the_new_one() -> None:
    text, purpose = "key", "account:1:1:test"
    apps = totp_keys.factory(totp_keys.wallet(NEW, OLD))
    sealed = [
        SecretBox(NEW, OLD).seal(text, purpose=purpose),
        str(apps(key=KEYS[0], format="base32").to_json(encrypt=True)),
    ]
    only_new = totp_keys.factory(totp_keys.wallet(NEW))

    assert SecretBox(NEW).open(sealed[0], purpose=purpose) == text
    assert only_new.from_source(sealed[1]).base32_key == KEYS[0]


def test_a_card_is_found_by_its_token_before_and_after(config: Config, database: Database) -> None:
    def found(*keys: bytes) -> int:
        digests = SecretBox(*keys).digests(TOKENS[0])
        with database.read() as session:
            rows = session.scalars(select(SavedCard.id).where(SavedCard.token_hmac.in_(digests)))
            return len(rows.all())

    before = found(NEW, OLD)
    with _running(config, database, NEW, OLD) as shop:
        list(master_key.exchange(shop, actor=ACTOR))

    assert (before, found(NEW, OLD), found(NEW)) == (1, 1, 1)


def test_what_neither_key_opens_is_told_and_left(config: Config, database: Database) -> None:
    lost = SecretBox(os.urandom(32)).seal("x", purpose="card:1:1")
    app = totp_keys.seal(Secret(KEYS[0]), os.urandom(32))
    with database.write() as session:
        card = session.scalars(select(SavedCard.id).order_by(SavedCard.id)).first()
        person = session.scalars(select(User.id).where(User.tf_totp_secret.is_not(None))).first()
        session.execute(update(SavedCard).where(SavedCard.id == card).values(token_ciphertext=lost))
        session.execute(update(User).where(User.id == person).values(tf_totp_secret=app))

    with _running(config, database, NEW, OLD) as shop:
        batches = list(master_key.exchange(shop, actor=ACTOR))

    assert [one.unreadable for one in batches] == [0, 1, 1]
    with database.read() as session:
        assert session.get_one(SavedCard, card).token_ciphertext == lost
        assert session.get_one(User, person).tf_totp_secret == app


def test_it_is_audited_with_numbers_and_no_key(config: Config, database: Database) -> None:
    with _running(config, database, NEW, OLD) as shop:
        list(master_key.exchange(shop, actor=ACTOR))

    with database.read() as session:
        entry = session.scalars(select(Audit)).one()
    assert (entry.action, entry.actor) == ("master_key_changed", "command line")
    assert entry.after == {"gateway_accounts": 2, "saved_cards": 3, "authenticator_apps": 3}


@pytest.mark.parametrize("keys", [(OLD,), (OLD, OLD)])
def test_without_another_key_nothing_is_done(
    config: Config, database: Database, keys: tuple[bytes, ...]
) -> None:
    with _running(config, database, *keys) as shop, pytest.raises(NoOldKey):
        list(master_key.exchange(shop, actor=ACTOR))
