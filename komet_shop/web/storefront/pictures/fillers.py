"""What fills a bouquet: clouds, plumes, globes, thistles and berries; and the hydrangea."""

from komet_shop.web.storefront.pictures.bunches import (
    SCATTER,
    TIE,
    Head,
    bunch,
    collar,
    fanned,
    leaf,
    leaning,
    resized,
    shadow,
)
from komet_shop.web.storefront.pictures.palette import LEAF, SEA_HOLLY
from komet_shop.web.storefront.pictures.sketch import (
    Point,
    Sketch,
    around,
    beads,
    disc,
    faint,
    frill,
    group,
    number,
    oval,
    path,
    petal,
    place,
    ring,
    stroke,
    sunflower_spiral,
    wobble,
)


def hydrangeas(sketch: Sketch) -> str:
    """One round head of four-petalled florets, on its leaves."""
    florets = [floret(sketch, step) for step in range(3)]
    head = "".join(
        place(
            florets[depth_of(at, wobble(index * 5, 42))],
            (240 + at[0], 196 + at[1] * 0.92),
            index * 31 % 90,
            0.3 - 0.06 * (abs(at[0]) + abs(at[1])) / 200,
        )
        for index, at in reversed(list(enumerate(sunflower_spiral(88, 146))))
    )
    broad = leaf(sketch, 176, 112)
    spots = ((236, 318, -74), (246, 318, 74), (232, 300, -116), (250, 300, 116))
    leaves = "".join(place(broad, (x, y), turn) for x, y, turn in spots)
    stem = stroke("M240 300V492", LEAF.deep, 14) + stroke("M237 300V492", LEAF.light, 4)
    body = oval(136, 126, sketch.tones.deep, (240, 198))
    return stem + leaves + shadow(sketch, Head(240, 210, 1.45)) + body + head


def depth_of(at: Point, tilt: float) -> int:
    """Florets are lit from the upper left, each at its own tilt: 0 is bright, 2 in shade."""
    fall = at[0] * 0.5 + at[1] + tilt
    return 0 if fall < -35 else 1 if fall < 70 else 2


def floret(sketch: Sketch, depth: int) -> str:
    tones = sketch.tones
    shades = (
        (tones.mid, tones.light, tones.rim),
        (tones.mid, tones.mid, tones.light),
        (tones.deep, tones.mid, tones.mid),
    )
    lobe = sketch.symbol(
        path(petal(74, 78, tip=0.7), sketch.upward(*shades[depth]), line=tones.deep, width=2.4)
    )
    return sketch.symbol(ring(lobe, 4) + disc(9, tones.deep) + disc(5, tones.rim, (-1, -2)))


def gypsophila(sketch: Sketch) -> str:
    tones = sketch.tones
    flake = sketch.symbol(path(frill(15, 80, teeth=2, depth=3), tones.light, line=tones.deep))
    puff = sketch.symbol(
        disc(10, tones.mid)
        + ring(flake, 6)
        + ring(flake, 5, turn=20, size=0.62)
        + disc(3, tones.deep)
    )
    dots = "".join(
        disc(3.4, tones.rim, (240 + x, 188 + y * 0.86))
        for x, y in list(sunflower_spiral(96, 214))[::2]
    )
    return cloud(sketch, puff, count=84, reach=196) + dots


def limonium(sketch: Sketch) -> str:
    """Fine sprays, with blooms along every twig."""
    tones = sketch.tones
    twigs = "M0 34Q-4 4-24-18M0 34Q0 0-4-34M0 34Q4 6 22-26M-3 14Q-18 6-30 4M4 16Q16 8 30-2"
    sprig = sketch.symbol(
        stroke(twigs, LEAF.light, 1.3)
        + beads(twigs, tones.deep, 7.6, 9.1)
        + group(beads(twigs, tones.light, 5.6, 9.1), "translate(-.5-1)")
        + group(beads(twigs, tones.rim, 2.2, 9.1), "translate(-1-2)")
    )
    return cloud(sketch, sprig, count=50, reach=186, lean=0.3)


