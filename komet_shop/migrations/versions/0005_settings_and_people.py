"""Card settings with a company's default, terminals, methods, invitations."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
SETTINGS = "location_card_settings"
SWITCHES = (
    "ecommerce_on",
    "salespeople_manage_cards",
    "preauthorization_on",
    "pay_on_confirmation_on",
)
OLD_STATES = "'off', 'requested', 'applied', 'rates_pending', 'active', 'disabled_contact_support'"
STATES = "'off', 'requested', 'rates_pending', 'keys_pending', 'active', 'disabled_contact_support'"
KOMET_LIMIT, KOMET_HOLD = "komet_credit_limit_cents", "komet_credit_hold"
FEE_TYPES = "fee_type IN ('none', 'convenience', 'surcharge')"


def upgrade() -> None:
    """Apply."""
    before = _rows()
    op.drop_table(SETTINGS)
    _location_settings()
    _fill(_newer(row) for row in before)
    op.create_table(
        "company_card_settings",
        sa.Column("company_id", BIG_ID, nullable=False),
        *_switches("company_card_settings"),
        _key("company_card_settings", "company_id", "company"),
        _primary("company_card_settings", "company_id"),
    )
    _applications()
    _terminals()
    _methods()
    _people()
    op.create_index("ix_operation_account_id_id", "operation", ["account_id", "id"])


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_operation_account_id_id", "operation")
    _take_back_people()
    for table in ("payment_method", "card_terminal", "card_application", "company_card_settings"):
        op.drop_table(table)
    before = _rows()
    op.drop_table(SETTINGS)
    _older_location_settings()
    _fill(_older(row) for row in before)


def _rows() -> list[Mapping[str, Any]]:
    rows = op.get_bind().execute(sa.select(_table()))
    return [dict(row) for row in rows.mappings()]


def _fill(rows: Iterable[Mapping[str, Any]]) -> None:
    table = _table()
    for row in rows:
        op.execute(sa.insert(table).values(**row))


def _table() -> sa.Table:
    return sa.Table(SETTINGS, sa.MetaData(), autoload_with=op.get_bind())


def _newer(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was off is left to the company, which is off too; what was on stays on."""
    status = {"applied": "rates_pending"}.get(row["status"], row["status"])
    fee_type = None if row["fee_type"] == "none" else row["fee_type"]
    changed = {name: True if row[name] else None for name in SWITCHES}
    added = {"fee_channels": "", "fee_ways": "", "fee_blocked_states": "", "rates_note": ""}
    return {**row, **changed, **added, "status": status, "fee_type": fee_type}


def _older(row: Mapping[str, Any]) -> Mapping[str, Any]:
    status = {"keys_pending": "rates_pending"}.get(row["status"], row["status"])
    kept = ("location_id", "fee_cents", "fee_bp")
    changed = {name: bool(row[name]) for name in SWITCHES}
    fee_type = row["fee_type"] or "none"
    return {name: row[name] for name in kept} | changed | {"status": status, "fee_type": fee_type}


def _switches(table: str) -> list[sa.schema.SchemaItem]:
    return [
        *(sa.Column(name, sa.Boolean(), nullable=True) for name in SWITCHES),
        sa.Column("fee_type", sa.String(length=12), nullable=True),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_bp", sa.Integer(), nullable=False),
        sa.Column("fee_channels", sa.String(length=200), nullable=False),
        sa.Column("fee_ways", sa.String(length=200), nullable=False),
        sa.Column("fee_blocked_states", sa.String(length=200), nullable=False),
        *_fee_checks(table),
    ]


def _fee_checks(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.CheckConstraint(FEE_TYPES, name=op.f(f"ck_{table}_fee_type")),
        sa.CheckConstraint("fee_cents >= 0", name=op.f(f"ck_{table}_fee_cents")),
        sa.CheckConstraint("fee_bp BETWEEN 0 AND 400", name=op.f(f"ck_{table}_fee_bp")),
    ]


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}")
    )


def _primary(table: str, column: str = "id") -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}"))


