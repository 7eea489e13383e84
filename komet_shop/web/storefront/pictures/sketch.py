"""A picture in the making: shared definitions, placed copies, and petal outlines."""

from collections.abc import Iterable
from math import cos, radians, sin, tau

from komet_shop.web.storefront.pictures.palette import tones_for

Point = tuple[float, float]
GOLDEN_ANGLE = 137.508


class Sketch:
    """Collects what shapes share (gradients, petals), each stored once under an id of its own.

    A page may carry many pictures inline, so every id starts with the picture's `prefix`.
    """

    def __init__(self, prefix: str, colour: str) -> None:
        self.colour = colour
        self.tones = tones_for(colour)
        self._prefix = prefix
        self._ids: dict[str, str] = {}

    def definitions(self) -> str:
        """Everything shared, in the order in which it was first needed."""
        return "".join(markup.replace("@", name, 1) for markup, name in self._ids.items())

    def upward(self, *stops: str) -> str:
        """A fill that runs from the bottom of a shape to its top in even steps."""
        return self._gradient('linearGradient id="@" x1="0" y1="1" x2="0" y2="0"', stops)

    def across(self, *stops: str) -> str:
        """A fill that runs from the left of a shape to its right in even steps."""
        return self._gradient('linearGradient id="@"', stops)

    def glow(self, *stops: str) -> str:
        """A fill that runs outwards, lit from the upper left."""
        return self._gradient('radialGradient id="@" cx=".4" cy=".35" r=".7"', stops)

    def fade(self, colour: str, opacity: float) -> str:
        """A fill that is strongest in the middle and gone at the edge: shade without a filter."""
        name = self._define(
            f'<radialGradient id="@"><stop stop-color="{colour}" stop-opacity="{opacity}"/>'
            f'<stop offset=".55" stop-color="{colour}" stop-opacity="{opacity * 0.55:.2f}"/>'
            f'<stop offset="1" stop-color="{colour}" stop-opacity="0"/></radialGradient>'
        )
        return f"url(#{name})"

    def symbol(self, markup: str) -> str:
        """Keep a drawing for repeated use; returns the id that `place` and `ring` take."""
        return self._define(f'<g id="@">{markup}</g>')

    def _gradient(self, opening: str, stops: tuple[str, ...]) -> str:
        last = len(stops) - 1
        inner = "".join(
            f'<stop offset="{number(index / last)}" stop-color="{colour}"/>'
            for index, colour in enumerate(stops)
        )
        name = self._define(f"<{opening}>{inner}</{opening.split()[0]}>")
        return f"url(#{name})"

    def _define(self, markup: str) -> str:
        return self._ids.setdefault(markup, f"{self._prefix}{len(self._ids)}")


def number(value: float) -> str:
    """A coordinate as short as it can be written: hundredths below one, else tenths."""
    return format(round(value, 2 if -1 < value < 1 else 1), "g")


def place(
    symbol: str, at: Point = (0, 0), turn: float = 0, size: float = 1, *, stretch: float = 1
) -> str:
    """One copy of a symbol; `stretch` makes it wider than high, and mirrors it below zero."""
    steps = ""
    if at != (0, 0):
        steps += f"translate({number(at[0])} {number(at[1])})"
    if turn:
        steps += f"rotate({number(turn)})"
    if stretch != 1:
        steps += f"scale({number(size * stretch)} {number(size)})"
    elif size != 1:
        steps += f"scale({number(size)})"
    return f'<use href="#{symbol}" transform="{steps}"/>' if steps else f'<use href="#{symbol}"/>'


def ring(symbol: str, count: int, *, turn: float = 0, radius: float = 0, size: float = 1) -> str:
    """Copies of a symbol around the middle, each pointing outwards from `radius`."""
    return "".join(
        place(symbol, around(turn + 360 * index / count, radius), turn + 360 * index / count, size)
        for index in range(count)
    )


def around(turn: float, radius: float) -> Point:
    """The point at `radius` from the middle; a turn of 0 is straight up, in degrees."""
    return radius * sin(radians(turn)), -radius * cos(radians(turn))


def sunflower_spiral(count: int, radius: float) -> Iterable[Point]:
    """Evenly scattered points in a disc, from the middle outwards."""
    for index in range(count):
        yield around(index * GOLDEN_ANGLE, radius * ((index + 0.5) / count) ** 0.5)


def wobble(index: int, amount: float) -> float:
    """A repeatable irregularity between -amount and amount: nature without chance."""
    return amount * sin(tau * ((index * 0.61803 + 0.17) % 1))


def along(bend: tuple[Point, Point, Point], share: float) -> Point:
    """The point at a share (0 to 1) of a curve from its first point to its last."""
    (ax, ay), (bx, by), (cx, cy) = bend
    rest = 1 - share
    return (
        rest * rest * ax + 2 * rest * share * bx + share * share * cx,
        rest * rest * ay + 2 * rest * share * by + share * share * cy,
    )


