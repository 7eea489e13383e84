"""Trade words of flowers, boxes and countries, in the language of the page."""

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from komet_shop.web.filters import number

LONGEST_COLOUR = 40
TIMES = "\N{MULTIPLICATION SIGN}"


def box_name(code: str) -> str:
    """ "Half box" from HB; a code nobody has heard of stays as it is."""
    names = {
        "QB": _("Quarter box"),
        "HB": _("Half box"),
        "FB": _("Full box"),
        "EB": _("Eighth box"),
    }
    return str(names.get(code.upper(), code))


def unit_name(unit_type: str) -> str:
    """What a price is for."""
    return str(_("stem") if unit_type == "Stem" else _("bunch"))


def packing(box_type: str, bunches: int, stems: int) -> str:
    """ "HB · 10 bunches x 25 stems"."""
    held = units("Bunch", bunches)
    if stems > 1:
        held += f" {TIMES} " + units("Stem", stems)
    return f"{box_type} · {held}"


def boxes_left(count: int) -> str:
    """How many boxes can still be bought."""
    left = ngettext("%(count)s box left", "%(count)s boxes left", count, count=number(count))
    return str(left)


def country_name(code: str) -> str:
    """ "Ecuador" from EC."""
    locale = get_locale()
    return str(locale.territories.get(code.upper(), code)) if locale is not None else code


def origin_name(origin: int) -> str:
    """Where the boxes are now. Rule: the four kinds of stock of Komet."""
    names = {
        1: _("On hand"),
        2: _("Future sales"),
        3: _("Vendor availability"),
        4: _("Partner stock"),
    }
    return str(names.get(origin, ""))


def colour_slug(colour: str) -> str:
    """The name of a colour as style sheets know it."""
    return colour.lower().replace(" ", "-")[:LONGEST_COLOUR]


def boxes(count: int) -> str:
    """ "2 boxes"."""
    return str(ngettext("%(count)s box", "%(count)s boxes", count, count=number(count)))


def units(unit_type: str, count: int) -> str:
    """ "1,500 stems" or "20 bunches"."""
    if unit_type == "Stem":
        return str(ngettext("%(count)s stem", "%(count)s stems", count, count=number(count)))
    return str(ngettext("%(count)s bunch", "%(count)s bunches", count, count=number(count)))
