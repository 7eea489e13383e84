"""Which form each flower kind of the catalogue is drawn in."""

from collections.abc import Callable

from komet_shop.web.storefront.pictures import (
    daisies,
    exotics,
    fillers,
    foliage,
    hard_goods,
    lilies,
    mixed,
    roses,
    spikes,
)
from komet_shop.web.storefront.pictures.sketch import Sketch

Form = Callable[[Sketch], str]

FORMS: dict[str, Form] = {
    "roses": roses.roses,
    "garden roses": roses.garden_roses,
    "spray roses": roses.spray_roses,
    "carnations": roses.carnations,
    "mini carnations": roses.mini_carnations,
    "alstroemeria": lilies.alstroemerias,
    "hydrangea": fillers.hydrangeas,
    "gypsophila": fillers.gypsophila,
    "chrysanthemums": daisies.chrysanthemums,
    "pompons": daisies.pompons,
    "tulips": lilies.tulips,
    "oriental lilies": lilies.oriental_lilies,
    "la hybrid lilies": lilies.hybrid_lilies,
    "sunflowers": daisies.sunflowers,
    "snapdragons": spikes.snapdragons,
    "delphinium": spikes.delphiniums,
    "larkspur": spikes.larkspurs,
    "stock": spikes.stocks,
    "statice": fillers.statice,
    "limonium": fillers.limonium,
    "solidago": fillers.solidago,
    "asters": daisies.asters,
    "gerbera": daisies.gerberas,
    "lisianthus": roses.lisianthus,
    "calla lilies": exotics.callas,
    "anthurium": exotics.anthuriums,
    "ranunculus": roses.ranunculus,
    "anemone": daisies.anemones,
    "freesia": lilies.freesias,
    "orchids": lilies.orchids,
    "protea": exotics.proteas,
    "tropicals": exotics.tropicals,
    "eryngium": fillers.eryngium,
    "hypericum": fillers.hypericum,
    "craspedia": fillers.craspedia,
    "astrantia": fillers.astrantia,
    "eucalyptus": foliage.eucalyptus,
    "greens": foliage.greens,
    "hard goods": hard_goods.hard_goods,
}


def form_for(category: str) -> Form:
    """The form of a kind named in lower case; a mixed bouquet for an unknown one."""
    return FORMS.get(category, mixed.bouquet)
