"""Finding a payment by Komet's number, or by the transaction that gave it back."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

VOIDS = sa.text("kind = 'void'")


def upgrade() -> None:
    """Apply."""
    op.create_index("ix_komet_link_control_number", "komet_link", ["control_number"])
    op.create_index(
        "ix_operation_void",
        "operation",
        ["company_id", "gateway_transaction_id"],
        sqlite_where=VOIDS,
        postgresql_where=VOIDS,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_index("ix_operation_void", table_name="operation")
    op.drop_index("ix_komet_link_control_number", table_name="komet_link")
