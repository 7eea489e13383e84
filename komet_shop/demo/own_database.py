"""Keeps the demo out of databases that belong to a real shop."""

from sqlalchemy import inspect, select

from komet_shop.demo.failures import CannotStart
from komet_shop.models import User
from komet_shop.models.database import Database

DEMO_ENDING = ".example"


def require_demo(database: Database) -> None:
    """Let empty databases and those of an earlier demo pass, before anything is changed.

    Raises:
        CannotStart: the database holds people who are not a demo's.
    """
    if not inspect(database.engine).has_table(User.__tablename__):
        return
    with database.read() as session:
        strangers = session.scalars(
            select(User.id).where(User.email.not_like(f"%{DEMO_ENDING}")).limit(1)
        ).first()
    if strangers is not None:
        raise CannotStart(
            "The database belongs to a shop with people of its own: the demo would add accounts "
            "that others know. Make an empty database for it."
        )
