"""Card payments, switched on: an account with keys and active settings for most locations."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.demo.failures import Broken
from komet_shop.demo.people import DEMO
from komet_shop.domain.activation import Status
from komet_shop.models import GatewayAccount, Location, LocationCardSettings
from komet_shop.plugin_api import ProvesHealth
from komet_shop.services import card_board, card_switches, gateway_keys
from komet_shop.services.card_switches import Change
from komet_shop.services.gateway_accounts import Desk, open_locations
from komet_shop.services.gateways import NoAccount
from komet_shop.services.key_checks import TEST, Given, KeysRefused
from komet_shop.services.scope import Scope
from komet_shop.services.secret_box import SealBroken
from komet_shop.services.shop import Shop

Settings = Mapping[str, str]
"""Names that the plugin declares → values."""


class CardPayments:
    """Gives locations an account at the gateway; the last one is left to be set up by hand.

    `everywhere`: that one too. A location where somebody has begun to set up, or has turned
    cards off, is left as it is.
    """

    def __init__(self, shop: Shop, *, everywhere: bool = False) -> None:
        self._shop = shop
        self._everywhere = everywhere

    def accounts(self) -> dict[str, int]:
        """Location code → id of its online account, for those that the demo looks after."""
        return self._shop.database.run(self._ensured)

    def notified(self) -> dict[str, int]:
        """The same for every account there is: whose news the gateway sends."""
        with self._shop.database.read() as session:
            rows = session.execute(
                select(Location.code, GatewayAccount.id)
                .join(Location, Location.id == GatewayAccount.location_id)
                .where(GatewayAccount.kind == "online", GatewayAccount.retired_at.is_(None))
                .order_by(Location.code)
            )
            return {row.code: row.id for row in rows}

    def switch_on(self, at_gateway: Shop, keys: Mapping[str, Settings]) -> None:
        """Keys by location code, proved at the gateway that `at_gateway` is joined to.

        Raises:
            Broken: the gateway does not take them.
        """
        accounts = self.accounts()
        for code, account_id in accounts.items():
            if not _works(at_gateway, account_id):
                _enter(at_gateway, account_id, code, keys[code])
        self._decide_for_the_company()
        self._shop.database.run(lambda session: self._switch_on(session, accounts))

    def _decide_for_the_company(self) -> None:
        """Cards in the shop by default, so that locations have something to inherit."""
        with self._shop.database.read() as session:
            scope = _everywhere(session)
            board = card_board.read(session, scope)
        if board.company.ecommerce_on is None:
            decided = replace(board.company, ecommerce_on=True)
            change = Change(level=None, decisions=decided, drawn=board.version(None))
            card_switches.save(self._shop, scope, change)

    def _ensured(self, session: Session) -> dict[str, int]:
        desk = self._desk(session)
        return {one.code: desk.ensure_account(one).id for one in self._looked_after(session)}

    def _switch_on(self, session: Session, accounts: Mapping[str, int]) -> None:
        for location in open_locations(session):
            if location.code in accounts:
                self._desk(session).switch_on(location)

    def _looked_after(self, session: Session) -> list[Location]:
        locations = open_locations(session)
        rows = session.execute(
            select(LocationCardSettings.location_id, LocationCardSettings.status)
        )
        statuses = {row.location_id: row.status for row in rows}
        left_out = set() if self._everywhere else {one.id for one in locations[1:][-1:]}
        return [
            one
            for one in locations
            if statuses.get(one.id) == Status.ACTIVE
            or (one.id not in statuses and one.id not in left_out)
        ]

    def _desk(self, session: Session) -> Desk:
        shop = self._shop
        plugin, now = shop.gateways.plugin, shop.clock.now()
        return Desk(session=session, plugin=plugin, actor=DEMO, now=now)


def _everywhere(session: Session) -> Scope:
    locations = open_locations(session)
    return Scope(
        actor=DEMO,
        company_id=locations[0].company_id,
        location_ids=frozenset(one.id for one in locations),
    )


def _works(at_gateway: Shop, account_id: int) -> bool:
    """From an earlier start, or entered by hand since."""
    try:
        connection = at_gateway.gateways.connect(account_id)
    except (NoAccount, SealBroken):
        return False
    return isinstance(connection, ProvesHealth) and connection.check().ok


def _enter(at_gateway: Shop, account_id: int, code: str, keys: Settings) -> None:
    given = Given(environment=TEST, keys=keys)
    try:
        gateway_keys.enter(at_gateway, account_id, given, actor=DEMO, tells=False)
    except KeysRefused as refusal:
        raise Broken(f"The gateway refused the keys of {code}: {refusal}") from refusal
