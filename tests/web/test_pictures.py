"""Product pictures: every flower of the demo's catalogue, and whatever else a name may hold."""

import re
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from komet_shop.web.storefront.pictures import flower_svg, from_slug, picture_slug

CATALOGUE = {
    "Roses": (
        "red, white, ivory, hot pink, light pink, yellow, bicolor yellow red, bicolor orange, "
        "orange, peach, lavender, bicolor lavender, taupe, brown, green"
    ),
    "Garden Roses": "white, light pink, peach, ivory, blush, mauve, lavender",
    "Spray Roses": "white, hot pink, blush, orange, red, light pink",
    "Carnations": (
        "red, white, bicolor pink, bicolor purple, hot pink, burgundy, orange, yellow, purple"
    ),
    "Mini Carnations": "red, bicolor pink, white, orange, hot pink",
    "Alstroemeria": "white, orange, red, hot pink, yellow, purple, light pink",
    "Hydrangea": "white, blue, light blue, green, burgundy, light pink, lavender",
    "Gypsophila": "white, blue, light pink",
    "Chrysanthemums": "white, yellow, green, bronze, purple",
    "Pompons": "green, white, yellow, lavender",
    "Tulips": "yellow, red, white, hot pink, purple, light pink, orange",
    "Oriental Lilies": "hot pink, white, light pink, yellow",
    "LA Hybrid Lilies": "white, yellow, light pink, orange, red",
    "Sunflowers": "yellow, burgundy",
    "Snapdragons": "white, light pink, yellow, purple",
    "Delphinium": "blue, light blue, white",
    "Larkspur": "purple, white, light pink",
    "Stock": "white, lavender, light pink, peach, burgundy",
    "Statice": "purple, white, blue, yellow",
    "Limonium": "white, purple, lavender",
    "Solidago": "yellow",
    "Asters": "white, purple",
    "Gerbera": "orange, red, white, hot pink, light pink",
    "Lisianthus": "white, ivory, purple, light pink",
    "Calla Lilies": "yellow, light pink, black, white",
    "Anthurium": "red, white, green",
    "Ranunculus": "white, orange, blush, yellow",
    "Anemone": "white, blue, red",
    "Freesia": "white, yellow, purple",
    "Orchids": "white, purple, green, orange",
    "Protea": "light pink, hot pink, orange, burgundy",
    "Tropicals": "orange, red",
    "Eryngium": "blue, white",
    "Hypericum": "red, green, ivory, peach",
    "Craspedia": "yellow",
    "Astrantia": "light pink, white",
    "Eucalyptus": "green",
    "Greens": "green",
    "Hard Goods": "green, red, white, clear, silver",
}
VARIETIES = [(kind, shade) for kind, shades in CATALOGUE.items() for shade in shades.split(", ")]
HOSTILE = [
    "<script>alert(1)</script>",
    "\"/><image href='https://example.com/x' onload='x'/>",
    "]]></title><style>*{}</style>",
    "&amp;&bogus;",
    "\x00\x08\x1b\ud800\ufffe\u202e",
    "@",
    "",
    "rose" * 5000,
]
every_variety = pytest.mark.parametrize(("kind", "shade"), VARIETIES)
any_hostile_text = pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))


@every_variety
def test_a_picture_is_a_titled_square_image(kind, shade):
    root = ET.fromstring(flower_svg(kind, shade))

    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.get("viewBox") == "0 0 480 480"
    assert root.get("role") == "img"
    assert root[0].tag.endswith("title")
    assert root[0].text == f"{kind}, {shade}"


@every_variety
def test_a_picture_is_small_enough_for_a_page_of_them(kind, shade):
    assert len(flower_svg(kind, shade).encode()) <= 25 * 1024


@every_variety
def test_a_picture_needs_nothing_that_a_content_policy_forbids(kind, shade):
    elements = list(ET.fromstring(flower_svg(kind, shade)).iter())

    names = {element.tag.rpartition("}")[2] for element in elements}
    attributes = {name for element in elements for name in element.attrib}
    assert names.isdisjoint({"script", "style", "image", "foreignObject", "a"})
    assert "style" not in attributes
    assert not [name for name in attributes if name.startswith("on")]


@every_variety
def test_a_picture_refers_only_to_its_own_parts(kind, shade):
    svg = flower_svg(kind, shade)

    ids = re.findall(r' id="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    assert references(svg) <= set(ids)
    assert svg.count("href=") == svg.count('href="#')


@every_variety
def test_a_picture_is_drawn_the_same_every_time(kind, shade):
    first = flower_svg(kind, shade)

    flower_svg.cache_clear()

    assert flower_svg(kind, shade) == first


@every_variety
def test_a_slug_leads_back_to_the_same_drawing(kind, shade):
    slug = picture_slug(kind, shade)

    assert re.fullmatch(r"[a-z-]+", slug)
    assert drawing(*from_slug(slug)) == drawing(kind, shade)


def test_pictures_on_one_page_share_no_id():
    ids = [name for pair in VARIETIES for name in re.findall(r' id="([^"]+)"', flower_svg(*pair))]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("kind", CATALOGUE)
def test_each_colour_of_a_kind_looks_different(kind):
    shades = CATALOGUE[kind].split(", ")

    assert len({drawing(kind, shade) for shade in shades}) == len(shades)


def test_each_kind_looks_different_in_the_same_colour():
    drawings = {kind: drawing(kind, "white") for kind in CATALOGUE}

    assert [
        pair for pair in combinations(CATALOGUE, 2) if len({drawings[k] for k in pair}) < 2
    ] == []


def test_an_unknown_kind_is_a_bouquet_of_its_own_form():
    bouquet = drawing("Moon Flowers", "red")

    assert bouquet not in {drawing(kind, "red") for kind in CATALOGUE}
    assert bouquet == drawing("Something Else", "red")


def test_an_unknown_colour_is_painted_in_blush():
    assert drawing("Roses", "plaid") == drawing("Roses", "blush")


def test_a_shade_that_growers_spell_otherwise_is_its_nearest_neighbour():
    assert drawing("Roses", "cream") == drawing("Roses", "ivory")


def test_capitals_and_spaces_make_no_difference():
    assert drawing(" garden  ROSES", "Light Pink") == drawing("Garden Roses", "light pink")


@any_hostile_text
def test_hostile_names_end_up_as_text_in_the_title(text):
    root = ET.fromstring(flower_svg(text, text))

    assert len(root[0]) == 0
    assert len(root[0].text) <= 122
    assert not [e for e in root.iter() if e.tag.endswith(("script", "style", "image"))]


@any_hostile_text
def test_hostile_names_make_a_slug_that_can_be_read_back(text):
    slug = picture_slug(text, text)

    assert re.fullmatch(r"[a-z0-9-]{5,122}", slug)
    assert picture_slug(*from_slug(slug)) == slug


@pytest.mark.parametrize(
    "slug", ["", "roses", "roses--", "--red", "Roses--red", "roses--red--red", "../x--red", "a--b "]
)
def test_what_is_no_slug_is_refused(slug):
    with pytest.raises(ValueError, match="not a picture"):
        from_slug(slug)


def drawing(kind: str, shade: str) -> str:
    """A picture without what is its own by name: the title and the prefix of its ids."""
    svg = re.sub(r"<title>.*?</title>", "", flower_svg(kind, shade))
    return re.sub(r"f[0-9a-f]{6}-", "", svg)


def references(svg: str) -> set[str]:
    """The ids that copies and fills of a picture point to."""
    return {link or fill for link, fill in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg)}
