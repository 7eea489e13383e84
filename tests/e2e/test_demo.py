"""The demo: one command, everything answers, everything ends."""

import os
import select
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest
import requests
from passlib.totp import TOTP

from tests.e2e.running_demo import RunningDemo, run_for_a_line
from tests.web.browser import Browser

pytestmark = pytest.mark.xdist_group("demo")
TIMEOUT = 10


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    with RunningDemo(tmp_path_factory.mktemp("demo")) as running:
        yield running


def get(url: str) -> requests.Response:
    return requests.get(url, timeout=TIMEOUT)


def sell_at(gateway_url: str, location: str) -> None:
    body = {"account": location, "amount_cents": 12_345}
    answer = requests.post(f"{gateway_url}/_control/sale", json=body, timeout=TIMEOUT)
    answer.raise_for_status()


def sales_at(gateway_url: str, location: str) -> list[int]:
    ledger = get(f"{gateway_url}/_control/ledger").json()
    return [row["amount_cents"] for row in ledger["transactions"] if row["account"] == location]


def test_the_ready_file_says_where_everything_is(demo: RunningDemo) -> None:
    addresses = [
        f"{demo.ready['shop_url']}/readyz",
        demo.ready["clearent_url"],
        demo.ready["komet_url"],
        demo.ready["mail_url"],
    ]

    answers = [get(address).status_code for address in addresses]

    assert answers == [200, 200, 200, 200]
    assert set(demo.ready) == {
        "shop_url", "clearent_url", "komet_url", "mail_url", "database_url", "pids", "logins",
    }  # fmt: skip
    assert set(demo.pids) == {"komet", "mail", "clearent", "web", "worker"}
    assert demo.alive() == list(demo.pids)


def test_cookies_of_the_shop_never_reach_the_sandboxes(demo: RunningDemo) -> None:
    assert demo.ready["shop_url"].startswith("http://localhost:")
    for name in ("clearent_url", "komet_url", "mail_url"):
        assert demo.ready[name].startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    "who",
    [
        "buyer", "buyer_required", "buyer_restricted", "buyer_cad", "buyer_unclear", "sales",
        "clerk", "cashier", "credit_manager", "admin", "admin_2fa",
    ],
)  # fmt: skip
def test_everybody_in_the_ready_file_can_log_in(demo: RunningDemo, who: str) -> None:
    browser = Browser(demo.ready["shop_url"])
    login = demo.logins[who]

    answer = browser.log_in(login["email"], login["password"])
    if "totp_secret" in login:
        code = TOTP(key=login["totp_secret"], format="base32").generate().token
        browser.post("/second-factor", {"code": str(code)})

    assert answer.status_code in (302, 303)
    assert browser.get("/account").status_code == 200


def test_the_catalogue_came_from_komet(demo: RunningDemo) -> None:
    browser = Browser(demo.ready["shop_url"])
    login = demo.logins["buyer"]
    browser.log_in(login["email"], login["password"])

    page = browser.get("/shop")

    assert page.status_code == 200
    assert "Freedom" in page.text


def test_one_payment_waits_for_the_clerk(demo: RunningDemo) -> None:
    clerk, buyer = (Browser(demo.ready["shop_url"]) for _ in range(2))
    clerk.log_in(**demo.logins["clerk"])
    buyer.log_in(**demo.logins["buyer_unclear"])

    reviews = clerk.get(clerk.get("/").headers["Location"])
    orders = buyer.get("/orders")

    assert reviews.text.count('<th scope="row">') == 1
    assert "another amount" in reviews.text
    assert "Payment being confirmed" in orders.text


def test_secrets_are_for_their_owner_only(demo: RunningDemo) -> None:
    modes = [path.stat().st_mode & 0o077 for path in demo.data.rglob("*")]

    assert len(modes) > 10
    assert set(modes) == {0}
    assert demo.ready_file.stat().st_mode & 0o077 == 0


