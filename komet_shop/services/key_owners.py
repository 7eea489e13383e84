"""Which account a key belongs to: no two accounts may have the same one."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.models import GatewayAccount, Location
from komet_shop.services import key_checks
from komet_shop.services.gateway_accounts import NO_KEYS
from komet_shop.services.key_checks import KeyTaken
from komet_shop.services.secret_box import SealBroken
from komet_shop.services.shop import Shop


def require_unused(
    session: Session, shop: Shop, keys: Mapping[str, str], *, account_id: int
) -> None:
    """Refuse a key of another account that is in use: its payments would land there.

    `account_id`: the account that the keys are for, whose own they may be.

    Raises:
        KeyTaken
    """
    wanted = [one for one in key_checks.settings_of(shop.gateways.plugin) if one.exclusive]
    rows = session.execute(
        select(GatewayAccount, Location.name, Location.code)
        .join(Location, Location.id == GatewayAccount.location_id)
        .where(
            GatewayAccount.id != account_id,
            GatewayAccount.plugin == shop.gateways.plugin.name,
            GatewayAccount.settings_ciphertext != NO_KEYS,
            GatewayAccount.retired_at.is_(None),
        )
    )
    for account, name, code in rows:
        known = _opened(shop, account, code)
        for setting in wanted:
            if keys[setting.name] and keys[setting.name] == known.get(setting.name):
                raise KeyTaken(setting.label, place=name)


def _opened(shop: Shop, account: GatewayAccount, code: str) -> Mapping[str, str]:
    """Its keys; none where its seal cannot be opened, which others report."""
    try:
        return shop.gateways.account_of(account, code).settings
    except SealBroken:
        return {}
