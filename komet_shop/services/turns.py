"""Jobs that are due once in a while, whichever of the workers comes first."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from komet_shop.models import SyncCursor
from komet_shop.models.upserts import inserting


def take(session: Session, name: str, *, every: timedelta, owner: str, now: datetime) -> bool:
    """True for one caller in each span of `every`; the others have nothing to do.

    A turn is not given back when the job fails: the next one comes soon enough.
    """
    insert = inserting(session, SyncCursor)
    statement = (
        insert.values(name=f"turn:{name}", value=owner, updated_at=now)
        .on_conflict_do_update(
            index_elements=["name"],
            set_={"value": owner, "updated_at": now},
            where=SyncCursor.updated_at <= now - every,
        )
        .returning(SyncCursor.name)
    )
    return session.execute(statement).scalar_one_or_none() is not None
