"""Hands applications for card payments to the address that takes them, by HTTP."""

from typing import Any

import requests

from komet_shop.services.card_applications import ApplicationRefused, ApplicationUnavailable

SECONDS = 10.0
"""How long connecting, and waiting for each part of the answer's head, may take."""

ASKS_TO_COME_BACK = frozenset({408, 425, 429})


class ApplicationsPost:
    """Posts JSON to `KOMET_SHOP_APPLICATIONS_TO`. Rule: docs/operations.md, "Activation"."""

    def __init__(self, url: str, *, seconds: float = SECONDS) -> None:
        self._url = url
        self._seconds = seconds

    def post(self, application: dict[str, Any]) -> None:
        """Post one application; only the answer's status is read, and no redirect followed.

        Raises:
            ApplicationUnavailable, ApplicationRefused.
        """
        status = self._status_of(application)
        if status in ASKS_TO_COME_BACK or status >= 500:
            raise ApplicationUnavailable(f"the address answered {status}")
        if not 200 <= status < 300:
            raise ApplicationRefused(f"the address answered {status}")

    def _status_of(self, application: dict[str, Any]) -> int:
        with requests.Session() as session:
            session.trust_env = False
            try:
                with session.post(
                    self._url,
                    json=application,
                    headers={"Idempotency-Key": application["id"]},
                    timeout=self._seconds,
                    allow_redirects=False,
                    stream=True,
                ) as answer:
                    return answer.status_code
            except requests.RequestException as error:
                raise ApplicationUnavailable(f"no answer: {type(error).__name__}") from error