def _location_settings() -> None:
    op.create_table(
        SETTINGS,
        sa.Column("location_id", BIG_ID, nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("requested_at", TIME, nullable=True),
        sa.Column("rates_agreed_at", TIME, nullable=True),
        sa.Column("rate_bp", sa.Integer(), nullable=True),
        sa.Column("rate_item_cents", sa.Integer(), nullable=True),
        sa.Column("rate_monthly_cents", sa.Integer(), nullable=True),
        sa.Column("rates_note", sa.Text(), nullable=False),
        sa.Column("activated_at", TIME, nullable=True),
        *_switches(SETTINGS),
        sa.CheckConstraint(f"status IN ({STATES})", name=op.f(f"ck_{SETTINGS}_status")),
        _key(SETTINGS, "location_id", "location"),
        _primary(SETTINGS, "location_id"),
    )


def _older_location_settings() -> None:
    op.create_table(
        SETTINGS,
        sa.Column("location_id", BIG_ID, nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in SWITCHES),
        sa.Column("fee_type", sa.String(length=12), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_bp", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"status IN ({OLD_STATES})", name=op.f(f"ck_{SETTINGS}_status")),
        *_fee_checks(SETTINGS),
        _key(SETTINGS, "location_id", "location"),
        _primary(SETTINGS, "location_id"),
    )


def _applications() -> None:
    names = ("legal_name", "trade_name", "website", "contact_name", "contact_email")
    op.create_table(
        "card_application",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("company_id", BIG_ID, nullable=False),
        sa.Column("location_id", BIG_ID, nullable=False),
        *(sa.Column(name, sa.String(length=200), nullable=False) for name in names),
        sa.Column("business_address", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.String(length=40), nullable=False),
        sa.Column("monthly_volume_cents", sa.BigInteger(), nullable=False),
        sa.Column("average_ticket_cents", sa.BigInteger(), nullable=False),
        sa.Column("current_processor", sa.String(length=200), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("submitted_at", TIME, nullable=False),
        sa.Column("submitted_by_id", BIG_ID, nullable=True),
        _key("card_application", "company_id", "company"),
        _key("card_application", "location_id", "location"),
        _key("card_application", "submitted_by_id", "user"),
        _primary("card_application"),
        sa.UniqueConstraint("public_id", name=op.f("uq_card_application_public_id")),
    )
    op.create_index("ix_card_application_location_id", "card_application", ["location_id"])


def _terminals() -> None:
    op.create_table(
        "card_terminal",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("company_id", BIG_ID, nullable=False),
        sa.Column("location_id", BIG_ID, nullable=False),
        sa.Column("account_id", BIG_ID, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by_id", BIG_ID, nullable=True),
        sa.Column("deleted_at", TIME, nullable=True),
        _key("card_terminal", "company_id", "company"),
        _key("card_terminal", "location_id", "location"),
        _key("card_terminal", "account_id", "gateway_account"),
        _key("card_terminal", "created_by_id", "user"),
        _primary("card_terminal"),
        sa.UniqueConstraint("public_id", name=op.f("uq_card_terminal_public_id")),
        sa.UniqueConstraint("account_id", name=op.f("uq_card_terminal_account_id")),
    )
    in_use = sa.text("deleted_at IS NULL")
    op.create_index(
        "one_terminal_of_a_serial",
        "card_terminal",
        ["company_id", "serial"],
        unique=True,
        sqlite_where=in_use,
        postgresql_where=in_use,
    )
    op.create_index("ix_card_terminal_location_id", "card_terminal", ["location_id"])


def _methods() -> None:
    op.create_table(
        "payment_method",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("company_id", BIG_ID, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        _key("payment_method", "company_id", "company"),
        _primary("payment_method"),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_payment_method_company_id_code")),
    )


def _people() -> None:
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_actor_id", "audit", ["actor", "id"])
    op.add_column("gateway_account", sa.Column("tested_at", TIME, nullable=True))
    op.add_column("customer", _flag("credit_decided_here"))
    op.add_column("customer", sa.Column(KOMET_LIMIT, sa.BigInteger(), nullable=True))
    op.add_column("customer", _flag(KOMET_HOLD))
    kept: dict[str, sa.ColumnClause[Any]] = {
        KOMET_LIMIT: sa.column("credit_limit_cents"),
        KOMET_HOLD: sa.column("credit_hold"),
    }
    names = (*kept, *(column.name for column in kept.values()))
    op.execute(sa.update(sa.table("customer", *map(sa.column, names))).values(kept))
    op.add_column("customer", _word("billing_state", 40))
    op.add_column("user", sa.Column("invitation_sha256", sa.String(length=64), nullable=True))
    op.add_column("user", sa.Column("invitation_expires_at", TIME, nullable=True))
    op.add_column("user", sa.Column("tf_last_counter", sa.BigInteger(), nullable=True))
    op.add_column("user", _flag("hides_cards"))
    op.add_column("user", _flag("own_customers_only"))
    op.add_column("user", _word("sales_person", 200))
    op.create_index("one_invitation", "user", ["invitation_sha256"], unique=True)


def _take_back_people() -> None:
    op.drop_index("ix_audit_actor_id", "audit")
    op.drop_index("ix_audit_at", "audit")
    op.drop_index("one_invitation", "user")
    added = ("invitation_sha256", "invitation_expires_at", "hides_cards", "own_customers_only")
    for name in (*added, "sales_person", "tf_last_counter"):
        op.drop_column("user", name)
    for name in ("billing_state", KOMET_HOLD, KOMET_LIMIT, "credit_decided_here"):
        op.drop_column("customer", name)
    op.drop_column("gateway_account", "tested_at")


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _word(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=length), nullable=False, server_default="")
