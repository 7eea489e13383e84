"""`komet-shop user …`: accounts from the command line, the first administrator above all."""

import sys

import click

from komet_shop.commands.opening import Stop, running_shop
from komet_shop.domain.permissions import ROLES
from komet_shop.services import second_factor, users
from komet_shop.services.passwords import WeakPassword
from komet_shop.services.people import NoSuchPerson
from komet_shop.services.scope import Actor
from komet_shop.services.users import CannotAdd, NewUser

ACTOR = Actor(label="command line")


@click.group()
def user() -> None:
    """People who log in."""


@user.command()
@click.argument("email")
@click.option("--name", required=True, help="As it is shown to others.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(list(ROLES)))
@click.option("--location", "locations", multiple=True, help="Code of a location; repeatable.")
@click.option("--customer", "customers", multiple=True, help="Code of a buyer's customer.")
@click.option("--locale", type=click.Choice(["en", "es"]), default="en", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def add(
    email: str,
    *,
    name: str,
    roles: tuple[str, ...],
    locations: tuple[str, ...],
    customers: tuple[str, ...],
    locale: str,
    password_stdin: bool,
) -> None:
    """Add an account for EMAIL."""
    wanted = NewUser(
        email=email,
        name=name,
        password=_password(from_stdin=password_stdin),
        roles=roles,
        locations=locations,
        customers=customers,
        locale=locale,
    )
    with running_shop() as shop:
        now = shop.clock.now()
        try:
            shop.database.run(lambda unit: users.add_user(unit, wanted, actor=ACTOR, now=now))
        except (CannotAdd, WeakPassword) as error:
            raise Stop(str(error)) from error
    click.echo(f"{email} can log in now.")


@user.command("reset-second-factor")
@click.argument("email")
def reset_second_factor(email: str) -> None:
    """Take EMAIL's second factor away: the phone is lost, and nobody else can help."""
    with running_shop() as shop:
        now = shop.clock.now()
        try:
            had_one = shop.database.run(
                lambda unit: second_factor.reset_by_email(unit, email, actor=ACTOR, now=now)
            )
        except NoSuchPerson as error:
            raise Stop(f"Nobody logs in with {email}.") from error
    what = "The second factor is gone" if had_one else "There was no second factor"
    click.echo(f"{what}; all sessions of {email} have ended.")


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


commands = (user,)
