"""Photos of products as browsers load them, and the pages that show them."""

import io
import re

import pytest
import requests
from PIL import Image
from sqlalchemy import select

from komet_shop.models import Product
from komet_shop.services import photo_files, photos
from komet_shop.services.scope import Actor
from komet_shop.services.shop import Shop
from tests.photographs import picture
from tests.statements import count_statements
from tests.web.browser import Browser
from tests.web.storefront.buying import Buying

IMAGE = re.compile(r"<img [^>]*>")
TRICKS = (
    "",
    "shop.db",
    "../shop.db",
    "..%2fshop.db",
    "%2e%2e/shop.db",
    "..%5cshop.db",
    "%2fetc%2fpasswd",
    "NAME-480.webp%00.png",
    "NAME-480.webp%0a",
    "x%2f..%2fNAME-480.webp",
    "NAME-481.webp",
    "NAME-480",
    "a" * 32 + "-480.webp",
)


@pytest.fixture
def name(buying: Buying, shop: Shop) -> str:
    """The photo of the rose that is on the shelf and in the cart."""
    product = "Roses Freedom 50 cm"
    photos.set_photo(shop, product, io.BytesIO(picture()), actor=Actor(label="ana"))
    with shop.database.read() as session:
        return str(session.scalars(select(Product.picture)).one())


def product_page(buying: Buying) -> str:
    found = re.search(r'href="(/products/[^"]+)"', buying.page("/shop"))
    assert found is not None
    return found.group(1)


def image_of(html: str) -> str:
    [found] = [one for one in IMAGE.findall(html) if "/photos/" in one or "/pictures/" in one]
    return str(found)


@pytest.mark.parametrize("path", ["/shop", "/shop?view=list", "/cart", "the product"])
def test_pages_show_the_photo_in_two_sizes(buying: Buying, name: str, path: str) -> None:
    image = image_of(buying.page(product_page(buying) if path == "the product" else path))

    assert f'src="/photos/{name}-480.webp"' in image
    assert f'srcset="/photos/{name}-480.webp 480w, /photos/{name}-960.webp 960w"' in image
    assert re.search(r' sizes="[^"]+" width="480" height="480"', image)
    assert "/pictures/" not in image


def test_photos_below_the_fold_wait(buying: Buying, name: str) -> None:
    first, below = image_of(buying.page("/shop")), image_of(buying.page("/shop?view=list"))

    assert 'fetchpriority="high"' in first
    assert 'loading="lazy"' in below


def test_a_photo_is_not_called_a_drawing(buying: Buying, name: str) -> None:
    image = image_of(buying.page(product_page(buying)))

    assert 'alt="Roses Freedom 50 cm"' in image


def test_without_its_photo_the_product_is_drawn_again(
    buying: Buying, name: str, shop: Shop
) -> None:
    photos.remove_photo(shop, "Roses Freedom 50 cm", actor=Actor(label="ana"))

    image = image_of(buying.page("/shop"))

    assert 'src="/pictures/roses--red.svg"' in image
    assert "srcset" not in image


@pytest.mark.parametrize(
    ("path", "most"), [("/shop", 4), ("/shop?view=list", 4), ("/cart", 4), ("the product", 5)]
)
def test_a_photo_costs_no_statement(
    buying: Buying, name: str, shop: Shop, path: str, most: int
) -> None:
    address = product_page(buying) if path == "the product" else path
    buying.page(address)

    with count_statements(shop.database.engine) as statements:
        buying.page(address)

    assert len(statements) <= most, "\n\n".join(statements)


@pytest.mark.parametrize("width", photo_files.WIDTHS)
def test_a_photo_is_kept_for_ever_and_needs_no_login(
    visitor: Browser, name: str, shop: Shop, width: int
) -> None:
    stranger = Browser(visitor.url)

    with count_statements(shop.database.engine) as statements:
        answer = stranger.get(f"/photos/{name}-{width}.webp")

    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    assert Image.open(io.BytesIO(answer.content)).size == (width, width)
    assert statements == []


def test_no_other_file_is_served(visitor: Browser, name: str, shop: Shop) -> None:
    (shop.config.data_dir / "shop.db").touch()

    answers = [_as_it_is(f"{visitor.url}/photos/{path.replace('NAME', name)}") for path in TRICKS]

    told = {(answer.status_code, answer.headers["Cache-Control"]) for answer in answers}
    assert told == {(404, "no-store")}


def _as_it_is(address: str) -> requests.Response:
    """A GET whose path nobody tidies up on the way."""
    request = requests.Request("GET", address).prepare()
    request.url = address
    with requests.Session() as session:
        session.trust_env = False
        return session.send(request, timeout=20, allow_redirects=False)
