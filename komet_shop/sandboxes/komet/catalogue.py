"""The flowers that the sandbox sells, read from the trade's own figures in catalogue.psv."""

import re
from dataclasses import dataclass
from pathlib import Path

CATALOGUE = Path(__file__).with_name("catalogue.psv")
HARD_GOODS = "Hard Goods"
_VARIETY = re.compile(r"([^,(][^(]*?) \(([^)]+)\)")


@dataclass(frozen=True, kw_only=True)
class Family:
    """One category with what its varieties have in common. Prices are US cents per stem."""

    category: str
    varieties: tuple[tuple[str, str], ...]
    grades: tuple[str, ...]
    stems_bunch: int
    bunches_half_box: int
    low_cents: int
    high_cents: int
    origins: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Product:
    """One variety in one grade: what Komet calls a company product."""

    id: int
    code: str
    family: Family
    category_id: int
    variety: str
    color: str
    grade: str

    @property
    def division(self) -> str:
        """Komet's top level: fresh flowers and hard goods are counted and shipped apart."""
        return HARD_GOODS if self.family.category == HARD_GOODS else "Fresh Cut Flowers"

    @property
    def division_id(self) -> int:
        """The number of that division."""
        return 3 if self.family.category == HARD_GOODS else 1

    @property
    def description(self) -> str:
        """What a buyer reads on a line: "Roses Freedom Red 50 cm"."""
        color = "" if self.color in self.variety.lower() else f" {self.color.title()}"
        return f"{self.family.category} {self.variety}{color} {self.grade}"


def read_families(path: Path = CATALOGUE) -> list[Family]:
    """All categories of the catalogue file, in its order."""
    _, *rows = path.read_text(encoding="utf-8").splitlines()
    return [_family(row.split("|")) for row in rows]


def build_products(families: list[Family]) -> list[Product]:
    """One product for each variety and grade, numbered the same way on every machine."""
    wanted = [
        (category_id, family, variety, color, grade)
        for category_id, family in enumerate(families, start=101)
        for variety, color in family.varieties
        for grade in family.grades
    ]
    return [
        Product(
            id=number,
            code=f"{family.category[:3].upper()}{number}",
            family=family,
            category_id=category_id,
            variety=variety,
            color=color,
            grade=grade,
        )
        for number, (category_id, family, variety, color, grade) in enumerate(wanted, start=2001)
    ]


def _family(fields: list[str]) -> Family:
    category, varieties, grades, stems, bunches, prices, origins = fields
    low, high = prices.split("-")
    return Family(
        category=category,
        varieties=tuple((name.strip(), color) for name, color in _VARIETY.findall(varieties)),
        grades=tuple(grades.split(", ")),
        stems_bunch=int(stems),
        bunches_half_box=int(bunches),
        low_cents=int(low),
        high_cents=int(high),
        origins=tuple(origins.split(", ")),
    )
