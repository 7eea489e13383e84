"""What was asked about a payment, and what became of stray money."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DUE = "next_check_at IS NOT NULL"
UNSETTLED = "state IN ('created', 'sending', 'unknown', 'needs_review')"
UNSEALED = "hash IS NULL"
IN_DOUBT = "state IN ('sending', 'unknown', 'needs_review', 'stray')"
NEVER = ("UPDATE", "DELETE")


def upgrade() -> None:
    """Apply."""
    op.add_column("operation", sa.Column("resolution", sa.String(length=10), nullable=True))
    op.add_column("operation", sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_operation_unsettled", "operation")
    _partial("ix_operation_next_check_at", "operation", "next_check_at", DUE)
    _partial("ix_operation_in_doubt", "operation", "id", IN_DOUBT)
    _partial("ix_audit_unsealed", "audit", "id", UNSEALED)
    op.create_table(
        "operation_lookup",
        sa.Column("id", BIG_ID, autoincrement=True, nullable=False),
        sa.Column("operation_id", BIG_ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("control_worked", sa.Boolean(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["operation.id"],
            name=op.f("fk_operation_lookup_operation_id_operation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation_lookup")),
    )
    op.create_index(op.f("ix_operation_lookup_operation_id"), "operation_lookup", ["operation_id"])
    for verb in NEVER:
        _refuse("operation_lookup", verb)


def downgrade() -> None:
    """Take back."""
    op.drop_table("operation_lookup")  # its triggers go with it
    op.drop_index("ix_audit_unsealed", "audit")
    op.drop_index("ix_operation_in_doubt", "operation")
    op.drop_index("ix_operation_next_check_at", "operation")
    _partial("ix_operation_unsettled", "operation", "next_check_at", UNSETTLED)
    op.drop_column("operation", "resolved_at")
    op.drop_column("operation", "resolution")


def _partial(name: str, table: str, column: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], sqlite_where=condition, postgresql_where=condition)


def _refuse(table: str, verb: str) -> None:
    body = f"BEGIN SELECT RAISE(ABORT, '{table} rows are append-only'); END"
    if op.get_bind().dialect.name == "postgresql":
        body = "EXECUTE FUNCTION refuse_change()"
    op.execute(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW {body}"
    )
