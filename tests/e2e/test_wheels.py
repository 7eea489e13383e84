"""The wheels: they carry every file, and the demo runs from them wherever one stands."""

import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest
import requests

from tests.e2e.running_demo import RunningDemo
from tests.web.browser import Browser

ROOT = Path(__file__).parents[2]
SHOP, PLUGIN = "komet_shop", "komet_shop_clearent"
LEFT_OUT = shutil.ignore_patterns(
    ".*", "__pycache__", "*.egg-info", "build", "dist", "var", "node_modules"
)
pytestmark = pytest.mark.xdist_group("wheels")


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both wheels by name, built from a copy: a build leaves files behind."""
    folder = tmp_path_factory.mktemp("wheels")
    source = shutil.copytree(ROOT, folder / "source", ignore=LEFT_OUT)
    for project in (source, source / "plugins" / "clearent"):
        subprocess.run(
            [sys.executable, "-m", "build", "--wheel", "--no-isolation",
             "--outdir", folder, project],
            check=True, capture_output=True,
        )  # fmt: skip
    return {path.name.split("-")[0]: path for path in folder.glob("*.whl")}


def files_of(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def files_under(folder: Path, *, called: str) -> set[str]:
    return {
        f"{called}/{path.relative_to(folder).as_posix()}"
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix != ".pyc"
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }


def test_the_shops_wheel_carries_its_package_templates_and_static_files(
    wheels: dict[str, Path],
) -> None:
    expected = (
        files_under(ROOT / "komet_shop", called="komet_shop")
        | files_under(ROOT / "templates", called="komet_shop/templates")
        | files_under(ROOT / "static", called="komet_shop/static")
    )

    carried = files_of(wheels[SHOP])

    assert carried == expected
    assert {
        "komet_shop/templates/base.html",
        "komet_shop/static/css/main.css",
        "komet_shop/migrations/script.py.mako",
        "komet_shop/sandboxes/templates/sandbox.html",
        "komet_shop/sandboxes/komet/catalogue.psv",
    } <= carried


def test_the_plugins_wheel_carries_its_package(wheels: dict[str, Path]) -> None:
    package = ROOT / "plugins" / "clearent" / "komet_clearent"

    carried = files_of(wheels[PLUGIN])

    assert carried == files_under(package, called="komet_clearent")
    assert {
        "komet_clearent/templates/clearent/card_form.html",
        "komet_clearent/static/clearent/card-form.js",
        "komet_clearent/sandbox/static/card/clearent-host.js",
        "komet_clearent/sandbox/templates/card/form.html",
    } <= carried


@pytest.mark.full
def test_the_demo_runs_from_the_wheels_in_any_folder(
    wheels: dict[str, Path], tmp_path: Path
) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    binaries = tmp_path / "venv" / "bin"
    subprocess.run(
        [binaries / "python", "-m", "pip", "install", "--quiet",
         "--constraint", ROOT / "constraints.txt", f"{wheels[SHOP]}[demo]", wheels[PLUGIN]],
        check=True,
    )  # fmt: skip
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "komet_shop").mkdir()  # must not stand in for the installed one

    with RunningDemo(elsewhere, command=(str(binaries / "komet-shop"), "demo")) as demo:
        browser = Browser(demo.ready["shop_url"])
        login = demo.logins["buyer"]
        browser.log_in(login["email"], login["password"])
        page = browser.get("/shop")
        styles = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
        statuses = [browser.get(path).status_code for path in styles]
        outside = [
            requests.get(demo.ready[name], timeout=10).status_code
            for name in ("clearent_url", "komet_url", "mail_url")
        ]

    assert page.status_code == 200
    assert statuses
    assert set(statuses) == {200}
    assert outside == [200, 200, 200]