def test_logins_and_addresses_are_shown(demo: RunningDemo) -> None:
    shown = "".join(demo.said)

    for login in demo.logins.values():
        assert login["email"] in shown
        assert login["password"] in shown
    assert demo.ready["shop_url"] in shown
    assert demo.logins["admin_2fa"]["totp_secret"] in shown


def test_a_second_demo_on_the_same_port_says_so_in_one_line(
    demo: RunningDemo, tmp_path: Path
) -> None:
    port = demo.ready["shop_url"].rsplit(":", 1)[1]

    code, said = run_for_a_line("--port", port, "--data", str(tmp_path / "other"), folder=tmp_path)

    assert code == 2
    assert said.count("\n") == 1
    assert f"Port {port} is in use" in said
    assert not (tmp_path / "other").exists()


def test_a_second_demo_in_the_same_folder_says_so_in_one_line(demo: RunningDemo) -> None:
    code, said = run_for_a_line("--port", "0", "--data", str(demo.data), folder=demo.folder)

    assert code == 2
    assert said.count("\n") == 1
    assert "A demo already runs" in said
    assert demo.alive() == list(demo.pids)


@pytest.mark.full
def test_ctrl_c_ends_every_process_and_the_next_start_goes_on(tmp_path: Path) -> None:
    with RunningDemo(tmp_path) as first:
        sell_at(first.ready["clearent_url"], "LAX")
        code, said = first.end(signal.SIGINT)
        left = first.alive()
    with RunningDemo(tmp_path) as second:
        sales = sales_at(second.ready["clearent_url"], "LAX")
        browser = Browser(second.ready["shop_url"])
        login = first.logins["buyer"]
        answer = browser.log_in(login["email"], login["password"])
        clerk = Browser(second.ready["shop_url"])
        clerk.log_in(**first.logins["clerk"])
        waiting = clerk.get("/reviews").text.count('<th scope="row">')

    assert (code, left, said) == (0, [], "Ending ...\n")
    assert not second.ready_file.exists()
    assert second.logins == first.logins
    assert sales == [12_345]
    assert waiting == 1
    assert answer.status_code in (302, 303)


@pytest.mark.full
def test_a_process_that_dies_ends_the_demo_and_is_named_with_its_last_words(
    tmp_path: Path,
) -> None:
    with RunningDemo(tmp_path) as demo:
        os.kill(demo.pids["komet"], signal.SIGKILL)
        code, said = demo.last_words()
        left = demo.alive()

    assert (code, left) == (1, [])
    assert "'komet' was killed by signal 9" in said
    assert "Komet sandbox: http://127.0.0.1:" in said


@pytest.mark.full
@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="needs Linux to see strangers end")
def test_nothing_outlives_a_demo_that_is_killed(tmp_path: Path) -> None:
    with RunningDemo(tmp_path) as demo:
        watched = [os.pidfd_open(pid) for pid in demo.pids.values()]
        demo.end(signal.SIGKILL)

        ended = [select.select([one], [], [], 20)[0] == [one] for one in watched]

    assert ended == [True] * len(watched)
    for one in watched:
        os.close(one)


@pytest.mark.full
def test_fresh_forgets_logins_and_sales(tmp_path: Path) -> None:
    with RunningDemo(tmp_path) as first:
        sell_at(first.ready["clearent_url"], "LAX")
        kept = demo_files(first.data)
    with RunningDemo(tmp_path, "--fresh") as second:
        sales = sales_at(second.ready["clearent_url"], "LAX")

    assert {"secrets.json", "shop.db"} <= kept
    assert sales == []
    assert second.logins["buyer"]["password"] != first.logins["buyer"]["password"]


def demo_files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_gateway_tells_the_shop_about_each_location(demo: RunningDemo) -> None:
    for location in ("BOS", "LAX"):
        sell_at(demo.ready["clearent_url"], location)
    deadline = monotonic() + 20
    told = 0
    with closing(sqlite3.connect(demo.data / "shop.db")) as books:
        while told < 2 and monotonic() < deadline:
            told = books.execute("SELECT COUNT(DISTINCT account_id) FROM webhook_event").fetchone()[
                0
            ]

    assert told == 2
