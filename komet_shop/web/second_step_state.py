"""How far somebody has come in proving who they are, noted in the session."""

import time

from flask import session
from sqlalchemy import select

from komet_shop.models import User
from komet_shop.web import login_records

FIRST_STEP_SECONDS = 10 * 60
READY = "ready"
_GIVEN = "password_given"


def half_way() -> User | None:
    """Who gave the right password at login and has the second step before them."""
    if session.get("tf_state") != READY:
        return None
    person = select(User).where(User.fs_uniquifier == session.get("tf_user_id", ""))
    return login_records.unit().scalars(person).unique().one_or_none()


def forget_old_first_step() -> None:
    """A password that was given long ago, maybe by somebody else, opens no second step."""
    if time.time() - session.get("first_step_at", 0) > FIRST_STEP_SECONDS:
        session.pop("tf_state", None)


def note_password(user: User) -> None:
    """Who is logged in gave the password once more; their passkey comes next."""
    session[_GIVEN] = [user.id, int(time.time())]


def gave_password(user: User) -> bool:
    """True when it was this person, a moment ago."""
    whose, at = session.get(_GIVEN, (None, 0))
    return bool(whose == user.id and 0 <= time.time() - at < FIRST_STEP_SECONDS)


def forget_password() -> None:
    """It counts for one passkey."""
    session.pop(_GIVEN, None)
