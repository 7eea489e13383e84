"""What is recorded stays recorded: triggers refuse changes of ledger, money and audit rows."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NEVER_CHANGED = ("journal_entry", "ledger_transfer")
NEVER_DELETED = (
    *NEVER_CHANGED,
    "operation",
    "payment",
    "application",
    "clerk_task",
    "audit",
    "outbox",
)
SEALED_ONCE = (
    "NEW.prev_hash IS NOT NULL AND OLD.prev_hash IS NOT NULL OR "
    "NEW.at IS DISTINCT FROM OLD.at OR NEW.actor IS DISTINCT FROM OLD.actor OR "
    "NEW.action IS DISTINCT FROM OLD.action OR NEW.object_type IS DISTINCT FROM OLD.object_type "
    "OR NEW.object_id IS DISTINCT FROM OLD.object_id OR NEW.reason IS DISTINCT FROM OLD.reason"
)
REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% rows are append-only', TG_TABLE_NAME; END $$
"""


def upgrade() -> None:
    """Apply."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(REFUSE)
    for table in NEVER_CHANGED:
        _refuse(table, "UPDATE")
    for table in NEVER_DELETED:
        _refuse(table, "DELETE")
    _refuse("audit", "UPDATE", SEALED_ONCE)


def downgrade() -> None:
    """Take back."""
    on = " ON {0}" if op.get_bind().dialect.name == "postgresql" else ""
    for table, verb in _triggers():
        op.execute(f"DROP TRIGGER {table}_no_{verb.lower()}{on.format(table)}")
    if on:
        op.execute("DROP FUNCTION refuse_change()")


def _triggers() -> list[tuple[str, str]]:
    updates = [(table, "UPDATE") for table in (*NEVER_CHANGED, "audit")]
    return updates + [(table, "DELETE") for table in NEVER_DELETED]


def _refuse(table: str, verb: str, condition: str = "") -> None:
    if op.get_bind().dialect.name == "postgresql":
        when = f"WHEN ({condition})" if condition else ""
        body = f"{when} EXECUTE FUNCTION refuse_change()"
    else:
        when = f"WHEN {condition.replace('IS DISTINCT FROM', 'IS NOT')}" if condition else ""
        body = f"{when} BEGIN SELECT RAISE(ABORT, '{table} rows are append-only'); END"
    op.execute(
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW {body}"
    )
