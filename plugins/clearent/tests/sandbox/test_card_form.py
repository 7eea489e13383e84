"""The card form in a real browser, on a page of another origin with a strict policy."""

import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><head><title>Shop</title></head><body>
<div id="payment-form"></div><button id="pay">Pay</button><output id="out"></output>
<script nonce="once" src="{gateway}/js-sdk/js/clearent-host.js"></script>
<script nonce="once">
  window.seen = [];
  window.Named = (text, object) => seen.push(["token", typeof text, object.code]);
  ClearentSDK.init({{
    baseUrl: "{gateway}", pk: "{key}", successCallback: "Named",
    errorCallback: (text, object) => seen.push(["error", typeof text, object.code]),
    validationCallback: (messages) => seen.push(["validation", messages.length]),
    styles: "label {{ color: rgb(1, 2, 3) }}",
  }});
  pay.onclick = () => ClearentSDK.getPaymentToken().then(
    (value) => out.append("token " + typeof value + " " + JSON.stringify(value)),
    (problem) => out.append("problem " + problem.code),
  );
</script></body></html>"""


class Shop(http.server.ThreadingHTTPServer):
    """Serves one page whose policy allows no inline style and no other script."""

    def __init__(self, gateway: str, key: str) -> None:
        super().__init__(("localhost", 0), _Page)
        self.page = PAGE.format(gateway=gateway, key=key).encode()
        self.policy = f"default-src 'none'; script-src 'nonce-once'; frame-src {gateway}"
        self.url = f"http://localhost:{self.server_port}/"


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Security-Policy", self.server.policy)
        self.end_headers()
        self.wfile.write(self.server.page)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def shop_address(shop) -> Iterator[str]:
    with Shop(shop.url, shop.server.accounts[0]["public_key"]) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()


@pytest.fixture
def page(chromium, shop_address) -> Iterator[Page]:
    page = chromium.new_page()
    page.set_default_timeout(5000)
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.goto(shop_address)
    yield page
    page.close()


def _fill(page, number="4111 1111 1111 1111", expiry="12/40", code="999"):
    frame = page.frame_locator("iframe")
    frame.get_by_label("Card number").fill(number)
    frame.get_by_label("Expiry (MMYY)").fill(expiry)
    frame.get_by_label("Security code").fill(code)
    page.get_by_role("button", name="Pay").click()
    return frame


def test_a_card_becomes_a_token_that_can_be_charged(page, shop):
    asked = []
    page.on("request", lambda request: asked.append((request.url, request.post_data or "")))

    _fill(page)

    expect(page.locator("output")).to_contain_text("token object")
    jwt = page.evaluate("JSON.parse(out.textContent.slice(13)).payload['mobile-jwt'].jwt")
    assert shop.charge_jwt(jwt).transaction["exp-date"] == "1240"
    assert page.evaluate("seen") == [["validation", 0], ["token", "string", "200"]]
    with_card = [url for url, body in asked if "4111" in body]
    assert with_card == [f"{shop.url}/rest/v2/mobilejwt/manual"]
    assert page.complaints == []


def test_mistakes_are_named_beside_their_fields_and_read_out(page):
    frame = _fill(page, number="4111 1111 1111 1112", expiry="01/20", code="99")

    expect(page.locator("output")).to_have_text("problem 400")
    for name, words in (
        ("card-number", "Check the digits"),
        ("expiry", "expired"),
        ("security-code", "3 digits"),
    ):
        problem = frame.locator(f"#{name}-problem")
        expect(problem).to_contain_text(words)
        expect(problem).to_have_attribute("aria-live", "polite")
    expect(frame.get_by_label("Card number")).to_be_focused()
    assert page.evaluate("seen") == [["validation", 3]]


def test_the_frame_grows_with_its_problems(page):
    frame = page.locator("iframe")
    expect(page.frame_locator("iframe").get_by_label("Card number")).to_be_visible()
    before = int(frame.get_attribute("height"))

    _fill(page, number="", expiry="", code="")

    expect(page.locator("output")).to_have_text("problem 400")
    assert page.wait_for_selector(f"iframe:not([height='{before}'])")
    assert int(frame.get_attribute("height")) > before


def test_a_refusal_of_the_gateway_reaches_the_page(page, shop):
    shop.arm("unauthorized_401", match={"path": "jwt"})

    _fill(page)

    expect(page.locator("output")).to_have_text("problem 401")
    assert page.evaluate("seen")[-1] == ["error", "string", "401"]


def test_the_token_can_come_as_text(page, shop):
    shop.assume(sdk_resolves_text=True)
    page.reload()

    _fill(page)

    expect(page.locator("output")).to_contain_text("token string")


def test_a_shop_styles_the_form_and_empties_it(page):
    frame = _fill(page)
    expect(page.locator("output")).to_contain_text("token object")

    page.evaluate("ClearentSDK.reset()")

    expect(frame.get_by_label("Card number")).to_have_value("")
    expect(frame.locator("label").first).to_have_css("color", "rgb(1, 2, 3)")


@pytest.mark.parametrize(("named", "hears"), [("localhost", True), ("127.0.0.1", False)])
def test_a_frame_speaks_to_the_origin_it_was_made_for_only(page, shop, shop_address, named, hears):
    host = shop_address.rstrip("/").replace("localhost", named)
    form = f"{shop.url}/js-sdk/form?pk={shop.server.accounts[0]['public_key']}&host={host}"

    heard = page.evaluate(
        """(form) => new Promise((done) => {
            const frame = document.createElement("iframe");
            let heard = 0;
            addEventListener("message", (event) => {
                heard += event.source === frame.contentWindow;
            });
            frame.onload = () => {
                frame.contentWindow.postMessage({ clearent: "host", kind: "submit" }, "*");
                setTimeout(() => done(heard), 200);
            };
            frame.src = form;
            document.body.append(frame);
        })""",
        form,
    )

    assert (heard > 0) is hears


def test_the_form_runs_its_own_files_only(shop):
    answer = shop.session.get(f"{shop.url}/js-sdk/form", timeout=3)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "frame-ancestors http: https:" in policy
    assert "does not know the shop" in answer.text
    assert "Set-Cookie" not in answer.headers
