"""Blooms of six and three: lilies, alstroemeria, tulips, freesias, orchids."""

from komet_shop.web.storefront.pictures.bunches import (
    FAN,
    SCATTER,
    TRIO,
    Head,
    blades,
    blooms,
    bunch,
    collar,
    resized,
    tie,
)
from komet_shop.web.storefront.pictures.palette import LEAF
from komet_shop.web.storefront.pictures.sketch import (
    Point,
    Sketch,
    along,
    beads,
    disc,
    group,
    number,
    oval,
    path,
    petal,
    place,
    ring,
    stroke,
    wave,
)

ANTHER = "#8a3f14"
THROAT = "#cfdd9a"


def oriental_lilies(sketch: Sketch) -> str:
    """Large, waved and freckled, with a pale margin."""
    tones = sketch.tones
    freckles = "".join(
        beads(f"M{x} -22L{number(x * 1.9)} -58", tones.deep, 3.6, 8.5) for x in (-7, 0.1, 7)
    )
    broad = path(wave(106, 60, sway=3), lily_fill(sketch), line=tones.rim, width=4)
    return lilies(sketch, broad + freckles, leaf_width=46)


def hybrid_lilies(sketch: Sketch) -> str:
    """Smooth and clear in colour."""
    broad = path(
        petal(104, 60, tip=0.12, belly=0.5), lily_fill(sketch), line=sketch.tones.deep, width=1.4
    )
    return lilies(sketch, broad, leaf_width=34)


def lilies(sketch: Sketch, broad: str, *, leaf_width: float) -> str:
    tones = sketch.tones
    narrow = path(petal(106, 40, tip=0, belly=0.45), lily_fill(sketch), line=tones.deep)
    rib = stroke("M0-8Q2-50 0-94", tones.deep, 2.4, opacity=0.35)
    bloom = (
        ring(sketch.symbol(narrow + rib), 3, turn=180)
        + ring(sketch.symbol(broad + rib), 3)
        + disc(24, sketch.fade("#8fa84a", 0.7))
        + stamens(sketch)
    )
    buds = lily_buds(sketch)
    leaves = collar(sketch, length=132, width=leaf_width)
    return bunch(sketch, resized(TRIO, 1.14), bloom, leaves=leaves + buds)


def lily_fill(sketch: Sketch) -> str:
    tones = sketch.tones
    return sketch.upward(THROAT, tones.mid, tones.mid, tones.light, tones.rim)


def stamens(sketch: Sketch) -> str:
    anther = sketch.symbol(
        stroke("M0-4Q5-30 1-58", "#dfe8bb", 2.4) + oval(7.5, 3.2, ANTHER, (1, -60))
    )
    return (
        ring(anther, 6, turn=22)
        + stroke("M0 0L10-42", "#b9cc7e", 4)
        + disc(4.5, "#7f9a4b", (10, -43))
    )


def lily_buds(sketch: Sketch) -> str:
    tones = sketch.tones
    bud = sketch.symbol(
        path(petal(104, 34, tip=0.1, belly=0.45), sketch.upward("#86a95c", tones.mid, tones.rim))
        + stroke("M0-4Q-3-50 0-98", tones.deep, 1.6, opacity=0.4)
    )
    stalks = stroke("M118 122Q160 220 240 320M366 118Q330 220 240 320", LEAF.mid, 5)
    return stalks + place(bud, (120, 128), -26) + place(bud, (364, 124), 24)


def alstroemerias(sketch: Sketch) -> str:
    tones = sketch.tones
    fill = sketch.upward(tones.deep, tones.mid, tones.light, tones.rim)
    outer = sketch.symbol(path(petal(98, 80, tip=0.5, belly=0.66), fill, line=tones.deep))
    flash = sketch.upward(tones.rim, "#fbe48a", tones.light, tones.mid)
    streaks = stroke("M-5-34l-3-16M0-36V-56M5-34l3-16M-11-46l-3-9M11-46l3-9", "#5b1730", 3)
    inner = sketch.symbol(
        path(petal(92, 42, tip=0.1, belly=0.55), flash, line=tones.deep) + streaks
    )
    bloom = (
        ring(outer, 3, turn=180)
        + ring(inner, 3)
        + disc(14, sketch.fade(tones.deep, 0.7))
        + stroke("M0 0L-9-30M0 0L8-32M0 0L1-26", tones.rim, 2.2)
        + disc(3.6, ANTHER, (-9, -31))
        + disc(3.6, ANTHER, (8, -33))
    )
    leaves = collar(sketch, length=112, width=36)
    return bunch(sketch, SCATTER, bloom, leaves=leaves)


def tulips(sketch: Sketch) -> str:
    return bunch(sketch, resized(FAN, 1.08), tulip(sketch), leaves=blades(sketch))


