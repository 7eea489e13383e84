"""Notifications: the answer's envelope, signed, sent up to three times until it is taken."""

import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import requests

from .assumptions import Assumptions
from .envelope import Reply

DEADLINE_SECONDS = 5


class Webhooks:
    """Posts an account's notifications to its own address, else to the one for all.

    Without an address it stays quiet.
    """

    def __init__(
        self,
        url: str | None,
        pauses: tuple[float, ...] = (1, 4),
        *,
        by_account: Mapping[str, str] | None = None,
    ) -> None:
        self.url = url
        self._by_account = dict(by_account or {})
        self._pauses = pauses
        self._recent: deque[tuple[str, str]] = deque(maxlen=10)
        self._stopping = threading.Event()
        self._workers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="webhook")

    def send(self, reply: Reply, assumptions: Assumptions) -> None:
        """Notify in the background."""
        if self._concerns(reply):
            self._workers.submit(self.deliver, reply, assumptions)

    def deliver(self, reply: Reply, assumptions: Assumptions) -> None:
        """Notify now, trying again after each pause until the receiver takes it."""
        if not self._concerns(reply):
            return
        body, signature = reply.signed(assumptions)
        self._recent.append((body, signature))
        header = "" if assumptions.webhook_signature_place == "field" else signature
        for pause in (*self._pauses, 0):
            if self._post(self._address(reply), body, header) or self._stopping.wait(pause):
                return

    def storm(self, reply: Reply, assumptions: Assumptions) -> None:
        """Notify ten times: the new one repeated among earlier ones, newest first, one forged."""
        if not self._concerns(reply):
            return
        body, signature = reply.signed(assumptions)
        in_field = assumptions.webhook_signature_place == "field"
        newest_first = [(body, signature), *reversed(self._recent)]
        several = [newest_first[at % len(newest_first)] for at in range(8)]
        forged = _altered(signature)
        several += [(body.replace(signature, forged), forged), (body, signature)]
        self._recent.append((body, signature))
        for one, its_signature in several:
            header = "" if in_field else its_signature
            self._workers.submit(self._post, self._address(reply), one, header)

    def tell(self, label: str, url: str) -> None:
        """Post this account's notifications there from now on; nowhere when it is empty."""
        self._by_account = {**self._by_account, label: url}

    def address_of(self, label: str) -> str:
        """Where this account's notifications go; empty for nowhere."""
        return self._by_account.get(label) or self.url or ""

    def forget(self) -> None:
        """Drop what a storm would repeat."""
        self._recent.clear()

    def stop(self) -> None:
        """End without waiting for pauses or receivers."""
        self._stopping.set()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _concerns(self, reply: Reply) -> bool:
        return bool(self._address(reply) and reply.tells and not self._stopping.is_set())

    def _address(self, reply: Reply) -> str:
        return self.address_of(reply.account.label) if reply.account is not None else ""

    def _post(self, url: str, body: str, signature_header: str) -> bool:
        headers = {"Content-Type": "application/json"}
        if signature_header:
            headers["signature"] = signature_header
        with requests.Session() as session:
            session.trust_env = False
            try:
                answer = session.post(
                    url,
                    data=body.encode(),
                    headers=headers,
                    timeout=DEADLINE_SECONDS,
                    allow_redirects=False,
                )
            except requests.RequestException:
                return False
        return answer.ok


def _altered(signature: str) -> str:
    """A signature of the same form that proves nothing."""
    last = "0" if signature[-1] != "0" else "1"
    return signature[:-1] + last
