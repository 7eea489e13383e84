"""The second factor of the demo's administrator who has one: a key for an authenticator app."""

from passlib.totp import TOTP
from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.config import Secret
from komet_shop.models import User
from komet_shop.services import totp_keys


def new_key() -> str:
    """A fresh key, in the letters that authenticator apps take."""
    return str(TOTP.new().base32_key)


def give(session: Session, email: str, key: Secret, master_key: bytes) -> None:
    """Ask this person for a code of that key at every login from now on."""
    person = session.scalars(select(User).where(User.email == email)).one()
    person.tf_primary_method = "authenticator"
    person.tf_totp_secret = totp_keys.seal(key, master_key)
