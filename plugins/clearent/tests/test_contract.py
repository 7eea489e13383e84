"""Clearent keeps every promise of the plugin interface, in front of its sandbox."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import requests
from komet_clearent.plugin import plugin
from komet_clearent.sandbox.assumptions import Assumptions
from komet_clearent.sandbox.program import SandboxServer
from komet_clearent.sandbox.state import Options

from komet_shop.plugin_api import Account, Kind
from komet_shop.plugin_api.contract import Booked, PluginContract, Subject

GOOD_CARD = {"card": "4111111111111111", "exp-date": "1240", "csc": "999"}
KINDS = {
    "SALE": Kind.SALE,
    "AUTH": Kind.AUTHORIZE,
    "CAPTURE": Kind.CAPTURE,
    "VOID": Kind.VOID,
    "REFUND": Kind.REFUND,
    "UNMATCHED REFUND": Kind.CREDIT_REFUND,
}


class ControlledClearent:
    """The sandbox, directed through its control address and read through its ledger."""

    def __init__(self, server: SandboxServer) -> None:
        self._server = server
        self._keys = server.accounts[0]
        self.is_listening = True

    def new_card_token(self) -> str:
        """What the card form's frame would fetch."""
        headers = {"public-key": self._keys["public_key"]}
        body = {**GOOD_CARD, "software-type": "Test", "software-type-version": "1"}
        answer = self._post("/rest/v2/mobilejwt/manual", body, headers)
        return str(answer["payload"]["mobile-jwt"]["jwt"])

    def stored_card_token(self) -> str:
        """A card put straight into the vault."""
        headers = {"api-key": self._keys["api_key"]}
        answer = self._post("/rest/v2/tokens", {**GOOD_CARD, "card-type": "VISA"}, headers)
        payload = answer["payload"]
        return str((payload.get("tokenResponse") or payload["token"])["token-id"])

    def decline_next(self) -> None:
        """The issuer says no."""
        self._post("/_control/faults", {"fault": "decline_402"})

    def go_silent_next(self, *, after_booking: bool) -> None:
        """The connection stays open and nothing comes."""
        fault = "silence_after_booking" if after_booking else "silence_before_booking"
        self._post("/_control/faults", {"fault": fault})

    def refuse_connections(self) -> None:
        """Stop the server."""
        self.is_listening = False
        self._server.__exit__(None, None, None)

    def settle(self) -> None:
        """The gateway closes its batch."""
        self._post("/_control/batches/close", {"account": "Miami"})

    def booked(self) -> Sequence[Booked]:
        """Approved rows of the ledger."""
        rows = requests.get(f"{self._server.url}/_control/ledger", timeout=5).json()
        return [
            Booked(
                reference=row["invoice"],
                kind=KINDS[row["type"]] if row["amount_cents"] else Kind.STORE_CARD,
                amount_cents=row["amount_cents"],
            )
            for row in rows["transactions"]
            if row["result"] == "APPROVED"
        ]

    def _post(
        self, path: str, body: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Any:
        accept = {"Accept": "application/json", **(headers or {})}
        answer = requests.post(self._server.url + path, json=body, headers=accept, timeout=5)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def controlled(assumptions: Assumptions) -> Iterator[Subject]:
    """The plugin in front of a fresh sandbox that answers the open questions like this."""
    server = SandboxServer(Options(labels=("Miami",), assumptions=assumptions))
    server.__enter__()
    gateway = ControlledClearent(server)
    keys = server.accounts[0]
    account = Account(
        id=1,
        location="Miami",
        environment="test",
        url=server.url,
        revision=1,
        settings={"api_key": keys["api_key"], "public_key": keys["public_key"]},
    )
    try:
        yield Subject(plugin=plugin, account=account, gateway=gateway)
    finally:
        if gateway.is_listening:
            server.__exit__(None, None, None)


class TestClearent(PluginContract):
    @contextmanager
    def subject(self) -> Iterator[Subject]:
        with controlled(Assumptions(duplicate_rule_default_on=False)) as subject:
            yield subject


class TestClearentWithEveryGuessTurnedRound(PluginContract):
    """The vendor's papers leave these open, so neither answer may break a promise."""

    test_silence_is_unknown_and_ends_in_time = None  # no guess changes silence, and it takes time

    @contextmanager
    def subject(self) -> Iterator[Subject]:
        otherwise = Assumptions(
            duplicate_rule_default_on=False,
            used_jwt_answer="402",
            void_reply_has_new_id=False,
            error_result_code_differs=True,
            result_code_zeros="0000",
            status_in_capitals=True,
            booleans_as_json=True,
            reply_amount_includes_fee=False,
            service_fee_applied=False,
            mobile_links_present=False,
            token_link_first=True,
            mobile_brand_present=False,
            token_object_old_name=True,
            single_result_as_object=True,
            batch_close_when_empty="040",
            default_page_size=2,
            maximum_page_size=2,
        )
        with controlled(otherwise) as subject:
            yield subject
