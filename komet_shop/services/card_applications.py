"""The application with which a location asks for card payments: kept, audited, sent on."""

from dataclasses import asdict, dataclass
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.domain import identifiers
from komet_shop.domain.activation import APPLIES, Status
from komet_shop.models import CardApplication, Company, GatewayAccount, Location, Outbox
from komet_shop.services import key_checks, outbox
from komet_shop.services.activation import OutOfTurn, Work, at_location
from komet_shop.services.gateways import NoAccount, online_account
from komet_shop.services.outbox import Message
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop

KIND = "application"


class ApplicationUnavailable(Exception):
    """Whoever takes applications is down, unclear or asks to come back later."""


class ApplicationRefused(Exception):
    """Whoever takes applications said no."""


class TakesApplications(Protocol):
    """Delivers applications by HTTP."""

    def post(self, application: dict[str, Any]) -> None:
        """Hand one over; `application["id"]` stays the same when it is sent again.

        Raises:
            ApplicationUnavailable, ApplicationRefused.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Application:
    """What a specialist needs to make contact. No bank, tax or identity numbers."""

    legal_name: str
    trade_name: str
    business_address: str
    website: str
    contact_name: str
    contact_email: str
    contact_phone: str
    monthly_volume_cents: int
    average_ticket_cents: int
    current_processor: str
    notes: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """How far an application has come. No delivery at all: the shop sends it nowhere."""

    state: str
    error: str


def submit(shop: Shop, scope: Scope, code: str, application: Application) -> str:
    """Keep an application and send it on; the newest counts. Returns its public id.

    The location's account is added with it: its number is in the address to which the
    gateway will send its news.

    Raises:
        NoSuchLocation, OutOfTurn.
    """
    return at_location(shop, scope, code, lambda work: _submit(work, application))


def latest(session: Session, location_id: int) -> CardApplication | None:
    """The application that counts."""
    return session.scalars(
        select(CardApplication)
        .where(CardApplication.location_id == location_id)
        .order_by(CardApplication.id.desc())
        .limit(1)
    ).one_or_none()


def delivery(session: Session, application: CardApplication) -> Delivery | None:
    """How far it has come; None when there was nobody to send it to."""
    keys = (f"{KIND}:{application.public_id}", f"mail:{KIND}:{application.public_id}")
    row = session.execute(
        select(Outbox.state, Outbox.last_error).where(Outbox.dedupe_key.in_(keys))
    ).one_or_none()
    return Delivery(state=row.state, error=row.last_error) if row is not None else None


def facts(session: Session, application_id: int, base_url: str) -> dict[str, Any]:
    """What is handed over: the form, whose it is, and where the gateway may send its news."""
    row = session.get_one(CardApplication, application_id)
    location = session.get_one(Location, row.location_id)
    given = {name: getattr(row, name) for name in Application.__dataclass_fields__}
    return {
        "id": row.public_id,
        "submitted_at": row.submitted_at.isoformat(),
        "company": session.get_one(Company, row.company_id).name,
        "location": {"code": location.code, "name": location.name},
        **given,
        "webhook_url": _webhook_url_at(session, location, base_url),
    }


def webhook_url(base_url: str, account: GatewayAccount) -> str:
    """Where the gateway sends the account's news."""
    return f"{base_url}/plugins/{account.plugin}/notifications/{account.id}"


def _webhook_url_at(session: Session, location: Location, base_url: str) -> str:
    """Empty when the location was turned off before its application was handed over."""
    try:
        return webhook_url(base_url, online_account(session, location.id))
    except NoAccount:
        return ""


def _submit(work: Work, application: Application) -> str:
    if work.status not in APPLIES:
        raise OutOfTurn(work.status)
    environment = key_checks.environments(work.shop.config)[0]
    work.desk().ensure_account(work.location, environment=environment)
    row = CardApplication(
        public_id=identifiers.public_id("app"),
        company_id=work.location.company_id,
        location_id=work.location.id,
        submitted_at=work.now,
        submitted_by_id=work.scope.actor.user_id,
        **asdict(application),
    )
    work.session.add(row)
    work.session.flush()
    before = work.move(APPLIES, Status.RATES_PENDING)
    _send_on(work, row)
    after = {"status": Status.RATES_PENDING, "application": row.public_id}
    work.note("cards_applied", {"status": before}, after)
    work.tell("applied")
    return row.public_id


def _send_on(work: Work, row: CardApplication) -> None:
    config, payload = work.shop.config, {"application_id": row.id}
    if config.posts_applications:
        key = f"{KIND}:{row.public_id}"
        message = Message(kind=KIND, aggregate=key, dedupe_key=key, payload=payload)
        outbox.put(work.session, message, work.now)
    elif config.applications_to:
        mail = {**payload, "to": config.applications_to, "locale": "en"}
        mail["title"] = work.shop.gateways.plugin.title
        outbox.put_mail(work.session, template=KIND, key=row.public_id, payload=mail, now=work.now)