def cloud(sketch: Sketch, tuft: str, *, count: int, reach: float, lean: float = 0) -> str:
    """A wide haze of small tufts, each on a thread of a stem."""
    points = [
        (240 + x * 1.02 + wobble(index * 5, 13), 186 + y * 0.84 + wobble(index * 3 + 1, 13))
        for index, (x, y) in enumerate(sunflower_spiral(count, reach))
    ]
    threads = "".join(
        f"M{number(x)} {number(y)}Q{number(x * 0.6 + 96)} {number(y * 0.4 + 210)} 240 400"
        for x, y in points[::2]
    )
    tufts = "".join(
        place(tuft, at, (at[0] - 240) * lean + wobble(index, 25), 0.9 + wobble(index * 7, 0.3))
        for index, at in enumerate(points)
    )
    return fanned(sketch, stroke(threads, LEAF.mid, 1.5, opacity=0.8)) + tufts


def statice(sketch: Sketch) -> str:
    """Papery combs of florets, each with a pale eye."""
    tones = sketch.tones
    eye = "#fff6d8" if sketch.colour != "white" else "#e6d68a"
    fill = sketch.upward(tones.mid, tones.light)
    cup = sketch.symbol(
        path("M0 12L-13-8Q-8-18 0-15Q8-18 13-8Z", tones.deep)
        + path(frill(19, 150, teeth=5, depth=4), fill, line=tones.deep)
        + disc(3.6, eye, (0, -9))
    )
    rows = ((74, 7, 0), (58, 6, 12), (42, 5, 26))
    comb = "".join(
        place(
            cup, (around(turn, radius)[0], around(turn, radius)[1] * 0.62 + drop), turn * 0.6, 1.5
        )
        for radius, count, drop in rows
        for turn in (-84 + 168 * step / (count - 1) for step in range(count))
    )
    wings = path("M-3 40Q-14 90 0 150Q14 90 3 40Z", LEAF.light)
    return bunch(sketch, leaning(resized(SCATTER, 1.25), 0.14), wings + comb)


def solidago(sketch: Sketch) -> str:
    """Arching plumes of tiny golden heads."""
    plume = sketch.symbol(golden_plume(sketch))
    sprays = "".join(
        place(plume, TIE, turn, size, stretch=-1 if turn < 0 else 1)
        for turn, size in ((-34, 0.92), (34, 0.92), (-17, 1), (17, 1), (0, 1.04))
    )
    return fanned(sketch, sprays)


def golden_plume(sketch: Sketch) -> str:
    """A stem in narrow leaves, and sprays of beads that arch away from its upper half."""
    tones = sketch.tones
    name = leaf(sketch, 62, 13)
    leaves = "".join(place(name, (0, -up), side * 42) for up in (70, 100, 130) for side in (-1, 1))
    sprays = "".join(
        f"M0 {-up}q{number(side * reach * 0.5)} {number(-reach * 0.7)} {number(side * reach)} "
        f"{number(wobble(up, 14) - reach * 0.3)}"
        for step, up in enumerate(range(140, 336, 12))
        for side in (-1, 1)
        for reach in (56 - step * 2.4 + wobble(up * side, 9),)
    )
    crown = sprays + "M0-300Q2-330 12-352"
    return (
        stroke("M0 0V-310", LEAF.mid, 4)
        + leaves
        + stroke(sprays, LEAF.light, 1.6)
        + beads(crown, tones.deep, 6.6, 8.3)
        + group(beads(crown, tones.mid, 6, 7.1), "translate(2-3)")
        + group(beads(crown, tones.light, 5, 9.3), "translate(-2-5)")
        + group(beads(crown, tones.rim, 3, 11.7), "translate(1-6)")
    )


