"""One call of Komet's API: budget, transport and envelope together."""

import time
from dataclasses import dataclass

import structlog

from komet_shop.komet_client import transport, wire
from komet_shop.komet_client.budget import Budget
from komet_shop.komet_client.wire import Entrance, Row
from komet_shop.models.database import Database
from komet_shop.plugin_api import Deadlines
from komet_shop.services.erp import ErpUnavailable

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 5.0
LARGEST_ANSWER = 64_000_000
LARGEST_REQUEST = 64 * 1024
WAITS = (0.2, 1.0)


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Makes calls and counts them. Safe to use from several threads."""

    entrance: Entrance
    database: Database
    budget: Budget
    deadlines: Deadlines
    waits: tuple[float, ...] = WAITS

    def pull(self, method: str, **values: object) -> Row:
        """Read, from the pulls' share of the budget; tried again when nobody answers.

        Raises:
            ErpUnavailable, ErpRefused.
        """
        for wait in self.waits:
            try:
                return self._call("GET", method, values, posting=False)
            except ErpUnavailable as error:
                log.info("komet_read_again", method=method, error=str(error))
            time.sleep(wait)
        return self._call("GET", method, values, posting=False)

    def look(self, method: str, **values: object) -> Row:
        """Read once, on the way to a post.

        Raises:
            ErpUnavailable, ErpRefused.
        """
        return self._call("GET", method, values, posting=True)

    def post(self, method: str, **values: object) -> Row:
        """Write, once: Komet books the same thing twice when it is told twice.

        Raises:
            ErpUnavailable, ErpRefused.
        """
        return self._call("POST", method, values, posting=True)

    def _call(self, verb: str, method: str, values: dict[str, object], *, posting: bool) -> Row:
        call = wire.request(self.entrance, verb, method, values)
        if len(call.body or b"") > LARGEST_REQUEST:
            raise ValueError(f"{method}: more than 64 KB in one request")
        self.database.require_no_open_unit()
        self.budget.spend(posting=posting)
        began = time.monotonic()
        try:
            envelope = wire.answer(transport.exchange(call, self.deadlines))
        except Exception as error:
            _note(method, began, error=type(error).__name__)
            raise
        _note(method, began, error=None)
        return envelope


def _note(method: str, began: float, *, error: str | None) -> None:
    milliseconds = int((time.monotonic() - began) * 1000)
    write = log.debug if error is None else log.info
    write("komet_call", method=method, error=error, milliseconds=milliseconds)
