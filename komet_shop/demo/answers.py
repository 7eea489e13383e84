"""Waiting until a program answers, without waiting for one that has died."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests

from komet_shop.demo.children import Children
from komet_shop.demo.failures import Broken

_LOOK_EVERY_SECONDS = 0.05
_ONE_ANSWER_SECONDS = 5


class Patience:
    """Waits for programs of one demo, at most so many seconds for each."""

    def __init__(self, children: Children, *, seconds: float) -> None:
        self._children = children
        self._seconds = seconds

    def for_file(self, path: Path, *, name: str) -> dict[str, Any]:
        """What a program's ready file says, once it is there.

        Raises:
            Broken: it died, or does not answer in time.
        """
        self._until(path.exists, name)
        facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return facts

    def for_answer(self, url: str, *, name: str) -> None:
        """Return once the address answers with anything but a failure.

        Raises:
            Broken: it died, or does not answer in time.
        """
        with requests.Session() as session:
            session.trust_env = False
            self._until(lambda: _answers(session, url), name)

    def _until(self, is_there: Callable[[], bool], name: str) -> None:
        deadline = time.monotonic() + self._seconds
        while not is_there():
            self._children.check()
            if time.monotonic() > deadline:
                raise Broken(
                    f"{name} did not answer within {self._seconds:.0f} seconds. "
                    f"Its log: {self._children.log_of(name)}"
                )
            time.sleep(_LOOK_EVERY_SECONDS)


def _answers(session: requests.Session, url: str) -> bool:
    try:
        answer = session.get(url, timeout=_ONE_ANSWER_SECONDS, allow_redirects=False)
    except requests.RequestException:
        return False
    return answer.status_code < 400
