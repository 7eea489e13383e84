"""A branch that does not take cards yet, and what its administrator does about it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from komet_clearent.sandbox.program import SandboxServer
from sqlalchemy import select
from sqlalchemy.orm import Session

from komet_shop.domain.activation import Status
from komet_shop.models import (
    Audit,
    GatewayAccount,
    Location,
    LocationCardSettings,
    Outbox,
    User,
)
from komet_shop.services import activation, card_applications
from komet_shop.services.activation import Rates
from komet_shop.services.card_applications import Application
from komet_shop.services.key_checks import Given
from komet_shop.services.scope import Actor, Scope
from komet_shop.services.shop import Shop
from tests import factories

APPLICATION = Application(
    legal_name="Rosa Alta Flowers LLC",
    trade_name="Rosa Alta",
    business_address="1 Flower St, Miami FL 33122",
    website="https://rosa-alta.example",
    contact_name="Alex Stone",
    contact_email="alex@rosa-alta.example",
    contact_phone="305 555 0100",
    monthly_volume_cents=25_000_000,
    average_ticket_cents=45_000,
    current_processor="none",
    notes="",
)
RATES = Rates(
    percent_bp=275, item_cents=10, monthly_cents=1_000, note="", agreed_on=date(2026, 11, 2)
)


@dataclass
class Branch:
    """One location of a company, and who sets it up."""

    shop: Shop
    gateway: SandboxServer
    scope: Scope
    location_id: int
    code: str
    admin: str

    @classmethod
    def build(cls, shop: Shop, gateway: SandboxServer, **company: Any) -> "Branch":
        with shop.database.write() as session:
            house = factories.make_company(session, **company)
            location: Location = factories.make_location(session, house, code="MIA")
            admin: User = factories.make_user(
                session,
                house,
                email="alex@people.example",
                roles=[factories.make_role(session, "admin")],
            )
            scope = Scope(
                actor=Actor(label=admin.public_id, user_id=admin.id),
                company_id=house.id,
                location_ids=frozenset({location.id}),
            )
            return cls(
                shop=shop,
                gateway=gateway,
                scope=scope,
                location_id=location.id,
                code=location.code,
                admin=admin.email,
            )

    def keys(self, number: int = 0) -> dict[str, str]:
        """What the gateway's portal shows of a terminal."""
        shown = self.gateway.accounts[number]
        return {name: shown[name] for name in ("api_key", "public_key")}

    def given(self, number: int = 0, environment: str = "test", **keys: str) -> Given:
        return Given(environment=environment, keys={**self.keys(number), **keys})

    def go_to(self, status: Status) -> None:
        """Do every step before this status, as people do them."""
        order = list(Status)
        steps = (
            (Status.REQUESTED, lambda: activation.enable(self.shop, self.scope, self.code)),
            (Status.RATES_PENDING, self.apply),
            (Status.KEYS_PENDING, self.agree),
            (Status.ACTIVE, self.enter_and_activate),
        )
        for reached, step in steps:
            if order.index(reached) <= order.index(status):
                step()

    def apply(self) -> str:
        return card_applications.submit(self.shop, self.scope, self.code, APPLICATION)

    def agree(self) -> None:
        activation.agree_rates(self.shop, self.scope, self.code, RATES)

    def enter(self, number: int = 0, **more: str) -> None:
        activation.enter_keys(self.shop, self.scope, self.code, self.given(number, **more))

    def enter_and_activate(self) -> None:
        self.enter()
        activation.activate(self.shop, self.scope, self.code)

    @property
    def status(self) -> str:
        with self.shop.database.read() as session:
            row = session.get(LocationCardSettings, self.location_id)
            return row.status if row is not None else "off"

    @property
    def account(self) -> GatewayAccount:
        """The newest one."""
        with self.shop.database.read() as session:
            return self.account_in(session)

    def account_in(self, session: Session) -> GatewayAccount:
        """The same, in a unit of work that is open."""
        own = select(GatewayAccount).where(GatewayAccount.location_id == self.location_id)
        return session.scalars(own.order_by(GatewayAccount.id.desc()).limit(1)).one()

    def told(self) -> list[str]:
        """The steps that mails were written about, and other messages by their kind."""
        with self.shop.database.read() as session:
            rows = session.scalars(select(Outbox).order_by(Outbox.id)).all()
        return [row.payload.get("step", row.payload.get("template", row.kind)) for row in rows]

    def audited(self) -> list[str]:
        with self.shop.database.read() as session:
            return list(session.scalars(select(Audit.action).order_by(Audit.id)))