def craspedia(sketch: Sketch) -> str:
    """Golden balls on bare stems."""
    tones = sketch.tones
    shades = (tones.light, tones.mid, tones.rim, tones.light)
    grains = "".join(
        disc(9.4 - abs(x) / 30, shades[index % 4], (x, y))
        for index, (x, y) in enumerate(sunflower_spiral(88, 82))
    )
    ball = disc(88, sketch.glow(tones.mid, tones.deep, tones.deep)) + grains
    shade = disc(96, sketch.fade(tones.deep, 0.75), (30, 42)) + disc(
        54, sketch.fade("#ffffff", 0.35), (-28, -32)
    )
    return bunch(sketch, SCATTER, ball + shade)


def eryngium(sketch: Sketch) -> str:
    """Thistle cones over a star of spined bracts."""
    tones = sketch.tones
    holly = SEA_HOLLY if sketch.colour == "white" else tones
    barbs = "M0 0L-5-30L-15-36L-7-48L-13-62L-5-64L0-100L5-64L13-62L7-48L15-36L5-30Z"
    bract = sketch.symbol(
        path(barbs, sketch.upward(holly.deep, holly.mid, holly.light), line=holly.deep)
    )
    dots = "".join(
        disc(4.6, (tones.rim, tones.light, tones.mid)[index % 3], (x, y * 1.25 - 14))
        for index, (x, y) in enumerate(sunflower_spiral(42, 35))
    )
    cone = oval(37, 46, sketch.glow(tones.light, tones.mid, tones.deep), (0, -14)) + dots
    return bunch(sketch, resized(SCATTER, 1.12), ring(bract, 11) + cone)


def astrantia(sketch: Sketch) -> str:
    """A pincushion of stamens in a star of papery bracts."""
    tones = sketch.tones
    fill = sketch.upward(tones.mid, tones.light, tones.rim, "#b7c98a")
    bract = sketch.symbol(
        path(petal(100, 30, tip=0.05, belly=0.55), fill, line=tones.deep, width=1.6)
        + stroke("M0-30V-92", "#8da06a", 1.6, opacity=0.7)
    )
    pin = sketch.symbol(stroke("M0-8V-46", tones.rim, 1.8) + disc(5, tones.deep, (0, -48)))
    heart = (
        disc(34, sketch.glow(tones.light, tones.mid))
        + ring(pin, 17)
        + ring(pin, 11, turn=15, size=0.66)
    )
    bloom = ring(bract, 15) + heart + ring(pin, 5, size=0.34)
    return bunch(sketch, SCATTER, bloom, leaves=collar(sketch, length=96, width=48))


def hypericum(sketch: Sketch) -> str:
    """Clusters of glossy berries among their leaves."""
    name, fruit = leaf(sketch, 96, 44), sketch.symbol(berry(sketch))
    cluster = (
        place(name, (-20, 40), -66)
        + place(name, (20, 40), 66)
        + place(fruit, (-46, 4), -24)
        + place(fruit, (46, 6), 24)
        + place(fruit, (0, -40))
        + place(fruit, (2, 30), 6)
    )
    leaves = collar(sketch, length=92, width=46)
    return bunch(sketch, leaning(SCATTER, 0.16), cluster, leaves=leaves)


def berry(sketch: Sketch) -> str:
    """One berry, sitting in its green sepals."""
    tones = sketch.tones
    sepal = path(petal(34, 20, tip=0), LEAF.light, line=LEAF.deep)
    skin = sketch.glow(tones.rim, tones.light, tones.mid, tones.deep)
    sepals = "".join(group(sepal, f"rotate({turn})") for turn in (-112, 112, -150, 150))
    return (
        group(sepals, "translate(0 22)")
        + group(path(petal(76, 62, tip=0.3, belly=0.42), skin), "translate(0 34)")
        + stroke("M0-42v-10", tones.deep, 3)
        + faint(oval(8, 15, "#ffffff", (-13, -10)), 0.5)
    )
