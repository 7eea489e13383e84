"""Blooms of many layers: roses, ranunculus, lisianthus, carnations."""

from dataclasses import dataclass

from komet_shop.web.storefront.pictures.bunches import (
    DOME,
    SCATTER,
    TRIO,
    Head,
    bunch,
    collar,
    leaf,
)
from komet_shop.web.storefront.pictures.palette import LEAF
from komet_shop.web.storefront.pictures.sketch import (
    Sketch,
    disc,
    faint,
    frill,
    group,
    number,
    path,
    petal,
    place,
    ring,
    stroke,
    wave,
    wobble,
)


@dataclass(frozen=True, kw_only=True)
class Layers:
    """Rings of petals from the outside in, as (radius, petals), and how the inner ones sit."""

    rings: tuple[tuple[float, int], ...]
    lift: float = 0  # how far each ring rises above the one outside it: the view from the side
    twist: float = 37


ROSE = Layers(rings=((100, 5), (87, 5), (71, 5), (55, 4), (40, 3), (27, 3)), lift=3)
GARDEN_ROSE = Layers(
    rings=((100, 5), (93, 5), (76, 8), (68, 8), (59, 8), (50, 7), (41, 7), (31, 6), (20, 5)), lift=1
)
RANUNCULUS = Layers(
    rings=((100, 6), (90, 6), (80, 6), (70, 6), (60, 5), (50, 5), (41, 5), (32, 4)), twist=31
)
LISIANTHUS = Layers(rings=((100, 5), (80, 5), (58, 4), (36, 3)), lift=5, twist=40)
CARNATION = Layers(rings=((100, 8), (86, 8), (71, 7), (55, 6), (38, 5), (22, 4)), lift=5, twist=23)


def roses(sketch: Sketch) -> str:
    bloom = rose(sketch, ROSE)
    return bunch(sketch, DOME, bloom, leaves=collar(sketch))


def garden_roses(sketch: Sketch) -> str:
    bloom = layered(sketch, GARDEN_ROSE, wave(100, 112, sway=3))
    return bunch(sketch, TRIO, bloom, leaves=collar(sketch))


def spray_roses(sketch: Sketch) -> str:
    bloom = rose(sketch, ROSE)
    return bunch(sketch, SCATTER, bloom, leaves=collar(sketch, length=96, width=44))


def ranunculus(sketch: Sketch) -> str:
    heart = disc(26, sketch.glow("#cfdc84", "#8ba347", "#55702c")) + ring(
        sketch.symbol(path(petal(17, 15), "#a9bd5d", line="#55702c")), 6
    )
    bloom = layered(sketch, RANUNCULUS, petal(100, 118, tip=0.9)) + heart
    return bunch(sketch, TRIO, bloom, leaves=collar(sketch, length=110, width=40))


def lisianthus(sketch: Sketch) -> str:
    heart = disc(11, "#c9d48a", (0, -18)) + disc(5, "#f0d66a", (0, -18))
    bloom = layered(sketch, LISIANTHUS, wave(100, 128)) + heart
    heads = (*DOME[:3], Head(240, 258, 0.92, 30))
    buds = closed_buds(sketch, (Head(76, 92, 0.9, -30), Head(404, 88, 0.9, 28)))
    return bunch(sketch, heads, bloom, leaves=collar(sketch, length=116, width=46) + buds)


def carnations(sketch: Sketch) -> str:
    return bunch(sketch, DOME, carnation(sketch), leaves=grassy(sketch))


def mini_carnations(sketch: Sketch) -> str:
    return bunch(sketch, SCATTER, carnation(sketch), leaves=grassy(sketch))


def rose(sketch: Sketch, layers: Layers) -> str:
    """A rose seen from above: petals around a closed, spiralling heart."""
    tones = sketch.tones
    spiral = "M-11 4C-14-9 4-16 11-5S4 13-3 8S-6-5 2-4S4 4 1 4"
    lift = f"translate(0 {-layers.lift * len(layers.rings)})"
    heart = disc(17, sketch.glow(tones.mid, tones.deep)) + stroke(spiral, tones.light, 2.2)
    return layered(sketch, layers, petal(100, 124, tip=0.72, belly=0.66)) + group(heart, lift)


def layered(sketch: Sketch, layers: Layers, outline: str) -> str:
    """Petals ring by ring, each in the shade of the one that lies upon it."""
    tones = sketch.tones
    shade = group(faint(path(outline, tones.deep), 0.26), "scale(1.04)")
    fill = sketch.upward(tones.deep, tones.deep, tones.mid, tones.light, tones.rim)
    plain = sketch.symbol(path(outline, fill, line=tones.deep, width=1.4))
    shaded = sketch.symbol(shade + place(plain))
    petals = "".join(
        place(
            shaded if depth else plain,
            (0, -layers.lift * depth),
            depth * layers.twist + 360 * index / count + wobble(index + depth, 7),
            radius / 100 * (1 + wobble(index * 3 + depth, 0.035)),
        )
        for depth, (radius, count) in enumerate(layers.rings)
        for index in range(count)
    )
    return petals + disc(62, sketch.fade(tones.deep, 0.5), (0, -layers.lift * 3))


def carnation(sketch: Sketch) -> str:
    """Fringed petals in a loose cushion."""
    outline = frill(100, 74, teeth=8, depth=11)
    return group(layered(sketch, CARNATION, outline), "scale(1 .94)")


def grassy(sketch: Sketch) -> str:
    """Narrow leaves between the stems, curling away."""
    name = leaf(sketch, 150, 16)
    spots = ((-62, 1.05), (60, 1.05), (-40, 0.95), (42, 0.95), (-85, 0.8), (84, 0.8))
    return "".join(place(name, (240, 392), turn, size) for turn, size in spots)


def closed_buds(sketch: Sketch, heads: tuple[Head, ...]) -> str:
    """Closed buds on their own stalks."""
    tones = sketch.tones
    bud = sketch.symbol(
        path(petal(58, 34, tip=0.1, belly=0.4), sketch.upward("#8fae5e", tones.mid, tones.light))
        + stroke("M0-6C-9-22-6-40 0-54M0-6C10-20 9-38 2-52", tones.deep, 1.4, opacity=0.6)
        + path(petal(24, 12, tip=0), "#6f9a56")
    )
    stalks = " ".join(
        f"M{head.x} {head.y}Q{number(head.x * 0.8 + 48)} 190 240 300" for head in heads
    )
    return stroke(stalks, LEAF.mid, 4) + "".join(
        place(bud, (head.x, head.y), head.turn, head.size) for head in heads
    )
