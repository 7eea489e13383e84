"""Eucalyptus and cut greens."""

from komet_shop.web.storefront.pictures.bunches import TIE, fanned, leaf
from komet_shop.web.storefront.pictures.palette import EUCALYPTUS, LEAF, Tones
from komet_shop.web.storefront.pictures.sketch import Sketch, path, place, stroke


def eucalyptus(sketch: Sketch) -> str:
    """Stems of paired silver coins."""
    stem = sketch.symbol(coin_stem(sketch, painted(sketch, EUCALYPTUS)))
    turns = ((-40, 0.9), (40, 0.9), (-21, 1), (21, 1), (0, 1.06))
    return fanned(sketch, "".join(place(stem, TIE, turn, size) for turn, size in turns))


def coin_stem(sketch: Sketch, tones: Tones) -> str:
    coin = sketch.symbol(
        path(
            "M0 0C-46-4-46-60 0-62C46-60 46-4 0 0Z",
            sketch.upward(tones.deep, tones.mid, tones.light, tones.rim),
            line=tones.deep,
        )
        + stroke("M0 0V-50M0-22l-14-10M0-22l14-10", tones.rim, 1.3, opacity=0.6)
    )
    pairs = "".join(
        place(coin, (0, -up), side * (66 - up / 12), 0.98 - up / 640)
        for up in range(312, 70, -40)
        for side in (-1, 1)
    )
    return stroke("M0 0V-330", tones.deep, 4) + pairs + place(coin, (0, -322), 0, 0.5)


def greens(sketch: Sketch) -> str:
    """Broad blades at the back, fern fronds, ruscus in front."""
    tones = painted(sketch, LEAF)
    blade = leaf(sketch, 350, 92, tones=tones)
    fern, ruscus = frond(sketch, tones), ruscus_stem(sketch, tones)
    placed = (
        (blade, -13, 1),
        (blade, 16, 0.98),
        (fern, -46, 0.92),
        (fern, 46, 0.92),
        (fern, -27, 1),
        (ruscus, 31, 0.94),
        (ruscus, -5, 0.92),
        (fern, 10, 0.8),
    )
    return fanned(sketch, "".join(place(name, TIE, turn, size) for name, turn, size in placed))


def painted(sketch: Sketch, natural: Tones) -> Tones:
    """Foliage has a green of its own; another colour means that it was dyed."""
    return natural if sketch.colour == "green" else sketch.tones


def frond(sketch: Sketch, tones: Tones) -> str:
    """A fern: pinnae that shorten towards the tip; returns a symbol."""
    pinna = leaf(sketch, 84, 19, tones=tones)
    pinnae = "".join(
        place(pinna, (0, -up), side * 62, (350 - up) / 250)
        for up in range(100, 330, 17)
        for side in (-1, 1)
    )
    return sketch.symbol(
        stroke("M0 0V-345", tones.deep, 3.5) + pinnae + place(pinna, (0, -318), 0, 0.4)
    )


def ruscus_stem(sketch: Sketch, tones: Tones) -> str:
    """Glossy leaves, one after the other along a stem; returns a symbol."""
    bright = Tones(tones.deep, tones.light, tones.rim, "#e4f0cd")
    name = leaf(sketch, 74, 34, tones=bright)
    leaves = "".join(
        place(name, (0, -up), side * 44, 1.06 - up / 900)
        for step, up in enumerate(range(90, 330, 20))
        for side in ((-1, 1)[step % 2],)
    )
    return sketch.symbol(
        stroke("M0 0V-335", tones.deep, 4) + leaves + place(name, (0, -326), 0, 0.7)
    )
