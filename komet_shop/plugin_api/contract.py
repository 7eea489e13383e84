"""The tests that every payment plugin must pass. For plugin authors; needs pytest.

Subclass `PluginContract`, give it a `subject`, and run pytest:

    class TestMyPlugin(PluginContract):
        @contextmanager
        def subject(self) -> Iterator[Subject]:
            with MyGateway() as gateway:
                yield Subject(plugin=plugin, account=gateway.account, gateway=gateway)

The plugin's tests must really talk to the gateway under control: it is the truth here.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

import pytest

from komet_shop.plugin_api import (
    API_VERSION,
    DrivesTerminals,
    Fault,
    FormRequest,
    HostsCardForm,
    Kind,
    OneTimeCard,
    Outcome,
    ProvesHealth,
    ReceivesNotifications,
    SettlesBatches,
    StoredCard,
    StoresCards,
    TakesPayments,
    VoidRequest,
)
from komet_shop.plugin_api.contract_money import MoneyContract
from komet_shop.plugin_api.contract_subject import (
    DEADLINES,
    Booked,
    GatewayUnderControl,
    RecordingHost,
    Subject,
    Till,
    last_hour,
)

__all__ = ["Booked", "GatewayUnderControl", "PluginContract", "RecordingHost", "Subject", "Till"]

GRACE = 1.5
"""Seconds beyond the deadline that a busy machine may need to notice it."""

EVERY_VERB = tuple(Kind)
FOUND_BY_REFERENCE = (Kind.SALE, Kind.AUTHORIZE, Kind.REFUND, Kind.CREDIT_REFUND)
FIELD = "card_field"
FORM = FormRequest(token_field=FIELD)


class PluginContract(MoneyContract):
    """Every promise of `komet_shop.plugin_api` that can be tested from outside."""

    def subject(self) -> AbstractContextManager[Subject]:
        """A plugin in front of a fresh gateway. Subclasses must give one."""
        raise NotImplementedError

    @pytest.fixture
    def given(self) -> Iterator[Subject]:
        """The subject of one test."""
        with self.subject() as subject:
            yield subject

    @pytest.fixture
    def till(self, given: Subject) -> Till:
        """Makes requests against the subject."""
        return Till(given)

    # What the plugin says of itself

    def test_the_plugin_names_itself_and_its_version_of_the_interface(self, given: Subject) -> None:
        plugin = given.plugin

        assert plugin.name.isidentifier()
        assert plugin.name == plugin.name.lower()
        assert plugin.title.strip()
        assert plugin.api_version == API_VERSION
        assert plugin.default_url("test")
        assert plugin.default_url("live")

    def test_every_setting_has_its_own_name_a_label_and_a_known_scope(self, given: Subject) -> None:
        settings = list(given.plugin.settings)

        assert len({setting.name for setting in settings}) == len(settings)
        assert all(setting.name.isidentifier() and setting.label for setting in settings)
        assert {setting.scope for setting in settings} <= {"account", "company"}
        assert all(len(choice) == 2 for setting in settings for choice in setting.choices)

    def test_an_ability_is_offered_whole_or_not_at_all(self, given: Subject) -> None:
        connection = given.open()

        assert isinstance(connection, TakesPayments)
        for ability in (
            HostsCardForm,
            StoresCards,
            SettlesBatches,
            DrivesTerminals,
            ReceivesNotifications,
            ProvesHealth,
        ):
            names = {name for name in vars(ability) if not name.startswith("_")}
            assert isinstance(connection, ability) or not any(
                hasattr(connection, name) for name in names
            )

    # The four outcomes of every verb

    @pytest.mark.parametrize("kind", EVERY_VERB)
    def test_an_approval_carries_its_id_and_nothing_that_we_did_not_ask(
        self, till: Till, kind: Kind
    ) -> None:
        act = till.action(kind)

        result = act()

        assert result.outcome is Outcome.APPROVED
        assert result.transaction_id
        assert result.kind in (kind, None)
        assert result.reference in (till.reference, None)
        assert result.amount_cents in (0 if kind is Kind.STORE_CARD else 2500, None)
        assert result.currency in ("USD", None)

    @pytest.mark.parametrize("kind", EVERY_VERB)
    def test_a_refusal_is_declined_with_words_and_books_nothing(
        self, till: Till, kind: Kind
    ) -> None:
        act = till.action(kind)
        before = list(till.gateway.booked())
        till.gateway.decline_next()

        result = act()

        assert result.outcome is Outcome.DECLINED
        assert result.buyer_message
        assert result.staff_message
        assert list(till.gateway.booked()) == before

    @pytest.mark.parametrize("after_booking", [False, True])
    @pytest.mark.parametrize("kind", EVERY_VERB)
    def test_silence_is_unknown_and_ends_in_time(
        self, till: Till, kind: Kind, after_booking: bool
    ) -> None:
        act = till.action(kind)
        till.gateway.go_silent_next(after_booking=after_booking)
        started = time.monotonic()

        result = act()

        assert result.outcome is Outcome.UNKNOWN
        assert result.fault is Fault.NO_ANSWER
        assert result.buyer_message
        assert time.monotonic() - started < DEADLINES.total + GRACE

    @pytest.mark.parametrize("kind", EVERY_VERB)
    def test_a_refused_connection_is_rejected_since_nothing_was_sent(
        self, till: Till, kind: Kind
    ) -> None:
        act = till.action(kind)
        till.gateway.refuse_connections()

        result = act()

        assert result.outcome is Outcome.REJECTED
        assert result.fault is Fault.UNREACHABLE
        assert result.buyer_message

    # Looking up

    @pytest.mark.parametrize("kind", FOUND_BY_REFERENCE)
    def test_what_silence_hid_is_found_by_its_reference(self, till: Till, kind: Kind) -> None:
        act = till.action(kind)
        till.gateway.go_silent_next(after_booking=True)
        act()

        lookup = till.connection.find(last_hour(reference=till.reference))

        assert lookup.answered
        assert [(one.reference, one.kind, one.amount_cents) for one in lookup.transactions] == [
            (till.reference, kind, 2500)
        ]
        assert lookup.transactions[0].outcome is Outcome.APPROVED

    def test_what_was_never_booked_is_not_found(self, till: Till) -> None:
        till.sell()

        lookup = till.connection.find(last_hour(reference=till.next_reference()))

        assert lookup.answered
        assert lookup.transactions == ()

    def test_a_period_shows_exactly_what_was_booked(self, till: Till) -> None:
        for cents in (1000, 1100, 1200):
            till.sell(cents)

        lookup = till.connection.find(last_hour())

        found = {(one.reference, one.kind, one.amount_cents) for one in lookup.transactions}
        booked = {(one.reference, one.kind, one.amount_cents) for one in till.gateway.booked()}
        assert lookup.answered
        assert found == booked
        assert len(found) == 3

    def test_a_void_shows_on_the_sale(self, till: Till) -> None:
        sale = till.sell()
        request = VoidRequest(**till.follow_up(sale, 2500))
        till.connection.void(request)

        lookup = till.connection.find(last_hour(transaction_id=sale))

        assert [(one.id, one.voided) for one in lookup.transactions] == [(sale, True)]

    def test_a_lookup_nobody_answers_is_not_a_no(self, till: Till) -> None:
        till.sell()
        till.gateway.refuse_connections()

        lookup = till.connection.find(last_hour())

        assert not lookup.answered

    # Secrets

    def test_no_token_and_no_key_shows_in_results_or_in_the_log(
        self, given: Subject, till: Till
    ) -> None:
        once = OneTimeCard(token=given.gateway.new_card_token())
        kept = StoredCard(token=given.gateway.stored_card_token())
        requests = [
            till.charge_request(Kind.SALE, 1000, card=once),
            till.charge_request(Kind.SALE, 1100, card=kept),
        ]

        results = [till.connection.charge(request) for request in requests]

        told = " ".join([*map(repr, requests), *map(repr, results), *given.host.logged])
        keys = [given.account.settings[one.name] for one in given.plugin.settings if one.secret]
        for secret in (once.token, kept.token, *keys):
            assert secret not in told
            assert secret not in repr(given.account)

    def test_nothing_is_sent_while_the_shop_forbids_calls(self, given: Subject) -> None:
        till = Till(given)
        busy = given.open(RecordingHost(in_transaction=True))
        request = till.charge_request(Kind.SALE, 1000)

        with pytest.raises(RuntimeError):
            busy.charge(request)

        assert list(given.gateway.booked()) == []

    def test_the_shop_is_asked_before_every_call(self, given: Subject, till: Till) -> None:
        till.sell(1000)
        after_sale = given.host.asked

        till.connection.find(last_hour())

        assert after_sale >= 1
        assert given.host.asked > after_sale

    # Further abilities, where the plugin has them

    def test_a_saved_card_can_be_described_charged_and_forgotten(self, till: Till) -> None:
        vault = till.connection
        if not isinstance(vault, StoresCards):
            pytest.skip("this plugin stores no cards")
        kept = till.action(Kind.STORE_CARD)().stored_card
        assert kept
        till.sell(1000, kept)

        details = vault.describe(kept)
        is_gone = [vault.forget(kept), vault.forget(kept)]

        assert details
        assert len(details.last_four) == 4
        assert is_gone == [True, True]
        assert vault.describe(kept) is None

    def test_the_open_batch_counts_what_was_sold(self, till: Till) -> None:
        batches = till.connection
        if not isinstance(batches, SettlesBatches):
            pytest.skip("this plugin settles no batches")
        till.sell(1000)
        till.sell(1100)

        opened = batches.open_batch()
        closed = batches.close_batch()
        after = batches.open_batch()

        assert opened.batch
        assert (opened.batch.sales_count, opened.batch.net_cents) == (2, 2100)
        assert closed.batch
        assert closed.batch.net_cents == 2100
        assert after.answered
        assert after.batch is None

    def test_health_tells_a_working_account_from_a_dead_one(self, till: Till) -> None:
        prover = till.connection
        if not isinstance(prover, ProvesHealth):
            pytest.skip("this plugin proves no health")
        working = prover.check()
        till.gateway.refuse_connections()

        dead = prover.check()

        assert working.ok
        assert not dead.ok
        assert dead.message

    def test_the_card_form_is_there_and_loads_only_listed_scripts(self, given: Subject) -> None:
        connection, blueprint = given.open(), given.plugin.blueprint()
        if not isinstance(connection, HostsCardForm):
            pytest.skip("this plugin hosts no card form")

        fragment = connection.card_form(FORM)

        assert blueprint
        assert blueprint.name == given.plugin.name
        assert blueprint.jinja_loader
        assert fragment.template in blueprint.jinja_loader.list_templates()
        assert fragment.template.startswith(f"{given.plugin.name}/")
        scripts = [urlsplit(script) for script in fragment.scripts]
        foreign = {f"{script.scheme}://{script.netloc}" for script in scripts if script.netloc}
        assert foreign <= set(connection.content_sources().scripts)
        assert {script.path for script in scripts} <= set(given.plugin.script_inventory)

    def test_a_notification_that_nobody_signed_is_ignored(self, given: Subject) -> None:
        connection = given.open()
        if not isinstance(connection, ReceivesNotifications):
            pytest.skip("this plugin receives no notifications")

        for body in (b"", b"{}", b"[]", b"\xff", b'{"payload":{},"signature":"30"}'):
            assert connection.read_notification(body, {}) is None
