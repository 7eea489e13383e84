"""What a lookup found in columns, instead of inside its words."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CENTS = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LOOKUP = sa.table(
    "operation_lookup",
    sa.column("id", sa.BigInteger),
    sa.column("finding", sa.Text),
    sa.column("transaction_id", sa.String),
    sa.column("amount_cents", sa.BigInteger),
)
WORDS = re.compile(r"transaction (\S+) of (\d+) cents: (.*)", re.DOTALL)


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "operation_lookup",
        sa.Column("transaction_id", sa.String(length=40), nullable=False, server_default=""),
    )
    op.add_column("operation_lookup", sa.Column("amount_cents", CENTS, nullable=True))
    _let_change()
    for row in op.get_bind().execute(sa.select(LOOKUP.c.id, LOOKUP.c.finding)).all():
        if told := WORDS.fullmatch(row.finding):
            facts = {"transaction_id": told[1], "amount_cents": int(told[2]), "finding": told[3]}
            op.execute(sa.update(LOOKUP).where(LOOKUP.c.id == row.id).values(facts))
    _refuse_change()


def downgrade() -> None:
    """Take back."""
    _let_change()
    found = sa.select(LOOKUP).where(LOOKUP.c.transaction_id != "")
    for row in op.get_bind().execute(found).all():
        words = f"transaction {row.transaction_id} of {row.amount_cents} cents: {row.finding}"
        op.execute(sa.update(LOOKUP).where(LOOKUP.c.id == row.id).values(finding=words))
    _refuse_change()
    op.drop_column("operation_lookup", "amount_cents")
    op.drop_column("operation_lookup", "transaction_id")


def _let_change() -> None:
    on = " ON operation_lookup" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER operation_lookup_no_update{on}")


def _refuse_change() -> None:
    body = "BEGIN SELECT RAISE(ABORT, 'operation_lookup rows are append-only'); END"
    if op.get_bind().dialect.name == "postgresql":
        body = "EXECUTE FUNCTION refuse_change()"
    op.execute(
        "CREATE TRIGGER operation_lookup_no_update BEFORE UPDATE ON operation_lookup "
        f"FOR EACH ROW {body}"
    )
