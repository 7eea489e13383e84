"""The card form in a real browser: fields from the gateway's origin, a token for the shop."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask, render_template, request
from komet_clearent.plugin import plugin
from komet_clearent.sandbox.program import SandboxServer
from komet_clearent.sandbox.state import Options
from playwright.sync_api import Browser, FrameLocator, Page, expect
from werkzeug.serving import BaseWSGIServer, make_server

from komet_shop.plugin_api import Account, Deadlines, FormRequest, HostsCardForm
from komet_shop.plugin_api.contract import RecordingHost

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><head><title>Pay</title></head><body>
<form method="post" action="/pay">
  <label><input type="radio" name="card" value="saved" data-card-choice> Visa 1111</label>
  <label><input type="radio" name="card" value="new" data-card-choice checked> New card</label>
  {{ form|safe }}
  <button name="go" value="pay">Pay</button>
</form>
{% for script in scripts %}<script src="{{ script }}"></script>{% endfor %}
</body></html>"""


@dataclass
class Shop:
    """A page with the card form, and what was posted from it."""

    account: Account
    posted: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    locale: str = "en"

    def app(self) -> Flask:
        app = Flask("shop")
        blueprint = plugin.blueprint()
        app.register_blueprint(blueprint, url_prefix="/plugins/clearent")
        connection = plugin.open(self.account, RecordingHost(), Deadlines())
        assert isinstance(connection, HostsCardForm)

        @app.get("/")
        def show() -> tuple[str, dict[str, str]]:
            fragment = connection.card_form(FormRequest(token_field="token", locale=self.locale))
            form = render_template(fragment.template, **fragment.context)
            page = app.jinja_env.from_string(PAGE).render(form=form, scripts=fragment.scripts)
            return page, {"Content-Security-Policy": self.policy(connection)}

        @app.post("/pay")
        def pay() -> str:
            self.posted.append(request.form.to_dict())
            return "<!doctype html><title>Paid</title><h1>Paid</h1>"

        return app

    def policy(self, connection: HostsCardForm) -> str:
        allowed = connection.content_sources()
        return (
            f"default-src 'none'; form-action 'self'; script-src 'self' {allowed.scripts[0]}; "
            f"frame-src {allowed.frames[0]}; connect-src {allowed.connections[0]}"
        )


@pytest.fixture
def clearent() -> Iterator[SandboxServer]:
    with SandboxServer(Options(labels=("Miami",))) as server:
        yield server


@pytest.fixture
def shop(clearent: SandboxServer) -> Iterator[Shop]:
    keys = clearent.accounts[0]
    settings = {name: keys[name] for name in ("api_key", "public_key")}
    shop = Shop(
        Account(
            id=1,
            location="Miami",
            environment="test",
            url=clearent.url,
            revision=1,
            settings=settings,
        )
    )
    server = make_server("127.0.0.1", 0, shop.app(), threaded=True)
    shop.url = f"http://localhost:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield shop
    stop(server, thread)


def stop(server: BaseWSGIServer, thread: threading.Thread) -> None:
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    context.set_default_timeout(8000)
    yield context.new_page()
    context.close()


def fields(page: Page) -> FrameLocator:
    return page.frame_locator("#clearent-payment-form iframe")


def enter_card(page: Page) -> None:
    """By keyboard alone: tab from field to field."""
    fields(page).get_by_label("Card number").focus()
    for text in ("4111111111111111", "1240", "999"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")


def test_a_new_card_becomes_one_submission_with_a_token(page: Page, shop: Shop) -> None:
    page.goto(shop.url)
    enter_card(page)

    page.get_by_role("button", name="Pay").press("Enter")

    expect(page.get_by_role("heading", name="Paid")).to_be_visible()
    assert len(shop.posted) == 1
    assert shop.posted[0]["token"].count(".") == 2
    assert shop.posted[0]["go"] == "pay"
    assert "4111111111111111" not in str(shop.posted)


def pay_by_keyboard(page: Page) -> None:
    """Leaving a wrong field makes its frame grow, which may move the button under the mouse."""
    page.get_by_role("button", name="Pay").press("Enter")


def test_an_impatient_buyer_still_submits_once(page: Page, shop: Shop) -> None:
    page.goto(shop.url)
    enter_card(page)

    page.get_by_role("button", name="Pay").dblclick()

    expect(page.get_by_role("heading", name="Paid")).to_be_visible()
    assert len(shop.posted) == 1


def test_a_saved_card_is_submitted_without_asking_the_gateway(page: Page, shop: Shop) -> None:
    page.goto(shop.url)
    page.get_by_label("Visa 1111").check()

    page.get_by_role("button", name="Pay").click()

    expect(page.get_by_role("heading", name="Paid")).to_be_visible()
    assert shop.posted == [{"card": "saved", "token": "", "go": "pay"}]


def test_a_wrong_number_is_announced_and_can_be_put_right(page: Page, shop: Shop) -> None:
    page.goto(shop.url)
    fields(page).get_by_label("Card number").fill("4111111111111112")

    pay_by_keyboard(page)

    expect(page.get_by_role("alert")).to_contain_text("Check the number")
    expect(page.get_by_role("button", name="Pay")).to_be_enabled()
    assert shop.posted == []
    fields(page).get_by_label("Card number").fill("")
    enter_card(page)
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_role("heading", name="Paid")).to_be_visible()


def test_what_the_fields_say_stays_when_their_frame_loads_late(page: Page, shop: Shop) -> None:
    page.goto(shop.url)
    fields(page).get_by_label("Card number").fill("4111111111111112")
    pay_by_keyboard(page)
    expect(page.get_by_role("alert")).to_contain_text("Check the number")

    page.locator("iframe").dispatch_event("load")

    expect(page.get_by_role("alert")).to_contain_text("Check the number")


def test_the_sdk_may_answer_with_text(page: Page, shop: Shop, clearent: SandboxServer) -> None:
    answer = page.request.post(
        f"{clearent.url}/_control/assumptions", data={"sdk_resolves_text": True}
    )
    page.goto(shop.url)
    enter_card(page)

    page.get_by_role("button", name="Pay").click()

    assert answer.ok
    expect(page.get_by_role("heading", name="Paid")).to_be_visible()
    assert shop.posted[0]["token"].count(".") == 2


def test_a_blocked_script_is_told_and_nothing_is_sent(page: Page, shop: Shop) -> None:
    page.route("**/clearent-host.js", lambda route: route.abort())
    page.goto(shop.url)

    page.get_by_role("button", name="Pay").click()

    expect(page.get_by_role("alert")).to_contain_text("did not load")
    assert shop.posted == []


def test_without_javascript_the_page_says_what_is_missing(page: Page, shop: Shop) -> None:
    page.goto(shop.url)

    assert "Card fields need JavaScript" in (page.locator("noscript").text_content() or "")


def test_the_form_speaks_spanish(page: Page, shop: Shop) -> None:
    shop.locale = "es_MX"

    page.goto(shop.url)

    expect(page.get_by_role("group", name="Datos de la tarjeta")).to_be_visible()


def test_the_page_obeys_its_content_policy(page: Page, shop: Shop) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))

    page.goto(shop.url)
    enter_card(page)

    expect(fields(page).get_by_label("Card number")).not_to_have_value("")
    assert [text for text in complaints if "Content Security Policy" in text] == []
