"""All that one sandbox knows, handed to whatever answers a request."""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .accounts import FIRST_TERMINAL, Account, issue
from .applications import Application, Applications
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
        self.applications = Applications(self._storage)
        self.accounts = self._accounts()
        addresses = {one.label: one.webhook_url for one in self.applications.issued()}
        self.webhooks = Webhooks(
            options.webhook_url,
            options.webhook_pauses,
            by_account={**addresses, **options.webhook_urls},
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

    def issue_keys(self, application: Application) -> Account:
        """A terminal of its own for an applicant, who is notified where the form says."""
        with self.ledger.changing():
            known = self.applications.find(application.id)
            if known is not None and known.label:
                return self.accounts[known.label]
            label = self._free_label(application.location_code)
            numbers = [int(one["terminal_id"]) for one in self._storage.all("account")]
            account = issue(label, max(numbers, default=FIRST_TERMINAL) - FIRST_TERMINAL + 1)
            self._storage.put("account", label, vars(account))
            self.applications.keep(replace(application, label=label))
            self.accounts = {**self.accounts, label: account}
            self.webhooks.tell(label, application.webhook_url)
            return account

    def _free_label(self, wanted: str) -> str:
        taken = {str(one["label"]) for one in self._storage.all("account")}
        numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
        return next(label for label in (wanted, *numbered) if label not in taken)

    def reset(self) -> None:
        """Forget everything but the keys, the address for notifications and the clock's file."""
        self.ledger.forget()
        self.vault.forget()
        self.one_time_tokens.forget()
        self.faults.clear()
        self.applications.forget()
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
        named = self._options.labels or tuple(known)
        issued = (one.label for one in self.applications.issued() if one.label in known)
        return {label: known[label] for label in dict.fromkeys((*named, *issued))}
