"""Sculptural blooms: callas, anthurium, protea, tropicals."""

from math import pi, sin

from komet_shop.web.storefront.pictures.bunches import (
    FAN,
    SINGLE,
    TRIO,
    Head,
    blades,
    bunch,
    collar,
    leaf,
    leaning,
    resized,
)
from komet_shop.web.storefront.pictures.palette import COLOURS
from komet_shop.web.storefront.pictures.sketch import (
    Sketch,
    bead_ring,
    disc,
    faint,
    group,
    oval,
    path,
    petal,
    place,
    ring,
    stroke,
)


def callas(sketch: Sketch) -> str:
    return bunch(sketch, resized(FAN, 1.12), calla(sketch), leaves=blades(sketch))


def calla(sketch: Sketch) -> str:
    """A furled spathe with its spadix, from the side."""
    tones = sketch.tones
    inside = "M-44-26C-56-74-14-104 34-110C62-92 66-42 32-14C8 6-34 4-44-26Z"
    outside = "M-45-30C-46 22-14 40 0 92C6 52 40 32 46-30C40-4 4 4-12-2C-30-8-40-16-45-30Z"
    return (
        path(inside, sketch.upward(tones.deep, tones.mid, tones.light, tones.rim), line=tones.deep)
        + oval(26, 12, sketch.fade(tones.deep, 0.8), (-6, -16))
        + stroke("M-2-10Q-6-42 2-70", "#c98a12", 11)
        + stroke("M-4-12Q-8-42 0-68", "#f6cf4f", 6)
        + path(outside, sketch.upward("#8fae5e", tones.mid, tones.light), line=tones.deep)
        + stroke("M-38-14C-30 24-8 42-1 78M40-8C28 26 10 40 3 76", tones.rim, 2, opacity=0.5)
    )


def anthuriums(sketch: Sketch) -> str:
    tones = sketch.tones
    heart = "M0 88C-34 58-96 26-94-34C-92-84-28-90 0-52C28-90 92-84 94-34C96 26 34 58 0 88Z"
    veins = (
        "M0-48V80M0-40C-40-50-70-30-66 14M0-40C40-50 70-30 66 14"
        "M0-20C-24-14-38 16-34 44M0-20C24-14 38 16 34 44"
    )
    spathe = path(heart, sketch.glow(tones.light, tones.mid, tones.deep), line=tones.deep, width=2)
    gloss = faint(path("M-78-38C-74-66-36-72-16-48C-40-50-62-40-70-8Z", "#ffffff"), 0.3)
    spadix = stroke("M2-44Q22-10 16 40", "#b07818", 15) + stroke("M0-44Q18-10 13 38", "#f8dc74", 9)
    bloom = spathe + stroke(veins, tones.deep, 2.4, opacity=0.35) + gloss + spadix
    leaves = collar(sketch, length=150, width=96)
    return bunch(sketch, leaning(resized(TRIO, 1.06), 0.2), bloom, leaves=leaves)


def proteas(sketch: Sketch) -> str:
    if sketch.colour == "orange":
        return bunch(sketch, TRIO, pincushion(sketch), leaves=collar(sketch, length=120, width=36))
    if sketch.colour == "burgundy":
        return bunch(sketch, FAN, leucadendron(sketch), leaves=collar(sketch, width=30))
    heads = SINGLE if sketch.colour == "light pink" else TRIO
    leaves = collar(sketch, length=140, width=60)
    return bunch(sketch, heads, king_protea(sketch), leaves=leaves)


