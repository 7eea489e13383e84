"""A sale that the merchant makes without the shop, at the counter or in the portal."""

from werkzeug.datastructures import Headers

from .accounts import Account
from .asked import Asked, Call
from .ledger import authorization_code
from .outcomes import approved
from .state import Sandbox
from .transactions import SALE, Transaction


def sell(
    sandbox: Sandbox, account: Account, *, amount_cents: int, invoice: str = ""
) -> Transaction:
    """Book an approved sale to the counter's card, and notify like any sale."""
    call = Call(method="POST", path="/transactions/sale", query={}, headers=Headers(), raw=b"")
    asked = Asked(sandbox=sandbox, account=account, call=call, service="cgw")
    row = Transaction(
        id=sandbox.ledger.next_id(),
        account=account.label,
        kind=SALE,
        amount_cents=amount_cents,
        base_cents=amount_cents,
        created=sandbox.clock.now(),
        authorization_code=authorization_code(),
        invoice=invoice,
        card_last4="4242",
        card_brand="VISA",
        card_expiry="1240",
        avs="U",
        csc="P",
    )
    reply = approved(asked, row)
    sandbox.webhooks.send(reply, sandbox.assumptions)
    return row