def petal(length: float, width: float, *, tip: float = 0.5, belly: float = 0.62) -> str:
    """Outline of a petal that grows upwards from the middle.

    `tip` is the breadth of its end (0 is a point), `belly` how far up it is widest.
    """
    half, end = width * 0.62, width * 0.5 * tip
    shoulder = -length * (1 - tip * 0.1)
    low, high = -length * max(belly - 0.38, 0.02), -length * min(belly + 0.28, 0.97)
    curve = [(-half, low), (-half, high), (-end, shoulder), (0, -length * (1 + tip * 0.06))]
    left = " ".join(f"{number(x)} {number(y)}" for x, y in curve[:3])
    crown = f"{number(0)} {number(curve[3][1])} {number(end)} {number(shoulder)}"
    right = f"{number(half)} {number(high)} {number(half)} {number(low)} 0 0"
    return f"M0 0C{left}Q{crown}C{right}Z"


def frill(length: float, spread: float, *, teeth: int = 9, depth: float = 8) -> str:
    """Outline of a fan-shaped petal with a toothed edge; `spread` is its opening in degrees."""
    edge = (
        around(
            -spread / 2 + spread * step / (2 * teeth),
            length + wobble(step, depth * 0.4) - (depth if step % 2 else 0),
        )
        for step in range(2 * teeth + 1)
    )
    return "M0 0L" + " ".join(f"{number(x)} {number(y)}" for x, y in edge) + "Z"


def wave(length: float, width: float, *, sway: float = 6) -> str:
    """Outline of a broad petal with a softly waved edge."""
    half, top = width / 2, -length
    return (
        f"M0 0C{number(-half * 0.9)} {number(top * 0.2)} {number(-half * 1.3)} {number(top * 0.7)} "
        f"{number(-half * 0.8)} {number(top * 0.9)}"
        f"Q{number(-half * 0.5)} {number(top - sway)} {number(-half * 0.2)} {number(top * 0.96)}"
        f"T{number(half * 0.35)} {number(top)}T{number(half * 0.8)} {number(top * 0.86)}"
        f"C{number(half * 1.3)} {number(top * 0.6)} {number(half * 0.8)} {number(top * 0.2)} 0 0Z"
    )


def path(outline: str, fill: str, *, line: str = "", width: float = 1) -> str:
    """A filled outline, with a fine edge in `line` where one is given."""
    edge = f' stroke="{line}" stroke-width="{number(width)}" stroke-opacity=".45"' if line else ""
    return f'<path d="{outline}" fill="{fill}"{edge}/>'


def stroke(outline: str, colour: str, width: float, *, opacity: float = 1) -> str:
    """A line with round ends."""
    faint = f' stroke-opacity="{number(opacity)}"' if opacity < 1 else ""
    return (
        f'<path d="{outline}" fill="none" stroke="{colour}" stroke-width="{number(width)}" '
        f'stroke-linecap="round"{faint}/>'
    )


def beads(outline: str, colour: str, size: float, gap: float) -> str:
    """Round dots along a line, `gap` from one to the next."""
    return (
        f'<path d="{outline}" fill="none" stroke="{colour}" stroke-width="{number(size)}" '
        f'stroke-linecap="round" stroke-dasharray="0 {number(gap)}"/>'
    )


def disc(radius: float, fill: str, at: Point = (0, 0)) -> str:
    """A filled circle."""
    middle = f'cx="{number(at[0])}" cy="{number(at[1])}" ' if at != (0, 0) else ""
    return f'<circle {middle}r="{number(radius)}" fill="{fill}"/>'


def oval(wide: float, high: float, fill: str, at: Point = (0, 0)) -> str:
    """A filled ellipse, measured from its middle."""
    return (
        f'<ellipse cx="{number(at[0])}" cy="{number(at[1])}" rx="{number(wide)}" '
        f'ry="{number(high)}" fill="{fill}"/>'
    )


def bead_ring(radius: float, colour: str, size: float, gap: float) -> str:
    """Round dots around the middle, as in the eye of a daisy."""
    return (
        f'<circle r="{number(radius)}" fill="none" stroke="{colour}" '
        f'stroke-width="{number(size)}" stroke-linecap="round" stroke-dasharray="0 {number(gap)}"/>'
    )


def group(markup: str, transform: str) -> str:
    """A drawing moved, turned or scaled as a whole."""
    return f'<g transform="{transform}">{markup}</g>'


def faint(markup: str, opacity: float) -> str:
    """A drawing that what lies below shines through."""
    return f'<g opacity="{number(opacity)}">{markup}</g>'
