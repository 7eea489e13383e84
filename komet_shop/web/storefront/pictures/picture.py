"""Product pictures of flowers, generated as SVG from their kind and colour."""

import re
from functools import lru_cache
from hashlib import blake2s
from html import escape
from unicodedata import normalize

from komet_shop.web.storefront.pictures.forms import form_for
from komet_shop.web.storefront.pictures.sketch import Sketch, disc

LONGEST_NAME = 60  # characters of a kind or colour that reach a title or slug


@lru_cache(maxsize=512)
def flower_svg(category: str, colour: str) -> str:
    """Draw a flower kind in a colour, for products that have no photograph.

    Returns a complete SVG document, 480 by 480 units and at most 25 KB, without script or
    style, so it may be inlined or served as an image under a strict content policy. An
    unknown kind becomes a mixed bouquet, an unknown colour a blush tone.
    """
    kind, shade = _plain(category), _plain(colour)
    sketch = Sketch(_prefix(kind, shade), shade.lower())
    body = _backdrop(sketch) + form_for(kind.lower())(sketch)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 480" role="img">'
        f"<title>{escape(_title(kind, shade))}</title>"
        f"<defs>{sketch.definitions()}</defs>{body}</svg>"
    )


def picture_slug(category: str, colour: str) -> str:
    """The part of an address that names a picture: `garden-roses--light-pink`."""
    return f"{_slug(category)}--{_slug(colour)}"


def from_slug(slug: str) -> tuple[str, str]:
    """The kind and colour that a slug names, in lower case.

    Raises:
        ValueError: the text is not a slug that `picture_slug` could have made.
    """
    category, separator, colour = slug.partition("--")
    if not separator or picture_slug(category, colour) != slug:
        raise ValueError(f"not a picture: {slug[:LONGEST_NAME]!r}")
    return category.replace("-", " "), colour.replace("-", " ")


def _plain(text: str) -> str:
    """Text that XML can carry: printable, single spaces, not longer than a name."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())[:LONGEST_NAME]


def _title(kind: str, shade: str) -> str:
    return ", ".join(filter(None, (kind, shade))) or "Flowers"


def _slug(text: str) -> str:
    words = re.findall(r"[a-z0-9]+", normalize("NFKD", _plain(text)).lower())
    return "-".join(words)[:LONGEST_NAME].strip("-") or "any"


def _prefix(kind: str, shade: str) -> str:
    """Letters that no other picture on the page starts its ids with."""
    return "f" + blake2s(f"{kind}|{shade}".lower().encode(), digest_size=3).hexdigest() + "-"


def _backdrop(sketch: Sketch) -> str:
    fill = sketch.glow(*sketch.tones.backdrop)
    return f'<rect width="480" height="480" fill="{fill}"/>' + disc(
        196, sketch.fade("#ffffff", 0.55), (240, 210)
    )
