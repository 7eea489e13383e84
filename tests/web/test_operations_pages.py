"""What machines may ask."""

from komet_shop.config import Secret
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
