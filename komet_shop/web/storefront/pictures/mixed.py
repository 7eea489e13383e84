"""The bouquet that stands for any kind without a form of its own."""

from komet_shop.web.storefront.pictures.bunches import Head, blooms, collar, stems, tie
from komet_shop.web.storefront.pictures.daisies import DAISY, rayed, yellow_eye
from komet_shop.web.storefront.pictures.roses import ROSE, carnation, rose
from komet_shop.web.storefront.pictures.sketch import Sketch

ROSES = (Head(240, 240, 0.92, 20), Head(150, 148, 0.8, -30))
DAISIES = (Head(124, 262, 0.56), Head(246, 92, 0.54, 20), Head(352, 262, 0.58, 10))
CARNATIONS = (Head(338, 152, 0.78, 15),)


def bouquet(sketch: Sketch) -> str:
    """Roses, daisies and carnations in one colour."""
    flowers = (
        blooms(sketch, DAISIES, rayed(sketch, DAISY) + yellow_eye(sketch, 30))
        + blooms(sketch, CARNATIONS, carnation(sketch))
        + blooms(sketch, ROSES, rose(sketch, ROSE))
    )
    return stems((*ROSES, *DAISIES, *CARNATIONS)) + collar(sketch) + tie(sketch) + flowers
