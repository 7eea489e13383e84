"""What machines may ask."""

from datetime import timedelta

from sqlalchemy import text

from komet_shop.config import Secret
from komet_shop.services import invariants_watch
from komet_shop.services.invariants import Breach
from komet_shop.services.shop import Shop
from tests.web.browser import Browser
from tests.web.conftest import Serve


def test_alive_and_ready(serve: Serve) -> None:
    browser = serve()

    answers = [browser.get(path).json()["status"] for path in ("/healthz", "/readyz")]

    assert answers == ["ok", "ready"]


def test_this_machine_may_read_the_metrics(serve: Serve) -> None:
    browser = serve()
    browser.get("/nowhere")

    answer = browser.get("/metrics")

    assert 'komet_shop_answers_total{method="GET",route="none",status="404"}' in answer.text


def test_metrics_tell_what_the_last_checks_found(serve: Serve, web_shop: Shop) -> None:
    now = web_shop.clock.now()
    found = {
        "day": [],
        "all": [Breach("charged_once", 2, ("pay_1", "pay_2"))],
    }
    for scope, breaches in found.items():
        with web_shop.database.write() as session:
            invariants_watch.keep(session, scope, breaches, now - timedelta(hours=1))

    told = serve().get("/metrics").text.splitlines()

    assert 'komet_shop_invariant_breaches{invariant="charged_once"} 2.0' in told
    assert 'komet_shop_invariant_breaches{invariant="invoices_agree"} 0.0' in told
    assert "komet_shop_outbox_late_seconds 0.0" in told
    checked = [line for line in told if line.startswith("komet_shop_checked_timestamp_seconds{")]
    assert [float(line.split()[1]) for line in checked] == [int(now.timestamp()) - 3600] * 2


def test_before_the_first_check_no_rule_counts_as_kept(serve: Serve) -> None:
    told = serve().get("/metrics").text

    assert "komet_shop_invariant_breaches{" not in told
    assert "komet_shop_checked_timestamp_seconds{" not in told


def test_metrics_of_the_web_are_there_without_a_database(serve: Serve, web_shop: Shop) -> None:
    browser = serve()
    browser.get("/nowhere")
    with web_shop.database.write() as session:
        session.execute(text("ALTER TABLE sync_cursor RENAME TO moved"))

    answer = browser.get("/metrics")

    assert answer.status_code == 200
    assert "komet_shop_answers_total" in answer.text
    assert "komet_shop_outbox_late_seconds" not in answer.text


def test_a_proxy_does_not_hand_the_metrics_out(serve: Serve) -> None:
    answer = serve().get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})

    assert answer.status_code == 404


def test_with_a_token_only_the_token_opens_the_metrics(serve: Serve) -> None:
    browser: Browser = serve(metrics_token=Secret("let-me-see"))

    without = browser.get("/metrics")
    wrong = browser.get("/metrics", headers={"Authorization": "Bearer let-me"})
    right = browser.get("/metrics", headers={"Authorization": "Bearer let-me-see"})

    assert [one.status_code for one in (without, wrong, right)] == [404, 404, 200]


def test_a_browser_may_report_a_violation(serve: Serve, log_text) -> None:  # type: ignore[no-untyped-def]  # StringIO
    report = [{"type": "csp-violation", "body": {"effectiveDirective": "script-src-elem"}}]

    answer = serve().post_raw("/csp-report", None, json=report)

    assert answer.status_code == 204
    assert '"directive": "script-src-elem"' in log_text.getvalue()
