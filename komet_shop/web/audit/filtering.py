"""What the address of the audit log asks for: a range of days, and filters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from komet_shop.services import audit_search
from komet_shop.services.audit_search import Reader, Wanted
from komet_shop.web.audit.words import actions_of
from komet_shop.web.filters import DEFAULT_ZONE

USUAL_DAYS = 30
MOST_DAYS = 366
LONGEST_TEXT = 100
NAMES = ("who", "group", "about", "location", "since", "until")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The filters as they are shown: days of a location, both included."""

    who: str
    group: str
    about: str
    location: str
    since: date
    until: date
    zone: str
    was_cut: bool
    """True when more than a year was asked for."""

    def query(self) -> dict[str, str]:
        """The filters for an address."""
        texts = {name: getattr(self, name) for name in ("who", "group", "about", "location")}
        days = {"since": self.since.isoformat(), "until": self.until.isoformat()}
        return {name: value for name, value in texts.items() if value} | days

    def wanted(self) -> Wanted:
        """What the service is asked for."""
        return Wanted(
            since=_midnight(self.since, self.zone),
            until=_midnight(self.until + timedelta(days=1), self.zone),
            who=self.who,
            actions=actions_of(self.group),
            about=self.about,
            location=self.location,
        )


def asked(given: Mapping[str, str], unit: Session, reader: Reader, now: datetime) -> Asked:
    """Read the filters; what makes no sense counts as not given."""
    text = {name: given.get(name, "").strip()[:LONGEST_TEXT] for name in NAMES}
    zone = audit_search.zone_of(unit, reader, text["location"]) or DEFAULT_ZONE
    today = now.astimezone(ZoneInfo(zone)).date()
    until = min(_day(text["until"]) or today, today)
    since = min(_day(text["since"]) or until - timedelta(days=USUAL_DAYS), until)
    earliest = until - timedelta(days=MOST_DAYS - 1)
    return Asked(
        who=text["who"],
        group=text["group"],
        about=text["about"],
        location=text["location"],
        since=max(since, earliest),
        until=until,
        zone=zone,
        was_cut=since < earliest,
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year >= 2000 else None


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
