"""Photos of products: what becomes of a file, and of the product, on both databases."""

import io
import random
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from komet_shop.models import Audit, Company, Product
from komet_shop.services import photo_files, photos
from komet_shop.services.photo_files import MOST_BYTES, PhotoRefused, make_photo
from komet_shop.services.photos import NoSuchProduct, PhotoMoved
from komet_shop.services.scope import Actor
from komet_shop.services.shop import Shop
from tests import factories, photographs
from tests.photographs import BLUE, RED, picture

ACTOR = Actor(label="ana")


def made(content: bytes) -> Image.Image:
    """The larger of the files that a picture becomes."""
    return Image.open(io.BytesIO(make_photo(io.BytesIO(content))[960]))


def is_near(colour: Any, wanted: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(colour, wanted, strict=False))


@pytest.mark.parametrize("size", [(1200, 800), (300, 2000), (40, 40), (6000, 4000)])
def test_a_photo_is_a_square_in_two_sizes(size: tuple[int, int]) -> None:
    photo = make_photo(io.BytesIO(picture(size=size)))

    opened = {width: Image.open(io.BytesIO(content)) for width, content in photo.items()}
    assert {width: one.size for width, one in opened.items()} == {480: (480, 480), 960: (960, 960)}
    assert {one.format for one in opened.values()} == {"WEBP"}


def test_the_middle_is_kept() -> None:
    shown = made(picture(size=(2000, 1000)))

    assert is_near(shown.getpixel((100, 480)), RED)
    assert is_near(shown.getpixel((860, 480)), BLUE)


@pytest.mark.parametrize(
    ("orientation", "red_at"), [(1, (100, 480)), (3, (860, 480)), (6, (480, 100)), (8, (480, 860))]
)
def test_a_photo_stands_upright_however_the_camera_was_held(
    orientation: int, red_at: tuple[int, int]
) -> None:
    shown = made(picture(exif=photographs.notes(orientation)))

    opposite = (959 - red_at[0], 959 - red_at[1])
    assert is_near(shown.getpixel(red_at), RED)
    assert is_near(shown.getpixel(opposite), BLUE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_that_the_camera_noted_is_passed_on(kind: str) -> None:
    given = picture(kind, exif=photographs.notes(), xmp=b"<x:xmpmeta>Ana's garden</x:xmpmeta>")

    photo = make_photo(io.BytesIO(given))

    assert photographs.CAMERA.encode() in given
    for content in photo.values():
        shown = Image.open(io.BytesIO(content))
        assert photographs.CAMERA.encode() not in content
        assert (dict(shown.getexif()), {"exif", "xmp", "icc_profile"} & set(shown.info)) == (
            {},
            set(),
        )


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "P"), ("PNG", "LA"), ("PNG", "1"), ("PNG", "I;16")],
)
def test_pictures_of_all_colour_modes_are_taken(kind: str, mode: str) -> None:
    drawn = Image.new(mode, (1000, 1000)) if mode == "I;16" else Image.open(io.BytesIO(picture()))
    given = photographs.saved(drawn if mode == "I;16" else drawn.convert(mode), kind)

    assert made(given).size == (960, 960)


def test_what_is_clear_stays_clear() -> None:
    shown = made(photographs.saved(Image.new("RGBA", (500, 500), (0, 0, 0, 0)), "PNG"))

    assert shown.convert("RGBA").getpixel((480, 480))[3] == 0


