"""Each invariant holds in a healthy shop, and each breach of one is found and named."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import event, insert, select, text, update
from sqlalchemy.orm import Session

from komet_shop.domain.operation_states import State
from komet_shop.models import (
    Audit,
    Base,
    ClerkTask,
    Invoice,
    JournalEntry,
    KometLink,
    LedgerTransfer,
    OpenCredit,
    Operation,
    Outbox,
    Payment,
)
from komet_shop.models.database import Database
from komet_shop.services import (
    audit,
    audit_chain,
    captures,
    credit_refunds,
    invariants,
    ledger,
    order_payments,
    refunds,
    sending,
    voids,
)
from komet_shop.services.invariants import Breach
from komet_shop.services.order_payments import PayOrder
from komet_shop.services.scope import WORKER, Scope
from tests.conftest import MovableClock
from tests.services.late import become_stray
from tests.statements import count_statements
from tests.world import World

DAY = timedelta(hours=26)
CARD = "4111 1111-1111 1111"
Plant = Callable[[Session], object]


def check(world: World, *, since: datetime | None = None, **asked: Any) -> list[Breach]:
    now = world.shop.clock.now()
    return invariants.check(world.shop.database, now, since, **asked)


def names(breaches: list[Breach]) -> list[str]:
    return [breach.invariant for breach in breaches]


def unguarded(database: Database, *tables: type[Base]) -> None:
    """Copy tables to such without constraints, indexes and triggers, as a bad repair might."""
    raw = database.engine.raw_connection()
    cursor = raw.cursor()
    if database.is_sqlite:
        cursor.execute("PRAGMA foreign_keys = OFF")
    for name in (f'"{table.__tablename__}"' for table in tables):
        cursor.execute(f"CREATE TABLE copied AS SELECT * FROM {name}")
        cursor.execute(f"DROP TABLE {name}" + ("" if database.is_sqlite else " CASCADE"))
        cursor.execute(f"ALTER TABLE copied RENAME TO {name}")
        if not database.is_sqlite:
            cursor.execute(f"ALTER TABLE {name} ADD PRIMARY KEY (id)")
    if database.is_sqlite:
        cursor.execute("PRAGMA foreign_keys = ON")
    raw.commit()
    raw.close()


def copy(session: Session, table: type[Base], condition: Any, **changes: Any) -> None:
    """One more row like the one that fits the condition."""
    row = session.execute(select(table.__table__).where(condition)).mappings().one()
    session.execute(insert(table).values({**row, "id": 900, **changes}))


def allow_equal_payments(world: World) -> None:
    """The same card may pay the same amount again, which a gateway takes for a repeat."""
    assumed = {"duplicate_rule_default_on": False}
    address = f"{world.gateway.url}/_control/assumptions"
    requests.post(address, json=assumed, timeout=5).raise_for_status()


def next_cart(world: World) -> None:
    world.take_another_cart(of_another_customer=True)
    world.disarm()


def refund_credit(world: World) -> Operation:
    credit = world.credit_from_payment(3_000)
    asked = world.asked()
    return world.follow(
        credit_refunds.refund_credit(
            world.shop, world.scope, asked, credit=credit, amount_cents=1_000
        )
    )


@pytest.fixture
def paid(world: World) -> World:
    """One order that was paid by card, and an audit log that is sealed."""
    world.pay()
    audit_chain.seal(world.shop)
    return world


@pytest.fixture
def busy(world: World) -> World:
    """A shop in which every kind of operation came to every kind of end."""
    allow_equal_payments(world)
    world.pay()
    refund_credit(world)
    next_cart(world)
    world.pay()
    voided = world.follow(voids.void(world.shop, world.scope, world.asked()))
    next_cart(world)
    world.pay()
    world.close_batch()
    declined_void = world.follow(voids.void(world.shop, world.scope, world.asked()))
    refunded = world.follow(refunds.refund(world.shop, world.scope, world.asked()))
    next_cart(world)
    world.arm("decline_402", code="012", match={"path": "sale"})
    declined = world.pay()
    next_cart(world)
    world.arm("reset_after_booking", match={"path": "sale"})
    unknown = world.pay()
    next_cart(world)
    found_late = become_stray(world, world.start().operation_id)
    next_cart(world)
    world.hold_at_checkout()
    world.pay()
    part = captures.capture(world.shop, world.scope, world.asked(), amount_cents=5_000)
    captured = world.follow(part)
    next_cart(world)
    world.pay()
    released = world.follow(voids.void(world.shop, world.scope, world.asked()))
    audit_chain.seal(world.shop)
    assert [one.state for one in (voided, declined_void, refunded, declined)] == [
        State.APPROVED, State.DECLINED, State.APPROVED, State.DECLINED
    ]  # fmt: skip
    assert [one.state for one in (unknown, found_late, captured, released)] == [
        State.UNKNOWN, State.STRAY, State.APPROVED, State.APPROVED
    ]  # fmt: skip
    return world


def test_a_healthy_shop_breaks_nothing(busy: World) -> None:
    everything = check(busy, texts=True)
    today = check(busy, since=busy.shop.clock.now() - DAY)

    assert everything == []
    assert today == []


def test_a_shop_at_work_breaks_nothing_at_any_moment(world: World) -> None:
    allow_equal_payments(world)
    carts = []
    for _ in range(8):
        carts.append((world.scope, world.click()))
        next_cart(world)

    def pay(cart: tuple[Scope, PayOrder]) -> None:
        scope, click = cart
        started = order_payments.pay(world.shop, scope, click)
        assert started.operation_id is not None
        assert started.call is not None
        sending.send(world.shop, started.operation_id, started.call, actor=scope.actor)

    found, rounds = [], 0
    with ThreadPoolExecutor(4) as crew:
        running = [crew.submit(pay, cart) for cart in carts]
        while not all(one.done() for one in running):
            found += check(world)
            rounds += 1
            audit_chain.seal(world.shop)

    assert [one.exception() for one in running] == [None] * len(carts)
    assert (found, rounds > 0) == ([], True)
    assert world.clearing_cents() == world.net_cents() > 0


def test_a_new_shop_breaks_nothing(database: Database, clock: MovableClock) -> None:
    assert invariants.check(database, clock.now(), clock.now() - DAY, komet=True) == []


def is_sale(table: type[Operation] = Operation) -> Any:
    return table.kind == "sale"


def twin(**changes: Any) -> Plant:
    """One more operation like the sale."""
    given = {"public_id": "op_twin", "gateway_ref": "TWIN"} | changes
    return lambda session: copy(session, Operation, is_sale(), **given)


def change(table: type[Base], condition: Any = True, **values: Any) -> Plant:
    return lambda session: session.execute(update(table).where(condition).values(**values))


def drop(table: type[Base], condition: str = "1 = 1") -> Plant:
    return lambda session: session.execute(
        text(f'DELETE FROM "{table.__tablename__}" WHERE {condition}')
    )


def book_once_more(session: Session) -> None:
    copy(session, JournalEntry, JournalEntry.id == 1, kind="card_received_again")
    copy(session, LedgerTransfer, LedgerTransfer.entry_id == 1, entry_id=900)


def book_from_nowhere(session: Session) -> None:
    row = session.scalars(select(JournalEntry)).one()
    event = ledger.Event(
        company_id=row.company_id,
        location_id=row.location_id,
        kind="adjusted",
        source_type="hand",
        source_id=1,
        currency="USD",
    )
    leg = ledger.Leg(debit=ledger.card_clearing(row.location_id), credit=ledger.SALES, cents=7)
    ledger.post(session, event, [leg], row.created_at)


BREACHES: dict[str, tuple[str, tuple[type[Base], ...], Plant]] = {
    "a second approved charge of a payment": (
        "charged_once",
        (Operation,),
        twin(action_key="another", gateway_transaction_id="another"),
    ),
    "a second approved charge of a click": (
        "charged_once",
        (Operation,),
        twin(payment_id=None, gateway_transaction_id="another"),
    ),
    "a transaction in two operations": (
        "transaction_counted_once",
        (Operation,),
        twin(payment_id=None, action_key="another"),
    ),
    "more captured than held": (
        "limits_kept",
        (Payment,),
        change(Payment, capture_reserved_cents=Payment.captured_cents - 1),
    ),
    "more held back than authorized": (
        "limits_kept",
        (Payment,),
        change(Payment, authorised_cents=Payment.captured_cents - 1),
    ),
    "more returned than captured": (
        "limits_kept",
        (Payment,),
        change(Payment, refund_reserved_cents=Payment.captured_cents + 1),
    ),
    "authorized too much": (
        "counters_agree",
        (),
        change(Payment, authorised_cents=Payment.authorised_cents + 1),
    ),
    "reserved for captures too much": (
        "counters_agree",
        (Payment,),
        change(Payment, capture_reserved_cents=Payment.capture_reserved_cents + 1),
    ),
    "captured too little": (
        "counters_agree",
        (),
        change(Payment, captured_cents=Payment.captured_cents - 1),
    ),
    "reserved for a refund that is not there": (
        "counters_agree",
        (),
        change(Payment, refund_reserved_cents=1),
    ),
    "a fee that no operation charged": (
        "counters_agree",
        (),
        change(Payment, fee_cents=1),
    ),
    "a fee kept for a refund that is not there": (
        "counters_agree",
        (Payment,),
        change(Payment, refund_fee_reserved_cents=1),
    ),
    "a fee in the books that was not charged": (
        "everything_booked",
        (LedgerTransfer,),
        change(LedgerTransfer, credit_account=ledger.FEES),
    ),
    "a sale that is not in the books": (
        "everything_booked",
        (LedgerTransfer, JournalEntry),
        lambda session: (drop(LedgerTransfer)(session), drop(JournalEntry)(session)),
    ),
    "a sale in the books with another amount": (
        "everything_booked",
        (LedgerTransfer,),
        change(LedgerTransfer, amount_cents=LedgerTransfer.amount_cents - 1),
    ),
    "a sale in the books the wrong way round": (
        "everything_booked",
        (LedgerTransfer,),
        change(
            LedgerTransfer,
            debit_account=LedgerTransfer.credit_account,
            credit_account=LedgerTransfer.debit_account,
        ),
    ),
    "a sale in the books twice": (
        "everything_booked",
        (JournalEntry, LedgerTransfer),
        book_once_more,
    ),
    "a sale in the books as a stray": (
        "everything_booked",
        (JournalEntry,),
        change(JournalEntry, kind="stray"),
    ),
    "a declined sale in the books": (
        "nothing_else_booked",
        (),
        change(Operation, state="declined"),
    ),
    "an entry of no operation": (
        "nothing_else_booked",
        (JournalEntry,),
        change(JournalEntry, source_id=77),
    ),
    "an amount less than nothing": (
        "entries_sound",
        (LedgerTransfer,),
        change(LedgerTransfer, amount_cents=-5),
    ),
    "an entry in another currency": (
        "entries_sound",
        (LedgerTransfer,),
        change(LedgerTransfer, currency="EUR"),
    ),
    "an entry in two currencies": (
        "entries_sound",
        (LedgerTransfer,),
        lambda session: copy(
            session, LedgerTransfer, LedgerTransfer.id == 1, leg=9, currency="XAF"
        ),
    ),
    "an entry of one account": (
        "entries_sound",
        (LedgerTransfer,),
        change(LedgerTransfer, debit_account=LedgerTransfer.credit_account),
    ),
    "money on a clearing account from nowhere": ("clearing_agrees", (), book_from_nowhere),
    "a paid invoice that is open": ("invoices_agree", (), change(Invoice, open_cents=5)),
    "an application that nobody made": (
        "invoices_agree",
        (),
        lambda session: session.execute(text("UPDATE application SET amount_cents = 5")),
    ),
    "a reservation of no payment": (
        "reservations_agree",
        (),
        change(Invoice, open_cents=5, pay_reserved_cents=5),
    ),
    "a payment that Komet never hears of": (
        "everything_told",
        (Outbox,),
        drop(Outbox, "kind = 'komet_payment'"),
    ),
    "an order that Komet never hears of": (
        "everything_told",
        (Outbox,),
        drop(Outbox, "kind = 'komet_order'"),
    ),
    "a payment that Komet hears of twice": (
        "everything_told",
        (Outbox,),
        lambda session: copy(session, Outbox, Outbox.kind == "komet_payment", seq=9),
    ),
    "a line of the audit log that was changed": (
        "audit_whole",
        (Audit,),
        change(Audit, Audit.id == 2, actor="nobody"),
    ),
    "a line of the audit log that was taken out": (
        "audit_whole",
        (Audit,),
        drop(Audit, "id = 2"),
    ),
    "the last line of the audit log that was taken out": (
        "audit_whole",
        (Audit,),
        drop(Audit, "id = (SELECT max(id) FROM audit)"),
    ),
    "an empty audit log": ("audit_whole", (Audit,), drop(Audit)),
    "a card number in a note": ("no_card_numbers", (), change(Payment, notes=f"by phone: {CARD}")),
    "a card number in an answer of the gateway": (
        "no_card_numbers",
        (),
        change(Operation, staff_message=CARD),
    ),
    "a card number in a message": (
        "no_card_numbers",
        (),
        change(Outbox, Outbox.kind == "mail", payload={"lines": [{"about": CARD}]}),
    ),
    "a card number in a message, as a number": (
        "no_card_numbers",
        (),
        change(Outbox, Outbox.kind == "mail", payload={"about": 4111111111111111}),
    ),
    "a card number in the audit log": (
        "no_card_numbers",
        (Audit,),
        change(Audit, Audit.id == 1, after={"note": CARD}),
    ),
}


@pytest.mark.parametrize(
    ("name", "tables", "plant"), BREACHES.values(), ids=[one.replace(" ", "-") for one in BREACHES]
)
def test_a_breach_is_found_and_named(
    paid: World, name: str, tables: tuple[type[Base], ...], plant: Plant
) -> None:
    unguarded(paid.shop.database, *tables)
    with paid.shop.database.write() as session:
        plant(session)

    everything = check(paid, texts=True)
    today = check(paid, since=paid.shop.clock.now() - DAY)

    assert name in names(everything)
    assert name in names(today)
    assert all(breach.count and breach.examples for breach in everything + today)


def test_a_breach_says_how_many_there_are_and_names_five(busy: World) -> None:
    with busy.shop.database.write() as session:
        session.execute(update(Payment).values(authorised_cents=Payment.authorised_cents + 1))

    (breach,) = check(busy)

    ids = sorted(payment.public_id for payment in busy.payments())
    assert breach == Breach("counters_agree", len(ids), tuple(ids[:5]))


def test_what_was_wrong_before_today_is_found_by_the_whole_check_only(
    paid: World, clock: MovableClock
) -> None:
    with paid.shop.database.write() as session:
        session.execute(update(Invoice).values(open_cents=5))
    clock.advance(seconds=27 * 3600)

    everything = check(paid)
    today = check(paid, since=clock.now() - DAY)

    assert (names(everything), names(today)) == (["invoices_agree"], [])


def test_a_stray_that_is_not_in_suspense_is_found(world: World) -> None:
    become_stray(world, world.start().operation_id)
    audit_chain.seal(world.shop)
    before = check(world)
    unguarded(world.shop.database, LedgerTransfer, JournalEntry)
    with world.shop.database.write() as session:
        session.execute(text("UPDATE journal_entry SET kind = 'card_received'"))

    after = check(world)

    assert (before, names(after)) == ([], ["everything_booked"])


def test_a_hold_in_the_books_is_found(world: World) -> None:
    world.pay()
    world.take_another_cart()
    world.hold_at_checkout()
    hold = world.pay()
    unguarded(world.shop.database, JournalEntry)
    with world.shop.database.write() as session:
        session.execute(update(JournalEntry).values(source_id=hold.id))

    assert "nothing_else_booked" in names(check(world))


def test_a_credit_of_which_more_was_used_than_there_is_is_found(paid: World) -> None:
    paid.credit_from_payment(3_000)
    unguarded(paid.shop.database, OpenCredit)
    with paid.shop.database.write() as session:
        session.execute(update(OpenCredit).values(used_cents=3_001))

    assert names(check(paid)) == ["limits_kept"]


def test_a_credit_of_which_less_is_used_than_was_refunded_is_found(paid: World) -> None:
    refund_credit(paid)
    with paid.shop.database.write() as session:
        session.execute(update(OpenCredit).values(used_cents=999))

    assert names(check(paid)) == ["counters_agree"]


def test_a_return_that_no_clerk_knows_of_is_found(paid: World) -> None:
    voided = paid.follow(voids.void(paid.shop, paid.scope, paid.asked()))
    unguarded(paid.shop.database, ClerkTask)
    with paid.shop.database.write() as session:
        drop(ClerkTask)(session)

    assert check(paid) == [Breach("clerk_asked", 1, (voided.public_id,))]


def test_what_komet_was_told_without_keeping_its_number_is_found(paid: World) -> None:
    now = paid.shop.clock.now()
    with paid.shop.database.write() as session:
        told = update(Outbox).where(Outbox.kind == "komet_order").returning(Outbox.id)
        row_id = session.execute(told.values(state="done", done_at=now)).scalar_one()

    assert check(paid, komet=True) == [Breach("komet_numbers_known", 1, (f"outbox {row_id}",))]
    assert check(paid, komet=False) == []


@pytest.mark.parametrize(
    ("refusals", "days"),
    [(5, 0), (0, 1)],
    ids=["a person marked it as done", "Komet was not connected yet"],
)
def test_what_never_went_to_komet_needs_no_number(paid: World, refusals: int, days: int) -> None:
    now = paid.shop.clock.now()
    done = {"state": "done", "done_at": now - timedelta(days=days), "refusals": refusals}
    with paid.shop.database.write() as session:
        session.add(KometLink(kind="order", local_id=77, posted_at=now))
        session.execute(update(Outbox).where(Outbox.kind != "mail").values(**done))

    assert check(paid, komet=True) == []


@pytest.mark.parametrize(
    "spoil",
    [
        {"next_check_at": None},
        {"sent_at": datetime.fromisoformat("2020-01-01T00:00:00+00:00")},
    ],
    ids=["has no time to be looked up", "is a day old"],
)
def test_an_unclear_payment_that_is_forgotten_is_found(
    world: World, spoil: dict[str, object]
) -> None:
    world.arm("reset_after_booking", match={"path": "sale"})
    unclear = world.pay()
    before = check(world)
    with world.shop.database.write() as session:
        session.execute(update(Operation).values(**spoil))

    after = check(world)

    assert before == []
    assert after == [Breach("settled_in_time", 1, (unclear.public_id,))]


def test_a_payment_that_is_being_looked_up_is_not_forgotten(
    world: World, clock: MovableClock
) -> None:
    world.arm("reset_after_booking", match={"path": "sale"})
    world.pay()
    audit_chain.seal(world.shop)
    clock.advance(seconds=6 * 60)
    soon = clock.now() + timedelta(minutes=1)
    with world.shop.database.write() as session:
        session.execute(update(Operation).values(lease_owner="another", lease_until=soon))

    assert check(world) == []


def test_without_a_worker_payments_and_audit_log_are_left_lying(
    world: World, clock: MovableClock
) -> None:
    world.arm("reset_after_booking", match={"path": "sale"})
    world.pay()
    clock.advance(seconds=6 * 60)

    left = check(world)
    world.sweep()
    audit_chain.seal(world.shop)

    assert names(left) == ["settled_in_time", "audit_sealed"]
    assert check(world) == []


def test_a_line_that_was_committed_late_is_no_breach(paid: World, clock: MovableClock) -> None:
    long_ago = clock.now() - timedelta(hours=30)
    with paid.shop.database.write() as session:
        copy(session, Audit, Audit.id == 1, at=long_ago, prev_hash=None, hash=None)
    audit_chain.seal(paid.shop)

    assert check(paid, since=clock.now() - DAY) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("whole", [True, False])
def test_what_is_sealed_while_the_log_is_read_is_no_breach(paid: World, whole: bool) -> None:
    since = None if whole else paid.shop.clock.now() - DAY
    asked: list[str] = []

    def seal_more(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM sync_cursor" in statement and not asked:
            asked.append(statement)
            with ThreadPoolExecutor(1) as another:
                another.submit(write_and_seal, paid).result()

    event.listen(paid.shop.database.engine, "before_cursor_execute", seal_more)
    found = check(paid, since=since)

    assert (len(asked), found) == (1, [])


def write_and_seal(world: World) -> None:
    with world.shop.database.write() as session:
        entry = audit.Entry(
            actor=WORKER, company_id=1, action="tested", object_type="test", object_id=1
        )
        audit.write(session, entry, world.shop.clock.now())
    audit_chain.seal(world.shop)


def test_what_waits_long_is_told_with_its_age(paid: World, clock: MovableClock) -> None:
    soon = invariants.waiting(paid.shop.database, clock.now())
    clock.advance(seconds=3600)
    late = invariants.waiting(paid.shop.database, clock.now())

    assert soon is None
    assert late is not None
    assert late.count == len(paid.messages())
    assert timedelta(hours=1) <= late.oldest < timedelta(hours=2)


def test_all_texts_are_read_page_by_page(paid: World) -> None:
    with paid.shop.database.write() as session:
        row = session.execute(select(Payment.__table__)).mappings().one()
        many = [{**row, "id": 100 + n, "public_id": f"pay_{n}"} for n in range(2_100)]
        session.execute(insert(Payment), many)
        session.execute(update(Payment).where(Payment.id == 2_150).values(notes=CARD))

    found = [one for one in check(paid, texts=True) if one.invariant == "no_card_numbers"]

    assert found == [Breach("no_card_numbers", 1, ("payment 2150",))]


def test_many_rows_take_no_more_statements_than_one(paid: World, clock: MovableClock) -> None:
    def statements() -> int:
        with count_statements(paid.shop.database.engine) as seen:
            check(paid, since=clock.now() - DAY)
        return len(seen)

    allow_equal_payments(paid)
    one = statements()
    for _ in range(4):
        next_cart(paid)
        paid.pay()

    assert statements() == one <= 40
