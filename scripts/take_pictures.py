"""Take the pictures of the README from a demo that runs for it: `make pictures`."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from conftest import FLAGS, NAMES
from tests.browser.demo import Demo, Person, running

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
WIDE = {"viewport": {"width": 1280, "height": 860}}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2}


def keep(page: Page, name: str) -> None:
    """One picture, small enough for a repository."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{name}.jpg", type="jpeg", quality=78)


def of_the_shop(person: Person) -> None:
    """The shop on a desk."""
    person.log_in("buyer")
    person.page.goto(f"{person.demo.shop}/shop?category=Roses")
    keep(person.page, "shop")


def of_a_payment(person: Person) -> None:
    """Paying on a phone, and the gateway's view of it."""
    person.log_in("buyer")
    person.fill_cart("quicksand", boxes=2)
    person.to_payment()
    person.type_card()
    keep(person.page, "pay-phone")
    person.pays()
    person.sees("Paid")
    keep(person.page, "paid-phone")


def of_the_books(person: Person, demo: Demo) -> None:
    """What Komet was told."""
    person.page.goto(demo.ready["komet_url"].removesuffix("/api"))
    keep(person.page, "komet")


def main() -> None:
    """Start a demo, look at it, end it."""
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder)) as demo,
        sync_playwright() as playwright,
    ):
        program = next(path for path in map(shutil.which, NAMES) if path)
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        of_the_shop(Person(browser, demo, **WIDE))
        of_a_payment(Person(browser, demo, **PHONE))
        of_the_books(Person(browser, demo, **WIDE), demo)
        browser.close()


if __name__ == "__main__":
    main()
