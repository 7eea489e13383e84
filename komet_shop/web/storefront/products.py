"""One product: every packing and grower that offers it for the chosen ship date."""

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from komet_shop.domain.permissions import Permission
from komet_shop.services import catalogue
from komet_shop.services.catalogue import Shown
from komet_shop.web import shopping
from komet_shop.web.current import scope
from komet_shop.web.permissions import requires
from komet_shop.web.shopping import opened_visit
from komet_shop.web.storefront import words
from komet_shop.web.storefront.addresses import Search
from komet_shop.web.storefront.blueprint import bp
from komet_shop.web.storefront.delivery import delivery_bar
from komet_shop.web.storefront.tiles import picture_of, tile


@bp.get("/products/<product_id>")
@requires(Permission.SHOP)
def product(product_id: str) -> ResponseReturnValue:
    """A product with its offers; one that is sold out for the date says so."""
    with opened_visit() as (unit, visit):
        shown = catalogue.product(unit, scope(), visit, product_id)
        delivery = shopping.delivery_of(unit, visit)
    if shown is None:
        abort(404)
    return render_template(
        "storefront/product.html",
        product=shown,
        image=picture_of(shown.category, shown.colour, shown.picture),
        colour_slug=words.colour_slug(shown.colour),
        grades=_grades(shown),
        tiles=[tile(offer) for offer in shown.offers],
        category_href=Search(category=shown.category).href(),
        delivery=delivery_bar(visit, delivery),
    )


def _grades(shown: Shown) -> list[dict[str, object]]:
    """Links to the other grades of the flower; none when there is only one."""
    if len(shown.grades) < 2:
        return []
    return [
        {
            "label": grade.name,
            "href": url_for(".product", product_id=grade.id),
            "active": grade.id == shown.id,
        }
        for grade in shown.grades
    ]