def king_protea(sketch: Sketch) -> str:
    """Rows of pointed bracts around a downy dome."""
    tones = sketch.tones
    fill = sketch.upward(tones.rim, tones.mid, tones.mid, tones.deep)
    bract = sketch.symbol(
        path(petal(100, 30, tip=0, belly=0.6), fill, line=tones.deep, width=1.6)
        + stroke("M0-40V-92", tones.rim, 1.6, opacity=0.6)
    )
    rows = ((100, 12), (96, 12), (86, 12), (74, 12))
    bracts = "".join(
        ring(bract, count, turn=row * 15 + row // 2 * 7, size=radius / 100)
        for row, (radius, count) in enumerate(rows)
    )
    silk = sketch.symbol(
        path(petal(58, 10, tip=0), sketch.upward(tones.mid, tones.rim, "#fffaf2"), line=tones.deep)
    )
    dome = disc(40, sketch.glow("#fffdf6", tones.rim, tones.mid))
    tufts = ring(silk, 30) + ring(silk, 22, turn=8, size=0.74) + ring(silk, 14, size=0.46)
    return bracts + disc(58, sketch.fade(tones.deep, 0.7)) + dome + tufts


def pincushion(sketch: Sketch) -> str:
    """Curved pins around a low cushion."""
    tones = sketch.tones
    pin = sketch.symbol(
        stroke("M0 0C22-38 16-76-2-94", tones.mid, 4)
        + stroke("M0 0C22-38 16-76-2-94", tones.rim, 1.4, opacity=0.8)
        + disc(5.4, "#f9d86a", (-2, -95))
    )
    cushion = disc(30, sketch.glow(tones.rim, tones.mid, tones.deep))
    pins = ring(pin, 26) + ring(pin, 22, turn=6, size=0.8) + ring(pin, 18, size=0.6)
    knobs = bead_ring(22, tones.light, 6, 8) + bead_ring(12, tones.rim, 5, 7.5)
    return disc(70, sketch.fade(tones.deep, 0.9)) + pins + cushion + knobs


def leucadendron(sketch: Sketch) -> str:
    """A pointed cone in leathery bracts."""
    tones = sketch.tones
    fill = sketch.upward("#7d8a3e", tones.mid, tones.light, tones.deep)
    bract = path(petal(118, 36, tip=0.03, belly=0.45), fill, line=tones.deep, width=1.6)
    turns = (-74, 74, -58, 58, -42, 42, -27, 27, -13, 13, 0)
    bracts = "".join(group(bract, f"translate(0 44)rotate({turn})") for turn in turns)
    return bracts + stroke("M0 34V-58", tones.rim, 1.6, opacity=0.5)


def tropicals(sketch: Sketch) -> str:
    if sketch.colour == "orange":
        return birds_of_paradise(sketch)
    heads = (Head(104, 214, 0.98, -26), Head(214, 160, 1.14, -4))
    stalk = stroke("M240 406Q288 388 303 350", sketch.tones.mid, 9)
    claw = place(sketch.symbol(heliconia(sketch)), (304, 356), 17, 1.04)
    return bunch(sketch, heads, ginger_cone(sketch), leaves=palm_leaves(sketch) + stalk + claw)


def ginger_cone(sketch: Sketch) -> str:
    """A torch of pointed, overlapping bracts."""
    tones = sketch.tones
    fill = sketch.upward(tones.deep, tones.mid, tones.light)
    outline = petal(74, 40, tip=0.04, belly=0.5)
    bract = sketch.symbol(path(outline, fill, line=tones.rim, width=2.4))
    return "".join(
        place(
            bract,
            (side * breadth * 12, step * 17 - 62),
            side * (12 + breadth * 22),
            0.5 + breadth * 0.42,
        )
        for step in range(11)
        for breadth in (sin(pi * (step + 1.6) / 13),)
        for side in (-1, 1, 0)
    )


def heliconia(sketch: Sketch) -> str:
    """Boat-shaped bracts to the left and right of a zigzag stem, tipped with yellow."""
    tones = sketch.tones
    outline = "M-8 24C-6-18 44-6 122-74C112 8 58 56 0 48Z"
    fill = sketch.across(tones.mid, tones.mid, tones.light, "#f4c24a")
    boat = sketch.symbol(
        path(outline, fill, line=tones.deep, width=2)
        + stroke("M4 22C46 18 82-12 106-50", tones.deep, 2, opacity=0.5)
    )
    stem = stroke("M-6 4L6-58L-6-116L6-174L0-232", tones.mid, 9)
    boats = "".join(
        place(boat, (0, -26 - step * 56), 0, 0.96 - step * 0.14, stretch=1 if step % 2 else -1)
        for step in range(5)
    )
    return stem + boats


def birds_of_paradise(sketch: Sketch) -> str:
    heads = (Head(150, 170, 1, -10), Head(300, 130, 1.02, 6), Head(232, 262, 1.1, 0))
    return bunch(sketch, heads, bird_head(sketch), leaves=palm_leaves(sketch))


def bird_head(sketch: Sketch) -> str:
    """Orange crest and blue tongue over a beak that points to the right."""
    tones, blue = sketch.tones, COLOURS["blue"]
    fill = sketch.upward(tones.deep, tones.mid, tones.light)
    crest = path(petal(128, 30, tip=0, belly=0.42), fill, line=tones.deep)
    tongue = path(petal(116, 15, tip=0, belly=0.6), sketch.upward(blue.mid, blue.deep))
    beak = path(
        "M-34 12C-18-14 40-16 136-4C70 22 10 34-22 40C-36 36-40 24-34 12Z",
        sketch.across("#4f8148", "#7b8f5a", "#a8506a"),
    )
    parts = "".join(
        group(shape, f"translate({x} 4)rotate({turn})")
        for shape, x, turn in ((crest, -8, -26), (crest, 6, 4), (tongue, 14, 42), (crest, 20, 24))
    )
    return parts + beak + stroke("M-30 18C10 4 70 0 130-3", "#c9d48f", 2, opacity=0.6)


def palm_leaves(sketch: Sketch) -> str:
    """Broad tropical leaves behind everything."""
    name = leaf(sketch, 290, 100)
    turns = (-64, 64, -36, 36)
    return "".join(place(name, (240, 404), turn) for turn in turns)
