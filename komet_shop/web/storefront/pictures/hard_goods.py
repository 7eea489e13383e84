"""What a florist needs beside flowers: foam, ribbon, vases, pins."""

from komet_shop.web.storefront.pictures.bunches import Head, shadow
from komet_shop.web.storefront.pictures.sketch import (
    Sketch,
    beads,
    disc,
    group,
    oval,
    path,
    place,
    stroke,
)


def hard_goods(sketch: Sketch) -> str:
    """Foam is green, glass clear and pins silver; any other colour is a roll of ribbon."""
    things = {"green": foam_brick, "clear": vase, "silver": pins}
    draw = things.get(sketch.colour, ribbon)
    return shadow(sketch, Head(240, 340, 1.3)) + draw(sketch)


def foam_brick(sketch: Sketch) -> str:
    tones = sketch.tones
    top = path("M60 236L262 152L424 208L226 304Z", sketch.upward(tones.light, tones.rim))
    front = path("M60 236L226 304V404L60 332Z", sketch.upward(tones.deep, tones.mid))
    side = path("M226 304L424 208V304L226 404Z", sketch.upward("#466b22", tones.deep))
    grain = "".join(
        beads(f"M{84 + step * 34} {238 - step * 14}l150 {60 - step * 2}", tones.mid, 2.4, 13)
        for step in range(6)
    )
    pores = "".join(
        beads(f"M{72} {258 + step * 18}l148 62", tones.light, 2.2, 15) for step in range(5)
    )
    return top + front + side + grain + pores


def ribbon(sketch: Sketch) -> str:
    """A roll of satin, its end running out to the front."""
    tones = sketch.tones
    satin = sketch.across(tones.deep, tones.mid, tones.rim, tones.mid, tones.deep)
    wall = path("M88 176V262C88 312 156 352 240 352S392 312 392 262V176Z", satin, line=tones.deep)
    sheen = stroke("M130 214V292M176 244V322", tones.rim, 7, opacity=0.4)
    tail = path(
        "M86 176V262C84 372 150 400 226 384C300 368 330 396 402 432L424 378"
        "C350 348 300 330 236 346C180 358 150 340 152 251C116 236 90 212 86 176Z",
        sketch.across(tones.mid, tones.rim, tones.mid, tones.light, tones.deep),
        line=tones.deep,
    )
    return wall + sheen + windings(sketch) + tail


def windings(sketch: Sketch) -> str:
    """The roll from above: turn upon turn around a card core."""
    tones = sketch.tones
    turns = "".join(
        oval(152 - step * 13, 88 - step * 7.5, shade, (240, 176 + step * 0.3))
        for step, shade in enumerate((tones.light, tones.mid) * 3)
    )
    rim = oval(155, 91, tones.rim, (240, 176))
    return rim + turns + oval(66, 38, "#c9a878", (240, 177)) + oval(50, 28, "#6f5133", (240, 179))


def vase(sketch: Sketch) -> str:
    """A glass cylinder, a third full of water."""
    tones = sketch.tones
    glass = path(
        "M142 92V380C142 404 186 420 240 420S338 404 338 380V92Z",
        sketch.across(tones.mid, tones.rim, tones.light, tones.rim, tones.deep),
        line=tones.deep,
        width=3,
    )
    water = path(
        "M148 246V378C148 400 188 414 240 414S332 400 332 378V246Z",
        sketch.across("#7fb0c4", "#b9dbe6", "#95c2d2", "#6e9fb4"),
    )
    surface = oval(92, 24, "#cfe8ef", (240, 246))
    rim = oval(100, 29, tones.deep, (240, 92)) + oval(97, 26, tones.rim, (240, 92))
    inside = oval(88, 21, sketch.upward(tones.light, tones.deep), (240, 95))
    light = stroke("M168 132V372M182 128V220", "#ffffff", 8, opacity=0.75)
    return glass + water + surface + rim + inside + light


def pins(sketch: Sketch) -> str:
    """Corsage pins with pearl heads, fanned."""
    tones = sketch.tones
    pearl = disc(23, sketch.glow("#ffffff", "#f3ede6", "#c4b6ab", "#8d8078"))
    shaft = stroke("M0 0V-252", tones.deep, 6) + stroke("M-1 0V-252", tones.rim, 2)
    point = path("M-3 0L0 34L3 0Z", tones.deep)
    pin = sketch.symbol(shaft + point + group(pearl, "translate(0-262)"))
    return "".join(place(pin, (240, 388), turn) for turn in (-48, -32, -16, 16, 32, 48, 0))
