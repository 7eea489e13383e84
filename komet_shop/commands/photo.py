"""`komet-shop photo …`: photos of products, from the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from komet_shop.commands.opening import Stop, running_shop
from komet_shop.services import photos
from komet_shop.services.photo_files import PhotoRefused
from komet_shop.services.photos import NoSuchProduct, PhotoMoved
from komet_shop.services.scope import Actor

ACTOR = Actor(label="command line")


@click.group()
def photo() -> None:
    """Photos of products. PRODUCT is its id in the shop's address, its Komet id or its name."""


@photo.command(name="set")
@click.argument("product")
@click.argument("file", type=click.Path(path_type=Path))
def set_(product: str, file: Path) -> None:
    """Show FILE (JPEG, PNG or WebP) for PRODUCT instead of the drawn picture."""
    with _opened(file) as source, running_shop() as shop, _told_in_a_line(file):
        name = photos.set_photo(shop, product, source, actor=ACTOR)
    click.echo(f"{name} is shown with its photo now.")


@photo.command()
@click.argument("product")
def remove(product: str) -> None:
    """Show PRODUCT as it is drawn again, and delete its photo."""
    with running_shop() as shop, _told_in_a_line():
        name = photos.remove_photo(shop, product, actor=ACTOR)
    click.echo(f"{name} is shown as it is drawn now.")


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    try:
        source = file.open("rb")
    except OSError as error:
        raise Stop(f"{file} cannot be read: {error.strerror}.") from error
    with source:
        yield source


@contextmanager
def _told_in_a_line(file: Path | None = None) -> Iterator[None]:
    try:
        yield
    except NoSuchProduct as error:
        raise Stop(str(error)) from error
    except PhotoRefused as error:
        raise Stop(f"{file}: {error}") from error
    except PhotoMoved as error:
        message = f"Somebody else changed the photo of {error} just now; look at it first."
        raise click.ClickException(message) from error
    except OSError as error:
        raise click.ClickException(f"The photos' folder cannot be used: {error}") from error


commands = (photo,)
