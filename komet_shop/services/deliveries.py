"""Delivers what waits in the outbox: claimed, delivered with no transaction open, recorded."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from komet_shop.models import Company, Outbox
from komet_shop.services import (
    audit,
    card_applications,
    erp_silence,
    letter_facts,
    outbox,
    reservations,
)
from komet_shop.services.card_applications import (
    ApplicationRefused,
    ApplicationUnavailable,
    TakesApplications,
)
from komet_shop.services.erp import ErpRefused, ErpUnavailable, PostsToErp
from komet_shop.services.erp_silence import Silence
from komet_shop.services.komet_facts import CannotBePosted
from komet_shop.services.komet_outbox import KometRound, NotYet
from komet_shop.services.letters import WITHOUT_ALERT, MailRefused, MailUnavailable, SendsMail
from komet_shop.services.scope import WORKER
from komet_shop.services.shop import Shop

log = structlog.get_logger(__name__)

KOMET = ("komet_order", "komet_payment")
MAIL = ("mail",)
APPLICATIONS = (card_applications.KIND,)
MOST = 200
KOMET_AT_ONCE = 10
"""Claimed in one transaction. Each has a lease of its own, renewed before anything is posted."""


@dataclass
class Counts:
    """What became of the messages of one round."""

    done: int = 0
    waiting: int = 0
    refused: int = 0
    dead: int = 0


@dataclass(kw_only=True)
class _Round:
    shop: Shop
    owner: str
    deliver: Mapping[str, Callable[[Outbox], None]]
    at_once: int = 1
    counts: Counts = field(default_factory=Counts)
    other_side_is_down: bool = False


def deliver_due(shop: Shop, erp: PostsToErp | None, mailer: SendsMail, *, owner: str) -> Counts:
    """Deliver everything that is due, orders and payments first, then mail.

    Several workers may do this at once. What nobody answered is tried again for ever; what
    was refused five times is dead, and the administrators hear of it. Without an ERP the
    shop keeps the books itself and nothing waits.
    """
    komet = deliver_to_erp(shop, erp, owner=owner)
    mail = deliver_mail(shop, mailer, owner=owner)
    totals = {name: value + getattr(mail, name) for name, value in vars(komet).items()}
    return Counts(**totals)


def deliver_to_erp(shop: Shop, erp: PostsToErp | None, *, owner: str) -> Counts:
    """The orders and payments that are due, in the order of each customer.

    After a round that got no answer the ERP is left alone for a while, by all workers.
    """
    if erp is None:
        kept = {kind: lambda message: _keep_here(shop, message) for kind in KOMET}
        return _drain(_Round(shop=shop, owner=_unique(owner), deliver=kept))
    with shop.database.read() as session:
        silence = erp_silence.current(session)
    komet = KometRound.begin(shop, erp)
    handlers = {"komet_order": komet.deliver_order, "komet_payment": komet.deliver_payment}
    work = _Round(shop=shop, owner=_unique(owner), deliver=handlers, at_once=KOMET_AT_ONCE)
    if silence is None or _is_broken(work, silence):
        _drain(work)
        if work.other_side_is_down:
            shop.database.run(lambda s: erp_silence.begin(s, shop.clock.now()))
    return work.counts


def deliver_mail(shop: Shop, mailer: SendsMail, *, owner: str) -> Counts:
    """The mails that are due, one message per recipient."""
    handlers = {"mail": lambda message: _deliver_mail(shop, mailer, message)}
    return _drain(_Round(shop=shop, owner=_unique(owner), deliver=handlers))


def deliver_applications(shop: Shop, receiver: TakesApplications | None, *, owner: str) -> Counts:
    """The applications for card payments that are due; without an address they wait."""
    handlers = {
        card_applications.KIND: lambda message: _deliver_application(shop, receiver, message)
    }
    return _drain(_Round(shop=shop, owner=_unique(owner), deliver=handlers))


def _unique(owner: str) -> str:
    """A lease belongs to one round of one worker, never to two of its threads."""
    return f"{owner[:40]}:{secrets.token_hex(4)}"


def _is_broken(work: _Round, silence: Silence) -> bool:
    """Ask with one message whether the ERP is back, if it is time and nobody else does."""
    now = work.shop.clock.now()

    def unit(session: Session) -> list[Outbox]:
        may_ask = erp_silence.break_it(session, silence, now)
        return _lease(session, work, now, most=1) if may_ask else []

    asked = work.shop.database.run(unit)
    for message in asked:
        _deliver(work, message)
    if not asked or work.other_side_is_down:
        return False
    work.shop.database.run(lambda session: _end_silence(session, work.shop))
    return True


def _end_silence(session: Session, shop: Shop) -> None:
    if erp_silence.end(session):
        outbox.hurry(session, KOMET, shop.clock.now())


def _drain(work: _Round) -> Counts:
    """Until nothing is due, or nobody answers."""
    left = MOST
    while left > 0 and not work.other_side_is_down:
        claimed = _claim(work, most=min(left, work.at_once))
        if not claimed:
            break
        left -= len(claimed)
        while claimed and not work.other_side_is_down:
            _deliver(work, claimed.pop(0))
        if claimed:
            _give_back(work.shop, claimed)
    return work.counts


def _claim(work: _Round, *, most: int) -> list[Outbox]:
    now = work.shop.clock.now()
    with work.shop.database.read() as session:
        if not outbox.is_any_due(session, now, tuple(work.deliver)):
            return []  # no writing unit, and no lock, for nothing
    return work.shop.database.run(lambda session: _lease(session, work, now, most=most))


def _lease(session: Session, work: _Round, now: datetime, *, most: int) -> list[Outbox]:
    return outbox.claim(session, owner=work.owner, now=now, most=most, kinds=tuple(work.deliver))


def _give_back(shop: Shop, messages: list[Outbox]) -> None:
    shop.database.run(lambda session: outbox.give_back(session, messages))


def _deliver(work: _Round, message: Outbox) -> None:
    try:
        work.deliver[message.kind](message)
        work.counts.done += 1
    except (ErpUnavailable, MailUnavailable, ApplicationUnavailable) as error:
        work.other_side_is_down = True
        work.counts.waiting += 1
        _retry(work.shop, message, str(error))
    except NotYet as error:
        work.counts.waiting += 1
        _retry(work.shop, message, str(error))
    except (ErpRefused, MailRefused, ApplicationRefused, CannotBePosted) as error:
        _refuse(work, message, str(error))
    except SQLAlchemyError:
        raise  # the database is in trouble: the lease ends by itself and nothing is lost
    except Exception as error:  # a poisoned message must not stop the others
        log.exception("delivery_failed", kind=message.kind, aggregate=message.aggregate)
        _refuse(work, message, f"{type(error).__name__}: see the log")


def _retry(shop: Shop, message: Outbox, error: str) -> None:
    log.warning("delivery_waits", kind=message.kind, aggregate=message.aggregate, error=error)
    now = shop.clock.now()
    shop.database.run(lambda session: outbox.retry(session, message, error, now))


def _refuse(work: _Round, message: Outbox, error: str) -> None:
    log.warning("delivery_refused", kind=message.kind, aggregate=message.aggregate, error=error)
    is_dead = work.shop.database.run(lambda s: _record_refusal(s, work.shop, message, error))
    work.counts.refused += 1
    work.counts.dead += is_dead


def _record_refusal(session: Session, shop: Shop, message: Outbox, error: str) -> bool:
    now = shop.clock.now()
    if not outbox.refused(session, message, error, now):
        return False
    company = session.scalars(select(Company.id).order_by(Company.id).limit(1)).one()
    entry = audit.Entry(
        actor=WORKER,
        company_id=company,
        action="delivery_dead",
        object_type="outbox",
        object_id=message.id,
        after={"kind": message.kind},
        reason=error,
    )
    audit.write(session, entry, now)
    if message.payload.get("template") != WITHOUT_ALERT:
        _alert(session, shop, message, error)
    return True


def _alert(session: Session, shop: Shop, message: Outbox, error: str) -> None:
    payload = {
        "subject_kind": message.kind,
        "message_id": message.id,
        "error": error,
        "attempts": message.attempts,
    }
    key = f"{message.id}-{message.attempts}"
    now = shop.clock.now()
    outbox.put_mail(session, template="alert", key=key, payload=payload, now=now)


def _keep_here(shop: Shop, message: Outbox) -> None:
    """No ERP: the boxes leave our own stock, and our books are the books."""
    now = shop.clock.now()

    def unit(session: Session) -> None:
        if outbox.done(session, message, now) and message.kind == "komet_order":
            reservations.take(session, int(message.payload["order_id"]))

    shop.database.run(unit)


def _deliver_mail(shop: Shop, mailer: SendsMail, message: Outbox) -> None:
    if "to" not in message.payload:
        shop.database.run(lambda session: _address(session, shop, message))
        return
    with shop.database.read() as session:
        letter = letter_facts.write(session, message.dedupe_key, message.payload)
    mailer.send(letter)
    now = shop.clock.now()
    shop.database.run(lambda session: outbox.done(session, message, now))


def _deliver_application(shop: Shop, receiver: TakesApplications | None, message: Outbox) -> None:
    if receiver is None:
        raise ApplicationUnavailable("KOMET_SHOP_APPLICATIONS_TO is no http(s) address")
    with shop.database.read() as session:
        application = card_applications.facts(
            session, message.payload["application_id"], shop.config.base_url
        )
    receiver.post(application)
    now = shop.clock.now()
    shop.database.run(lambda session: outbox.done(session, message, now))


def _address(session: Session, shop: Shop, message: Outbox) -> None:
    """Turn one mail into a message for each recipient, so that none is sent one twice."""
    now = shop.clock.now()
    if not outbox.done(session, message, now):
        return
    template = message.payload["template"]
    key = message.dedupe_key.removeprefix(f"mail:{template}:")
    for recipient in letter_facts.recipients(session, message.payload):
        copy = letter_facts.copy_key(key, recipient.address)
        payload = message.payload | {"to": recipient.address, "locale": recipient.locale}
        outbox.put_mail(session, template=template, key=copy, payload=payload, now=now)
