"""The shop itself: catalogue, products, pictures, cart, help."""

from komet_shop.web.storefront import (
    cart,
    catalogue,
    delivery,
    help_pages,
    photo_files,
    picture_files,
    products,
)
from komet_shop.web.storefront.blueprint import bp

__all__ = [
    "bp",
    "cart",
    "catalogue",
    "delivery",
    "help_pages",
    "photo_files",
    "picture_files",
    "products",
]

blueprints = (bp,)
