"""A running demo, and a person in front of it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import requests
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

PATIENCE_SECONDS = 90
TIMEOUT = 5
CARD = "4111 1111 1111 1111"


@dataclass
class Demo:
    """A demo that answers, with the questions that tests ask of it."""

    ready: dict[str, Any]
    folder: Path

    @property
    def shop(self) -> str:
        return str(self.ready["shop_url"])

    def gateway(self, path: str, **body: Any) -> Any:
        return _control(self.ready["clearent_url"], path, body)

    def komet(self, path: str, **body: Any) -> Any:
        return _control(self.ready["komet_url"].removesuffix("/api"), path, body)

    def forget_faults(self) -> None:
        for url in (self.ready["clearent_url"], self.ready["komet_url"].removesuffix("/api")):
            requests.delete(f"{url}/_control/faults", timeout=TIMEOUT).raise_for_status()

    def charges(self) -> list[dict[str, Any]]:
        """Approved transactions at the gateway, oldest first."""
        rows = self.gateway("ledger")["transactions"]
        return [row for row in rows if row["result"] == "APPROVED"]

    def komet_payments(self) -> list[dict[str, Any]]:
        """Payments in Komet that came from the shop."""
        rows = self.komet("ledger")["payments"]
        return [row for row in rows if not row.get("seeded")]

    def komet_payments_of(self, charge: dict[str, Any]) -> list[dict[str, Any]]:
        """Those with the reference of a charge; payments of earlier tests may still arrive."""
        return [one for one in self.komet_payments() if one["reference"] == charge["invoice"]]

    def mails(self) -> list[dict[str, Any]]:
        answer = requests.get(f"{self.ready['mail_url']}/_control/messages", timeout=TIMEOUT)
        return list(answer.json()["messages"])

    def move_clock(self, *, seconds: int) -> None:
        clock = next(self.folder.rglob("clock*"))
        clock.write_text(str(int(clock.read_text() or 0) + seconds))


def until(condition: Callable[[], Any], what: str, seconds: int = 30) -> Any:
    """Ask again and again until it is so; every question is a real request."""
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
    raise AssertionError(f"did not happen in {seconds} s: {what}")


@contextmanager
def running(folder: Path, *options: str, **environment: str) -> Iterator[Demo]:
    """Start the demo as a person would, and end it by Ctrl-C."""
    ready = folder / "ready.json"
    program = Path(sys.executable).with_name("komet-shop")
    command = [str(program), "demo", "--port", "0"]
    command += ["--ready-file", str(ready), "--data", str(folder / "data"), *options]
    output = folder / "demo.txt"
    with output.open("w") as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=said, env={**os.environ, **environment}, cwd=folder
        )
        try:
            until(
                lambda: ready.exists() or process.poll() is not None, "the demo", PATIENCE_SECONDS
            )
            assert ready.exists(), output.read_text()[-3000:]
            yield Demo(ready=json.loads(ready.read_text()), folder=folder / "data")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE_SECONDS)


class Person:
    """Somebody with a browser, whose every request is kept."""

    def __init__(self, browser: Browser, demo: Demo, state: Any = None, **options: Any) -> None:
        self.demo = demo
        self.context: BrowserContext = browser.new_context(storage_state=state, **options)
        self.requests: list[Request] = []
        self.problems: list[str] = []
        self.context.on("request", lambda request: self.requests.append(request))
        self.page = self.open()

    def open(self) -> Page:
        """Another tab."""
        page = self.context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on(
            "console",
            lambda said: self.problems.append(said.text) if said.type == "error" else None,
        )
        return page

    def log_in(self, who: str, *, lands_at: str = "/shop") -> None:
        login = self.demo.ready["logins"][who]
        self.page.goto(f"{self.demo.shop}/login")
        self.page.get_by_label("Email").fill(login["email"])
        self.page.get_by_label("Password").fill(login["password"])
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(re.compile(lands_at))

    def empty_cart(self) -> None:
        """Let go of what earlier tests left in it, and of the place it was chosen at."""
        self.page.goto(f"{self.demo.shop}/cart")
        empty = self.page.get_by_role("button", name="Empty the cart")
        if empty.count():
            empty.click()

    def fill_cart(self, words: str = "freedom", boxes: int = 1) -> None:
        """Find flowers and put some into an empty cart."""
        self.empty_cart()
        self.page.goto(f"{self.demo.shop}/shop?q={words}")
        self.page.get_by_label(re.compile("Boxes|Quantity")).first.fill(str(boxes))
        self.page.get_by_role("button", name=re.compile("^Add")).first.click()
        expect(self.page.get_by_text(re.compile("^Added"))).to_be_visible()

    def to_payment(self, page: Page | None = None) -> Page:
        """From the cart to the page with the pay button."""
        page = page or self.page
        page.goto(f"{self.demo.shop}/checkout")
        page.get_by_role("link", name="Pay & Checkout").click()
        page.wait_for_url(re.compile("/checkout/pay"))
        return page

    def type_card(self, page: Page | None = None, number: str = CARD) -> None:
        """Into the gateway's frame, also where a card on file is chosen."""
        page = page or self.page
        page.get_by_label("New card").check()
        frame = page.frame_locator("iframe")
        frame.get_by_label("Card number").fill(number)
        frame.get_by_label("Expiry").fill("1230")
        frame.get_by_label("Security code").fill("999")

    def pay_button(self, page: Page | None = None) -> Any:
        return (page or self.page).get_by_role("button", name=re.compile(r"^Pay \$"))

    def pays(self, page: Page | None = None) -> None:
        """Press the pay button and wait for the status page."""
        page = page or self.page
        self.pay_button(page).click()
        page.wait_for_url(re.compile("/payments/"))

    def sees(self, words: str, page: Page | None = None, seconds: int = 20) -> None:
        expect((page or self.page).get_by_role("main")).to_contain_text(
            re.compile(words, re.IGNORECASE), timeout=seconds * 1000
        )

    def leave(self) -> None:
        self.context.close()


def _control(url: str, path: str, body: dict[str, Any]) -> Any:
    address = f"{url}/_control/{path}"
    if not body:
        return requests.get(address, timeout=TIMEOUT).json()
    answer = requests.post(address, json=body, timeout=TIMEOUT)
    answer.raise_for_status()
    return answer.json()
