"""What a buyer finds on the shelf, on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from komet_shop.services import catalogue
from komet_shop.services.catalogue import Facets, Filters, Page, Sort
from komet_shop.services.shop import Shop
from tests.services.florist import Florist
from tests.statements import count_statements


@pytest.fixture
def florist(shop: Shop) -> Florist:
    return Florist.build(shop)


def found(florist: Florist, **values: Any) -> Page:
    """One page of the listing."""
    text = values.pop("text", "")
    paging = {name: values.pop(name) for name in ("sort", "after", "size") if name in values}
    visit = florist.visit()
    with florist.shop.database.read() as session:
        filters = Filters.of_text(text, **values)
        return catalogue.listing(session, florist.scope, visit, filters, **paging)


def narrowing(florist: Florist, **values: Any) -> Facets:
    visit = florist.visit()
    with florist.shop.database.read() as session:
        filters = Filters.of_text(values.pop("text", ""), **values)
        return catalogue.facets(session, florist.scope, visit, filters)


def names(page: Page) -> list[str]:
    return [offer.variety for offer in page.offers]


def rose(florist: Florist, variety: str, **more: Any) -> str:
    line = {"sort_name": variety} | more.pop("line", {})
    text = f"{more.get('category', 'Roses')} {variety} {more.get('colour', 'red')}".lower()
    return florist.shelve(name=variety, variety=variety, search_text=text, line=line, **more)


@pytest.mark.parametrize(
    ("change", "is_shown"),
    [
        ({}, True),
        ({"active": False}, False),
        ({"boxes_reserved": 100}, False),
        ({"boxes_reserved": 99}, True),
    ],
)
def test_only_boxes_that_can_be_bought_are_shown(
    florist: Florist, change: dict[str, Any], is_shown: bool
) -> None:
    rose(florist, "Freedom", line=change)

    page = found(florist)

    assert names(page) == (["Freedom"] if is_shown else [])


@pytest.mark.parametrize(
    ("first", "last", "is_shown"), [(0, 0, True), (1, 9, False), (-9, -1, False), (-9, 9, True)]
)
def test_the_ship_date_lies_in_the_window_of_what_is_shown(
    florist: Florist, first: int, last: int, is_shown: bool
) -> None:
    day = florist.visit().ship_date
    window = {
        "available_from": day + timedelta(days=first),
        "available_to": day + timedelta(days=last),
    }
    rose(florist, "Freedom", line=window)

    page = found(florist)

    assert names(page) == (["Freedom"] if is_shown else [])


def test_another_location_has_its_own_shelf(florist: Florist, shop: Shop) -> None:
    elsewhere = Florist.build(shop)
    rose(elsewhere, "Explorer")
    rose(florist, "Freedom")

    page = found(florist)

    assert names(page) == ["Freedom"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rose", ["Explorer", "Freedom"]),
        ("FREE", ["Freedom"]),
        ("  red   free ", ["Freedom"]),
        ("free white", []),
        ("100%", []),
        ("_", []),
    ],
)
def test_every_word_must_be_found_in_any_case(
    florist: Florist, text: str, expected: list[str]
) -> None:
    rose(florist, "Freedom")
    rose(florist, "Explorer")
    rose(florist, "Nelson", category="Carnations")

    page = found(florist, text=text)

    assert names(page) == expected


def test_filters_combine_with_and(florist: Florist) -> None:
    rose(florist, "Freedom")
    rose(florist, "Tibet", colour="white")
    rose(florist, "Later", colour="white", line={"origin": 2})
    rose(florist, "Moonlight", colour="white", category="Carnations")

    page = found(florist, category="Roses", colour="white", origin=1)

    assert names(page) == ["Tibet"]


def test_pages_follow_each_other_without_gap_or_repeat(florist: Florist) -> None:
    expected = [f"Rose {number:02d}" for number in range(7)]
    for name in reversed(expected):
        rose(florist, name)
    rose(florist, "Rose 03")

    seen, after = [], None
    for _ in range(4):
        page = found(florist, size=3, after=after)
        seen += names(page)
        after = page.after
        if after is None:
            break

    assert seen == sorted([*expected, "Rose 03"])
    assert after is None


def test_price_order_compares_stems_not_units(florist: Florist) -> None:
    per_bunch = {"unit_type": "Bunch", "stems_per_bunch": 10, "price_e4": 30_000}
    rose(florist, "Dear", line={"price_e4": 9_000})
    rose(florist, "Bunches", line=per_bunch)
    rose(florist, "Cheap", line={"price_e4": 2_000})

    pages = [found(florist, sort=Sort.PRICE, size=2)]
    pages.append(found(florist, sort=Sort.PRICE, size=2, after=pages[0].after))

    assert [names(page) for page in pages] == [["Cheap", "Bunches"], ["Dear"]]


@pytest.mark.parametrize(("level", "expected"), [("A", 4_550), ("B", 4_914)])
def test_price_b_is_price_a_with_the_customers_markup(
    shop: Shop, level: str, expected: int
) -> None:
    florist = Florist.build(shop, price_level=level, price_b_markup_bp=800)
    rose(florist, "Freedom", line={"price_e4": 4_550})

    [offer] = found(florist).offers

    assert offer.price_e4 == expected


def test_facets_heed_the_other_filters_but_not_their_own(florist: Florist) -> None:
    rose(florist, "Freedom")
    rose(florist, "Tibet", colour="white")
    rose(florist, "Moonlight", colour="white", category="Carnations")
    rose(florist, "Sold out", colour="blue", line={"boxes_reserved": 100})

    facets = narrowing(florist, category="Roses")

    assert [(f.name, f.products, f.is_chosen) for f in facets.categories] == [
        ("Carnations", 1, False),
        ("Roses", 2, True),
    ]
    assert [(f.name, f.products) for f in facets.colours] == [("red", 1), ("white", 1)]
    assert facets.products == 2


def test_a_chosen_facet_that_leads_to_nothing_can_still_be_taken_off(florist: Florist) -> None:
    rose(florist, "Freedom")

    facets = narrowing(florist, colour="blue")

    assert [(f.name, f.products, f.is_chosen) for f in facets.colours] == [
        ("blue", 0, True),
        ("red", 1, False),
    ]


def test_a_product_shows_its_offers_cheapest_first_and_its_grades(florist: Florist) -> None:
    line = rose(florist, "Freedom", grade="50 cm")
    rose(florist, "Freedom", grade="60 cm")
    rose(florist, "Explorer")
    visit = florist.visit()
    [product_id] = [o.product_id for o in found(florist).offers if o.id == line]

    with florist.shop.database.read() as session:
        shown = catalogue.product(session, florist.scope, visit, product_id)

    assert shown is not None
    assert [offer.id for offer in shown.offers] == [line]
    assert [grade.name for grade in shown.grades] == ["50 cm", "60 cm"]


def test_a_product_of_another_company_is_not_there(florist: Florist, shop: Shop) -> None:
    stranger = Florist.build(shop)
    rose(stranger, "Freedom")
    [theirs] = found(stranger).offers

    visit = florist.visit()
    with shop.database.read() as session:
        shown = catalogue.product(session, florist.scope, visit, theirs.product_id)

    assert shown is None


def test_a_listing_is_one_statement_however_many_rows(florist: Florist) -> None:
    for number in range(12):
        rose(florist, f"Rose {number}")
    visit = florist.visit()

    with (
        florist.shop.database.read() as session,
        count_statements(florist.shop.database.engine) as statements,
    ):
        page = catalogue.listing(session, florist.scope, visit, Filters())
        catalogue.facets(session, florist.scope, visit, Filters())

    assert len(page.offers) == 12
    assert len(statements) == 2


def test_the_last_box_taken_by_somebody_leaves_the_shelf_at_once(florist: Florist) -> None:
    line = rose(florist, "Freedom", line={"boxes_available": 1})

    florist.add(line)

    assert names(found(florist)) == []
    assert florist.reserved(line) == 1
