"""Applications of locations that want to take cards, and who was given keys in answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .storage import Storage

LONGEST = 2000
KIND = "application"


@dataclass(frozen=True, kw_only=True)
class Application:
    """One form. `label` is that of the terminal that was issued for it, empty before."""

    id: str
    submitted_at: str
    company: str
    location_code: str
    location_name: str
    webhook_url: str
    fields: Mapping[str, str] = field(default_factory=dict)
    label: str = ""


class Applications:
    """Keeps applications; one that comes twice is the same one."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def all(self) -> list[Application]:
        """Newest first."""
        found = [Application(**one) for one in self._storage.all(KIND)]
        return sorted(found, key=lambda one: (one.submitted_at, one.id), reverse=True)

    def find(self, application_id: str) -> Application | None:
        """The application of this id."""
        return next((one for one in self.all() if one.id == application_id), None)

    def issued(self) -> list[Application]:
        """Those that were answered with keys, oldest first."""
        return [one for one in reversed(self.all()) if one.label]

    def keep(self, application: Application) -> None:
        """In place of an earlier one of this id."""
        self._storage.put(KIND, application.id, vars(application))

    def forget(self) -> None:
        """Drop those that wait; whoever was given keys stays."""
        issued = self.issued()
        self._storage.forget(KIND)
        for one in issued:
            self.keep(one)


def read(body: Any) -> Application:
    """An application as the shop sends it.

    Raises:
        ValueError: says what is missing.
    """
    if not isinstance(body, dict) or not isinstance(body.get("location"), dict):
        raise ValueError("An application is a JSON object with a location.")
    place = body["location"]
    named = {"id": body.get("id"), "location.code": place.get("code")}
    missing = [name for name, value in named.items() if not value]
    if missing:
        raise ValueError(f"The application lacks {', '.join(missing)}.")
    return Application(
        id=_text(body["id"]),
        submitted_at=_text(body.get("submitted_at", "")),
        company=_text(body.get("company", "")),
        location_code=_text(place["code"]),
        location_name=_text(place.get("name", "")),
        webhook_url=_address(_text(body.get("webhook_url", ""))),
        fields={_text(name): _text(value) for name, value in body.items() if name not in _NAMED},
    )


_NAMED = {"id", "submitted_at", "company", "location", "webhook_url"}


def _text(value: object) -> str:
    return str(value)[:LONGEST]


def _address(text: str) -> str:
    if text and urlsplit(text).scheme not in ("http", "https"):
        raise ValueError("The address for notifications is neither http nor https.")
    return text
