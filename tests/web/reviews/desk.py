"""A clerk before the Reviews screen, as a browser without scripts shows it."""

from dataclasses import dataclass
from typing import Any

import requests
from sqlalchemy import insert, select

from komet_shop.domain import identifiers
from komet_shop.models import (
    Company,
    Location,
    Operation,
    Outbox,
    Payment,
    Role,
    User,
    user_location,
)
from komet_shop.services.shop import Shop
from tests import factories
from tests.web.browser import Browser
from tests.web.house import HASH
from tests.web.storefront.buying import forms
from tests.world import World

REASON = "seen in the portal"


@dataclass
class Desk:
    """A browser that is logged in, and the world behind the shop."""

    browser: Browser
    world: World
    email: str = ""

    def come_back(self) -> None:
        """Log in again: sessions end when time passes."""
        assert self.browser.log_in(self.email).status_code == 302

    def page(self, path: str) -> str:
        """A page that must be there."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.headers)
        return answer.text

    def path(self, operation: Operation) -> str:
        """Where an operation is shown."""
        return f"/reviews/{operation.public_id}"

    def press(self, path: str, what: str, html: str = "", **fields: Any) -> requests.Response:
        """Fill in and send a form of the page: "decisions", "returns", "questions" …

        `outcome` chooses between forms of the same address.
        """
        wanted = fields.get("outcome")
        found = [
            (action, given)
            for action, given in forms(html or self.page(path))
            if action == f"{path}/{what}" and wanted in (None, given.get("outcome"))
        ]
        assert found, f"no form {what} {wanted or ''} on {path}"
        action, given = found[0]
        reason = {"reason": REASON} if what != "questions" else {}
        return self.browser.post_raw(action, {**given, **reason, **fields})

    def last(self) -> Operation:
        """The newest operation."""
        with self.world.shop.database.read() as session:
            statement = select(Operation).order_by(Operation.id.desc()).limit(1)
            return session.scalars(statement).one()


def hire(shop: Shop, world: World, role: str, *, elsewhere: bool = False, **values: Any) -> str:
    """A person of the staff at the world's location, or at another; returns the address."""
    with shop.database.write() as session:
        company = session.scalars(select(Company)).one()
        place = session.get_one(Location, world.location_id)
        if elsewhere:
            place = factories.make_location(session, company, name="Quito")
        email = f"{role}{'.elsewhere' if elsewhere else ''}@people.example"
        row = session.scalars(select(Role).where(Role.name == role)).one_or_none()
        roles = [row or factories.make_role(session, role)]
        given = {"email": email, "password": HASH, "roles": roles, "name": "Carol Clerk", **values}
        user: User = factories.make_user(session, company, **given)
        session.execute(insert(user_location).values(user_id=user.id, location_id=place.id))
    return email


def kill_message(world: World, kind: str, error: str) -> int:
    """Let a message have been refused five times; returns its row."""
    with world.shop.database.write() as session:
        message = session.scalars(select(Outbox).where(Outbox.kind == kind)).one()
        message.state, message.last_error, message.attempts = "dead", error, 5
        return message.id


def multiply(world: World, operation: Operation, times: int) -> None:
    """More payments like this one, as if others had met the same fate."""
    with world.shop.database.write() as session:
        payment = session.get_one(Payment, operation.payment_id)
        for _ in range(times):
            twin = _twin(payment, public_id=identifiers.public_id("pay"))
            session.add(twin)
            session.flush()
            names = {
                "public_id": identifiers.public_id("op"),
                "action_key": identifiers.action_key(),
                "gateway_ref": identifiers.gateway_reference(),
            }
            session.add(_twin(operation, payment_id=twin.id, **names))


def _twin(row: Any, **values: Any) -> Any:
    columns = {column.key: getattr(row, column.key) for column in row.__mapper__.columns}
    return type(row)(**{**columns, **values, "id": None})
