"""How stems, leaves and blooms come together as a tied bunch."""

from collections.abc import Sequence
from typing import NamedTuple

from komet_shop.web.storefront.pictures.palette import LEAF, Tones
from komet_shop.web.storefront.pictures.sketch import (
    Point,
    Sketch,
    disc,
    number,
    path,
    petal,
    place,
    stroke,
)

TIE: Point = (240, 408)


class Head(NamedTuple):
    """Where one bloom sits in the picture, which way it leans, and how large it is."""

    x: float
    y: float
    size: float = 1
    turn: float = 0


SINGLE = (Head(240, 205, 1.55),)
TRIO = (Head(240, 138, 0.98, 10), Head(142, 242, 0.98, -20), Head(336, 244, 1, 25))
DOME = (
    Head(240, 112, 0.8, 5),
    Head(128, 172, 0.8, -28),
    Head(352, 172, 0.8, 40),
    Head(300, 268, 0.84, 66),
    Head(180, 272, 0.86, 200),
)
FAN = (
    Head(180, 112, 0.82, -13),
    Head(304, 106, 0.82, 14),
    Head(92, 196, 0.82, -32),
    Head(390, 190, 0.82, 32),
    Head(242, 190, 0.94, 0),
)
SCATTER = (
    Head(240, 92, 0.52, 0),
    Head(152, 120, 0.5, 20),
    Head(330, 118, 0.5, 50),
    Head(84, 196, 0.5, -30),
    Head(396, 194, 0.5, 30),
    Head(198, 190, 0.55, 70),
    Head(292, 196, 0.55, 10),
    Head(142, 268, 0.54, -20),
    Head(342, 268, 0.54, 15),
    Head(242, 284, 0.58, 40),
)


def bunch(sketch: Sketch, heads: Sequence[Head], bloom: str, *, leaves: str = "") -> str:
    """Stems tied together, leaves before them, and a copy of the bloom on every stem."""
    return stems(heads) + leaves + tie(sketch) + blooms(sketch, heads, bloom)


def blooms(sketch: Sketch, heads: Sequence[Head], bloom: str) -> str:
    """The same bloom at every head, each throwing its shade on those behind."""
    name = sketch.symbol(bloom)
    return "".join(
        shadow(sketch, head) + place(name, (head.x, head.y), head.turn, head.size) for head in heads
    )


def fanned(sketch: Sketch, sprays: str) -> str:
    """Sprays that spread upwards from the tie, above the feet of their stems."""
    feet = "M240 400L208 492M240 400L224 492M240 400V492M240 400L256 492M240 400L272 492"
    return stroke(feet, LEAF.deep, 6) + sprays + tie(sketch)


def resized(heads: Sequence[Head], factor: float) -> tuple[Head, ...]:
    """The same places with larger or smaller blooms."""
    return tuple(head._replace(size=head.size * factor) for head in heads)


def leaning(heads: Sequence[Head], share: float) -> tuple[Head, ...]:
    """The same places, each bloom leaning outwards by a share of its distance in degrees."""
    return tuple(head._replace(turn=(head.x - TIE[0]) * share) for head in heads)


def stems(heads: Sequence[Head]) -> str:
    """Every stem runs from its head through the tie to a foot on the other side."""
    lines = " ".join(stem_line(head) for head in heads)
    return stroke(lines, LEAF.deep, 7) + stroke(lines, LEAF.light, 2.5)


def stem_line(head: Head) -> str:
    offset = (head.x - TIE[0]) * 0.1
    neck = f"{number(TIE[0] + offset)} {TIE[1]}"
    foot = f"{number(TIE[0] - offset * 2.6)} 492"
    bend = f"{number(head.x * 0.75 + TIE[0] * 0.25)} {number(head.y * 0.55 + 180)}"
    return f"M{number(head.x)} {number(head.y)}C{bend} {number(TIE[0] + offset)} 350 {neck}L{foot}"


def tie(sketch: Sketch) -> str:
    """The band around the stems, in kraft brown."""
    fill = sketch.across("#8f6a45", "#d9b88f", "#c29c6e", "#80603e")
    return (
        f'<rect x="216" y="{TIE[1] - 13}" width="48" height="27" rx="8" fill="{fill}"/>'
        + stroke(f"M218 {TIE[1] - 4}h44M218 {TIE[1] + 5}h44", "#6f5133", 1.5, opacity=0.5)
    )


def shadow(sketch: Sketch, head: Head) -> str:
    """Soft shade that a bloom throws on what is behind it."""
    return disc(head.size * 118, sketch.fade("#1d2a20", 0.27), (head.x + 4, head.y + 12))


def leaf(sketch: Sketch, length: float, width: float, *, tones: Tones = LEAF) -> str:
    """A pointed leaf with its midrib and side veins; returns a symbol."""
    veins = "".join(
        f"M0 {number(-length * up)}l{number(side * width * 0.3)} {number(-length * 0.12)}"
        for up in (0.25, 0.42, 0.59)
        for side in (-1, 1)
    )
    return sketch.symbol(
        path(
            petal(length, width, tip=0, belly=0.42),
            sketch.upward(tones.deep, tones.mid, tones.light),
            line=tones.deep,
        )
        + stroke(f"M0 0V{number(-length * 0.9)}", tones.rim, 1.6, opacity=0.6)
        + stroke(veins, tones.rim, 1, opacity=0.45)
    )


def collar(sketch: Sketch, *, length: float = 120, width: float = 62) -> str:
    """Leaves that look out from under a full bunch on both sides."""
    name = leaf(sketch, length, width)
    spots = (
        Head(150, 300, 1, -98),
        Head(330, 300, 1, 98),
        Head(190, 345, 0.9, -66),
        Head(290, 345, 0.9, 66),
        Head(120, 190, 0.95, -58),
        Head(360, 190, 0.95, 58),
        Head(190, 120, 0.85, -26),
        Head(292, 120, 0.85, 24),
        Head(215, 372, 0.7, -35),
        Head(266, 372, 0.7, 38),
    )
    return "".join(place(name, (x, y), turn, size) for x, y, size, turn in spots)


def blades(sketch: Sketch) -> str:
    """Long upright leaves, as tulips and callas have them."""
    name = leaf(sketch, 230, 52)
    spots = (
        Head(236, 400, 0.95, -44),
        Head(246, 400, 0.95, 42),
        Head(238, 404, 1, -20),
        Head(244, 404, 1.02, 23),
    )
    return "".join(place(name, (x, y), turn, size) for x, y, size, turn in spots)
