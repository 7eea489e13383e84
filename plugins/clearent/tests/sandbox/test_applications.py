"""Applications in the portal: from the shop's form to a terminal with keys."""

import re

import pytest
import requests
from komet_clearent.sandbox.program import SandboxServer
from komet_clearent.sandbox.state import Options

FORM = {
    "id": "app_abcdefghijkm",
    "submitted_at": "2026-11-23T10:00:00+00:00",
    "company": "Rosa Alta Flowers",
    "location": {"code": "BOS", "name": "Boston"},
    "legal_name": "Rosa Alta <b>LLC</b>",
    "monthly_volume_cents": 25_000_000,
    "webhook_url": "http://localhost:5000/plugins/clearent/notifications/3",
}


@pytest.fixture
def options(tmp_path):
    return Options(labels=("MIA",), data=tmp_path)


@pytest.fixture
def portal(options):
    with SandboxServer(options) as server:
        yield server


def _apply(server, **changes):
    address = f"{server.url}/portal/applications"
    return requests.post(address, json={**FORM, **changes}, timeout=3)


def _press(server, application=FORM["id"]):
    return requests.post(
        f"{server.url}/portal/applications/{application}/keys",
        headers={"Origin": server.url, "Sec-Fetch-Site": "same-origin"},
        timeout=3,
    )


def _page(server, path=""):
    return requests.get(f"{server.url}/portal/applications{path}", timeout=3).text


def test_an_application_is_listed_with_what_it_says(portal):
    arrived = _apply(portal)

    page = _page(portal, f"/{FORM['id']}")
    assert arrived.status_code == 201
    assert "Boston" in _page(portal)
    assert "Rosa Alta &lt;b&gt;LLC" in page
    assert "$250000.00" in page
    assert "Issue keys" in page


def test_an_application_that_comes_twice_is_the_same_one(portal):
    _apply(portal)
    _press(portal)

    again = _apply(portal)

    assert again.status_code == 200
    assert _page(portal).count("Keys issued") == 1


def test_issuing_gives_a_terminal_of_its_own_whose_keys_work(portal):
    _apply(portal)

    page = _press(portal).text

    account = portal.accounts[-1]
    answer = requests.get(
        f"{portal.url}/rest/v2/batches/open", headers={"api-key": account["api_key"]}, timeout=3
    )
    assert [one["label"] for one in portal.accounts] == ["MIA", "BOS"]
    assert len({one["terminal_id"] for one in portal.accounts}) == 2
    assert account["api_key"] in page
    assert account["public_key"] in page
    assert answer.status_code == 204


def test_pressing_twice_issues_once(portal):
    _apply(portal)

    first, second = _press(portal).text, _press(portal).text

    assert re.findall("sandbox-[0-9a-f]+", first) == re.findall("sandbox-[0-9a-f]+", second)
    assert len(portal.accounts) == 2


def test_a_code_that_is_taken_gets_a_number(portal):
    _apply(portal, location={"code": "MIA", "name": "Miami"})

    _press(portal)

    assert [one["label"] for one in portal.accounts] == ["MIA", "MIA-2"]


def test_the_terminals_news_go_where_the_form_says(portal):
    _apply(portal)
    _press(portal)

    assert portal.sandbox.webhooks.address_of("BOS") == FORM["webhook_url"]


def test_keys_are_still_there_after_a_restart(options):
    with SandboxServer(options) as server:
        _apply(server)
        _press(server)
        issued = server.accounts[-1]

    with SandboxServer(options) as server:
        assert server.accounts[-1] == issued
        assert server.sandbox.webhooks.address_of("BOS") == FORM["webhook_url"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"id": ""}, "lacks id"),
        ({"location": {}}, "lacks location.code"),
        ({"location": "BOS"}, "with a location"),
        ({"webhook_url": "javascript:alert(1)"}, "neither http nor https"),
    ],
)
def test_what_is_no_application_is_refused_with_the_reason(portal, changes, told):
    refused = _apply(portal, **changes)

    assert (refused.status_code, told in refused.text) == (422, True)


def test_a_page_of_another_site_cannot_issue_keys(portal):
    _apply(portal)

    refused = requests.post(
        f"{portal.url}/portal/applications/{FORM['id']}/keys",
        headers={"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
        timeout=3,
    )

    assert refused.status_code == 403
    assert len(portal.accounts) == 1


def test_an_application_that_is_not_there_is_not_found(portal):
    page = requests.get(f"{portal.url}/portal/applications/app_x", timeout=3)

    assert page.status_code == 404