def tulip(sketch: Sketch) -> str:
    """A closed tulip from the side: two petals behind, two at the sides, one before them."""
    tones = sketch.tones
    behind = sketch.upward(tones.deep, tones.deep, tones.mid)
    fill = sketch.upward(tones.deep, tones.mid, tones.light, tones.rim)
    side = path(petal(136, 66, tip=0.12, belly=0.42), fill, line=tones.deep, width=1.6)
    back = path(petal(128, 60, tip=0.1, belly=0.5), behind)
    front = path(petal(124, 78, tip=0.1, belly=0.42), fill, line=tones.deep, width=1.6)
    veins = "M0-10Q-1-60 0-114M-9-16Q-20-60-12-100M9-16Q20-60 12-100"
    cup = (
        group(back, "rotate(-7)")
        + group(back, "rotate(8)")
        + group(side, "translate(-15-2)rotate(-13)")
        + group(side, "translate(15-2)rotate(13)")
        + front
        + stroke(veins, tones.deep, 1.4, opacity=0.28)
        + oval(14, 5, LEAF.mid, (0, -1))
    )
    return group(cup, "translate(0 62)")


def freesias(sketch: Sketch) -> str:
    heads = (
        Head(200, 130, 1, -12),
        Head(300, 168, 1, 16),
        Head(140, 228, 0.95, -34),
        Head(262, 250, 1.05, 6),
    )
    return bunch(sketch, heads, freesia_spray(sketch), leaves=blades(sketch))


def freesia_spray(sketch: Sketch) -> str:
    """Open trumpets in a row along an arching stem, then buds that shrink towards its end."""
    tones = sketch.tones
    bend = ((0.0, 10.0), (10.0, -62.0), (118.0, -62.0))
    trumpet = sketch.symbol(freesia_trumpet(sketch))
    bud = sketch.symbol(
        path(
            petal(46, 22, tip=0.2),
            sketch.upward("#8db162", tones.mid, tones.light),
            line=tones.deep,
        )
    )
    buds = "".join(
        place(bud, along(bend, 1 - 0.13 * step), 52 - step * 11, 0.5 + step * 0.16)
        for step in range(4)
    )
    flowers = "".join(
        place(trumpet, along(bend, share), turn, size)
        for share, turn, size in ((0.44, 16, 0.72), (0.26, -16, 0.86), (0.08, -46, 0.96))
    )
    return stroke("M0 10Q10-62 118-62", LEAF.mid, 4.5) + buds + flowers


def freesia_trumpet(sketch: Sketch) -> str:
    tones = sketch.tones
    fill = sketch.upward(tones.mid, tones.light, tones.rim)
    lobe = sketch.symbol(path(petal(48, 38, tip=0.6), fill, line=tones.deep, width=1.3))
    tube = path(
        "M-4 0C-6-22-20-34-22-52H22C20-34 6-22 4 0Z",
        sketch.upward("#a9b866", tones.deep, tones.mid),
    )
    lobes = "".join(place(lobe, (0, -46), turn) for turn in (-78, 78, -40, 40, 0))
    throat = oval(11, 7, "#f6d45c", (0, -52)) + stroke("M-3-52l-3-13M3-52l3-13", tones.rim, 2)
    return tube + lobes + throat


def orchids(sketch: Sketch) -> str:
    """Two arching sprays, their flowers facing the viewer."""
    bends = (
        ((240.0, 400.0), (262.0, 20.0), (66.0, 120.0)),
        ((240.0, 400.0), (262.0, 120.0), (424.0, 172.0)),
    )
    lines = "M240 400Q262 20 66 120M240 400Q262 120 424 172M240 400L232 492M240 400L250 492"
    shares = (0.98, 0.86, 0.74, 0.62, 0.5)
    heads = [
        Head(*nudge(along(bend, share), index), 0.5 + index * 0.055, (index % 2) * 24 - 12)
        for bend in bends
        for index, share in enumerate(shares)
    ]
    sprays = blooms(sketch, heads, orchid(sketch))
    return stroke(lines, LEAF.deep, 7) + blades(sketch) + tie(sketch) + sprays


def nudge(point: Point, index: int) -> Point:
    """Flowers sit to both sides of their stem."""
    return point[0], point[1] + (14 if index % 2 else -10)


def orchid(sketch: Sketch) -> str:
    tones = sketch.tones
    lips = {"white": "#b2357f", "green": "#8c2038", "orange": "#a5260f", "purple": "#4a0f5c"}
    lip = lips.get(sketch.colour, tones.deep)
    fill = sketch.upward(tones.mid, tones.light, tones.rim)
    sepal = path(petal(98, 46, tip=0.25, belly=0.55), fill, line=tones.deep, width=1.4)
    wide = path(petal(96, 86, tip=0.7, belly=0.6), fill, line=tones.deep, width=1.4)
    veins = stroke("M0-14V-84M-6-16Q-20-50-18-74M6-16Q20-50 18-74", tones.deep, 1.4, opacity=0.35)
    tongue = path("M-13 2C-34 18-24 34-9 40Q0 66 9 40C24 34 34 18 13 2Z", lip, line=tones.rim)
    column = oval(9, 12, tones.rim, (0, -2)) + disc(4, "#f2c94a", (0, 5))
    return (
        ring(sketch.symbol(sepal + veins), 3)
        + "".join(group(wide + veins, f"rotate({turn})") for turn in (-72, 72))
        + disc(30, sketch.fade(tones.deep, 0.5))
        + tongue
        + oval(9, 7, "#f6dd84", (0, 14))
        + column
    )
