"""The part of the plugin contract about money: fees, refunds, voids, cards used once."""

import threading
from concurrent.futures import ThreadPoolExecutor

from komet_shop.plugin_api import (
    CaptureRequest,
    ChargeRequest,
    GatewayResult,
    Kind,
    OneTimeCard,
    Outcome,
    RefundRequest,
)
from komet_shop.plugin_api.contract_subject import Till, last_hour


class MoneyContract:
    """What is charged, returned and undone is what was asked, once."""

    def test_a_service_fee_comes_on_top_of_the_amount(self, till: Till) -> None:
        request = till.charge_request(Kind.SALE, 2000, fee=60)

        result = till.connection.charge(request)

        assert result.outcome is Outcome.APPROVED
        assert result.amount_cents in (2000, None)
        assert result.service_fee_cents in (60, 0)

    def test_a_capture_takes_its_service_fee_out_of_what_is_held(self, till: Till) -> None:
        held = till.connection.charge(till.charge_request(Kind.AUTHORIZE, 2060))
        fields = till.follow_up(held.transaction_id or "", 2000)

        result = till.connection.capture(CaptureRequest(**fields, service_fee_cents=60))

        assert result.outcome is Outcome.APPROVED
        assert result.amount_cents in (2000, None)
        assert result.service_fee_cents in (60, 0)

    def test_a_lookup_tells_the_service_fee_as_the_answer_did(self, till: Till) -> None:
        result = till.connection.charge(till.charge_request(Kind.SALE, 2000, fee=60))

        lookup = till.connection.find(last_hour(reference=till.reference))

        found = [(one.amount_cents, one.service_fee_cents) for one in lookup.transactions]
        assert found == [(2000, result.service_fee_cents)]

    def test_a_second_void_is_not_approved(self, till: Till) -> None:
        act = till.action(Kind.VOID)
        first = act()

        second = act()

        assert first.outcome is Outcome.APPROVED
        assert second.outcome is Outcome.DECLINED

    def test_a_refund_above_the_sale_is_not_approved(self, till: Till) -> None:
        sale = till.sell(1000)
        till.gateway.settle()
        request = RefundRequest(**till.follow_up(sale, 1001))

        result = till.connection.refund(request)

        assert result.outcome is Outcome.DECLINED
        assert Kind.REFUND not in {entry.kind for entry in till.gateway.booked()}

    def test_a_one_time_card_is_good_for_one_sale(self, till: Till) -> None:
        card = OneTimeCard(token=till.gateway.new_card_token())
        till.sell(1000, card)

        second = till.connection.charge(till.charge_request(Kind.SALE, 1100, card=card))

        assert second.outcome in (Outcome.REJECTED, Outcome.DECLINED)
        assert len(till.gateway.booked()) == 1

    def test_eight_buyers_at_once_each_get_their_own_answer(self, till: Till) -> None:
        requests = [till.charge_request(Kind.SALE, 1000 + number) for number in range(8)]
        start = threading.Barrier(8)

        def buy(request: ChargeRequest) -> GatewayResult:
            start.wait()
            return till.connection.charge(request)

        with ThreadPoolExecutor(8) as buyers:
            results = list(buyers.map(buy, requests))

        assert {result.outcome for result in results} == {Outcome.APPROVED}
        assert len({result.transaction_id for result in results}) == 8
        for request, result in zip(requests, results, strict=True):
            assert result.amount_cents in (request.amount_cents, None)
            assert result.reference in (request.reference, None)
