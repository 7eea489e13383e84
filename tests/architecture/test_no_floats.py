"""Money is reckoned in whole numbers: modules near it know no float, and the rule finds one."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXCEPTIONS = {
    "komet_shop/models/database.py": ("random.uniform(0.01, 0.05)",),
    "komet_shop/services/outbox.py": ("random.uniform(0.1, 1.0)",),
    "komet_shop/services/sending.py": ("_claimed_until: ContextVar", "def latest_start()"),
    "komet_shop/services/shipping.py": ("dict[tuple[int, int], tuple[float", "now: float"),
    "komet_shop/web/answers.py": ("buckets=(", "round(seconds * 1000)"),
    "komet_shop/web/permissions.py": ("given_at = float(",),
    "komet_shop/web/reviews/words.py": ("threshold=1.2",),
    "komet_shop/web/visitors.py": ("_read_at: float",),
}
"""Lines that reckon with seconds: the jitter of retries, ages, how long an answer took."""
FOLDERS = ("domain", "models", "services", "web")
DRAWINGS = "komet_shop/web/storefront/pictures/"
ALSO = (
    "komet_shop/komet_client/budget.py",
    "komet_shop/komet_client/posting.py",
    "komet_shop/komet_client/reading.py",
    "komet_shop/komet_client/wire.py",
    "plugins/clearent/komet_clearent/messages.py",
)
MONEY = sorted(
    name
    for folder in FOLDERS
    for path in (ROOT / "komet_shop" / folder).rglob("*.py")
    if not (name := path.relative_to(ROOT).as_posix()).startswith(DRAWINGS)
) + list(ALSO)

PLANTS = {
    "a literal": "SERVICE_FEE = 0.03",
    "an exponent": "MOST = 1e5",
    "a division": "half = MOST_CENTS / 2",
    "a division in place": "MOST_CENTS /= 100",
    "float()": "paid = float('19.99')",
    "float as a function": "parts = list(map(float, ['0.1']))",
    "round()": "cents = round(MOST_CENTS, -2)",
    "an annotation": "def pay(amount: float) -> None: ...",
    "a complex number": "phase = 2j",
}
HARMLESS = """
half = MOST_CENTS // 2
folder = Path("a").joinpath("b")
exact = Decimal("0.03")
def wait(deadline_seconds: float) -> None: ...
"""


def floats(source: str) -> list[int]:
    """Lines with a float: literal, name, true division, or round(), which halves to even.

    A parameter that says it is seconds may be one.
    """
    tree = ast.parse(source)
    allowed = {
        id(argument.annotation)
        for argument in ast.walk(tree)
        if isinstance(argument, ast.arg) and argument.arg.endswith("seconds")
    }
    return sorted(
        node.lineno for node in ast.walk(tree) if id(node) not in allowed and _is_float(node)
    )


def _is_float(node: ast.AST) -> bool:
    match node:
        case ast.Constant(value=float() | complex()):
            return True
        case ast.Name(id="float" | "round"):
            return True
        case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
            return True
    return False


def lines_with_floats(name: str) -> list[str]:
    source = (ROOT / name).read_text()
    return [source.splitlines()[number - 1] for number in floats(source)]


def is_excepted(name: str, line: str) -> bool:
    return any(words in line for words in EXCEPTIONS.get(name, ()))


@pytest.mark.parametrize("name", MONEY)
def test_money_modules_know_no_float(name: str) -> None:
    found = lines_with_floats(name)

    assert [line for line in found if not is_excepted(name, line)] == []


@pytest.mark.parametrize("name", ["komet_shop/domain/money.py", "komet_shop/services/refunds.py"])
@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_a_float_planted_into_a_money_module_is_found(name: str, plant: str) -> None:
    source = (ROOT / name).read_text()

    found = floats(f"{source}\n{plant}\n")

    assert found == [source.count("\n") + 2]


def test_whole_numbers_decimals_and_seconds_are_let_through() -> None:
    assert floats((ROOT / "komet_shop/domain/money.py").read_text() + HARMLESS) == []


def test_every_exception_is_needed() -> None:
    unused = [
        (name, words)
        for name, allowed in EXCEPTIONS.items()
        for words in allowed
        if not any(words in line for line in lines_with_floats(name))
    ]

    assert unused == []
