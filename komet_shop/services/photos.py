"""A product's own photo, which is shown instead of the drawn picture."""

from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from komet_shop.models import Product
from komet_shop.services import audit, photo_files
from komet_shop.services.photo_files import Photo
from komet_shop.services.scope import Actor
from komet_shop.services.shop import Shop


class NoSuchProduct(Exception):
    """No product, or several, answer to what was given. The message says which."""


class PhotoMoved(Exception):
    """Somebody else changed the product's photo at the same time; theirs stays."""


@dataclass(frozen=True, kw_only=True)
class _Subject:
    """A product as it was found; `picture` is the name of its photo, None while it is drawn."""

    id: int
    public_id: str
    company_id: int
    name: str
    picture: str | None


def set_photo(shop: Shop, product: str, source: BinaryIO, *, actor: Actor) -> str:
    """Show a photo of the product from now on, in place of the drawn picture or the photo before.

    `product` is a public id, a Komet id or a whole name. Returns the product's name. The same
    file once more changes nothing.

    Raises:
        NoSuchProduct: unknown, or a name that several have.
        PhotoRefused: see `komet_shop.services.photo_files`.
        PhotoMoved: somebody else was quicker.
        OSError: the files cannot be written.
    Rule: docs/ordering.md, "Photos".
    """
    found = _find(shop, product)
    photo = photo_files.make_photo(source)
    _replace(shop, found, photo, actor)
    return found.name


def remove_photo(shop: Shop, product: str, *, actor: Actor) -> str:
    """Show the drawn picture of the product again; returns the product's name.

    Raises:
        NoSuchProduct: as above.
        PhotoMoved: as above.
    """
    found = _find(shop, product)
    _replace(shop, found, None, actor)
    return found.name


def _find(shop: Shop, product: str) -> _Subject:
    columns = (Product.id, Product.public_id, Product.company_id, Product.name, Product.picture)
    named = or_(Product.public_id == product, Product.komet_id == product, Product.name == product)
    with shop.database.read() as session:
        rows = session.execute(select(*columns).where(named).order_by(Product.id)).all()
    if not rows:
        raise NoSuchProduct(f"There is no product {product}.")
    if len(rows) > 1:
        ids = ", ".join(row.public_id for row in rows)
        raise NoSuchProduct(f"Several products are called {product}. Choose one of: {ids}.")
    return _Subject(**rows[0]._mapping)


def _replace(shop: Shop, found: _Subject, photo: Photo | None, actor: Actor) -> None:
    name = photo_files.name_of(photo, found.public_id) if photo else None
    folder = photo_files.folder_in(shop.config.data_dir)

    def unit(session: Session) -> None:
        _take(session, found, name)
        if photo and name:
            photo_files.write(folder, name, photo)
        if name != found.picture:
            audit.write(session, _entry(found, name, actor), shop.clock.now())

    shop.database.run(unit)
    if found.picture not in (None, name):
        shop.database.run(lambda session: _delete_unless_shown(session, shop, found))


def _take(session: Session, found: _Subject, name: str | None) -> None:
    """Change the row if it is as it was found; until the unit ends nobody else changes it."""
    taken = session.execute(
        update(Product)
        .where(Product.id == found.id, Product.picture.is_not_distinct_from(found.picture))
        .values(picture=name)
        .returning(Product.id)
    )
    if taken.scalar_one_or_none() is None:
        raise PhotoMoved(found.name)


def _delete_unless_shown(session: Session, shop: Shop, found: _Subject) -> None:
    """After the change is certain. Takes the row, lest this very photo be set again meanwhile."""
    taken = session.execute(
        update(Product)
        .where(Product.id == found.id, Product.picture.is_distinct_from(found.picture))
        .values(picture=Product.picture)
        .returning(Product.id)
    )
    if taken.scalar_one_or_none() is not None and found.picture is not None:
        photo_files.delete(photo_files.folder_in(shop.config.data_dir), found.picture)


def _entry(found: _Subject, name: str | None, actor: Actor) -> audit.Entry:
    return audit.Entry(
        actor=actor,
        company_id=found.company_id,
        action="photo_set" if name else "photo_removed",
        object_type="product",
        object_id=found.id,
        before={"picture": found.picture},
        after={"picture": name},
    )
