"""A person's own name and language."""

from sqlalchemy import update

from komet_shop.models import User
from komet_shop.services import audit
from komet_shop.services.scope import Scope
from komet_shop.services.shop import Shop

LANGUAGES = ("en", "es")
LONGEST_NAME = 200


class ProfileRefused(Exception):
    """The profile stays as it is: no name, or a language that the shop does not speak."""


def change(shop: Shop, scope: Scope, *, name: str, locale: str) -> None:
    """Change one's own name and language.

    Raises:
        ProfileRefused: nothing was changed.
    """
    if not 0 < len(name) <= LONGEST_NAME or locale not in LANGUAGES:
        raise ProfileRefused(locale)
    now = shop.clock.now()
    entry = audit.Entry(
        actor=scope.actor,
        company_id=scope.company_id,
        action="profile_changed",
        object_type="user",
        object_id=scope.actor.user_id,
        after={"locale": locale},
    )
    with shop.database.write() as session:
        session.execute(
            update(User)
            .where(User.id == scope.actor.user_id, User.company_id == scope.company_id)
            .values(name=name, locale=locale, update_datetime=now)
        )
        audit.write(session, entry, now)
