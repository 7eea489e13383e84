"""Transaction alerts that Clearent posts: signature first, then the two things we use."""

from collections.abc import Mapping

from komet_clearent import fields, records, signatures
from komet_clearent.envelope import read_object
from komet_shop.plugin_api import Notification


def read(body: bytes, headers: Mapping[str, str], public_key: str) -> Notification | None:
    """A notification signed by the terminal that owns the key; None for anything else.

    The signature is a member of the body; one page of the vendor calls it a header, so a header
    is accepted where the member is missing. Only the signed text is read.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    signed = signatures.payload_text(text)
    if signed is None or not signatures.verify(public_key, signed, _signature(text, headers)):
        return None
    transaction = fields.section(read_object(signed) or {}, "transaction")
    id_ = fields.word(transaction.get("id"))
    if not id_:
        return None
    return Notification(transaction_id=id_, reference=records.reference_of(transaction))


def _signature(text: str, headers: Mapping[str, str]) -> str:
    member = (read_object(text) or {}).get("signature")
    by_name = {name.lower(): value for name, value in headers.items()}
    return member if isinstance(member, str) else by_name.get("signature", "")
