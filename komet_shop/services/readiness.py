"""Is the database there, and of the version that this program was made for?"""

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from komet_shop import migrations
from komet_shop.models.database import Database

_HEAD = ScriptDirectory(str(migrations.HERE)).get_current_head()


def database_problem(database: Database) -> str | None:
    """A sentence that says what is wrong with the database, or None."""
    try:
        with database.read() as session:
            found = session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        return f"The database cannot be read ({type(cause).__name__}). Is it there and migrated?"
    if found != _HEAD:
        return f"The database is at version {found}, not {_HEAD}: run `komet-shop db upgrade`."
    return None
