"""Blooms of rays around an eye: gerberas, sunflowers, daisies, asters, chrysanthemums, anemones."""

from dataclasses import dataclass

from komet_shop.web.storefront.pictures.bunches import (
    DOME,
    FAN,
    SCATTER,
    TRIO,
    Head,
    bunch,
    collar,
    resized,
)
from komet_shop.web.storefront.pictures.palette import Tones
from komet_shop.web.storefront.pictures.sketch import (
    Sketch,
    bead_ring,
    disc,
    group,
    number,
    path,
    petal,
    ring,
    stroke,
)


@dataclass(frozen=True, kw_only=True)
class Rays:
    """Rows of petals from the outside in, as (radius, petals), and the shape of a petal."""

    rows: tuple[tuple[float, int], ...]
    width: float
    tip: float = 0.5
    belly: float = 0.62
    inset: float = 0  # petals start this far from the middle, for full, ball-shaped heads


GERBERA = Rays(rows=((100, 21), (86, 21), (62, 17)), width=23, tip=0.42)
SUNFLOWER = Rays(rows=((100, 17), (92, 17)), width=34, tip=0, belly=0.5)
DAISY = Rays(rows=((100, 13), (94, 12)), width=34, tip=0.55)
ASTER = Rays(rows=((100, 22), (88, 20), (72, 18)), width=15, tip=0.3)
STAR = Rays(rows=((100, 15), (90, 15)), width=19, tip=0.2)
ANEMONE = Rays(rows=((100, 6), (90, 6)), width=92, tip=0.8, belly=0.6)
DISBUD = Rays(
    rows=((100, 24), (90, 23), (79, 21), (67, 19), (54, 16), (41, 12), (28, 8), (15, 5)),
    width=20,
    tip=0.45,
    inset=0.52,
)
CUSHION = Rays(
    rows=((100, 17), (86, 16), (70, 14), (54, 12), (38, 9), (22, 6)), width=28, inset=0.4
)
BUTTON = Rays(
    rows=((90, 22), (82, 21), (72, 19), (61, 17), (49, 14), (37, 11), (25, 7), (13, 5)),
    width=21,
    tip=0.9,
    inset=0.62,
)


def gerberas(sketch: Sketch) -> str:
    tones = sketch.tones
    eye = (
        bead_ring(31, tones.mid, 9, 8)
        + bead_ring(25, tones.light, 7, 6)
        + disc(20, sketch.glow("#6d4a2c", "#2c1710"))
        + bead_ring(17, "#d8b45c", 3.4, 5.4)
        + bead_ring(9, "#8b6537", 3, 5)
    )
    return bunch(sketch, FAN, rayed(sketch, GERBERA) + eye)


def sunflowers(sketch: Sketch) -> str:
    seeds = "".join(
        bead_ring(radius, colour, 4.4, 6.3)
        for radius, colour in ((42, "#a9702a"), (35, "#8a541c"), (27, "#5b3416"), (19, "#4a2a12"))
    )
    eye = disc(48, sketch.glow("#5a3515", "#3a200d", "#24130a")) + seeds + disc(12, "#6f7a2c")
    eye += bead_ring(8, "#94993e", 3.4, 5)
    leaves = collar(sketch, length=130, width=84)
    return bunch(sketch, TRIO, rayed(sketch, SUNFLOWER) + eye, leaves=leaves)


def pompons(sketch: Sketch) -> str:
    """Buttons are green, cushions tinted, and the white and yellow ones are daisies."""
    if sketch.colour == "green":
        bloom = ball(sketch, BUTTON)
    elif sketch.colour in ("white", "yellow"):
        bloom = rayed(sketch, DAISY) + yellow_eye(sketch, 30)
    else:
        bloom = ball(sketch, CUSHION)
    leaves = collar(sketch, length=104, width=54)
    return bunch(sketch, SCATTER, bloom, leaves=leaves)


def chrysanthemums(sketch: Sketch) -> str:
    leaves = collar(sketch, length=116, width=66)
    return bunch(sketch, TRIO, ball(sketch, DISBUD), leaves=leaves)


def asters(sketch: Sketch) -> str:
    rays = STAR if sketch.colour == "white" else ASTER
    bloom = rayed(sketch, rays) + yellow_eye(sketch, 24)
    heads = (*SCATTER, Head(62, 286, 0.36), Head(418, 284, 0.36), Head(240, 146, 0.4))
    leaves = collar(sketch, length=100, width=24)
    return bunch(sketch, resized(heads, 0.86), bloom, leaves=leaves)


def anemones(sketch: Sketch) -> str:
    dark = Tones("#0c0b14", "#1d1a2b", "#34304a", "#5a5578")
    pin = sketch.symbol(stroke("M0-18V-36", dark.mid, 1.4) + disc(3.4, dark.deep, (0, -38)))
    eye = (
        disc(34, sketch.fade("#ffffff", 0.9))
        + ring(pin, 22)
        + ring(pin, 14, turn=9, size=0.78)
        + disc(18, sketch.glow(dark.rim, dark.mid, dark.deep))
    )
    leaves = collar(sketch, length=108, width=36)
    return bunch(sketch, DOME, rayed(sketch, ANEMONE) + eye, leaves=leaves)


def rayed(sketch: Sketch, rays: Rays) -> str:
    """A flat flower: rows of petals, the upper ones over the gaps of the lower."""
    tones = sketch.tones
    length = 100 * (1 - rays.inset)
    shape = petal(length, rays.width, tip=rays.tip, belly=rays.belly)
    grooves = "".join(
        f"M{number(side * rays.width * 0.12)} {number(-length * 0.3)}V{number(-length * 0.86)}"
        for side in (-1, 1)
    )
    name = sketch.symbol(
        path(shape, sketch.upward(tones.deep, tones.mid, tones.light, tones.rim), line=tones.deep)
        + stroke(grooves, tones.deep, 1, opacity=0.22)
    )
    return "".join(
        ring(
            name,
            count,
            turn=row * 180 / count + row * 5,
            radius=radius * rays.inset,
            size=(radius / 100) ** (0.6 if rays.inset else 1),
        )
        for row, (radius, count) in enumerate(rays.rows)
    )


def ball(sketch: Sketch, rays: Rays) -> str:
    """A full head of many petals, shaded as the ball that it is."""
    tones = sketch.tones
    under = disc(rays.rows[0][0] * 0.9, tones.deep)
    shade = disc(38, sketch.fade(tones.deep, 0.3)) + disc(
        95, sketch.fade(tones.deep, 0.22), (26, 34)
    )
    return under + rayed(sketch, rays) + closed_heart(sketch) + shade


def closed_heart(sketch: Sketch) -> str:
    """The youngest petals, which still curve inwards over the middle."""
    tones = sketch.tones
    fill = sketch.upward(tones.mid, tones.light, tones.rim)
    young = path(petal(25, 13, tip=0.5), fill, line=tones.deep)
    name = sketch.symbol(group(young, "translate(0-26)rotate(180)"))
    return disc(24, tones.mid) + ring(name, 11) + ring(name, 6, turn=15, size=0.66)


def yellow_eye(sketch: Sketch, radius: float) -> str:
    """The dotted middle of a daisy."""
    return (
        disc(radius, sketch.glow("#fbe06a", "#e9ab1c", "#b97a10"))
        + bead_ring(radius * 0.8, "#c98a14", 4.4, 6.6)
        + bead_ring(radius * 0.5, "#f7d95e", 4, 6)
        + disc(radius * 0.2, "#a8a332")
    )
