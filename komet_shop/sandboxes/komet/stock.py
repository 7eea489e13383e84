"""What stands in each location's cooler: boxes, packings, prices and the days they are on offer."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from komet_shop.sandboxes.komet.catalogue import HARD_GOODS, Product

ON_HAND, FUTURE = 1, 2
BOX_TYPES = {"QB": 1, "HB": 2, "FB": 3}
SOLD_BY_THE_BUNCH = {
    "Alstroemeria", "Gypsophila", "Pompons", "Statice", "Limonium", "Solidago",
    "Craspedia", "Eucalyptus", "Greens", HARD_GOODS,
}  # fmt: skip
GROWERS = {
    "EC": ((401, "Hacienda Cotopaxi Roses"), (402, "Cayambe Highland Farms")),
    "CO": ((403, "Sabana Verde Flowers"), (404, "Rionegro Blooms"), (405, "Tequendama Growers")),
    "KE": ((406, "Naivasha Lake Flowers"),),
    "NL": ((407, "Aalsmeer Direct"), (408, "Westland Kwekers")),
    "CL": ((409, "Bulbos del Sur"),),
    "CR": ((410, "Cartago Tropicals"),),
    "US": ((411, "Carpinteria Coast Growers"), (412, "Skagit Valley Farms")),
    "IT": ((413, "Sanremo Fiori"),),
    "TH": ((414, "Bangkok Orchid House"),),
    "ZA": ((415, "Cape Fynbos Exports"),),
    "IL": ((416, "Sharon Plain Greens"),),
    "AU": ((417, "Perth Wildflowers"),),
    "CN": ((418, "Yiwu Floral Supply"),),
}
COUNTRIES = {
    "EC": "Ecuador", "CO": "Colombia", "KE": "Kenya", "NL": "Netherlands", "CL": "Chile",
    "CR": "Costa Rica", "US": "United States", "IT": "Italy", "TH": "Thailand",
    "ZA": "South Africa", "IL": "Israel", "AU": "Australia", "CN": "China",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class StockLine:
    """Boxes of one product in one location. `price_e4` is per unit, in ten-thousandths."""

    id: int
    product: Product
    location_id: int
    boxes: int
    box_type: str
    bunches: int
    price_e4: int
    origin: int
    from_day: int
    to_day: int
    grower_id: int
    grower: str
    country: str

    @property
    def unit_type(self) -> str:
        """Whether a price and a quantity speak of bunches or of stems."""
        return "Bunch" if self.product.family.category in SOLD_BY_THE_BUNCH else "Stem"

    @property
    def units_per_box(self) -> int:
        """Bunches or stems in a box, whichever the line is sold by."""
        stems = 1 if self.unit_type == "Bunch" else self.product.family.stems_bunch
        return self.bunches * stems

    def window(self, today: date) -> tuple[date, date]:
        """First and last day on offer; it moves with the day, as a restocked cooler does."""
        return today + timedelta(days=self.from_day), today + timedelta(days=self.to_day)


def stock_coolers(products: list[Product], location_ids: list[int]) -> list[StockLine]:
    """Fill every location, the same way on every machine: about 1,400 lines in all."""
    dice = random.Random(20260214)
    lines: list[StockLine] = []
    for product in products:
        for location_id in location_ids:
            for origin in _origins(dice):
                number = 600_001 + len(lines)
                lines.append(_line(dice, product, location_id, origin=origin, number=number))
    return lines


def _origins(dice: random.Random) -> list[int]:
    on_hand = [ON_HAND] if dice.random() < 0.86 else []
    return on_hand + ([FUTURE] if dice.random() < 0.14 else [])


def _line(
    dice: random.Random, product: Product, location_id: int, *, origin: int, number: int
) -> StockLine:
    family = product.family
    box_type = (
        "HB" if family.category == HARD_GOODS else dice.choice(("QB", "HB", "HB", "HB", "FB"))
    )
    halves = {"QB": 1, "HB": 2, "FB": 4}[box_type]
    country = dice.choice(family.origins)
    grower_id, grower = dice.choice(GROWERS[country])
    first = 0 if origin == ON_HAND else dice.randint(7, 14)
    return StockLine(
        id=number,
        product=product,
        location_id=location_id,
        boxes=dice.randint(2, 60),
        box_type=box_type,
        bunches=-(-family.bunches_half_box * halves // 2),
        price_e4=_price_e4(dice, product),
        origin=origin,
        from_day=first,
        to_day=first + (60 if family.category == HARD_GOODS else dice.randint(8, 16)),
        grower_id=grower_id,
        grower=grower,
        country=COUNTRIES[country],
    )


def _price_e4(dice: random.Random, product: Product) -> int:
    """Longer stems cost more; within the range that the trade pays for the category."""
    family = product.family
    step = family.grades.index(product.grade) if len(family.grades) > 1 else dice.randint(0, 2)
    position = (step + dice.random()) / max(len(family.grades), 3)
    stem_e4 = round((family.low_cents + (family.high_cents - family.low_cents) * position) * 100)
    stems = family.stems_bunch if family.category in SOLD_BY_THE_BUNCH else 1
    # Whole quarter cents, so that a line of thousands of stems still looks like a price.
    return (stem_e4 * stems + 12) // 25 * 25