def test_colours_are_those_that_the_camera_meant() -> None:
    swapped = made(picture(icc_profile=photographs.profile_of_swapped_colours()))
    useless = made(picture(icc_profile=b"no profile"))

    assert [swapped.getpixel((100, 480))[band] > 120 for band in (0, 2)] == [False, True]
    assert is_near(useless.getpixel((100, 480)), RED)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"Dear shop, here is my photo.", "no JPEG, PNG or WebP"),
        (b"", "no JPEG, PNG or WebP"),
        (picture("GIF", mode="P"), "no JPEG, PNG or WebP"),
        (picture("TIFF"), "no JPEG, PNG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no JPEG, PNG or WebP"),
        (picture()[:3000], "damaged"),
        (picture("PNG")[:300], "damaged"),
        (photographs.bomb(8_000, 8_000), "more than 50 megapixels"),
        (photographs.bomb(60_000, 60_000), "more than 50 megapixels"),
        (bytes(MOST_BYTES + 1), "larger than 20 MB"),
    ],
    ids=["text", "empty", "gif", "tiff", "svg", "half", "begun", "bomb", "large bomb", "large"],
)
def test_what_is_no_photo_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(PhotoRefused, match=told):
        make_photo(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damage_of_any_kind_is_refused_or_survived(kind: str) -> None:
    chance = random.Random(7)
    whole = picture(kind, size=(64, 48), exif=photographs.notes(6))
    outcomes = set()

    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(4):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            outcomes.add(len(make_photo(io.BytesIO(damaged))))
        except PhotoRefused:
            outcomes.add(0)

    assert outcomes <= {0, 2}
    assert 0 in outcomes


@pytest.fixture
def product(shop: Shop) -> Product:
    with shop.database.write() as session:
        return factories.make_product(session, factories.make_company(session))


def another(shop: Shop, product: Product, **values: Any) -> Product:
    with shop.database.write() as session:
        company = session.get_one(Company, product.company_id)
        return factories.make_product(session, company, **values)


def put(shop: Shop, product: str, content: bytes | None = None) -> str:
    return photos.set_photo(shop, product, io.BytesIO(content or picture()), actor=ACTOR)


def photo_of(shop: Shop, product: Product) -> str | None:
    with shop.database.read() as session:
        return session.scalars(select(Product.picture).where(Product.id == product.id)).one()


def audited(shop: Shop) -> list[tuple[str, str, Any, Any]]:
    with shop.database.read() as session:
        rows = session.scalars(select(Audit).order_by(Audit.id))
        return [(row.actor, row.action, row.before, row.after) for row in rows]


def files(shop: Shop) -> set[str]:
    folder = photo_files.folder_in(shop.config.data_dir)
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def files_of(name: str | None) -> set[str]:
    return {f"{name}-480.webp", f"{name}-960.webp"}


def test_a_photo_is_kept_and_who_set_it(shop: Shop, product: Product) -> None:
    named = put(shop, product.public_id)

    name = photo_of(shop, product)
    assert named == product.name
    assert name is not None
    assert files(shop) == files_of(name)
    assert all(map(photo_files.is_file_name, files(shop)))
    assert audited(shop) == [("ana", "photo_set", {"picture": None}, {"picture": name})]


@pytest.mark.parametrize("by", ["public_id", "komet_id", "name"])
def test_a_product_has_three_names(shop: Shop, product: Product, by: str) -> None:
    put(shop, getattr(product, by))

    assert photo_of(shop, product) is not None


def test_a_new_photo_takes_the_place_of_the_old_one(shop: Shop, product: Product) -> None:
    put(shop, product.public_id)
    before = photo_of(shop, product)

    put(shop, product.public_id, picture("PNG", size=(500, 500)))

    after = photo_of(shop, product)
    assert before != after
    assert files(shop) == files_of(after)
    assert audited(shop)[1:] == [("ana", "photo_set", {"picture": before}, {"picture": after})]


def test_the_same_photo_once_more_only_brings_lost_files_back(shop: Shop, product: Product) -> None:
    put(shop, product.public_id)
    name = photo_of(shop, product)
    photo_files.delete(photo_files.folder_in(shop.config.data_dir), str(name))

    put(shop, product.public_id)

    assert photo_of(shop, product) == name
    assert files(shop) == files_of(name)
    assert len(audited(shop)) == 1


def test_a_removed_photo_leaves_nothing_behind(shop: Shop, product: Product) -> None:
    put(shop, product.public_id)
    name = photo_of(shop, product)

    photos.remove_photo(shop, product.public_id, actor=ACTOR)
    photos.remove_photo(shop, product.public_id, actor=ACTOR)

    assert photo_of(shop, product) is None
    assert files(shop) == set()
    assert audited(shop)[1:] == [("ana", "photo_removed", {"picture": name}, {"picture": None})]


def test_products_with_the_same_photo_do_not_share_it(shop: Shop, product: Product) -> None:
    other = another(shop, product, name="Roses Explorer 50 cm")
    put(shop, product.public_id)
    put(shop, other.public_id)

    photos.remove_photo(shop, product.public_id, actor=ACTOR)

    assert files(shop) == files_of(photo_of(shop, other))


def test_an_unknown_or_doubtful_product_is_refused(shop: Shop, product: Product) -> None:
    other = another(shop, product)

    with pytest.raises(NoSuchProduct, match="no product Tulips"):
        put(shop, "Tulips")
    with pytest.raises(NoSuchProduct, match=f"{product.public_id}, {other.public_id}"):
        put(shop, product.name)

    assert files(shop) == set()


def test_a_refused_file_changes_nothing(shop: Shop, product: Product) -> None:
    put(shop, product.public_id)
    name = photo_of(shop, product)

    with pytest.raises(PhotoRefused):
        put(shop, product.public_id, b"not a photo")

    assert photo_of(shop, product) == name
    assert files(shop) == files_of(name)


def test_files_that_cannot_be_written_change_nothing(shop: Shop, product: Product) -> None:
    photo_files.folder_in(shop.config.data_dir).write_text("a file where the folder should be")

    with pytest.raises(OSError, match="exists"):
        put(shop, product.public_id)

    assert photo_of(shop, product) is None
    assert audited(shop) == []


def test_whoever_is_slower_finds_out_and_leaves_no_file(shop: Shop, product: Product) -> None:
    class Overtaken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            put(shop, product.public_id, picture("PNG"))
            return super().read(size)

    with pytest.raises(PhotoMoved):
        photos.set_photo(shop, product.public_id, Overtaken(picture()), actor=ACTOR)

    assert files(shop) == files_of(photo_of(shop, product))
    assert len(audited(shop)) == 1


def test_a_planted_name_deletes_nothing_elsewhere(shop: Shop, product: Product) -> None:
    outside = shop.config.data_dir / "books-480.webp"
    outside.write_text("books")
    with shop.database.write() as session:
        session.get_one(Product, product.id).picture = "../books"

    put(shop, product.public_id)

    assert outside.read_text() == "books"


@pytest.mark.parametrize(
    "text",
    ["", "shop.db", "../shop.db", "a" * 32 + "-480.webp\n", "a" * 32 + "-481.webp",
     "A" * 32 + "-480.webp", "a" * 31 + "-480.webp", "../" + "a" * 32 + "-480.webp"],
)  # fmt: skip
def test_what_is_no_file_of_a_photo(text: str) -> None:
    assert not photo_files.is_file_name(text)


def test_a_relative_data_folder_is_found_from_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert photo_files.folder_in(Path("var")) == tmp_path / "var" / "photos"
