"""What keeps the parts apart."""

import ast
import configparser
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = {"outbox.py", "database.py", "operations.py", "shipping.py"}
"""Modules that reckon with seconds: deadlines, and the jitter of retries."""
MONEY = [
    path
    for folder in ("komet_shop/domain", "komet_shop/services", "komet_shop/models")
    for path in sorted((ROOT / folder).glob("*.py"))
    if path.name not in SECONDS
] + [ROOT / "plugins/clearent/komet_clearent/messages.py"]


def floats(source: str) -> list[int]:
    """Lines with a float literal, a call of float(), or a true division."""
    return sorted(
        node.lineno
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div))
    )


@pytest.mark.parametrize("path", MONEY, ids=lambda path: str(path.relative_to(ROOT)))
def test_money_modules_know_no_float(path: Path) -> None:
    assert floats(path.read_text()) == []


def test_a_planted_float_is_found() -> None:
    assert floats("a = 1.5\nb = float(a)\nc = a / 2\nd = 3 // 2") == [1, 2, 3]


def test_the_host_does_not_know_its_plugin() -> None:
    folders = [ROOT / name for name in ("komet_shop", "templates", "static")]

    named = [
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix in (".py", ".html", ".txt", ".css", ".js", ".mako", ".svg", ".json")
        and "clearent" in path.read_text().lower()
    ]

    assert named == []


def test_setup_cfg_lists_every_package() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg")
    listed = set(settings["options"]["packages"].split())

    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "komet_shop").rglob("__init__.py")
    }

    assert listed == found | {"komet_shop.templates", "komet_shop.static"}


def test_importing_the_plugin_interface_imports_nothing_else() -> None:
    script = (
        "import sys, komet_shop.plugin_api\n"
        "print([m for m in ('flask', 'sqlalchemy', 'requests', 'komet_shop.domain') "
        "if m in sys.modules])"
    )

    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert result.stdout.strip() == "[]"
