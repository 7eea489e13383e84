"""The second factor of a person: app, passkeys, recovery codes, and taking them away."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from komet_shop.models import Passkey, User, WebSession
from komet_shop.services import audit, people, security_mails
from komet_shop.services.people import Keeper, NoSuchPerson
from komet_shop.services.people_changes import OwnAccount, RoleAbove
from komet_shop.services.scope import Actor

RECOVERY_CODES = 10
MOST_PASSKEYS = 20
_CODE_BYTES = 10
_GROUP = 4


def accept_counter(session: Session, user_id: int, counter: int) -> bool:
    """Note that the code of this half minute was used; False when it was before, or a later one.

    Of two requests with the same code at the same moment one is told True.
    Rule: RFC 6238, section 5.2.
    """
    is_later = or_(User.tf_last_counter.is_(None), User.tf_last_counter < counter)
    taken = session.execute(
        update(User)
        .where(User.id == user_id, is_later)
        .values(tf_last_counter=counter)
        .returning(User.id)
        .execution_options(synchronize_session=False)
    )
    return taken.scalar_one_or_none() is not None


def new_recovery_codes(user: User) -> list[str]:
    """Ten codes in place of those from before. Only their digests stay: show them now.

    80 random bits each, so that a plain digest tells nobody what they are.
    """
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    user.mf_recovery_codes = [_digest(user, code) for code in codes]
    return codes


def use_recovery_code(session: Session, user: User, code: str) -> bool:
    """Use a code up; False when it is none, or was used. How it is spelled does not matter.

    The row is locked first: the same code twice at the same moment opens once.
    """
    kept = session.scalars(
        select(User.mf_recovery_codes).where(User.id == user.id).with_for_update(of=User)
    ).one()
    wanted = _digest(user, code)
    left = [one for one in kept or [] if not hmac.compare_digest(one, wanted)]
    if len(left) == len(kept or []):
        return False
    user.mf_recovery_codes = left
    return True


def reset(session: Session, keeper: Keeper, public_id: str, now: datetime) -> bool:
    """Take a person's second factor away and end their sessions; False when they had none.

    For somebody who lost the phone and the recovery codes. Where their role needs a second
    factor, they set a new one up after their next login.

    Raises:
        people.NoSuchPerson; people_changes.OwnAccount: nobody takes their own away like this;
        people_changes.RoleAbove: the person may do what the keeper may not.
    """
    user = people.find(session, keeper, public_id)
    if user.id == keeper.scope.actor.user_id:
        raise OwnAccount
    if not all(keeper.may_give(role.name) for role in user.roles):
        raise RoleAbove
    return _take_away(session, user, keeper.scope.actor, now)


def reset_by_email(session: Session, email: str, *, actor: Actor, now: datetime) -> bool:
    """The same from the command line, for an administrator whom nobody else can help.

    Raises:
        people.NoSuchPerson: nobody logs in with that address.
    """
    wanted = select(User).where(func.lower(User.email) == email.strip().lower())
    user = session.scalars(wanted).unique().one_or_none()
    if user is None:
        raise NoSuchPerson(email)
    return _take_away(session, user, actor, now)


def forget_app(user: User) -> None:
    """Blank what belongs to the authenticator app; recovery codes stay for who has passkeys."""
    user.tf_primary_method = user.tf_totp_secret = user.tf_last_counter = None
    if not user.has_passkey:
        user.mf_recovery_codes = None


def _take_away(session: Session, user: User, actor: Actor, now: datetime) -> bool:
    had_one = user.has_second_factor
    user.tf_primary_method = user.tf_totp_secret = user.tf_last_counter = None
    user.mf_recovery_codes = None
    session.execute(delete(Passkey).where(Passkey.user_id == user.id))
    session.expire(user, ["has_passkey", "webauthn"])
    session.execute(delete(WebSession).where(WebSession.user_id == user.id))
    entry = audit.Entry(
        actor=actor,
        company_id=user.company_id,
        action="second_factor_reset",
        object_type="user",
        object_id=user.id,
        before={"second_factor": had_one},
        after={"second_factor": False},
    )
    audit.write(session, entry, now)
    if had_one:
        security_mails.tell(session, user.id, "second_factor_reset", now)
    return had_one


def _new_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower()
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))


def _digest(user: User, code: str) -> str:
    """Of the letters and digits alone; the same code of two people has two digests."""
    plain = "".join(one for one in code.lower() if one.isalnum())
    return hashlib.sha256(f"{user.public_id}:{plain}".encode()).hexdigest()
