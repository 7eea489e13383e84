"""The log as a CSV file, written while it is read."""

import csv
import io
from collections.abc import Iterator

from flask import Response, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from komet_shop.domain.permissions import Permission
from komet_shop.services import audit_search
from komet_shop.services.audit_search import MOST_EXPORTED, Line
from komet_shop.web.audit.blueprint import bp, reader
from komet_shop.web.audit.filtering import asked
from komet_shop.web.audit.log import row_of
from komet_shop.web.audit.values import raw
from komet_shop.web.current import shop
from komet_shop.web.filters import number
from komet_shop.web.permissions import requires

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet would take for a formula at the beginning of a cell."""
BYTE_ORDER_MARK = "\ufeff"


@bp.post("/exports")
@requires(Permission.AUDIT_LOG)
def create() -> ResponseReturnValue:
    """Send the range as CSV. It is a POST because the log notes who took it."""
    with shop().database.read() as unit:
        filters = asked(request.form, unit, reader(), shop().clock.now())
    portions = audit_search.export(shop(), reader(), filters.wanted())
    name = f"audit-{filters.since:%Y-%m-%d}-{filters.until:%Y-%m-%d}.csv"
    return Response(
        stream_with_context(_written(portions)),
        mimetype="text/csv",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


def safe_cell(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would calculate."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _written(portions: Iterator[list[Line]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + _csv([_head()])
    count = 0
    for lines in portions:
        count += len(lines)
        yield _csv([_cells(line) for line in lines])
    if count >= MOST_EXPORTED:
        yield _csv([[_cut()]])


def _head() -> list[str]:
    return [
        _("Number"),
        _("Time (UTC)"),
        _("Time at the location"),
        _("Location"),
        _("Who"),
        _("Who (id)"),
        _("Address"),
        _("What"),
        _("What (code)"),
        _("Object"),
        _("Object (id)"),
        _("From (amounts in cents, rates in hundredths of a percent, times in UTC)"),
        _("To (amounts in cents, rates in hundredths of a percent, times in UTC)"),
        _("Currency of the amounts"),
        _("Reason"),
    ]


def _cells(line: Line) -> list[str]:
    row = row_of(line)
    return [
        str(line.row),
        line.at.isoformat(timespec="seconds"),
        row.at,
        line.location,
        row.who,
        line.actor,
        line.address,
        row.action,
        line.action,
        row.thing,
        line.thing.public_id,
        raw(line.before),
        raw(line.after),
        line.currency,
        line.reason,
    ]


def _cut() -> str:
    return str(
        _(
            "Here the file ends: it holds at most %(most)s entries, and there may be older ones. "
            "Choose fewer days for the rest.",
            most=number(MOST_EXPORTED),
        )
    )


def _csv(rows: list[list[str]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows([[safe_cell(cell) for cell in row] for row in rows])
    return written.getvalue()
