"""Which part of an operation is the card fee, what of it went back, and the surcharge's rate."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

COLUMNS = (
    ("payment", "surcharge_bp", "INTEGER", "surcharge_bp", "surcharge_bp BETWEEN 0 AND 400"),
    (
        "payment",
        "refund_fee_reserved_cents",
        "BIGINT",
        "refund_fee_reserved",
        "refund_fee_reserved_cents BETWEEN 0 AND refund_reserved_cents",
    ),
    ("operation", "fee_cents", "BIGINT", "fee", "fee_cents BETWEEN 0 AND amount_cents"),
)

WHOLE = """
UPDATE operation SET fee_cents =
  (SELECT payment.fee_cents FROM payment WHERE payment.id = operation.payment_id)
WHERE kind <> 'credit_refund' AND EXISTS (
  SELECT 1 FROM payment WHERE payment.id = operation.payment_id AND payment.fee_cents > 0
  AND operation.amount_cents = payment.amount_cents + payment.fee_cents)
"""
WENT_BACK = """
UPDATE payment SET refund_fee_reserved_cents = fee_cents
WHERE captured_cents > 0 AND refund_reserved_cents = captured_cents
"""


def upgrade() -> None:
    """Apply. Until now a fee was taken and given back with the whole payment only."""
    for table, column, kind, name, rule in COLUMNS:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} {kind} NOT NULL DEFAULT 0 "
            f"CONSTRAINT ck_{table}_{name} CHECK ({rule})"
        )
    op.execute(WHOLE)
    op.execute(WENT_BACK)


def downgrade() -> None:
    """Take back."""
    for table, column, *_ in reversed(COLUMNS):
        op.drop_column(table, column)
