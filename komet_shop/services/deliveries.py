"""Delivers what waits in the outbox: claimed, delivered with no transaction open, recorded."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from komet_shop.models import Company, Outbox
from komet_shop.services import audit, letter_facts, outbox, reservations
from komet_shop.services.erp import ErpRefused, ErpUnavailable, PostsToErp
from komet_shop.services.komet_facts import CannotBePosted
from komet_shop.services.komet_outbox import KometRound
from komet_shop.services.letters import WITHOUT_ALERT, MailRefused, MailUnavailable, SendsMail
from komet_shop.services.scope import WORKER
from komet_shop.services.shop import Shop

log = structlog.get_logger(__name__)

KOMET = ("komet_order", "komet_payment")
MAIL = ("mail",)
MOST = 200


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
    deliver: dict[str, Callable[[Outbox], None]]
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
    """The orders and payments that are due, in the order of each customer."""
    if erp is None:
        handlers = {kind: lambda message: _keep_here(shop, message) for kind in KOMET}
    else:
        komet = KometRound.begin(shop, erp)
        handlers = {"komet_order": komet.deliver_order, "komet_payment": komet.deliver_payment}
    return _drain(_Round(shop=shop, owner=_unique(owner), deliver=handlers))


def deliver_mail(shop: Shop, mailer: SendsMail, *, owner: str) -> Counts:
    """The mails that are due, one message per recipient."""
    handlers = {"mail": lambda message: _deliver_mail(shop, mailer, message)}
    return _drain(_Round(shop=shop, owner=_unique(owner), deliver=handlers))


def _unique(owner: str) -> str:
    """A lease belongs to one round of one worker, never to two of its threads."""
    return f"{owner[:40]}:{secrets.token_hex(4)}"


def _drain(work: _Round) -> Counts:
    """One message at a time, so that each has a whole lease; stop when nobody answers."""
    for _ in range(MOST):
        message = _claim(work)
        if message is None:
            break
        _deliver(work, message)
        if work.other_side_is_down:
            break
    return work.counts


def _claim(work: _Round) -> Outbox | None:
    now, kinds = work.shop.clock.now(), tuple(work.deliver)

    def unit(session: Session) -> list[Outbox]:
        return outbox.claim(session, owner=work.owner, now=now, most=1, kinds=kinds)

    with work.shop.database.read() as session:
        if not outbox.is_any_due(session, now, kinds):
            return None  # no writing unit, and no lock, for nothing
    claimed = work.shop.database.run(unit)
    return claimed[0] if claimed else None


def _deliver(work: _Round, message: Outbox) -> None:
    try:
        work.deliver[message.kind](message)
        work.counts.done += 1
    except (ErpUnavailable, MailUnavailable) as error:
        work.other_side_is_down = True
        work.counts.waiting += 1
        _retry(work.shop, message, str(error))
    except (ErpRefused, MailRefused, CannotBePosted) as error:
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
