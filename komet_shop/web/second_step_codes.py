"""Codes of authenticator apps and recovery codes, as Flask-Security asks for them."""

import base64

import qrcode  # type: ignore[import-untyped]  # ships no types
import structlog
from flask_security.core import UserMixin
from flask_security.recovery_codes import MfRecoveryCodesUtil
from flask_security.totp import Totp
from passlib.totp import TokenError
from qrcode.image.svg import (  # type: ignore[import-untyped]  # ships no types
    SvgPathFillImage,
)

from komet_shop.models import User
from komet_shop.services import second_factor, totp_keys
from komet_shop.web import login_records
from komet_shop.web.visitors import company

log = structlog.get_logger(__name__)


class ShopTotp(Totp):
    """Each code counts once; apps show the company's name."""

    def __init__(self, secrets: dict[str, str], issuer: str) -> None:
        """Seal under the first secret; Flask-Security would take any."""
        self._totp = totp_keys.factory(secrets, issuer=issuer)

    def verify_totp(self, token: str, totp_secret: str, user: UserMixin, window: int = 0) -> bool:
        """True when the code is right and neither it nor a later one was used before."""
        assert isinstance(user, User)
        if not totp_secret:
            return False
        try:
            match = self._totp.verify(token, totp_secret, window=window)
        except TokenError:
            return False
        except KeyError:  # sealed under another master key
            log.error("second_factor_unreadable")
            return False
        return second_factor.accept_counter(login_records.unit(), user.id, match.counter)

    def get_totp_uri(self, username: str, totp_secret: str) -> str:
        """What the QR code says."""
        house = company()
        name = house.name if house is not None else ""
        issuer = name.replace(":", " ").strip() or self._totp.issuer
        return str(self._totp.from_source(totp_secret).to_uri(username, issuer=issuer))

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The QR code as the address of a picture, on white for dark screens."""
        picture = qrcode.make(
            self.get_totp_uri(username, totp), image_factory=SvgPathFillImage, box_size=16
        )
        drawn = base64.b64encode(picture.to_string()).decode()
        return f"data:image/svg+xml;base64,{drawn}"


class ShopRecoveryCodes(MfRecoveryCodesUtil):
    """Recovery codes of which only digests are kept: shown when they are made, and never again."""

    def create_recovery_codes(self, user: UserMixin) -> list[str]:
        """New codes in place of the old ones."""
        assert isinstance(user, User)
        codes = second_factor.new_recovery_codes(user)
        login_records.unit().add(user)
        login_records.changed("recovery_codes_made", user.id)
        return codes

    def get_recovery_codes(self, user: UserMixin) -> list[str]:
        """Nothing: nobody can see them again."""
        del user
        return []

    def check_recovery_code(self, user: UserMixin, code: str) -> bool:
        """Use a code up; looking first and deleting later would let two requests have it."""
        assert isinstance(user, User)
        return second_factor.use_recovery_code(login_records.unit(), user, code)

    def delete_recovery_code(self, user: UserMixin, code: str) -> bool:
        """It is used up by now."""
        del user, code
        return True
