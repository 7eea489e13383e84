"""The merchant's portal: keys, transactions, open batches, and the sandbox's own levers."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from . import faults
from .accounts import Account
from .amounts import cents, dollars
from .assumptions import Assumptions, changed, described
from .card_form import STATIC
from .local_only import refuse_strangers
from .outside import sell
from .rest import sandbox
from .search import is_settled
from .transactions import Transaction

PAGE_SIZE = 25
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
blueprint = Blueprint("portal", __name__)
blueprint.before_request(refuse_strangers)


@blueprint.after_request
def protect(response: Response) -> Response:
    """No script runs in the portal, and nothing may frame it."""
    response.headers["Content-Security-Policy"] = _POLICY
    # The check of a form's origin needs the header that "no-referrer" would blank.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@blueprint.app_template_filter("money")
def money(amount_cents: int) -> str:
    """Cents as people read them, thousands apart."""
    whole, part = dollars(abs(amount_cents)).split(".")
    return f"{'−' if amount_cents < 0 else ''}${int(whole):,}.{part}"  # noqa: RUF001  # a minus


@blueprint.get("/")
@blueprint.get("/portal/")
def root() -> AnyResponse:
    """People start at the portal."""
    return redirect("/portal")


@blueprint.get("/portal/css/portal.css")
def style() -> Response:
    """The portal's look."""
    return send_from_directory(STATIC.parent / "portal", "portal.css")


@blueprint.get("/favicon.ico")
def icon() -> Response:
    """The mark in the browser's tab."""
    return send_from_directory(STATIC.parent / "portal", "icon.svg")


@blueprint.get("/portal")
def keys() -> str:
    """The keys of every terminal, to copy into the shop."""
    accounts = [
        {"account": account, "net_cents": sandbox().ledger.net_cents(account.label)}
        for account in sandbox().accounts.values()
    ]
    return _page("keys", accounts=accounts, base_url=request.host_url.rstrip("/"))


@blueprint.get("/portal/transactions")
def transactions() -> str:
    """What happened, newest first, with filters in the address."""
    filters = {name: request.args.get(name, "").strip() for name in _FILTERS}
    found = [row for row in reversed(sandbox().ledger.rows()) if _lets_through(filters, row)]
    number = request.args.get("page", "0")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 0
    shown = found[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    return _page(
        "transactions",
        rows=[(row, _state(row)) for row in shown],
        filters=filters,
        accounts=list(sandbox().accounts),
        page=page,
        more=len(found) > (page + 1) * PAGE_SIZE,
        total=len(found),
    )


@blueprint.get("/portal/batches")
def batches() -> str:
    """Each terminal's open batch, and those closed before it."""
    ledger = sandbox().ledger
    shown: list[dict[str, Any]] = [
        {"batch": batch, "totals": ledger.totals(batch), "account": account, "store": store}
        for store, account in enumerate(sandbox().accounts.values(), start=1)
        for batch in reversed(ledger.batches(account.label))
    ]
    shown.sort(key=lambda one: one["batch"].closed is not None)
    return _page("batches", batches=shown)


@blueprint.post("/portal/batches/close")
def close_batch() -> AnyResponse:
    """Close a terminal's open batch, as its automatic close would."""
    account = sandbox().account(request.form.get("account", ""))
    if account is not None:
        sandbox().ledger.close_batch(account.label, sandbox().clock.now())
    return redirect("/portal/batches", 303)


@blueprint.get("/portal/sale")
def new_sale() -> str:
    """Enter a sale that the shop knows nothing about."""
    return _sale_page({})


@blueprint.post("/portal/sale")
def create_sale() -> AnyResponse | tuple[str, int]:
    """Book it and show it in the list, or say what is wrong."""
    account = sandbox().account(request.form.get("account", ""))
    amount = cents(request.form.get("amount", "").strip().removeprefix("$"))
    problems = _sale_problems(account, amount)
    if problems or account is None or amount is None:
        return _sale_page(problems), 422
    invoice = request.form.get("invoice", "").strip()
    sell(sandbox(), account, amount_cents=amount, invoice=invoice)
    return redirect("/portal/transactions", 303)


@blueprint.get("/portal/faults")
def show_faults() -> str:
    """Every fault with what it does, what is armed and what has fired."""
    return _faults_page("")


@blueprint.post("/portal/faults")
def arm_fault() -> AnyResponse | tuple[str, int]:
    """Arm one fault."""
    form = request.form
    match = {"path": form.get("path"), "account": form.get("account")}
    try:
        asked = {"fault": form.get("fault"), "times": form.get("times") or 1, "match": match}
        sandbox().faults.arm(faults.read(asked))
    except ValueError as error:
        return _faults_page(str(error)), 422
    return redirect("/portal/faults", 303)


@blueprint.post("/portal/faults/clear")
def clear_faults() -> AnyResponse:
    """Disarm everything."""
    sandbox().faults.clear()
    return redirect("/portal/faults", 303)


@blueprint.get("/portal/assumptions")
def show_assumptions() -> str:
    """Every open question with its answer in force."""
    return _assumptions_page("")


@blueprint.post("/portal/assumptions")
def change_assumption() -> AnyResponse | tuple[str, int]:
    """Answer one question differently."""
    name = request.form.get("name", "")
    try:
        values = {name: request.form.get("value", "")}
        sandbox().assumptions = changed(sandbox().assumptions, values)
    except ValueError as error:
        return _assumptions_page(str(error)), 422
    return redirect(f"/portal/assumptions#{name}", 303)


def _page(name: str, **values: Any) -> str:
    return render_template(f"portal/{name}.html", active=name, **values)


def _sale_page(problems: Mapping[str, str]) -> str:
    accounts = list(sandbox().accounts)
    return _page("sale", accounts=accounts, problems=problems, form=request.form)


def _sale_problems(account: Account | None, amount: int | None) -> dict[str, str]:
    problems = {}
    if account is None:
        problems["account"] = "Choose the terminal that takes the money."
    if not amount:
        problems["amount"] = "Enter an amount above zero, for example 25.00."
    return problems


def _faults_page(problem: str) -> str:
    return _page(
        "faults",
        kinds=faults.CATALOGUE,
        paths=faults.PATHS,
        accounts=list(sandbox().accounts),
        armed=sandbox().faults.armed(),
        fired=sandbox().faults.fired()[-20:],
        problem=problem,
    )


def _assumptions_page(problem: str) -> str:
    usual = vars(Assumptions())
    switches = [
        {
            "name": name,
            "explains": explains,
            "choices": ("true", "false") if isinstance(usual[name], bool) else choices,
            "value": _written(vars(sandbox().assumptions)[name]),
            "usual": _written(usual[name]),
        }
        for name, explains, choices in described()
    ]
    return _page("assumptions", switches=switches, problem=problem)


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_FILTERS: dict[str, Callable[[Transaction], str]] = {
    "account": lambda row: row.account,
    "type": lambda row: row.kind,
    "result": lambda row: "APPROVED" if row.is_approved else "DECLINED",
    "invoice": lambda row: row.invoice,
    "card": lambda row: row.card_last4,
}


def _lets_through(filters: Mapping[str, str], row: Transaction) -> bool:
    return all(not wanted or _FILTERS[name](row) == wanted for name, wanted in filters.items())


def _state(row: Transaction) -> tuple[str, str]:
    """A word for the state of a row, and the look it gets."""
    if not row.is_approved:
        return f"Declined {row.result_code}", "bad"
    if row.voided:
        return "Voided", "quiet"
    if row.pending:
        return "Held", "waiting"
    return ("Settled", "good") if is_settled(sandbox(), row) else ("Approved", "good")
