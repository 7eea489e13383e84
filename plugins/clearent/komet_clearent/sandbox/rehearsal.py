"""What the shop's demo asks of a running sandbox: a practice card, and a payment gone wrong."""

from collections.abc import Mapping
from typing import Any

import requests

SECONDS = 5
PRACTICE_CARD = {"card": "5555555555554444", "exp-date": "1230", "csc": "999"}
SOFTWARE = {"software-type": "Komet Shop", "software-type-version": "demo"}


class SandboxRehearsal:
    """Talks to a sandbox that runs on this machine."""

    def card_token(self, url: str, settings: Mapping[str, str]) -> str:
        """A one-time token of the practice card, straight from the sandbox."""
        headers = {"public-key": settings["public_key"], "Accept": "application/json"}
        answer = _post(f"{url}/rest/v2/mobilejwt/manual", PRACTICE_CARD | SOFTWARE, headers)
        return str(answer["payload"]["mobile-jwt"]["jwt"])

    def approve_part_next(self, url: str, account: str) -> None:
        """The next sale at that terminal is booked for half of its amount."""
        fault = {"fault": "partial_approval", "match": {"path": "sale", "account": account}}
        _post(f"{url}/_control/faults", fault, {})


def _post(url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(url, json=body, headers=headers, timeout=SECONDS)
    answer.raise_for_status()
    return answer.json()
