"""Limits and holds that were decided in this shop and not in Komet."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.models import Customer


def of_customers(session: Session, komet_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The columns that a pull must leave as they are, by the customer's id in Komet.

    Nobody decides about any of these customers before the unit ends: their rows are locked.
    """
    rows = session.execute(
        select(
            Customer.komet_id,
            Customer.credit_decided_here,
            Customer.credit_limit_cents,
            Customer.credit_hold,
        )
        .where(Customer.komet_id.in_(komet_ids))
        .order_by(Customer.id)
        .with_for_update(key_share=True)
    )
    return {
        row.komet_id: {
            "credit_limit_cents": row.credit_limit_cents,
            "credit_hold": row.credit_hold,
        }
        for row in rows
        if row.credit_decided_here
    }
