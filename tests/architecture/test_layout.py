"""What keeps the parts apart."""

import configparser
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


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
