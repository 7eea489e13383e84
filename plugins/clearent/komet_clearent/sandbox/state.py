"""All that one sandbox knows, handed to whatever answers a request."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .accounts import Account, issue
from .assumptions import Assumptions
from .clock import Clock
from .faults import Faults
from .ledger import Ledger
from .one_time_tokens import OneTimeTokens
from .settings import CardRules, DuplicateRules
from .storage import Storage
from .vault import Vault
from .webhooks import Webhooks

REQUESTS_KEPT = 1000


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a sandbox is started; see the program's own help."""

    labels: tuple[str, ...] = ()
    data: Path | None = None
    clock_file: Path | None = None
    webhook_url: str | None = None
    webhook_urls: Mapping[str, str] = field(default_factory=dict)
    webhook_pauses: tuple[float, ...] = (1, 4)
    assumptions: Assumptions = Assumptions()


class Sandbox:
    """A gateway for one merchant with some terminals."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._storage = Storage(options.data)
        self.clock = Clock(options.clock_file)
        self.ledger = Ledger(self._storage)
        self.vault = Vault(self._storage, self.ledger)
        self.accounts = self._accounts()
        self.webhooks = Webhooks(
            options.webhook_url, options.webhook_pauses, by_account=options.webhook_urls
        )
        self.stopping = threading.Event()
        self.one_time_tokens = OneTimeTokens()
        self.faults = Faults()
        self._start_over()

    def account(self, label: str) -> Account | None:
        """The terminal of this label."""
        return self.accounts.get(label)

    def account_by(self, name: str, key: str | None) -> Account | None:
        """The terminal whose `api_key` or `public_key` this is."""
        return next((one for one in self.accounts.values() if getattr(one, name) == key), None)

    def reset(self) -> None:
        """Forget everything but the keys, the address for notifications and the clock's file."""
        self.ledger.forget()
        self.vault.forget()
        self.one_time_tokens.forget()
        self.faults.clear()
        self.webhooks.forget()
        self._start_over()

    def close(self) -> None:
        """End every wait and let go of the file."""
        self.stopping.set()
        self.webhooks.stop()
        self.ledger.close()

    def _start_over(self) -> None:
        self.assumptions = self._options.assumptions
        self.duplicate_rules = DuplicateRules()
        self.card_rules = CardRules()
        self.requests: deque[dict[str, Any]] = deque(maxlen=REQUESTS_KEPT)

    def _accounts(self) -> dict[str, Account]:
        kept = (Account(**one) for one in self._storage.all("account"))
        known = {one.label: one for one in sorted(kept, key=lambda one: one.terminal_id)}
        for label in self._options.labels or (known or ("MAIN",)):
            if label not in known:
                known[label] = issue(label, len(known) + 1)
                self._storage.put("account", label, vars(known[label]))
        return {label: known[label] for label in self._options.labels or known}
