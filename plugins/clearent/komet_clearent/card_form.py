"""Clearent's hosted card fields: what the page gets, and what it must allow."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from komet_shop.plugin_api import Account, ContentSources, FormRequest, Fragment

VENDOR_SCRIPT = "/js-sdk/js/clearent-host.js"
OWN_SCRIPT = "/plugins/clearent/static/card-form.js"
TEMPLATE = "clearent/card_form.html"

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "legend": "Card details",
        "frame": "Card number, expiry date and security code",
        "wait": "Loading the card fields…",
        "unread": "We could not read the card. Check the number, the expiry date and the "
        "security code. If they are right, the card processor may be slow to answer: nothing "
        "was charged, try again in a minute.",
        "blocked": "The card fields did not load. Check your connection, switch off content "
        "blockers for this page, then load the page again.",
        "slow": "The card processor did not answer. Nothing was charged. Try again.",
        "noscript": "Card fields need JavaScript. Switch it on for this site, then load the "
        "page again.",
    },
    "es": {
        "legend": "Datos de la tarjeta",
        "frame": "Número de tarjeta, fecha de vencimiento y código de seguridad",
        "wait": "Cargando los campos de la tarjeta…",
        "unread": "No pudimos leer la tarjeta. Revise el número, la fecha de vencimiento y el "
        "código de seguridad. Si son correctos, quizá el procesador de tarjetas tarda en "
        "responder: no se cobró nada, inténtelo de nuevo en un minuto.",
        "blocked": "Los campos de la tarjeta no se cargaron. Revise su conexión, desactive los "
        "bloqueadores de contenido para esta página y vuelva a cargarla.",
        "slow": "El procesador de tarjetas no respondió. No se cobró nada. Inténtelo de nuevo.",
        "noscript": "Los campos de la tarjeta necesitan JavaScript. Actívelo para este sitio y "
        "vuelva a cargar la página.",
    },
}


def fragment(account: Account, request: FormRequest) -> Fragment:
    """The card fields of this account, in the buyer's language."""
    context = {
        "base_url": account.url.rstrip("/"),
        "public_key": account.settings["public_key"],
        "token_field": request.token_field,
        "texts": _TEXTS.get(request.locale.partition("_")[0].partition("-")[0], _TEXTS["en"]),
    }
    vendor = account.url.rstrip("/") + VENDOR_SCRIPT
    return Fragment(template=TEMPLATE, context=context, scripts=(vendor, OWN_SCRIPT))


def content_sources(account: Account) -> ContentSources:
    """One origin for everything: script, frame and answers come from the gateway's host."""
    parts = urlsplit(account.url)
    origin = (f"{parts.scheme}://{parts.netloc}",)
    return ContentSources(scripts=origin, frames=origin, connections=origin)
