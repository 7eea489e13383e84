"""Tall stems set with florets: snapdragons, delphinium, larkspur, stock."""

from dataclasses import dataclass

from komet_shop.web.storefront.pictures.bunches import TIE, fanned, leaf
from komet_shop.web.storefront.pictures.palette import LEAF
from komet_shop.web.storefront.pictures.sketch import (
    Sketch,
    disc,
    frill,
    number,
    oval,
    path,
    petal,
    place,
    ring,
    stroke,
    wave,
    wobble,
)


@dataclass(frozen=True, kw_only=True)
class Spike:
    """How florets sit on a stem: `rows` of them from the lowest to the tip, `width` apart."""

    rows: int
    width: float
    size: float
    taper: float = 0.35  # size of the topmost floret, against the lowest
    start: float = 150  # where the lowest row sits above the tie
    top: float = 376
    turns: tuple[float, ...] = (-24, 24, 0)


def snapdragons(sketch: Sketch) -> str:
    return spikes(sketch, Spike(rows=11, width=27, size=0.4, taper=0.4), snapdragon(sketch))


def delphiniums(sketch: Sketch) -> str:
    bee = disc(13, "#fdfcf4") + disc(6, "#d9cf9f" if sketch.colour == "white" else "#5a5238")
    floret = five_petals(sketch, width=74) + bee
    return spikes(sketch, Spike(rows=11, width=26, size=0.36, taper=0.4), floret)


def larkspurs(sketch: Sketch) -> str:
    tones = sketch.tones
    spur = path("M-5 6C-2 40 4 62 16 74C12 50 10 30 5 6Z", tones.deep)
    floret = spur + five_petals(sketch, width=56) + disc(9, tones.rim)
    return spikes(sketch, Spike(rows=15, width=17, size=0.26, turns=(-30, 30, -15, 15, 0)), floret)


def stocks(sketch: Sketch) -> str:
    tones = sketch.tones
    fill = sketch.upward(tones.deep, tones.mid, tones.light, tones.rim)
    flake = sketch.symbol(path(frill(96, 78, teeth=5, depth=9), fill, line=tones.deep, width=1.6))
    floret = (
        ring(flake, 5) + ring(flake, 4, turn=24, size=0.66) + disc(26, sketch.fade("#dfe3a0", 0.9))
    )
    return spikes(sketch, Spike(rows=9, width=29, size=0.46, taper=0.5, top=358), floret)


def spikes(sketch: Sketch, spike: Spike, floret: str) -> str:
    """Stems that spread from the tie, the middle one in front."""
    stem = sketch.symbol(spiked_stem(sketch, spike, sketch.symbol(floret)))
    sprays = "".join(
        place(stem, TIE, turn, 1 - abs(turn) / 300, stretch=-1 if turn < 0 else 1)
        for turn in spike.turns
    )
    return fanned(sketch, sprays)


def spiked_stem(sketch: Sketch, spike: Spike, floret: str) -> str:
    """Buds at the tip, florets left, right and in front below them, narrow leaves at the foot."""
    name = leaf(sketch, 92, 20)
    leaves = "".join(
        place(name, (0, -up), turn) for up, turn in ((40, -30), (60, 30), (90, -26), (104, 28))
    )
    line = stroke(f"M0 0V{number(-spike.top)}", LEAF.deep, 6) + stroke(
        f"M-1 0V{number(-spike.top)}", LEAF.light, 2
    )
    return line + leaves + tip_buds(sketch, spike) + rows_of_florets(spike, floret)


def rows_of_florets(spike: Spike, floret: str) -> str:
    """Pairs left and right, single florets in front of the gaps; drawn from the tip down."""
    placed = []
    for row in reversed(range(spike.rows)):
        share = row / (spike.rows - 1)
        size = spike.size * (1 - share * (1 - spike.taper))
        height = spike.start + (spike.top - 26 - spike.start) * share**0.88
        spread = spike.width * (1 - share * 0.75)
        for side in (0,) if row % 2 else (-1, 1):
            at = (side * spread + wobble(row + side, 3), -height)
            placed.append(place(floret, at, side * 20 + wobble(row * 3 + side, 10), size))
    return "".join(placed)


def tip_buds(sketch: Sketch, spike: Spike) -> str:
    tones = sketch.tones
    bud = sketch.symbol(
        path(petal(26, 15, tip=0.4), sketch.upward("#7d9f57", tones.mid, tones.light))
    )
    return "".join(
        place(bud, (0, -spike.top + 8 + step * 9), side * (16 + step * 9), 0.5 + step * 0.1)
        for step in range(5)
        for side in (-1, 1)
    )


def five_petals(sketch: Sketch, *, width: float) -> str:
    tones = sketch.tones
    fill = sketch.upward(tones.deep, tones.mid, tones.light)
    name = sketch.symbol(path(petal(94, width, tip=0.6), fill, line=tones.deep, width=2))
    return ring(name, 5)


def snapdragon(sketch: Sketch) -> str:
    """The mouth of a snapdragon: three lobes below, two above, and a yellow palate."""
    tones = sketch.tones
    fill = sketch.upward(tones.deep, tones.mid, tones.light, tones.rim)
    lobe = sketch.symbol(path(wave(82, 74, sway=9), fill, line=tones.deep, width=2.4))
    lobes = "".join(
        place(lobe, (0, down), turn, size)
        for turn, down, size in (
            (112, 8, 0.86),
            (-112, 8, 0.86),
            (180, 8, 0.94),
            (-32, 0, 1),
            (32, 0, 1),
        )
    )
    palate = "#e07f0c" if sketch.colour == "yellow" else "#f9dd62"
    return lobes + oval(25, 15, tones.light, (0, 15)) + oval(19, 10, palate, (0, 15))
