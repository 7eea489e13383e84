"""What somebody does on the pages of a customer, as a browser without scripts shows them."""

from dataclasses import dataclass
from typing import Any

import requests
from sqlalchemy import insert, update

from komet_shop.models import Company, Customer, Location, LocationCardSettings, buyer_customer
from tests import factories
from tests.web.browser import Browser
from tests.web.storefront.buying import forms, words
from tests.world import World


@dataclass
class Office:
    """A browser that is logged in, and the world behind the shop."""

    browser: Browser
    world: World

    @property
    def customer(self) -> Customer:
        with self.world.shop.database.read() as session:
            return session.get_one(Customer, self.world.customer_id)

    @property
    def path(self) -> str:
        return f"/customers/{self.customer.public_id}"

    def text(self, path: str) -> str:
        """What a person reads on a page that must be there."""
        answer = self.browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.headers)
        return words(answer.text)

    def form(self, html: str = "") -> dict[str, str]:
        """What the form of "Advanced" would send as it stands."""
        page = html or self.browser.get(f"{self.path}/advanced").text
        return next(given for action, given in forms(page) if action.endswith("/advanced"))

    def press(self, fields: dict[str, Any]) -> requests.Response:
        """Send the form of "Advanced"."""
        return self.browser.post_raw(f"{self.path}/advanced", fields)

    def change(self, *, without: tuple[str, ...] = (), **fields: str) -> requests.Response:
        """Fill in the form, read what it will do, and save it if it may be saved."""
        asked = {**self.form(), **fields}
        for name in without:
            asked.pop(name, None)
        preview = self.press(asked)
        if preview.status_code != 200:
            return preview
        return self.press(self.form(preview.text))

    def decide(self, **values: Any) -> None:
        """Change the customer, as if by somebody else."""
        with self.world.shop.database.write() as session:
            chosen = update(Customer).where(Customer.id == self.world.customer_id)
            session.execute(chosen.values(**values))

    def switch(self, **values: Any) -> None:
        """Change the card settings of the location."""
        with self.world.shop.database.write() as session:
            session.execute(update(LocationCardSettings).values(**values))

    def add_buyers(self, count: int) -> None:
        """People who buy for the customer."""
        company_id = self.customer.company_id
        with self.world.shop.database.write() as session:
            company = session.get_one(Company, company_id)
            for _ in range(count):
                person = factories.make_user(session, company)
                row = {"user_id": person.id, "customer_id": self.world.customer_id}
                session.execute(insert(buyer_customer).values(**row))

    def open_branch(self, name: str) -> None:
        """Another location of the company, which takes no cards."""
        with self.world.shop.database.write() as session:
            place = session.get_one(Location, self.world.location_id)
            company = session.get_one(Company, place.company_id)
            factories.make_location(session, company, name=name)
